/** Just enough of TypeScript's grammar to read literal texts out of sources; the sources themselves are checked elsewhere. */

/** Where the literal that begins at `at` (a quote or a backtick) ends: the index behind it. */
export function endOfLiteral(text: string, at: number): number {
  const quote = text[at]!;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) return i + 1;
    else if (quote === "`" && text.startsWith("${", i)) i = closing(text, i + 1) - 1;
  }
  return text.length;
}

/** The index behind the bracket that closes the one at `at`. */
export function closing(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const sign = text[i]!;
    if (`"'\``.includes(sign)) i = endOfLiteral(text, i) - 1;
    else if ("([{".includes(sign)) depth++;
    else if (")]}".includes(sign) && --depth === 0) return i + 1;
  }
  return text.length;
}

/** What stands between commas, outside of brackets and literals. */
export function parts(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (`"'\``.includes(sign)) i = endOfLiteral(text, i) - 1;
    else if ("([{".includes(sign)) i = closing(text, i) - 1;
    else if (sign === ",") {
      found.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === "" ? found : [...found, last];
}

/** The inside of the braces around a position. */
export function objectAround(text: string, at: number): string {
  let depth = 0;
  for (let i = at; i >= 0; i--) {
    if (text[i] === "}") depth++;
    else if (text[i] === "{" && depth-- === 0) return text.slice(i + 1, closing(text, i) - 1);
  }
  return "";
}

/** The literals of an expression, with … for what is put in at run time. */
export function literals(expression: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < expression.length; i++) {
    if (!`"'\``.includes(expression[i]!)) continue;
    const end = endOfLiteral(expression, i);
    found.push(plain(expression.slice(i + 1, end - 1)));
    i = end - 1;
  }
  return found;
}

function plain(inside: string): string {
  let out = "";
  for (let i = 0; i < inside.length; i++) {
    if (inside.startsWith("${", i)) {
      i = closing(inside, i + 1) - 1;
      out += "…";
    } else if (inside[i] === "\\") {
      i++;
      out += inside[i] === "n" ? " " : (inside[i] ?? "");
    } else out += inside[i];
  }
  return out;
}
