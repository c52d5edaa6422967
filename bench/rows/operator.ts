import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright-core";
import { launchNodeRed } from "../../sandbox/node-red.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { launchBrowser } from "../../test/support/editor-browser.ts";
import { eventually } from "../../test/support/eventually.ts";
import { exampleFlow } from "../../test/support/flow.ts";
import { temporaryFolder } from "../../test/support/temporary.ts";
import { median } from "../measure.ts";
import { count, type Figure, ms, type Row } from "../row.ts";

const dead = 10_000;
const clicks = 9;
const batch = 500;

/** How soon an operator sees the first page of many dead letters, and finds one order among them. */
export const operatorLog: Row = {
  name: "operator",
  async measure({ say }) {
    const folder = temporaryFolder();
    let browser: Browser | undefined;
    try {
      await makeDeadLetters(path.join(folder.path, "holdfast", "queue.db"));
      say(`operator: made ${count(dead)} dead letters`);
      const nodeRed = await launchNodeRed({ userDir: folder.path });
      try {
        await nodeRed.deploy(exampleFlow());
        await eventually("the queue is open", async () => {
          const { queues } = (await (await fetch(`${nodeRed.url}/holdfast/overview`)).json()) as {
            queues: { counts: { dead: number } }[];
          };
          return queues[0]?.counts.dead === dead;
        });
        browser = await launchBrowser();
        const page = await browser.newPage();
        await page.goto(`${nodeRed.url}/holdfast`);
        await page.locator(".hf-row").first().waitFor();
        /** From the click or the key to the drawn rows, as the browser's own clock has it. */
        const timed = (act: string): Promise<number> =>
          page.evaluate(
            (what) =>
              new Promise<number>((resolve) => {
                const list = document.querySelector(".hf-log")!;
                const began = performance.now();
                new MutationObserver((_, observer) => {
                  observer.disconnect();
                  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
                }).observe(list, { childList: true });
                if (what === "click") return document.querySelectorAll<HTMLElement>(".hf-count")[3]!.click();
                const box = document.querySelector<HTMLInputElement>(".hf-search")!;
                box.value = what;
                box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
              }),
            act,
          );
        const first: number[] = [];
        const found: number[] = [];
        for (let n = 0; n < clicks; n++) {
          first.push(await timed("click"));
          found.push(await timed(`#${1001 + n * 1000}`));
        }
        const figure = (what: string, times: number[]): Figure => ({
          figure: `${what}, among ${count(dead)} dead letters`,
          measured: `${ms(median(times))} (worst of ${clicks}: ${ms(Math.max(...times))})`,
          reach: "1 s",
          ok: Math.max(...times) < 1_000,
          bound: "reading and drawing 50 rows in Chromium",
        });
        return {
          figures: [
            figure("operator's log: click to the first page", first),
            figure("operator's log: an order found by its name", found),
          ],
        };
      } finally {
        await nodeRed.stop();
      }
    } finally {
      await browser?.close();
      folder.remove();
    }
  },
};

async function makeDeadLetters(file: string): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = await openEmbeddedDatabase({ file });
  const store = database.queue("orders");
  const orders = makeOrders({ seed: 7, count: dead });
  for (let at = 0; at < dead; at += batch) {
    const now = Date.now();
    await store.append(
      orders.slice(at, at + batch).map(({ id, name, body }) => ({
        key: `order:${id}`,
        dedupeId: null,
        topic: "orders/create",
        reference: name,
        envelope: JSON.stringify({ format: "json", properties: { topic: "orders/create" } }),
        payload: body,
      })),
      now,
    );
    const { events } = await store.claim({ max: batch, leaseMs: 30_000, now });
    await store.settle(
      events.map(({ id, fence, reference }) => ({
        ref: { id, fence },
        outcome: {
          to: "dead" as const,
          failure: {
            class: "rejected" as const,
            code: "sku_not_found",
            message: `Order ${reference}: variant SKU SH-1 is not in Odoo.`,
            hint: "Set Internal Reference SH-1 on the product, then retry.",
            source: "odoo",
            at: now,
          },
        },
      })),
      now,
    );
  }
  await store.close();
  await database.close();
}
