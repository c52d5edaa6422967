import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type Editor, launchBrowser, openEditor } from "../support/editor-browser.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow } from "../support/flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** What is done in the page with the editor's own API. */
interface Red {
  nodes: {
    node(id: string): { valid: boolean; validationErrors?: string[] };
    remove(id: string): { links: object[] };
    dirty(is: boolean): void;
  };
  view: { importNodes(nodes: object[], options: object): void; redraw(): void };
  history: { push(event: object): void };
  actions: { invoke(name: string): void };
}

describe("a flow that could lose or stall events is marked before it is deployed", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const version of [4, 5] as const)
    describe(`in the editor of Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      const folder = temporaryFolder();
      let nodeRed: NodeRedProcess;
      let editor: Editor;
      let page: Page;
      before(async () => {
        nodeRed = await launchNodeRed({ version, userDir: folder.path });
        await nodeRed.deploy(exampleFlow());
        editor = await openEditor(browser, { url: nodeRed.url });
        page = editor.page;
      });
      after(async () => {
        await editor?.close();
        await nodeRed?.stop();
        folder.remove();
      });

      const stateOf = (id: string) =>
        page.evaluate((node) => {
          const { RED } = globalThis as unknown as { RED: Red };
          const { valid, validationErrors = [] } = RED.nodes.node(node);
          return { valid, why: validationErrors.join("\n") };
        }, id);
      const notice = () => page.locator(".red-ui-notification", { hasText: "could lose events" });
      const remove = (id: string) =>
        page.evaluate((node) => {
          const { RED } = globalThis as unknown as { RED: Red };
          const whole = RED.nodes.node(node);
          const { links } = RED.nodes.remove(node);
          RED.history.push({ t: "delete", nodes: [whole], links, dirty: false });
          RED.nodes.dirty(true);
          RED.view.redraw();
        }, id);

      it("not where it is as we ship it", async () => {
        // Its operator tab is loaded by then, and with it what checks.
        await page.locator(".hf-app").waitFor({ state: "attached" });
        await page.waitForTimeout(600);
        assert.deepEqual(await stateOf("hf-queue"), { valid: true, why: "" });
        assert.equal(await notice().count(), 0);
      });

      it("where the Catch is taken away, until it is back", async () => {
        await remove("hf-catch");
        await eventually("the queue is marked", async () => !(await stateOf("hf-queue")).valid);
        assert.match((await stateOf("hf-queue")).why, /What fails on “Shopify orders → Odoo” is not caught/);
        assert.equal(await notice().count(), 0, "one who builds is not interrupted");
        await page.evaluate(() => {
          const { RED } = globalThis as unknown as { RED: Red };
          RED.actions.invoke("core:undo");
        });
        await eventually("the mark is gone", async () => (await stateOf("hf-queue")).valid);
      });

      it("and Deploy asks first", async () => {
        await remove("hf-dead");
        await eventually("it is marked", async () => !(await stateOf("hf-retry")).valid);
        await page.locator("#red-ui-header-button-deploy:not(.disabled)").click();
        await page.getByText("not properly configured").waitFor();
        await page.getByRole("button", { name: "Confirm deploy" }).click();
        await notice().waitFor();
        await page.getByText("What this node gives up leads to no dead-letter node").waitFor();
        await notice().getByRole("button", { name: "Close" }).click();
        await notice().waitFor({ state: "detached" });
      });

      it("in words where a flow is imported, and a click leads there", async () => {
        const flow = [
          { id: "im-tab", type: "tab", label: "Imported" },
          { id: "im-in", type: "shopify-webhook-in", z: "im-tab", x: 200, y: 100, wires: [["im-out"]] },
          { id: "im-out", type: "debug", z: "im-tab", x: 400, y: 100, wires: [] },
          { id: "im-more", type: "debug", z: "im-tab", x: 400, y: 200, wires: [] },
        ];
        await page.evaluate((nodes) => {
          const { RED } = globalThis as unknown as { RED: Red };
          RED.view.importNodes(nodes, { generateIds: false, addFlow: false, touchImport: true });
        }, flow);
        const said = page.locator(".red-ui-notification li", {
          hasText: "No durable-queue is behind this node",
        });
        await said.getByRole("link", { name: "shopify-webhook-in" }).click();
        await page.locator(".red-ui-tab.active", { hasText: "Imported" }).waitFor();
        assert.deepEqual(editor.complaints, []);
      });
    });
});
