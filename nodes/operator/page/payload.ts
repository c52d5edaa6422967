import { h } from "./dom.ts";
import { t } from "./texts.ts";

/** A payload to read: laid out, digits untouched, with a search of its own. */
export function payloadView(text: string): HTMLElement {
  const laidOut = layOut(text);
  const code = h("pre", {
    class: "hf-payload",
    tabindex: 0,
    role: "region",
    "aria-label": t("operator.detail.payload"),
    dir: "ltr",
  });
  const found = h("span", { class: "hf-small", role: "status" });
  let marks: HTMLElement[] = [];
  let at = -1;
  const show = (wanted: string): void => {
    marks = [];
    at = -1;
    const parts = wanted === "" ? [laidOut] : splitBy(laidOut, wanted);
    code.replaceChildren(
      ...parts.map((part, i) => {
        if (i % 2 === 0) return document.createTextNode(part);
        const mark = h("mark", {}, part);
        marks.push(mark);
        return mark;
      }),
    );
    found.textContent = wanted === "" ? "" : t("operator.detail.found", { count: marks.length });
    step();
  };
  const step = (): void => {
    if (marks.length === 0) return;
    marks[at]?.classList.remove("hf-current");
    at = (at + 1) % marks.length;
    const mark = marks[at]!;
    mark.classList.add("hf-current");
    code.scrollTop = mark.offsetTop - code.clientHeight / 2;
  };
  const input = h("input", {
    type: "search",
    class: "hf-input",
    "aria-label": t("operator.detail.searchPayload"),
    placeholder: t("operator.detail.searchPayload"),
    oninput: () => show(input.value),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key === "Enter") step();
    },
  });
  show("");
  return h("div", { class: "hf-payload-view" }, h("div", { class: "hf-line" }, input, found), code);
}

/** Odd places hold what was looked for. */
function splitBy(text: string, wanted: string): string[] {
  const pattern = new RegExp(`(${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "gi");
  return text.split(pattern);
}

/** JSON with line breaks, made without reading numbers: an id of 17 digits stays as it is. What is no JSON stays. */
export function layOut(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = "";
  let depth = 0;
  const line = (): string => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g)) {
    const last = out.at(-1);
    if (token === "}" || token === "]") {
      depth--;
      out += last === "{" || last === "[" ? token : line() + token;
    } else {
      if (last === "{" || last === "[" || last === ",") out += line();
      out += token === ":" ? ": " : token;
      if (token === "{" || token === "[") depth++;
    }
  }
  return out;
}
