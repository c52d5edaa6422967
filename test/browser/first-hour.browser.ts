import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Locator } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { deliver, makeOrders, makeWebhook } from "../../sandbox/shopify/index.ts";
import { type Editor, launchBrowser, openEditor } from "../support/editor-browser.ts";
import { eventually } from "../support/eventually.ts";
import { installPacked } from "../support/packed-package.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";
import { temporaryFolder } from "../support/temporary.ts";

const pictures = process.env.HOLDFAST_PICTURES ?? mkdtempSync(path.join(tmpdir(), "holdfast-pictures-"));
mkdirSync(pictures, { recursive: true });

/** From an empty Node-RED with the package in it to the first order in Odoo, as somebody does it who has both accounts. */
describe("the first hour", function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let browser: Browser;
  let odoo: OdooStandIn;
  let shopify: Shopify;
  let nodeRed: NodeRedProcess;
  let editor: Editor;
  /** What was pressed, with the seconds since the start. Typing is not counted; a double click counts as one. */
  const log: string[] = [];
  let clicks = 0;
  let began = 0;

  before(async () => {
    installPacked(folder.path);
    [browser, odoo, shopify] = await Promise.all([launchBrowser(), startOdooStandIn({}), startShopify()]);
    nodeRed = await launchNodeRed({ version: 5, packageRoot: null, userDir: folder.path });
    editor = await openEditor(browser, { url: nodeRed.url, width: 1440 });
    began = performance.now();
  });
  after(async () => {
    await editor?.close();
    await browser?.close();
    await nodeRed?.stop();
    await odoo?.close();
    await stopShopify();
    folder.remove();
    for (const line of log) console.log(`      ${line}`);
    console.log(`      pictures: ${pictures}`);
  });

  const note = (what: string): void => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    log.push(`${seconds.padStart(5)} s  ${String(clicks).padStart(2)}  ${what}`);
  };
  const picture = async (name: string): Promise<void> => {
    // Trays and dialogs slide in.
    await editor.page.waitForTimeout(700);
    await editor.page.screenshot({ path: path.join(pictures, `first-hour-${name}.png`) });
  };
  const click = async (what: string, where: Locator): Promise<void> => {
    await where.click();
    clicks++;
    note(what);
  };
  const doubleClick = async (what: string, where: Locator): Promise<void> => {
    await where.dblclick();
    clicks++;
    note(`double click on ${what}`);
    await editor.page.locator(".red-ui-tray form").first().waitFor();
  };
  const fill = async (fields: Record<string, string>): Promise<void> => {
    for (const [name, text] of Object.entries(fields))
      await editor.page.locator(`#node-config-input-${name}`).fill(text);
  };
  const update = async (): Promise<void> => {
    await click("Update", editor.page.locator("#node-config-dialog-ok"));
    await editor.page.locator(".red-ui-tray").waitFor({ state: "detached" });
  };
  const configNode = (name: string): Locator =>
    editor.page.locator(".red-ui-sidebar-node-config-list .red-ui-palette-node", { hasText: name });

  it("finds the example", async () => {
    const { page } = editor;
    const entry = (name: string): Locator =>
      page.locator("#red-ui-clipboard-dialog-import-tab-examples .red-ui-treeList-label-text", {
        hasText: name,
      });
    await click("the menu", page.locator("#red-ui-header-button-sidemenu"));
    await click("Import", page.locator("#menu-item-import"));
    await click("Examples", page.locator("#red-ui-clipboard-dialog-import-tabs >> text=Examples"));
    await click("the package", entry("@holdfast/node-red-shopify-odoo"));
    await entry("orders-only").waitFor();
    await picture("1-examples");
    await click("orders-only", entry("orders-only"));
    await click("Import", page.locator("#red-ui-clipboard-dialog-ok"));
    await picture("2-imported");
  });

  it("types two accounts into two dialogs", async () => {
    await click("Configuration nodes", editor.page.locator('button[data-tab-id="config"]'));
    await doubleClick("My Shopify shop", configNode("My Shopify shop"));
    await fill({ shop: shopify.domain, webhookSecret: shopify.webhookSecret });
    await picture("3-shop");
    await update();
    await doubleClick("My Odoo", configNode("My Odoo"));
    await fill({ url: odoo.url, db: odoo.db, login: odoo.login, apiKey: odoo.apiKey });
    await picture("4-odoo");
    await update();
  });

  it("deploys, and the first order is in Odoo after at most 15 clicks", async () => {
    await click("Deploy", editor.page.locator("#red-ui-header-button-deploy"));
    const { body, name } = makeOrders({ seed: 3, count: 1 })[0]!;
    const webhook = makeWebhook({ body, secret: shopify.webhookSecret, shop: shopify.domain });
    // Shopify sends it again until it is answered 200.
    await eventually(
      "the webhook is acknowledged",
      async () => (await deliver(`${nodeRed.url}/shopify/webhooks`, webhook)).status === 200,
    );
    await eventually("the order is in Odoo", () =>
      odoo.snapshot().orders.some((order) => order.client_order_ref === name),
    );
    note(`order ${name} is in Odoo`);
    await editor.page.locator(".red-ui-tab", { hasText: "Orders only" }).first().click();
    await picture("5-first-order");
    assert.ok(clicks <= 15, `${clicks} clicks`);
    assert.deepEqual(editor.complaints, []);
  });
});
