import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type Editor, launchBrowser, openEditor } from "../support/editor-browser.ts";
import { editorFiles, nodeTypes } from "../support/editor-definition.ts";
import { everyNode } from "../support/editor-flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** The choices and boxes of a node's dialog; one says how many outputs there are, and one names another node. */
function choicesOf(type: string): string[] {
  const { html } = editorFiles(type);
  return [...html.matchAll(/<(?:select|input type="checkbox") id="node-(?:config-)?input-(\w+)"/g)]
    .map(([, name]) => name!)
    .filter((name) => name !== "recheck" && name !== "mapper");
}

const variable = (name: string): string => ["$", "{", name.toUpperCase(), "}"].join("");

describe("a choice that is set by an environment variable", function () {
  this.timeout(120_000);
  const flow = everyNode.map((node) =>
    nodeTypes.includes(node.type)
      ? { ...node, ...Object.fromEntries(choicesOf(node.type).map((name) => [name, variable(name)])) }
      : node,
  );
  const folder = temporaryFolder();
  let browser: Browser;
  let nodeRed: NodeRedProcess;
  let editor: Editor;
  before(async () => {
    browser = await launchBrowser();
    nodeRed = await launchNodeRed({ userDir: folder.path });
    await nodeRed.deploy(flow);
    editor = await openEditor(browser, { url: nodeRed.url });
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    folder.remove();
  });

  for (const { id, type } of everyNode.filter((node) => nodeTypes.includes(node.type)))
    if (choicesOf(type).length > 0)
      it(`is kept by the dialog of ${type} (${id})`, async () => {
        await editor.openDialog(id);
        await editor.page.locator("#node-dialog-ok, #node-config-dialog-ok").first().click();
        await editor.page.locator(".red-ui-tray").waitFor({ state: "detached" });
        const kept = await editor.page.evaluate((node) => {
          const { RED } = globalThis as unknown as { RED: { nodes: { node(id: string): object } } };
          return { ...RED.nodes.node(node) } as Record<string, unknown>;
        }, id);
        for (const name of choicesOf(type)) assert.equal(kept[name], variable(name), name);
      });
});
