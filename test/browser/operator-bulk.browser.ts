import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import { launchBrowser } from "../support/editor-browser.ts";
import { eventually } from "../support/eventually.ts";
import { brokenOrder, type Scene, startScene } from "../support/operator-scene.ts";

describe("a retry of many dead letters, on screen", function () {
  this.timeout(120_000);
  let browser: Browser;
  let scene: Scene;
  let page: Page;
  before(async () => {
    browser = await launchBrowser();
    scene = await startScene({ version: 5 });
    for (let n = 1200; n < 1230; n++) await scene.send(brokenOrder(n, "SH-GONE"));
    await eventually("thirty are dead", async () => (await dead()) === 30);
    // So that none dies again while it is looked at.
    await scene.api("/holdfast/queues/orders/pause", { body: { reason: "to look" } });
    page = await (
      await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US" })
    ).newPage();
    await page.goto(`${scene.nodeRed.url}/holdfast`);
    await page.locator(".hf-row").first().waitFor();
  });
  after(async () => {
    await browser?.close();
    await scene?.end();
  });

  const orders = (): Locator => page.getByRole("region", { name: "Queue orders" });
  const dead = async (): Promise<number> => {
    const { queues } = (await (await scene.api("/holdfast/overview")).json()) as {
      queues: { name: string; counts: { dead: number } }[];
    };
    return queues.find(({ name }) => name === "orders")!.counts.dead;
  };
  const retryAll = async (perSecond: string): Promise<void> => {
    await page.getByRole("button", { name: "Retry all that match…" }).click();
    const field = page.getByRole("dialog").getByLabel("How many a second");
    await field.fill("0");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Give a number from 1 to 500.").waitFor();
    await field.fill(perSecond);
    await page.keyboard.press("Control+Enter");
  };

  it("tells how far it is, and stops at a click", async () => {
    await retryAll("2");
    await page.getByText(/dead letters of queue orders are being put back/).waitFor();
    await orders()
      .getByText(/Retrying: \d+ of 30 put back/)
      .waitFor();
    await orders().getByRole("progressbar").waitFor();
    await orders().getByRole("button", { name: "Stop" }).click();
    await page.getByText("The retry of queue orders was stopped; the rest stay dead letters.").waitFor();
    await orders().getByRole("progressbar").waitFor({ state: "detached" });
    const left = await dead();
    assert.ok(left > 0 && left < 30, `${left} are left`);
    await page.getByRole("button", { name: "Who did what" }).click();
    await page
      .getByRole("dialog")
      .getByText(/retry ended.*\d+ of 30 dead letters put back: stopped/)
      .waitFor();
    await page.keyboard.press("Escape");
  });

  it("says on return that a crash cut it off, until that is put away", async () => {
    await retryAll("1");
    await orders().getByRole("progressbar").waitFor();
    await scene.crash();
    await page.reload();
    const notice = orders().getByText(/did not end, and this Node-RED is not at it/);
    await notice.waitFor();
    assert.match(await notice.innerText(), /\(\d+ dead letters, 1 a second\)/);
    await orders().getByRole("button", { name: "Dismiss" }).click();
    await notice.waitFor({ state: "detached" });
    await page.reload();
    await orders().waitFor();
    assert.equal(await notice.count(), 0);
  });
});
