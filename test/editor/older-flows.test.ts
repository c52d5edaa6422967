import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { migrate } from "../../nodes/settings/versions.ts";
import { definitionOf, judge, nodeTypes } from "../support/editor-definition.ts";
import type { FlowNodeConfig } from "../support/flow.ts";

/**
 * Flows as users exported them, a folder a version of their settings: they are never edited. A change of what settings
 * mean gets a step in nodes/settings, and the next folder its new exports.
 */
const folder = path.join(import.meta.dirname, "flows");

/** What Node-RED itself keeps of a node. */
const own = [
  "id",
  "type",
  "z",
  "g",
  "d",
  "l",
  "name",
  "x",
  "y",
  "wires",
  "info",
  "inputs",
  "outputs",
  "credentials",
];

describe("flows that were exported before", () => {
  for (const version of readdirSync(folder))
    for (const file of readdirSync(path.join(folder, version)))
      it(`still open: version ${version}, ${file}`, () => {
        const flow = JSON.parse(readFileSync(path.join(folder, version, file), "utf8")) as FlowNodeConfig[];
        const ours = flow.filter(({ type }) => nodeTypes.includes(type));
        assert.ok(ours.length > 0);
        for (const node of ours) {
          const definition = definitionOf(node.type, flow);
          const { defaults, credentials = {} } = definition;
          const { from, settings } = migrate(node.type, node);
          assert.equal(from, Number(version));
          const at = `${node.type} ${node.id}`;
          for (const name of Object.keys(settings))
            assert.ok(own.includes(name) || name in defaults, `${at}: ${name} is no setting any more`);
          for (const name of Object.keys(node.credentials ?? {}))
            assert.ok(name in credentials, `${at}: ${name} is no credential any more`);
          for (const name of Object.keys(defaults))
            assert.equal(judge(definition, name, settings[name], settings), true, `${at}: ${name}`);
        }
      });
});
