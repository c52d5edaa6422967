import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { launchNodeRed } from "../../sandbox/node-red.ts";
import { temporaryFolder } from "../support/temporary.ts";

const flow = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "..", "editor", "flows", "1", "orders-only.json"), "utf8"),
) as object[];

describe("what nodes say in the log", function () {
  this.timeout(60_000);
  // Node-RED itself has neither, so that its own lines, which the launcher waits for, stay English.
  for (const [lang, says] of [
    ["es", "Sus ajustes son de la versión 1"],
    ["it", "Its settings are of version 1"],
  ] as const)
    it(`is in the language that Node-RED's setting lang names: ${lang}`, async () => {
      const folder = temporaryFolder();
      const nodeRed = await launchNodeRed({ userDir: folder.path, settings: { lang } });
      try {
        await nodeRed.deploy(flow);
        assert.ok(
          nodeRed.log.some((line) => line.includes(says)),
          nodeRed.log.join("\n"),
        );
      } finally {
        await nodeRed.stop();
        folder.remove();
      }
    });
});
