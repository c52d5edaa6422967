import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Locator } from "playwright-core";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { type Editor, launchBrowser, openEditor } from "../support/editor-browser.ts";
import { eventually } from "../support/eventually.ts";
import { installPacked } from "../support/packed-package.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";
import { type Stopwatch, startStopwatch } from "../support/stopwatch.ts";
import { temporaryFolder } from "../support/temporary.ts";

const pictures = process.env.HOLDFAST_PICTURES ?? mkdtempSync(path.join(tmpdir(), "holdfast-pictures-"));
mkdirSync(pictures, { recursive: true });

/** Whether all of it can be seen without scrolling. */
function inSight(what: Locator): Promise<boolean> {
  return what.evaluate((element) => {
    let scrolls = element.parentElement!;
    while (!/auto|scroll/.test(getComputedStyle(scrolls).overflowY)) scrolls = scrolls.parentElement!;
    const [inner, outer] = [element.getBoundingClientRect(), scrolls.getBoundingClientRect()];
    return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  });
}

/** From an empty Node-RED with the packed package in it, as somebody does it who has never seen it. */
describe("the first hour", function () {
  this.timeout(180_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    console.log(`      pictures: ${pictures}`);
  });

  for (const version of [4, 5] as const)
    describe(`on Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      let nodeRed: NodeRedProcess;
      let editor: Editor;
      let watch: Stopwatch;
      let folder: ReturnType<typeof temporaryFolder>;
      const begin = async (run: string): Promise<void> => {
        folder = temporaryFolder();
        installPacked(folder.path);
        nodeRed = await launchNodeRed({ version, packageRoot: null, userDir: folder.path });
        editor = await openEditor(browser, { url: nodeRed.url, width: 1440 });
        watch = startStopwatch(editor.page, pictures, `${run}-${version}`);
      };
      const end = async (): Promise<void> => {
        for (const line of watch?.lines ?? []) console.log(`      ${line}`);
        await editor?.close();
        await nodeRed?.stop();
        folder?.remove();
      };
      const deployButton = (): Locator => editor.page.locator("#red-ui-header-button-deploy");
      const flowNode = (name: string): Locator =>
        editor.page.locator(".red-ui-flow-node-group", { hasText: name }).first();
      const sidebarTab = (id: string): Locator =>
        editor.page.locator(version === 4 ? `#red-ui-tab-${id}-link-button` : `button[data-tab-id="${id}"]`);
      const tab = (name: string): Locator => editor.page.locator(".red-ui-tab", { hasText: name }).first();

      describe("with a shop and an Odoo", () => {
        let odoo: OdooStandIn;
        let shopify: Shopify;
        before(async () => {
          [odoo, shopify] = await Promise.all([startOdooStandIn({}), startShopify()]);
          await begin("first-order");
        });
        after(async () => {
          await end();
          await odoo?.close();
          await stopShopify();
        });

        const fill = async (fields: Record<string, string>): Promise<void> => {
          for (const [name, text] of Object.entries(fields))
            await editor.page.locator(`#node-config-input-${name}`).fill(text);
        };
        const update = async (): Promise<void> => {
          await watch.click("Update", editor.page.locator("#node-config-dialog-ok"));
          await editor.page.locator(".red-ui-tray").waitFor({ state: "detached" });
        };
        const configNode = (name: string): Locator =>
          editor.page.locator(".red-ui-sidebar-node-config-list .red-ui-palette-node", { hasText: name });

        it("imports the example, types an address and two accounts", async () => {
          await watch.importExample("orders-only");
          await watch.click("Configuration nodes", sidebarTab("config"));
          await watch.doubleClick("My Shopify shop", configNode("My Shopify shop"));
          const { domain: shop, webhookSecret, url: adminUrl, clientId, clientSecret } = shopify;
          await fill({
            shop,
            webhookSecret,
            publicUrl: nodeRed.url,
            adminUrl,
            clientId,
            clientSecret,
            adminToken: "",
          });
          await watch.picture("3-shop");
          await update();
          await watch.doubleClick("My Odoo", configNode("My Odoo"));
          await fill({ url: odoo.url, db: odoo.db, login: odoo.login, apiKey: odoo.apiKey });
          await watch.picture("4-odoo");
          await update();
        });

        it("deploys, and Shopify's first order is in Odoo after at most 14 clicks", async () => {
          await watch.click("Deploy", deployButton());
          await eventually("its webhooks are registered", () =>
            nodeRed.log.some((line) => line.includes("Registered in Shopify")),
          );
          watch.note("the webhooks are registered in Shopify");
          const { body, name } = makeOrders({ seed: 3, count: 1 })[0]!;
          shopify.shop.orders.place(body);
          await eventually("the order is in Odoo", () =>
            odoo.snapshot().orders.some((order) => order.client_order_ref === name),
          );
          watch.note(`order ${name} is in Odoo`);
          assert.ok(watch.clicks() <= 14, `${watch.clicks()} clicks`);
          await watch.click("the tab", tab("Orders only"));
          await flowNode("Shopify webhooks").getByText("registered").waitFor();
          await watch.picture("5-first-order");
          assert.deepEqual(editor.complaints, []);
        });

        it("both connections can be tested, and say what they reach", async () => {
          const { page } = editor;
          const result = page.locator("#node-config-input-test-result");
          for (const [name, says] of [
            ["My Shopify shop", /Holdfast Outdoor/],
            ["My Odoo", /Odoo 19/],
          ] as const) {
            await watch.doubleClick(name, configNode(name));
            await watch.click("Test connection", page.locator("#node-config-input-test"));
            await result.getByText(says).first().waitFor();
            await watch.picture(`6-test-${name.split(" ")[1]}`);
            assert.ok(await inSight(result), "the answer is below the edge of the dialog");
            await watch.click("Cancel", page.locator("#node-config-dialog-cancel"));
            await page.locator(".red-ui-tray").waitFor({ state: "detached" });
          }
          assert.deepEqual(editor.complaints, []);
        });
      });

      describe("without accounts", () => {
        before(() => begin("try-it"));
        after(end);

        const press = async (name: string): Promise<void> => {
          const button = editor.page.locator(".red-ui-flow-node-button-button");
          const node = editor.page.locator(".red-ui-flow-node-group", { hasText: name, has: button });
          await watch.click(name, node.locator(button));
        };

        it("an order comes through, and one that fails is explained and retried", async () => {
          const { page } = editor;
          await watch.importExample("try-it-without-accounts");
          await watch.click("the tab", tab("Try it without accounts"));
          await watch.click("Deploy", deployButton());
          await page.locator(".red-ui-notification-success").first().waitFor();
          await press("An order comes");
          // 5 shows them from the start.
          if (version === 4) await watch.click("Debug messages", sidebarTab("debug"));
          await page.locator(".red-ui-debug-msg").first().waitFor();
          watch.note("the first order is in the Odoo that is played");
          await press("An order for a hat");
          // The seventh tab of 4.1's sidebar is in the list behind its arrow.
          if (version === 4)
            await watch.click("more tabs", page.locator(".red-ui-tab-link-button-menu:visible"));
          await watch.click(
            "Operator log",
            version === 4
              ? page.locator("#red-ui-tabs-menu-option-holdfast-operator")
              : sidebarTab("holdfast-operator"),
          );
          const row = page.locator(".hf-sidebar .hf-row-button", { hasText: "#1002" }).first();
          await row.waitFor();
          await watch.picture("3-dead-letter");
          await watch.click("the order", row);
          await page.locator(".hf-sidebar .hf-what").waitFor();
          assert.match(await page.locator(".hf-sidebar .hf-do").innerText(), /Internal Reference HAT/);
          await watch.picture("4-what-to-do");
          await press("Add the hat in Odoo");
          await watch.click(
            "Retry",
            page.locator(".hf-sidebar").getByRole("button", { name: "Retry", exact: true }),
          );
          await page.locator(".hf-sidebar .hf-detail .hf-pill.hf-applied").waitFor();
          watch.note("the hat's order is there too");
          await watch.picture("5-retried");
          assert.deepEqual(editor.complaints, []);
        });
      });
    });
});
