import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import type { SandboxOrder } from "../../sandbox/shopify/index.ts";
import { launchBrowser, openEditor } from "../support/editor-browser.ts";
import { eventually } from "../support/eventually.ts";
import { accounts, brokenOrder, goodOrder, type Scene, startScene } from "../support/operator-scene.ts";

/** Pictures to look at; `HOLDFAST_PICTURES` keeps them in a folder of your choice. */
const pictures = process.env.HOLDFAST_PICTURES ?? mkdtempSync(path.join(tmpdir(), "holdfast-pictures-"));
mkdirSync(pictures, { recursive: true });
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What would do harm or turn the page around, if it were more than text. */
const hostile =
  '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><b>bold</b> \u202e\u05e9\u05dc\u05d5\u05dd &lt;i&gt;';

function hostileOrder(number: number): SandboxOrder {
  const order = brokenOrder(number, `SH-${number}`);
  return {
    ...order,
    body: order.body.replace(/"note":(?:null|"[^"]*")/, `"note":${JSON.stringify(hostile)}`),
  };
}

describe("the operator's log", function () {
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
      let scene: Scene;
      before(async () => {
        scene = await startScene({ version, login: true });
        for (let n = 1030; n < 1036; n++) await scene.send(goodOrder(n));
        for (let n = 1040; n < 1044; n++) await scene.send(brokenOrder(n, `SH-${n}`));
        await scene.send(hostileOrder(1044));
        await eventually("five orders are dead", async () => (await overview()).dead === 5);
      });
      after(() => scene?.end());

      const overview = async (): Promise<Record<string, number>> => {
        const { queues } = (await (await scene.api("/holdfast/overview", { as: "operator" })).json()) as {
          queues: { counts: Record<string, number> }[];
        };
        return queues[0]!.counts;
      };
      const inOdoo = (name: string): Promise<unknown> =>
        eventually(`${name} is in Odoo`, () =>
          scene.odoo.snapshot().orders.some((order) => order.client_order_ref === name),
        );

      for (const scheme of ["light", "dark"] as const)
        describe(`a page of its own, ${scheme}`, () => {
          let context: BrowserContext;
          let page: Page;
          const wrong: string[] = [];
          before(async () => {
            context = await browser.newContext({
              viewport: { width: 1280, height: 900 },
              colorScheme: scheme,
              locale: "en-US",
            });
            page = await context.newPage();
            page.on("pageerror", (error) => wrong.push(error.message));
            page.on("console", (message) => {
              // The first look is made without a token, to see whether one is needed.
              if (message.type() === "error" && !message.text().includes("401")) wrong.push(message.text());
            });
            await page.goto(`${scene.nodeRed.url}/holdfast`);
            await signIn(page, "operator");
          });
          after(() => context?.close());
          afterEach(() => assert.deepEqual(wrong, []));

          it("shows the queue at a glance and what needs attention, accessibly", async () => {
            const dead = Number((await count(page, "Dead").textContent())!.trim());
            assert.equal(await page.locator(".hf-row").count(), dead);
            await page.screenshot({ path: picture(`operator-page-${version}-${scheme}`) });
            assert.deepEqual(await seriousFindings(page), []);
          });

          it("finds an order by its name, done or dead, in the one box at the top", async () => {
            await page.keyboard.press("/");
            await page.keyboard.type("1033");
            await row(page, "#1033").waitFor();
            assert.match(await row(page, "#1033").innerText(), /Applied on/);
            await page.getByRole("searchbox", { name: /Find an order/ }).fill("");
            await row(page, "#1043").waitFor();
          });

          it("narrows the log by time, class and topic, and forgets that at a click on a counter", async () => {
            await page.getByText("More filters").click();
            await page.getByLabel("Until", { exact: true }).fill("2020-01-01T00:00");
            await page.getByText("Nothing here.").waitFor();
            await page.getByLabel("Until", { exact: true }).fill("");
            await page.getByLabel("From", { exact: true }).fill("2020-01-01T00:00");
            await page.getByLabel("Failure").selectOption("rejected");
            await page.getByLabel("Topic").fill("orders/create");
            await row(page, "#1044").waitFor();
            await page.getByLabel("Topic").fill("refunds/create");
            await page.getByText("Nothing here.").waitFor();
            await orders(page).locator(".hf-count", { hasText: "Dead" }).click();
            await row(page, "#1044").waitFor();
            for (const label of ["From", "Until", "Failure", "Topic"])
              assert.equal(await page.getByLabel(new RegExp(`^${label}`)).inputValue(), "", label);
            await page.getByLabel("Show").selectOption("attention");
            await page.getByText("More filters").click();
          });

          it("only shows what a hostile payload carries", async () => {
            await row(page, "#1044").click();
            await opened(page, "#1044");
            const search = page.getByRole("searchbox", { name: "Search the payload" });
            await search.fill("onerror");
            await page.getByText("1 place", { exact: true }).waitFor();
            const payload = page.getByRole("region", { name: "Payload" });
            assert.ok((await payload.innerText()).includes(JSON.stringify(hostile).slice(1, 60)));
            assert.equal(await page.evaluate(() => "hacked" in window), false);
            assert.equal(await page.locator(".hf-app :is(img, script, b, i)").count(), 0);
            await page.screenshot({ path: picture(`operator-detail-${version}-${scheme}`) });
            assert.deepEqual(await seriousFindings(page), []);
          });

          it("reads the reason, corrects it in Odoo, and retries by click", async () => {
            const name = scheme === "light" ? "#1040" : "#1041";
            const sku = `SH-${name.slice(1)}`;
            await row(page, name).click();
            await opened(page, name);
            const what = await page.locator(".hf-what").innerText();
            assert.match(what, new RegExp(`Order ${name}: variant SKU ${sku} .* is not in Odoo`));
            assert.match(
              await page.locator(".hf-do").innerText(),
              new RegExp(`Set Internal Reference ${sku}`),
            );
            await scene.makeProduct(sku);
            await page.getByRole("button", { name: "Retry", exact: true }).click();
            await page.getByText(`${name} was put back to be tried again.`).waitFor();
            await inOdoo(name);
            await page.locator(".hf-detail .hf-pill.hf-applied").waitFor();
          });

          it("retries by keyboard alone", async () => {
            const name = scheme === "light" ? "#1042" : "#1043";
            await scene.makeProduct(`SH-${name.slice(1)}`);
            await page.keyboard.press("Escape");
            await page.keyboard.press("/");
            await page.keyboard.type(name);
            await row(page, name).waitFor();
            for (let n = 0; n < 80; n++) {
              const focused = await page.evaluate(
                () =>
                  document.activeElement?.getAttribute("data-event") && document.activeElement?.textContent,
              );
              if (focused?.startsWith(name)) break;
              await page.keyboard.press("Tab");
            }
            await page.keyboard.press("Enter");
            await opened(page, name);
            await page.keyboard.press("r");
            await inOdoo(name);
            await page.locator(".hf-detail .hf-pill.hf-applied").waitFor();
            await page.keyboard.press("Escape");
            await page.getByRole("searchbox", { name: /Find an order/ }).fill("");
          });

          it("opens what is clicked, though the list that comes meanwhile was asked for before", async () => {
            const [clicked, other] = scheme === "light" ? [1091, 1092] : [1093, 1094];
            await page.mouse.move(0, 0);
            await scene.send(brokenOrder(clicked!, `SH-${clicked}`));
            await row(page, `#${clicked}`).waitFor();
            let wasAsked = () => {};
            const asked = new Promise<void>((resolve) => {
              wasAsked = resolve;
            });
            let press = () => {};
            const pressed = new Promise<void>((resolve) => {
              press = resolve;
            });
            const list = (url: URL) => url.pathname.endsWith("/holdfast/events");
            await page.route(list, async (route) => {
              wasAsked();
              await pressed;
              await route.continue();
            });
            await scene.send(brokenOrder(other!, `SH-${other}`));
            await asked;
            await row(page, `#${clicked}`).hover();
            await page.mouse.down();
            const came = page.waitForResponse((response) => list(new URL(response.url())));
            press();
            await (await came).finished();
            await page.waitForTimeout(500);
            await page.mouse.up();
            await opened(page, `#${clicked}`);
            await page.unroute(list);
            await page.keyboard.press("Escape");
          });

          it("asks before it edits, and accepts only JSON", async () => {
            await row(page, "#1044").click();
            await opened(page, "#1044");
            await page.getByRole("button", { name: "Edit payload…" }).click();
            const dialog = page.getByRole("dialog");
            await dialog.getByLabel("Payload").fill("{ not json");
            await dialog.getByRole("button", { name: "Save and retry" }).click();
            await dialog.getByText(/This is not JSON/).waitFor();
            assert.deepEqual(await seriousFindings(page), []);
            await page.keyboard.press("Escape");
            await dialog.waitFor({ state: "detached" });
          });

          it("tells who did what, and keeps what is open when that is closed by keyboard", async () => {
            await orders(page).getByRole("button", { name: "Pause…" }).click();
            await page.getByRole("dialog").getByLabel("Reason").fill("stocktaking");
            await page.keyboard.press("Control+Enter");
            await page.getByText("Queue orders is paused.").waitFor();
            await orders(page).getByRole("button", { name: "Resume" }).click();
            await orders(page).locator(".hf-pill.hf-running").waitFor();
            await page.getByRole("button", { name: "Who did what" }).click();
            const dialog = page.getByRole("dialog");
            await dialog
              .getByText(/orders · paused by operator · stocktaking/)
              .first()
              .waitFor();
            await dialog
              .getByText(/orders · resumed by operator/)
              .first()
              .waitFor();
            assert.deepEqual(await seriousFindings(page), []);
            await page.keyboard.press("Escape");
            await dialog.waitFor({ state: "detached" });
            await opened(page, "#1044");
          });

          it("shows an outage of Odoo, and that it is over", async () => {
            scene.odoo.faults.set({ status: 503 });
            const name = scheme === "light" ? 1060 : 1061;
            await scene.send(goodOrder(name));
            await orders(page).locator(".hf-pill.hf-held").waitFor();
            await page.getByText("the destination is away, nothing is lost").waitFor();
            await page.screenshot({ path: picture(`operator-held-${version}-${scheme}`) });
            assert.deepEqual(await seriousFindings(page), []);
            scene.odoo.faults.clear();
            await orders(page).getByRole("button", { name: "Probe now" }).click();
            await inOdoo(`#${name}`);
            await orders(page).locator(".hf-pill.hf-running").waitFor();
          });

          it("shows a reader everything but what acts", async () => {
            const other = await browser.newContext({
              colorScheme: scheme,
              viewport: { width: 1280, height: 900 },
            });
            try {
              const reading = await other.newPage();
              await reading.goto(`${scene.nodeRed.url}/holdfast`);
              await signIn(reading, "reader");
              await row(reading, "#1044").click();
              await reading.locator(".hf-what").waitFor();
              for (const name of ["Retry", "Edit payload…", "Discard…", "Pause…", "Retry all that match…"])
                assert.equal(await reading.getByRole("button", { name, exact: true }).count(), 0, name);
              assert.equal(await reading.getByRole("checkbox").count(), 0);
              await reading.getByText("You may read").waitFor();
            } finally {
              await other.close();
            }
          });
        });

      it("keeps what is typed into the form while further requests are refused", async () => {
        const context = await browser.newContext({ locale: "en-US" });
        try {
          const page = await context.newPage();
          await page.route(/\/holdfast\/events/, async (route) => {
            await page.getByLabel("User name").fill(accounts.reader.username);
            await route.continue();
          });
          const refused = page.waitForResponse(/\/holdfast\/events/);
          await page.goto(`${scene.nodeRed.url}/holdfast`);
          await (await refused).finished();
          await page.waitForTimeout(200);
          assert.equal(await page.getByLabel("User name").inputValue(), accounts.reader.username);
        } finally {
          await context.close();
        }
      });

      for (const [scheme, width] of version === 4
        ? ([["light", 300]] as const)
        : ([
            ["light", 180],
            ["dark", 300],
          ] as const))
        it(`in the editor's sidebar, ${scheme}, ${width} pixels wide`, async () => {
          const editor = await openEditor(browser, {
            url: scene.nodeRed.url,
            scheme,
            token: await scene.token("operator"),
          });
          try {
            const { page } = editor;
            await page.evaluate(() => {
              const { RED } = globalThis as unknown as { RED: { sidebar: { show(id: string): void } } };
              RED.sidebar.show("holdfast-operator");
            });
            const sidebar = page.locator(".hf-sidebar");
            await sidebar.evaluate((place, px) => {
              (place as HTMLElement).style.width = `${px}px`;
            }, width);
            await row(page, "#1044").waitFor();
            if (version === 5) {
              // It shares its column with the debug tab, which a click folds away.
              const height = (): Promise<number> => sidebar.evaluate((place) => place.clientHeight);
              const before = await height();
              await page.getByRole("button", { name: "More room" }).click();
              await eventually("it has the column", async () => (await height()) > before * 2);
            }
            assert.equal(await page.getByRole("button", { name: "More room" }).count(), 0);
            assert.equal(
              await sidebar.evaluate((place) => place.scrollWidth <= place.clientWidth),
              true,
              "nothing sticks out",
            );
            await page.screenshot({ path: picture(`operator-sidebar-${version}-${scheme}-${width}`) });
            assert.deepEqual(await seriousFindings(page, ".hf-sidebar"), []);
            await row(page, "#1044").click();
            await sidebar.locator(".hf-what").waitFor();
            assert.equal(await sidebar.evaluate((place) => place.scrollWidth <= place.clientWidth), true);
            await page.screenshot({ path: picture(`operator-sidebar-detail-${version}-${scheme}-${width}`) });
            assert.deepEqual(await seriousFindings(page, ".hf-sidebar"), []);
            await page.getByRole("button", { name: "Back" }).click();
            await row(page, "#1044").waitFor();
            assert.deepEqual(editor.complaints, []);
          } finally {
            await editor.close();
          }
        });
    });

  for (const version of [4, 5] as const)
    describe(`from the example in the Import dialog of Node-RED ${version === 4 ? "4.1" : "5"}`, () => {
      let scene: Scene;
      before(async () => {
        scene = await startScene({ version, deploy: false });
      });
      after(() => scene?.end());

      it("to an order that failed, on screen, in the editor", async () => {
        const editor = await openEditor(browser, { url: scene.nodeRed.url });
        try {
          const { page } = editor;
          await page.evaluate(() => {
            const { RED } = globalThis as unknown as { RED: { actions: { invoke(name: string): void } } };
            RED.actions.invoke("core:show-examples-import-dialog");
          });
          const item = (label: string): Locator =>
            page.locator(".red-ui-treeList-label:visible", { hasText: label }).last();
          // One folder or two, as the editor splits a package's name.
          await item("@holdfast").click();
          await page.waitForTimeout(500);
          if ((await item("order-and-inventory-sync").count()) === 0)
            await item("node-red-shopify-odoo").click();
          await item("order-and-inventory-sync").click();
          await page.getByRole("button", { name: "Import", exact: true }).click();
          await page.locator("#red-ui-header-button-deploy:not(.disabled)").click();
          await page.getByText("Successfully deployed").waitFor();
          await eventually("the queue is open", async () => {
            const { queues } = (await (await scene.api("/holdfast/overview")).json()) as {
              queues: { state: string }[];
            };
            return queues[0]?.state === "running";
          });
          await scene.send(brokenOrder(1077, "SH-NEW"));
          await page.evaluate(() => {
            const { RED } = globalThis as unknown as { RED: { sidebar: { show(id: string): void } } };
            RED.sidebar.show("holdfast-operator");
          });
          await row(page, "#1077").click();
          await opened(page, "#1077");
          assert.match(await page.locator(".hf-what").innerText(), /variant SKU SH-NEW/);
        } finally {
          await editor.close();
        }
      });
    });
});

function picture(name: string): string {
  return path.join(pictures, `${name}.png`);
}

/** The glance at the queue of orders; the example has others, too. */
function orders(page: Page): Locator {
  return page.getByRole("region", { name: "Queue orders" });
}

function row(page: Page, name: string): Locator {
  return page.locator(".hf-row-button", { hasText: name }).first();
}

function opened(page: Page, name: string): Promise<void> {
  return page.locator(".hf-detail h2", { hasText: name }).waitFor();
}

function count(page: Page, label: string): Locator {
  return orders(page).locator(".hf-count", { hasText: label }).locator(".hf-figure");
}

async function signIn(page: Page, account: keyof typeof accounts): Promise<void> {
  await page.getByLabel("User name").fill(accounts[account].username);
  await page.getByLabel("Password").fill(accounts[account].password);
  await page.keyboard.press("Enter");
  await page.locator(".hf-row").first().waitFor();
}

/** What axe calls serious or critical. */
async function seriousFindings(page: Page, within = "body"): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async (place) => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(place: string): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run(place);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)} ${failureSummary}`),
      );
  }, within);
}
