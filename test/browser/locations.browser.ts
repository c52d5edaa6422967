import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Locator } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { type Editor, type EditorGlobal, launchBrowser, openEditor } from "../support/editor-browser.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Pictures to look at; `HOLDFAST_PICTURES` keeps them in a folder of your choice. */
const pictures = process.env.HOLDFAST_PICTURES ?? mkdtempSync(path.join(tmpdir(), "holdfast-pictures-"));
mkdirSync(pictures, { recursive: true });

/** A shop with three locations and an Odoo with two warehouses, behind a table that is not filled in yet. */
for (const version of [4, 5] as const)
  describe(`the location table, on Node-RED ${version === 4 ? "4.1" : "5"}`, function () {
    this.timeout(120_000);
    const folder = temporaryFolder();
    const picture = (name: string): string => path.join(pictures, `locations-${name}-${version}.png`);
    let browser: Browser;
    let shopify: Shopify;
    let odoo: OdooStandIn;
    let nodeRed: NodeRedProcess;
    let editor: Editor;

    before(async () => {
      browser = await launchBrowser();
      shopify = await startShopify();
      odoo = await startOdooStandIn();
      nodeRed = await launchNodeRed({ version, userDir: folder.path });
      const common = { z: "tab", x: 200, y: 100, wires: [[]] };
      await nodeRed.deploy([
        { id: "tab", type: "tab", label: "Locations" },
        {
          id: "shop",
          type: "shopify-store",
          shop: shopify.domain,
          adminUrl: shopify.url,
          clientId: "",
          apiVersion: "2026-10",
          credentials: { webhookSecret: "a secret", adminToken: shopify.token },
        },
        {
          id: "odoo",
          type: "odoo-server",
          url: odoo.url,
          db: odoo.db,
          login: odoo.login,
          transport: "auto",
          timeoutSeconds: 60,
          maxParallel: 4,
          minIntervalMs: 0,
          credentials: { apiKey: odoo.apiKey },
        },
        {
          ...common,
          id: "mapper",
          type: "location-mapper",
          direction: "toOdoo",
          unmapped: "reject",
          outputs: 1,
          rows: [],
          store: "shop",
          server: "odoo",
        },
      ]);
      editor = await openEditor(browser, { url: nodeRed.url });
    });
    after(async () => {
      await editor?.close();
      await nodeRed?.stop();
      await odoo?.close();
      await stopShopify();
      await browser?.close();
      folder.remove();
      console.log(`      pictures: ${pictures}`);
    });
    afterEach(() => assert.deepEqual(editor.complaints, []));

    const rows = (): Locator =>
      editor.page.locator("#node-input-table > li .red-ui-editableList-item-content");
    const fetched = async (side: "shopify" | "odoo", said: RegExp): Promise<void> => {
      await editor.page.locator(`#node-input-fetch-${side}`).click();
      await editor.page.locator("#node-input-fetch-result").getByText(said).first().waitFor();
    };
    const saved = async (): Promise<Record<string, unknown>[]> => {
      await editor.page.locator("#node-dialog-ok").click();
      await editor.page.locator(".red-ui-tray").waitFor({ state: "detached" });
      return editor.page.evaluate(() => {
        const { RED } = globalThis as unknown as { RED: EditorGlobal };
        return (RED.nodes.node("mapper") as unknown as { rows: Record<string, unknown>[] }).rows;
      });
    };

    it("is filled in by two clicks, and says what is still open", async () => {
      const { page } = editor;
      await editor.openDialog("mapper");
      await fetched("shopify", /The table has 3 locations/);
      assert.equal(await rows().count(), 3);
      await page.locator("#node-input-fetch-result").getByText("3 still without").waitFor();
      await page
        .locator(".red-ui-tray")
        .last()
        .screenshot({ path: picture("fetched-shopify") });
      await fetched("odoo", /names they have in Odoo/);
      // Both sides have an "Outlet"; the others are a person's to say.
      const outlet = rows().nth(1);
      assert.equal(await outlet.locator(".holdfast-warehouseId").inputValue(), "2");
      assert.equal(await outlet.locator(".holdfast-odooName").textContent(), "Outlet · OUT/Stock");
      const main = rows().nth(2);
      await main.locator(".holdfast-warehouseId").fill("1");
      await main.locator(".holdfast-warehouseId").press("Tab");
      assert.equal(await main.locator(".holdfast-locationId").inputValue(), "5");
      assert.equal(await main.locator(".holdfast-odooName").textContent(), "My Company · WH/Stock");
      const first = rows().nth(0);
      await first.locator(".holdfast-warehouseId").fill("1");
      await first.locator(".holdfast-warehouseId").press("Tab");
      await first.locator(".holdfast-stockDirection").selectOption("shopify");
      assert.equal(await first.locator(".holdfast-buffer").isVisible(), false);
      const problems = page.locator("#node-input-table-problems li");
      await problems.filter({ hasText: "has the same stock location" }).waitFor();
      await page
        .locator(".red-ui-tray")
        .last()
        .screenshot({ path: picture("both-ways") });
      await first.locator(".holdfast-stockDirection").selectOption("odoo");
      await main.locator(".holdfast-stockLocationIds").fill("5, 14");
      await main.locator(".holdfast-buffer").fill("2");
      assert.equal(await problems.count(), 0);
      await page
        .locator(".red-ui-tray")
        .last()
        .screenshot({ path: picture("filled") });
      const table = await saved();
      assert.deepEqual(
        table.map(({ shopifyName, warehouseId, locationId, code }) => [
          shopifyName,
          warehouseId,
          locationId,
          code,
        ]),
        [
          ["Harbour Street Store", 1, 5, "WH"],
          ["Outlet", 2, 14, "OUT"],
          ["Main Warehouse", 1, 5, "WH"],
        ],
      );
      assert.deepEqual([table[2]?.stockLocationIds, table[2]?.buffer], ["5, 14", "2"]);
    });

    it("marks what was renamed or deactivated in Shopify since", async () => {
      const [first, second] = shopify.shop.stock.locations;
      shopify.shop.rename(first!, "Harbour Street 12");
      shopify.shop.deactivate(second!);
      await editor.openDialog("mapper");
      await fetched("shopify", /1 things to look at|names they have in Shopify/);
      await rows().nth(0).getByText("Was called Harbour Street Store.").waitFor();
      await rows()
        .nth(1)
        .locator(".holdfast-bad", { hasText: "Outlet is deactivated in Shopify." })
        .waitFor();
      await editor.page
        .locator(".red-ui-tray")
        .last()
        .screenshot({ path: picture("changed") });
      const [renamed] = await saved();
      assert.equal(renamed?.shopifyName, "Harbour Street 12");
    });

    it("says in words when the other side does not answer, and keeps what was typed", async () => {
      await editor.openDialog("mapper");
      odoo.faults.set({ status: 503 });
      const { page } = editor;
      await page.locator("#node-input-fetch-odoo").click();
      const result = page.locator("#node-input-fetch-result");
      await result.getByText(/Odoo/).first().waitFor();
      await result.getByText("Asking").waitFor({ state: "detached" });
      odoo.faults.set({});
      assert.equal(await rows().count(), 3);
      await editor.closeDialog();
    });
  });
