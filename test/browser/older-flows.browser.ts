import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright-core";
import {
  type Editor,
  type EditorGlobal,
  launchBrowser,
  openEditor,
  wrongInDialog,
} from "../support/editor-browser.ts";
import { eventually } from "../support/eventually.ts";
import { type ExampleStage, setStage } from "../support/example-stage.ts";
import type { FlowNodeConfig } from "../support/flow.ts";
import { smallOrder } from "../support/small-order.ts";

const exported = readFileSync(
  path.join(import.meta.dirname, "..", "editor", "flows", "1", "orders-only.json"),
  "utf8",
);

describe("a flow of version 1 in the editor", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const version of [4, 5] as const)
    describe(`of Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      let stage: ExampleStage;
      let editor: Editor;
      before(async () => {
        stage = await setStage({ version });
        editor = await openEditor(browser, { url: stage.nodeRed.url, width: 1440 });
      });
      after(async () => {
        await editor?.close();
        await stage?.close();
      });
      afterEach(() => assert.deepEqual(editor.complaints, []));

      const notice = () =>
        editor.page.locator(".red-ui-notification", { hasText: "come from an older version" });
      const settingsOf = (id: string) =>
        editor.page.evaluate((node) => {
          const { RED } = globalThis as unknown as { RED: EditorGlobal };
          return { ...RED.nodes.node(node) } as unknown as Record<string, unknown>;
        }, id);

      it("says what changed when it is imported", async () => {
        await editor.page.evaluate((nodes) => {
          const { RED } = globalThis as unknown as { RED: EditorGlobal };
          RED.view.importNodes(nodes, { generateIds: false, addFlow: false, touchImport: true });
        }, JSON.parse(exported) as object[]);
        await notice().waitFor();
        const lines = await notice().locator("li").allInnerTexts();
        assert.ok(lines.includes("Orders waiting for Odoo: At the same time: 40 → 100"), lines.join("\n"));
        assert.ok(lines.includes("Write to Odoo: Batch: 40 → 100"), lines.join("\n"));
        assert.ok(
          lines.some((line) => /^Shopify webhooks: \d new settings, all as before$/.test(line)),
          lines.join("\n"),
        );
      });

      it("says it in the dialog, too, which shows what is set now", async () => {
        await editor.openDialog("ho-queue");
        assert.equal(await notice().count(), 0, "lies over the dialog");
        const older = editor.page.locator(".holdfast-older");
        assert.deepEqual(await older.locator("li").allInnerTexts(), ["At the same time: 40 → 100"]);
        assert.equal(await editor.page.locator("#node-input-concurrency").inputValue(), "100");
        assert.deepEqual(await wrongInDialog(editor.page.locator(".red-ui-tray").last()), {
          empty: [],
          overflowing: [],
          red: [],
        });
        await editor.closeDialog();
      });

      it("is kept by a deploy, works, and is not told of again", async () => {
        await editor.page.locator("#red-ui-header-button-deploy:not(.disabled)").click();
        await editor.page.locator(".red-ui-notification-success").first().waitFor();
        assert.equal(await stage.send({ body: smallOrder({ id: 101, name: "#101" }) }), 200);
        await stage.settled("orders", 1);
        const flows = (await (await fetch(`${stage.nodeRed.url}/flows`)).json()) as FlowNodeConfig[];
        const { concurrency, configVersion } = flows.find(({ id }) => id === "ho-queue")!;
        assert.deepEqual([concurrency, configVersion], [100, 2]);
        await editor.openDialog("ho-queue");
        assert.equal(await editor.page.locator(".holdfast-older").count(), 0);
        await editor.closeDialog();
      });

      it("that was deployed without an editor is told of when the editor opens, and can be deployed", async () => {
        await stage.nodeRed.deploy(JSON.parse(exported) as object[]);
        await editor.close();
        editor = await openEditor(browser, { url: stage.nodeRed.url, width: 1440 });
        await notice().waitFor();
        assert.equal((await settingsOf("ho-queue")).concurrency, 100);
        await eventually(
          "it can be deployed",
          async () =>
            (await editor.page.locator("#red-ui-header-button-deploy:not(.disabled)").count()) === 1,
        );
        await notice().getByRole("button", { name: "Close" }).click();
        await notice().waitFor({ state: "detached" });
      });
    });
});
