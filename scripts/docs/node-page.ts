/** The node reference: the editor's own help, and what the dialog asks, as Markdown. */
import { fields, type When } from "../../nodes/settings/index.ts";
import { definitionOf, editorFiles, localeText } from "../../test/support/editor-definition.ts";
import { htmlToMarkdown } from "./html-to-markdown.ts";

export function nodePage(type: string): string {
  const { help } = editorFiles(type);
  const body = help.replace(/^\s*<script[^>]*>/, "").replace(/<\/script>\s*$/, "");
  return [
    `# ${type}`,
    "",
    htmlToMarkdown(body),
    "",
    "## Settings",
    "",
    "| setting | default | |",
    "|---|---|---|",
    ...settings(type),
    "",
    ...elsewhere(type),
    `[All nodes](README.md)`,
    "",
  ].join("\n");
}

/** The first sentence of a node's help. */
export function nodeSummary(type: string): string {
  const first = /<p>([\s\S]*?)<\/p>/.exec(editorFiles(type).help)?.[1] ?? "";
  return htmlToMarkdown(`<p>${first}</p>`);
}

function settings(type: string): string[] {
  const { locale } = editorFiles(type);
  const definition = definitionOf(type);
  const own = Object.entries(definition.defaults)
    .filter(([name]) => name !== "name" && !name.endsWith("Type"))
    .map(([name, { value, type: config }]): [string, string] => [
      name,
      config ? `a \`${config}\`` : shown(value),
    ]);
  const secret = Object.keys(definition.credentials ?? {}).map((name): [string, string] => [name, "secret"]);
  const text = (kind: "label" | "tip", name: string): string =>
    localeText(locale, `${type}.${kind}.${name}`) ?? "";
  // What the dialog says nothing of, the node keeps for itself.
  const told = [...own, ...secret].filter(([name]) => text("label", name) || text("tip", name));
  return told.map(([name, value]) => {
    const label = text("label", name) || `table of ${name}`;
    return `| **${cell(label)}** \`${name}\` | ${value} | ${cell(text("tip", name))} |`;
  });
}

/** Which settings may come from where; the dialogs list the same. */
function elsewhere(type: string): string[] {
  const said = (when: When, from: string): string[] => {
    const names = Object.entries(fields[type]!)
      .filter(([, field]) => field.when === when)
      .map(([name]) => `\`${name}\``);
    return names.length > 0 ? [`From ${from}: ${names.join(", ")}.`] : [];
  };
  const lines = [
    ...said("message", "the message, a context, JSONata or the environment"),
    ...said("start", "the environment, read when the node starts"),
  ];
  return [[...lines, "[How](../settings.md)"].join(" "), ""];
}

function shown(value: unknown): string {
  if (value === "" || value === undefined || (Array.isArray(value) && value.length === 0)) return "";
  return `\`${String(value)}\``;
}

/** Text in a table's cell. */
export function cell(text: string): string {
  return text
    .replace(/<\/?(?:b|i|code)>/g, "")
    .replace(/\s+/g, " ")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .trim();
}
