/** Elements without markup: data only ever becomes text. */

type Child = Node | string | number | null | false | undefined;
type Props = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/**
 * `on…` are listeners; `class`, `aria-…` and the rest are attributes, set when not null and not false.
 * An element with `data-keep` gets its focus back when its place is drawn anew.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function")
      element.addEventListener(name.slice(2).toLowerCase(), value as unknown as EventListener);
    else if (name === "value") (element as unknown as HTMLInputElement).value = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.filter((child): child is Node | string | number => !!child || child === 0).map(toNode),
  );
  return element;
}

function toNode(child: Node | string | number): Node {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/** Draws a place anew and gives the focus back to what had it. */
export function draw(place: HTMLElement, ...children: Child[]): void {
  const active = document.activeElement;
  const kept = active && place.contains(active) ? active.getAttribute("data-keep") : null;
  const { scrollTop } = place;
  place.replaceChildren(
    ...children.filter((child): child is Node | string | number => !!child || child === 0).map(toNode),
  );
  place.scrollTop = scrollTop;
  if (kept !== null)
    place.querySelector<HTMLElement>(`[data-keep="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(
  tag: string,
  attributes: Record<string, string | number>,
  ...children: Node[]
): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

export function button(
  label: string,
  onClick: () => void,
  { kind = "", keep, ...more }: { kind?: string; keep?: string } & Props = {},
): HTMLButtonElement {
  return h(
    "button",
    {
      type: "button",
      class: `hf-button ${kind}`.trim(),
      "data-keep": keep ?? null,
      onclick: onClick,
      ...more,
    },
    label,
  );
}

/** A link that leads out of Node-RED. */
export function outLink(label: string, href: string): HTMLAnchorElement {
  return h("a", { class: "hf-link", href, target: "_blank", rel: "noopener noreferrer" }, label);
}
