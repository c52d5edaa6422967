const longest = 300;

/**
 * What Odoo says, for people: no traceback, no markup, the first lines only, capped.
 * @param clean takes secrets out, before anything is cut off.
 */
export function plainText(text: string, clean: (text: string) => string = (same) => same): string {
  const spoken = withoutTraceback(text).replace(/<[a-z/][^<>]*>/gi, " ");
  const lines = spoken
    .split(/\r?\n/)
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "");
  return cap(clean(lines.slice(0, 3).join(" ")));
}

/** A Python traceback ends in "package.Class: message", the message maybe on several lines. */
export function splitTraceback(text: string): { name: string; message: string } | undefined {
  if (!text.includes("Traceback (most recent call last)")) return undefined;
  const lines = text.trimEnd().split("\n");
  // The exception follows an indented line of its last frame; its own further lines do not.
  const frame = /^\s+\S/;
  let at = lines.length - 1;
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index]!;
    if (/^[A-Za-z_][\w.]*(:|$)/.test(line) && index > 0 && frame.test(lines[index - 1]!)) {
      at = index;
      break;
    }
  }
  const [, name = "", message = ""] =
    /^([A-Za-z_][\w.]*):?\s?([\s\S]*)$/.exec(lines.slice(at).join("\n")) ?? [];
  return { name, message };
}

function withoutTraceback(text: string): string {
  const split = splitTraceback(text);
  return split ? split.message || split.name : text;
}

function cap(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
