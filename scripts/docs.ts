/** `npm run docs`: what in docs/ is made from the sources. A test fails while it is stale. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { definitionOf, nodeTypes } from "../test/support/editor-definition.ts";
import { failureTables } from "./docs/failure-tables.ts";
import { nodePage, nodeSummary } from "./docs/node-page.ts";

const docs = path.resolve(import.meta.dirname, "..", "docs");
const marker = "<!-- From here on made by `npm run docs` from the sources. -->";

/** Every generated file, by its path below docs/. */
export function generatedDocs(): Map<string, string> {
  const troubleshooting = readFileSync(path.join(docs, "troubleshooting.md"), "utf8");
  const [byHand] = troubleshooting.split(marker);
  return new Map([
    ...nodeTypes.map((type): [string, string] => [`nodes/${type}.md`, nodePage(type)]),
    ["nodes/README.md", nodeIndex()],
    ["troubleshooting.md", `${byHand}${marker}\n\n${failureTables()}\n`],
  ]);
}

function nodeIndex(): string {
  const line = (type: string): string => `| [\`${type}\`](${type}.md) | ${nodeSummary(type)} |`;
  const [config, flow] = [true, false].map((wanted) =>
    nodeTypes.filter((type) => (definitionOf(type).category === "config") === wanted).map(line),
  );
  return `# Nodes

The same text as the help in Node-RED's sidebar, with the settings of each dialog. Made by \`npm run docs\`.

| node | what it does |
|---|---|
${flow!.join("\n")}

| config node | what it is |
|---|---|
${config!.join("\n")}

[All documentation](../README.md)
`;
}

if (import.meta.main) {
  mkdirSync(path.join(docs, "nodes"), { recursive: true });
  for (const [file, text] of generatedDocs()) writeFileSync(path.join(docs, file), text);
}
