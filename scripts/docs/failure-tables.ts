import { type KnownFailure, knownFailures } from "./failures.ts";
import { cell } from "./node-page.ts";

/** Where a failure comes from, for people: the folder it stands in. */
const rooms: [folder: string, title: string][] = [
  ["src/sync/", "From the mapping: orders, refunds, products, locations"],
  ["src/odoo/", "From Odoo"],
  ["src/shopify/", "From Shopify"],
  ["src/queue/", "From the queue and its store"],
  ["", "From a node, or from the operator's log"],
];

/** All failures as tables, a room each, in the order of their codes. */
export function failureTables(): string {
  const left = new Set(knownFailures());
  return rooms
    .map(([folder, title]) => {
      const here = [...left].filter(({ file }) => file.startsWith(folder));
      for (const failure of here) left.delete(failure);
      return `### ${title}\n\n| code | class | what it says | what helps |\n|---|---|---|---|\n${rows(here)}`;
    })
    .join("\n\n");
}

function rows(failures: KnownFailure[]): string {
  const lines = failures
    .toSorted((one, other) => one.code.localeCompare(other.code) || one.message.localeCompare(other.message))
    .map(
      ({ code, class: kind, message, hint }) =>
        `| \`${code}\` | ${kind} | ${cell(message) || "in words of its own each time"} | ${cell(hint)} |`,
    );
  return [...new Set(lines)].join("\n");
}
