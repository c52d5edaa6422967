import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Locator } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import {
  type Editor,
  type EditorGlobal,
  launchBrowser,
  openEditor,
  wrongInDialog,
} from "../support/editor-browser.ts";
import { everyNode } from "../support/editor-flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Pictures to look at; `HOLDFAST_PICTURES` keeps them in a folder of your choice. */
const pictures = process.env.HOLDFAST_PICTURES ?? mkdtempSync(path.join(tmpdir(), "holdfast-pictures-"));
mkdirSync(pictures, { recursive: true });

const ours = everyNode.filter(({ type }) => type !== "tab" && type !== "catch");
const flowTypes = [...new Set(ours.filter(({ z }) => z).map(({ type }) => type))];
const looks = [
  { version: 4, scheme: "light" },
  { version: 5, scheme: "light" },
  { version: 5, scheme: "dark" },
] as const;

describe("the editor", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    console.log(`      pictures: ${pictures}`);
  });

  for (const { version, scheme } of looks)
    describe(`of Node-RED ${version === 4 ? "4.1" : "5"}, ${scheme}`, () => {
      const folder = temporaryFolder();
      const picture = (name: string): string => path.join(pictures, `${name}-${version}-${scheme}.png`);
      let nodeRed: NodeRedProcess;
      let editor: Editor;
      before(async () => {
        nodeRed = await launchNodeRed({ version, userDir: folder.path });
        await nodeRed.deploy(everyNode);
        editor = await openEditor(browser, { url: nodeRed.url, scheme });
      });
      after(async () => {
        await editor?.close();
        await nodeRed?.stop();
        folder.remove();
      });
      afterEach(() => assert.deepEqual(editor.complaints, []));

      it("shows all nodes in the palette, in a category of their own", async () => {
        const category = editor.page.locator("#red-ui-palette-container-Holdfast");
        const types = await category
          .locator(".red-ui-palette-node")
          .evaluateAll((nodes) => nodes.map((node) => node.getAttribute("data-palette-type")));
        assert.deepEqual(types.sort(), flowTypes.sort());
        await category.scrollIntoViewIfNeeded();
        await category.screenshot({ path: picture("palette") });
      });

      it("finds nothing wrong with nodes that are filled in", async () => {
        const wrong = await editor.page.evaluate(
          (ids) => {
            const { RED } = globalThis as unknown as { RED: EditorGlobal };
            return ids
              .map((id) => RED.nodes.node(id)!)
              .filter((node) => !node.valid)
              .map(({ id, validationErrors }) => `${id}: ${validationErrors}`);
          },
          ours.map(({ id }) => id),
        );
        assert.deepEqual(wrong, []);
        await editor.page.screenshot({ path: picture("flow") });
      });

      it("shows help for every node", async () => {
        for (const { id } of ours.filter(({ z }) => z)) {
          const help = await editor.page.evaluate((type) => {
            const { RED } = globalThis as unknown as { RED: EditorGlobal };
            RED.sidebar.help.show(type);
            return RED.nodes.getNodeHelp(type);
          }, typeOf(id));
          assert.match(help, /<h3>Details<\/h3>/, id);
          await editor.page.locator(".red-ui-help").last().waitFor();
          if (id === "queue") await editor.page.screenshot({ path: picture("help") });
        }
      });

      for (const { id, type } of ours)
        it(`opens the dialog of ${id}, a ${type}`, async () => {
          await editor.openDialog(id);
          const tray = editor.page.locator(".red-ui-tray").last();
          await tray.screenshot({ path: picture(`dialog-${id}`) });
          assert.deepEqual(await wrongInDialog(tray), { empty: [], overflowing: [], red: [] });
          await editor.closeDialog();
        });

      it("tests a shop's connection at one click, and says in words what is wrong", async () => {
        const { page } = editor;
        await editor.openDialog("shop");
        await page.locator("#node-config-input-test").click();
        const result = page.locator("#node-config-input-test-result");
        await result.getByText("refuses connections").waitFor();
        await page.screenshot({ path: picture("dialog-shop-tested") });
        await editor.closeDialog();
      });

      it("tests an Odoo server's connection at one click, and says in words what is wrong", async () => {
        const { page } = editor;
        await editor.openDialog("odoo");
        await page.locator("#node-config-input-test").click();
        const result = page.locator("#node-config-input-test-result");
        await result.getByText("refuses connections").waitFor();
        await page.screenshot({ path: picture("dialog-odoo-tested") });
        await editor.closeDialog();
      });

      it("asks what to do with items that are not stocked only where stock is set", async () => {
        const { page } = editor;
        await editor.openDialog("stock");
        const unstocked = page.locator("#node-input-unstocked");
        assert.equal(await unstocked.isVisible(), true);
        await page.locator("#node-input-operation").selectOption("fulfillment");
        assert.equal(await unstocked.isVisible(), false);
        await editor.closeDialog();
      });

      it("fills in Odoo Online's limits at one click", async () => {
        const { page } = editor;
        await editor.openDialog("odoo");
        await page.locator("#node-config-input-preset").click();
        assert.equal(await page.locator("#node-config-input-maxParallel").inputValue(), "1");
        assert.equal(await page.locator("#node-config-input-minIntervalMs").inputValue(), "1000");
        await editor.closeDialog();
      });

      it("shows the whole address of a webhook while its path is typed", async () => {
        const { page } = editor;
        await editor.openDialog("webhook");
        await page.locator("#node-input-path").fill("/hooks/shop");
        assert.equal(await page.locator("#node-input-address").textContent(), `${nodeRed.url}/hooks/shop`);
        await editor.closeDialog();
      });

      it("shows the waits while they are typed", async () => {
        const { page } = editor;
        await editor.openDialog("retry");
        await page.locator("#node-input-maxAttempts").fill("4");
        await page.locator("#node-input-baseSeconds").fill("10");
        assert.match(
          (await page.locator("#node-input-waits").textContent()) ?? "",
          /^At most 10 s, 20 s, 40 s\. /,
        );
        await page.locator("#node-input-maxAttempts").fill("0");
        await page.keyboard.press("Tab");
        await page.locator("#node-input-maxAttempts.input-error").waitFor();
        await page.screenshot({ path: picture("dialog-retry-wrong") });
        await editor.closeDialog();
      });

      it("asks for model and method where an operation needs them", async () => {
        const { page } = editor;
        await editor.openDialog("write");
        const [model, method, batch] = ["model", "method", "batchSize"].map((field) =>
          page.locator(`#node-input-${field}`),
        ) as [Locator, Locator, Locator];
        const shown = (): Promise<boolean[]> =>
          Promise.all([model, method, batch].map((field) => field.isVisible()));
        assert.deepEqual(await shown(), [false, false, true]);
        await page.locator("#node-input-operation").selectOption("call");
        assert.deepEqual(await shown(), [true, true, false]);
        await page.locator("#node-input-operation").selectOption("create");
        assert.deepEqual(await shown(), [true, false, false]);
        await page.locator("#node-input-model.input-error").waitFor();
        await editor.closeDialog();
      });

      it("says what is wrong with a location table, and saves what is right", async () => {
        const { page } = editor;
        await editor.openDialog("location");
        await page.getByRole("button", { name: "add location" }).click();
        const row = page.locator(".holdfast-location:not(.holdfast-location-head)").last();
        const input = (field: string): Locator => row.locator(`.holdfast-${field}`);
        await input("shopifyId").fill("65310490778");
        await input("warehouseId").fill("WH");
        await page.locator("#node-input-table-problems li").nth(2).waitFor();
        const problems = await page.locator("#node-input-table-problems li").allTextContents();
        assert.equal(problems.length, 3);
        for (const problem of problems) assert.match(problem, /^Row 4: /);
        await page.screenshot({ path: picture("dialog-location-wrong") });

        await input("shopifyId").fill(
          "https://admin.shopify.com/store/example/settings/locations/65310589082",
        );
        await input("warehouseId").fill("https://example.odoo.com/odoo/action-350/4");
        await input("locationId").fill("38");
        await input("default").check();
        assert.equal(await page.locator("#node-input-table-problems li").count(), 0);
        await page.locator("#node-input-unmapped").selectOption("default");
        await page.locator("#node-dialog-ok").click();
        await page.locator(".red-ui-tray").waitFor({ state: "detached" });

        const saved = await page.evaluate(() => {
          const { RED } = globalThis as unknown as { RED: EditorGlobal };
          const { rows, outputs, valid } = RED.nodes.node("location") as unknown as Record<string, unknown>;
          return { last: (rows as object[]).at(-1), first: (rows as object[])[0], outputs, valid };
        });
        const stock = { stockDirection: "odoo", stockLocationIds: "", buffer: "", odooName: "" };
        const place = { warehouseId: 4, locationId: 38, code: "", isDefault: true, ...stock };
        assert.deepEqual(saved.last, { shopifyId: "65310589082", shopifyName: "", ...place });
        assert.equal((saved.first as { isDefault: boolean }).isDefault, false);
        assert.deepEqual([saved.outputs, saved.valid], [1, true]);
      });

      it("holds the mapping's tables, says what is wrong in them, and keeps what is right", async () => {
        const { page } = editor;
        await editor.openDialog("mapping");
        const tray = page.locator(".red-ui-tray").last();
        await tray.locator("details").evaluateAll((sections) => {
          for (const section of sections) (section as HTMLDetailsElement).open = true;
        });
        const overflowing = await tray.locator(".holdfast").evaluate((form) =>
          [...form.querySelectorAll<HTMLElement>("*")]
            .filter((each) => each.offsetParent)
            .filter((each) => each.getBoundingClientRect().right > form.getBoundingClientRect().right + 1)
            .map((each) => each.outerHTML),
        );
        assert.deepEqual(overflowing, []);
        await page.locator("#node-input-taxes-list").scrollIntoViewIfNeeded();
        await tray.screenshot({ path: picture("dialog-mapping-open") });

        const taxes = page.locator(".red-ui-editableList", { has: page.locator("#node-input-taxes-list") });
        await taxes.locator(".red-ui-editableList-addButton").click();
        const row = page.locator("#node-input-taxes-list .holdfast-row").last();
        await row.locator(".holdfast-country").fill("France");
        const problems = page.locator("#node-input-taxes-problems li");
        await problems.nth(1).waitFor();
        assert.deepEqual(await problems.allTextContents(), [
          "Taxes, row 2: the tax in Odoo is missing",
          "Taxes, row 2: a country is two letters, like DE",
        ]);
        await row.locator(".holdfast-country").fill("FR");
        await row.locator(".holdfast-tax").fill("20% TVA");
        assert.equal(await problems.count(), 0);
        await page.locator("#node-dialog-ok").click();
        await page.locator(".red-ui-tray").waitFor({ state: "detached" });
        const saved = await page.evaluate(() => {
          const { RED } = globalThis as unknown as { RED: EditorGlobal };
          const { taxes, journals, valid, confirm } = RED.nodes.node("mapping") as unknown as Record<
            string,
            unknown
          >;
          return {
            last: (taxes as object[]).at(-1),
            journals: (journals as object[]).length,
            valid,
            confirm,
          };
        });
        assert.deepEqual(saved, {
          last: { country: "FR", title: "", rate: "", tax: "20% TVA" },
          journals: 2,
          valid: true,
          confirm: "paid",
        });
      });

      it("asks for what the chosen kind of Redis needs", async () => {
        const { page } = editor;
        await editor.openDialog("store");
        const fields = ["file", "url", "servers", "masterName", "password"].map((field) =>
          page.locator(`#node-config-input-${field}`),
        );
        const shown = (): Promise<boolean[]> => Promise.all(fields.map((field) => field.isVisible()));
        assert.deepEqual(await shown(), [true, false, false, false, false]);
        await page.locator("#node-config-input-engine").selectOption("redis");
        assert.deepEqual(await shown(), [false, true, false, false, true]);
        await page.screenshot({ path: picture("dialog-store-redis") });
        await page.locator("#node-config-input-mode").selectOption("sentinel");
        assert.deepEqual(await shown(), [false, false, true, true, true]);
        await page.locator("#node-config-input-servers.input-error").waitFor();
        await page.locator("#node-config-input-mode").selectOption("cluster");
        assert.deepEqual(await shown(), [false, false, true, false, true]);
        await editor.closeDialog();
      });

      it("marks what a new node still needs", async () => {
        const wrong = await editor.page.evaluate(() => {
          const { RED } = globalThis as unknown as { RED: EditorGlobal };
          RED.view.importNodes(
            [{ id: "new", type: "durable-queue", z: "hf-tab", x: 300, y: 300, wires: [] }],
            {
              touchImport: true,
            },
          );
          const [found] = RED.nodes.filterNodes({ type: "durable-queue" }).filter(({ id }) => id !== "queue");
          return found?.validationErrors;
        });
        assert.ok(
          wrong?.some((reason) => reason.includes("Store")),
          String(wrong),
        );
      });
    });
});

function typeOf(id: string): string {
  return everyNode.find((node) => node.id === id)!.type;
}
