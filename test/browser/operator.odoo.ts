import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { Browser, Locator, Page } from "playwright-core";
import { launchBrowser } from "../support/editor-browser.ts";
import { eventually } from "../support/eventually.ts";
import { fresh, read, realClient } from "../support/odoo-real.ts";
import { brokenOrder, goodOrder, type Scene, startScene } from "../support/operator-scene.ts";

const rig = process.env.ODOO_RIG;
const odooEnv = Object.fromEntries(
  ["ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_API_KEY"].map((name) => [name, process.env[name] ?? ""]),
);

function odooServer(...command: string[]): void {
  const { status, stderr } = spawnSync(rig!, command, { encoding: "utf8" });
  assert.equal(status, 0, `${command.join(" ")}: ${stderr}`);
}

describe("an operator and a real Odoo", function () {
  this.timeout(480_000);
  const admin = realClient("admin", "json2");
  const user = realClient("user", "json2");
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    admin.close();
    user.close();
  });

  for (const version of [4, 5] as const)
    describe(`with Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      let scene: Scene;
      let page: Page;
      // Numbers nobody used before: Odoo keeps what an earlier run wrote.
      const first = (Math.floor(Date.now() / 1000) % 100_000) * 100 + version * 10;
      const number = (n: number): number => first + n;
      const sku = (n: number): string => fresh(`SKU${number(n)}`);
      before(async () => {
        scene = await startScene({ version, env: odooEnv });
        page = await (
          await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US" })
        ).newPage();
        await page.goto(`${scene.nodeRed.url}/holdfast`);
        await orders().waitFor();
      });
      after(async () => {
        await page?.context().close();
        await scene?.end();
      });

      const orders = (): Locator => page.getByRole("region", { name: "Queue orders" });
      const row = (n: number): Locator =>
        page.locator(".hf-row-button", { hasText: `#${number(n)}` }).first();
      const applied = (): Promise<void> => page.locator(".hf-detail .hf-pill.hf-applied").waitFor();
      const inOdoo = async (n: number) => {
        const [order, ...more] = await read(
          user,
          "sale.order",
          [["client_order_ref", "=", `#${number(n)}`]],
          ["id", "amount_total"],
        );
        assert.equal(more.length, 0, "once");
        return order;
      };
      const makeProduct = (code: string): Promise<unknown> =>
        admin.call("product.product", "create", {
          args: { vals_list: [{ name: code, default_code: code }] },
        });
      /** Shopify sends it; the operator opens it and reads why Odoo did not take it. */
      const fails = async (n: number, code: string): Promise<void> => {
        await scene.send(brokenOrder(number(n), code));
        await row(n).waitFor();
        await row(n).click();
        await page.locator(".hf-detail h2", { hasText: `#${number(n)}` }).waitFor();
        assert.match(
          await page.locator(".hf-what").innerText(),
          new RegExp(`Order #${number(n)}: variant SKU ${code} .* is not in Odoo`),
        );
        assert.match(await page.locator(".hf-do").innerText(), new RegExp(`Set Internal Reference ${code}`));
        assert.equal(await inOdoo(n), undefined);
      };

      it("reads why an order failed, corrects it in Odoo, retries by click, and finds it there", async () => {
        const code = sku(1);
        await fails(1, code);
        await makeProduct(code);
        await page.getByRole("button", { name: "Retry", exact: true }).click();
        await applied();
        const order = await inOdoo(1);
        const popup = page.waitForEvent("popup");
        await page.getByRole("button", { name: "Open in Odoo" }).click();
        const opened = await popup;
        await opened.waitForLoadState();
        await opened.close();
        const { url } = (await (
          await scene.api(`/holdfast/queues/orders/events/${await eventId(page)}/record`)
        ).json()) as { url: string };
        assert.equal(url, `${odooEnv.ODOO_URL}/web#id=${order!.id}&model=sale.order&view_type=form`);
      });

      it("the same by keyboard alone", async () => {
        const code = sku(2);
        await fails(2, code);
        await makeProduct(code);
        await page.keyboard.press("Escape");
        await page.keyboard.press("/");
        await page.keyboard.type(`#${number(2)}`);
        await page.getByText(`Called #${number(2)}`).waitFor();
        for (let n = 0; n < 60; n++) {
          const at = await page.evaluate(() => document.activeElement?.getAttribute("data-event") ?? "");
          if (at !== "") break;
          await page.keyboard.press("Tab");
        }
        await page.keyboard.press("Enter");
        await page.locator(".hf-detail h2", { hasText: `#${number(2)}` }).waitFor();
        await page.keyboard.press("r");
        await applied();
        assert.ok(await inOdoo(2));
        await page.keyboard.press("Escape");
        await page.getByRole("searchbox", { name: /Find an order/ }).fill("");
      });

      if (rig)
        it("sees that Odoo is away, and that nothing is lost, and asks once it is back", async () => {
          odooServer("kill", "TERM");
          await scene.send(goodOrder(number(3)));
          await orders().locator(".hf-pill.hf-held").waitFor({ timeout: 90_000 });
          await orders().getByText("the destination is away, nothing is lost").waitFor();
          await orders()
            .getByText(/(First|Next) probe in|A probe is out now/)
            .waitFor();
          odooServer("start");
          await orders().getByRole("button", { name: "Probe now" }).click();
          await orders().locator(".hf-pill.hf-running").waitFor({ timeout: 90_000 });
          await eventually("it is applied", () => inOdoo(3), 60_000);
          const [act] = (
            (await (await scene.api("/holdfast/queues/orders/acts")).json()) as {
              acts: { what: string }[];
            }
          ).acts;
          assert.equal(act!.what, "probed");
        });
    });
});

/** The id of what is opened, as the page shows it. */
async function eventId(page: Page): Promise<string> {
  const facts = await page.locator(".hf-facts dd").allInnerTexts();
  return facts.at(-1)!.trim();
}
