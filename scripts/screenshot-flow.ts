/** Takes the README's picture of the example flow from the real editor. */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { launchNodeRed } from "../sandbox/node-red.ts";
import { launchBrowser, openEditor } from "../test/support/editor-browser.ts";
import { temporaryFolder } from "../test/support/temporary.ts";

const root = path.resolve(import.meta.dirname, "..");
const example = path.join(root, "examples", "order-and-inventory-sync.json");
const margin = 24;

/** What the example's config nodes name, so that no node complains in the picture. Nothing is called. */
const accounts = {
  SHOPIFY_SHOP: "example.myshopify.com",
  SHOPIFY_WEBHOOK_SECRET: "for a picture",
  SHOPIFY_ADMIN_TOKEN: "for a picture",
  SHOPIFY_ADMIN_URL: "",
  ODOO_URL: "https://example.odoo.com",
  ODOO_DB: "example",
  ODOO_LOGIN: "shop-sync@example.com",
  ODOO_API_KEY: "for a picture",
};

export async function screenshotFlow(file: string): Promise<void> {
  const folder = temporaryFolder();
  const nodeRed = await launchNodeRed({ version: 5, userDir: folder.path, env: accounts });
  const browser = await launchBrowser();
  try {
    await nodeRed.deploy(JSON.parse(readFileSync(example, "utf8")) as object[]);
    const editor = await openEditor(browser, { url: nodeRed.url, width: 1920, height: 1320, scale: 2 });
    // Statuses come a moment after the deploy.
    await editor.page.waitForTimeout(2_000);
    mkdirSync(path.dirname(file), { recursive: true });
    await editor.page.screenshot({ path: file, clip: await flowArea(editor.page) });
  } finally {
    await browser.close();
    await nodeRed.stop();
    folder.remove();
  }
}

/** Where the flow is on the page: all nodes, wires and statuses, with some air. */
function flowArea(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  return page.evaluate((air) => {
    const parts = document.querySelectorAll(
      "#red-ui-workspace-chart :is(.red-ui-flow-node-group, .red-ui-flow-link-line, .red-ui-flow-group-body)",
    );
    const boxes = [...parts].map((part) => part.getBoundingClientRect()).filter(({ width }) => width > 0);
    const canvas = document.querySelector("#red-ui-workspace-chart")!.getBoundingClientRect();
    const left = Math.max(canvas.left, Math.min(...boxes.map((box) => box.left)) - air);
    const top = Math.min(...boxes.map((box) => box.top)) - air;
    const right = Math.max(...boxes.map((box) => box.right)) + air;
    const bottom = Math.max(...boxes.map((box) => box.bottom)) + air;
    return { x: left, y: top, width: right - left, height: bottom - top };
  }, margin);
}
