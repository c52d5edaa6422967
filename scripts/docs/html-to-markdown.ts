/** The editor's help, which is HTML of few tags, as Markdown. */

interface Element {
  tag: string;
  attributes: string;
  children: (Element | string)[];
}

/** @throws Error for a tag that nobody taught it, so that nothing is left out unseen. */
export function htmlToMarkdown(html: string): string {
  return blocks(parse(html).children, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function parse(html: string): Element {
  const top: Element = { tag: "", attributes: "", children: [] };
  const open = [top];
  for (const [, text, slash, tag, attributes] of html.matchAll(/([^<]+)|<(\/?)([a-z]\w*)([^>]*)>/g)) {
    const inside = open.at(-1)!;
    if (text !== undefined) inside.children.push(entities(text));
    else if (slash) open.pop();
    else {
      const element = { tag: tag!, attributes: attributes!, children: [] };
      inside.children.push(element);
      open.push(element);
    }
  }
  return top;
}

function entities(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

const blockTags = ["p", "h3", "dl", "dt", "dd", "ul", "ol", "li", "pre"];

function blocks(children: (Element | string)[], indent: string): string {
  let out = "";
  let line: (Element | string)[] = [];
  const flush = (): void => {
    const text = inline(line).trim();
    if (text !== "") out += `${indent}${text}\n\n`;
    line = [];
  };
  for (const child of children) {
    if (typeof child === "string" || !blockTags.includes(child.tag)) line.push(child);
    else {
      flush();
      out += block(child, indent);
    }
  }
  flush();
  return out;
}

function block(element: Element, indent: string): string {
  const { tag, children } = element;
  switch (tag) {
    case "p":
      return `${indent}${inline(children).trim()}\n\n`;
    case "h3":
      return `## ${inline(children).trim()}\n\n`;
    case "pre":
      return `${indent}\`\`\`js\n${raw(element)}\n${indent}\`\`\`\n\n`;
    case "dl":
    case "ul":
    case "ol":
      return `${children.map((child) => (typeof child === "string" ? "" : block(child, indent))).join("")}\n`;
    case "dt":
      return `${indent}- **${inline(children.filter((child) => typeof child === "string")).trim()}**${typed(element)}: `;
    case "dd":
      return `${item(element, indent)}\n`;
    case "li":
      return `${indent}- ${item(element, indent)}\n`;
    default:
      throw new Error(`The help uses <${tag}>, which scripts/docs does not know.`);
  }
}

/** The text of a list's item, and below it what it contains. */
function item(element: Element, indent: string): string {
  return blocks(element.children, `${indent}  `)
    .trim()
    .replace(/\n{2,}/g, "\n");
}

/** A property's type, and whether it may be missing. */
function typed({ attributes, children }: Element): string {
  const type = children.find((child) => typeof child !== "string");
  const optional = attributes.includes("optional") ? ", optional" : "";
  return type === undefined || typeof type === "string"
    ? ""
    : ` (${inline(type.children).trim()}${optional})`;
}

function inline(children: (Element | string)[]): string {
  return children
    .map((child) => {
      if (typeof child === "string") return child.replace(/\s+/g, " ").replace(/([*_])/g, "\\$1");
      const text = inline(child.children);
      switch (child.tag) {
        case "code":
          return `\`${raw(child)}\``;
        case "b":
          return `**${text}**`;
        case "i":
          return `*${text}*`;
        case "sup":
          return `^${text}`;
        case "a":
          return `[${text}](${/href="([^"]+)"/.exec(child.attributes)?.[1] ?? ""})`;
        case "span":
          return text;
        default:
          throw new Error(`The help uses <${child.tag}> within a line, which scripts/docs does not know.`);
      }
    })
    .join("");
}

function raw(element: Element): string {
  return element.children.map((child) => (typeof child === "string" ? child : raw(child))).join("");
}
