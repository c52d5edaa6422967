import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import {
  type Editor,
  type EditorGlobal,
  launchBrowser,
  openEditor,
  wrongInDialog,
} from "../support/editor-browser.ts";
import { everyNode } from "../support/editor-flow.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary.ts";

describe("the list of settings that come from elsewhere", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const version of [4, 5] as const)
    describe(`in the dialogs of Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      const folder = temporaryFolder();
      let nodeRed: NodeRedProcess;
      let editor: Editor;
      before(async () => {
        nodeRed = await launchNodeRed({ version, userDir: folder.path });
        await nodeRed.deploy(everyNode);
        editor = await openEditor(browser, { url: nodeRed.url, width: 1440 });
      });
      after(async () => {
        await editor?.close();
        await nodeRed?.stop();
        folder.remove();
      });
      afterEach(() => assert.deepEqual(editor.complaints, []));

      const section = () => editor.page.locator(".holdfast-sources");
      const stateOf = (id: string) =>
        editor.page.evaluate((node) => {
          const { RED } = globalThis as unknown as { RED: EditorGlobal };
          const {
            sources,
            valid,
            validationErrors = [],
          } = RED.nodes.node(node) as unknown as {
            sources: object[];
            valid: boolean;
            validationErrors?: string[];
          };
          return { sources, valid, why: validationErrors.join("\n") };
        }, id);
      const done = async () => {
        await editor.page.locator("#node-dialog-ok, #node-config-dialog-ok").first().click();
        await editor.page.locator(".red-ui-tray").waitFor({ state: "detached" });
      };
      const add = async () => {
        await section().locator("summary").click();
        await section().locator(".red-ui-editableList-addButton").click();
      };

      it("takes a setting from a message, keeps it, and shows it again", async () => {
        await editor.openDialog("mapping");
        await add();
        await section().getByLabel("Setting").selectOption("confirm");
        const from = section().locator(".red-ui-typedInput-input");
        await from.fill("settings.confirm");
        await from.press("Tab");
        await editor.page.getByText("Here: from msg.settings.confirm").waitFor();
        assert.deepEqual(await wrongInDialog(editor.page.locator(".red-ui-tray").last()), {
          empty: [],
          overflowing: [],
          red: [],
        });
        await done();
        const kept = { field: "confirm", type: "msg", value: "settings.confirm" };
        assert.deepEqual(await stateOf("mapping"), { sources: [kept], valid: true, why: "" });
        await editor.openDialog("mapping");
        assert.equal(await section().getByLabel("Setting").inputValue(), "confirm");
        await done();
        assert.deepEqual((await stateOf("mapping")).sources, [kept]);
      });

      it("offers a config node the environment only", async () => {
        await editor.openDialog("odoo");
        await add();
        await section().getByLabel("Setting").selectOption("url");
        const from = section().locator(".red-ui-typedInput-input");
        await from.fill("MY_ODOO");
        await from.press("Tab");
        assert.equal(
          await section()
            .locator(".red-ui-typedInput-type-select.disabled, .red-ui-typedInput-type-select")
            .count(),
          1,
        );
        await done();
        assert.deepEqual((await stateOf("odoo")).sources, [{ field: "url", type: "env", value: "MY_ODOO" }]);
      });

      it("says what is wrong, in the dialog and of the node", async () => {
        await editor.openDialog("write");
        await add();
        await section().getByText("Row 1: say where its value comes from").waitFor();
        await done();
        await eventually("the node is marked", async () => !(await stateOf("write")).valid);
        assert.match((await stateOf("write")).why, /Row 1: say where its value comes from/);
        await editor.openDialog("write");
        await section().locator(".red-ui-editableList-item-remove").click();
        await done();
        assert.deepEqual(await stateOf("write"), { sources: [], valid: true, why: "" });
      });
    });
});
