import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import type { Failure } from "../../src/index.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { chromium, launchBrowser } from "../../test/support/editor-browser.ts";
import { type FlowServer, scratch, startFlows } from "../flow-server.ts";
import { median } from "../measure.ts";
import { orderBodies } from "../order-bodies.ts";
import { count, type Figure, ms, type Row } from "../row.ts";

const dead = 10_000;
const rounds = 5;
const firstPage = 50;
const perSecond = 500;
const queueName = "orders";

/** 10,000 dead letters, seen and retried by an operator in a real browser. */
export const operator: Row = {
  name: "operator",
  async measure({ say }) {
    if (!existsSync(chromium)) {
      say(`there is no ${chromium}: no operator to measure`);
      return { figures: [] };
    }
    const file = path.join(scratch, "operator", "queue.db");
    mkdirSync(path.dirname(file), { recursive: true });
    await makeDeadLetters(file);
    say(`operator: made ${count(dead)} dead letters`);
    const server = await startFlows(flowOn(file));
    const browser = await launchBrowser();
    try {
      await server.queueOpen();
      return { figures: [...(await looks(browser, server)), await retryAll(browser, server)] };
    } finally {
      await browser.close();
      await server.kill();
      rmSync(path.dirname(file), { recursive: true });
    }
  },
};

/** Orders that failed in one of four ways, a tenth of them refunds. */
async function makeDeadLetters(file: string): Promise<void> {
  const database = await openEmbeddedDatabase({ file });
  const store = database.queue(queueName);
  const bodies = orderBodies(dead);
  const now = Date.now();
  for (let at = 0; at < dead; at += 500) {
    const events = bodies.slice(at, at + 500).map((payload, i) => ({
      key: `order:${at + i}`,
      dedupeId: null,
      topic: (at + i) % 10 === 0 ? "refunds/create" : "orders/create",
      reference: `#${at + i}`,
      envelope: '{"format":"json","properties":{"topic":"orders/create"}}',
      payload,
    }));
    await store.append(events, now);
    const { events: leased } = await store.claim({ max: 500, leaseMs: 60_000, now });
    await store.settle(
      leased.map(({ id, fence, seq }) => ({
        ref: { id, fence },
        outcome: { to: "dead", failure: failureOf(seq - 1), told: true },
      })),
      now,
    );
  }
  await store.close();
  await database.close();
}

function failureOf(n: number): Failure {
  const failureClass = (["rejected", "dependency", "unknown", "conflict"] as const)[n % 4]!;
  return {
    class: failureClass,
    code: "sku_not_found",
    message: `Order #${n}: variant SKU SH-${n % 300} (Tent Ridge) is not in Odoo.`,
    hint: `Set Internal Reference SH-${n % 300} on the product, then retry.`,
    source: "odoo",
    at: 0,
  };
}

function flowOn(file: string): object[] {
  return [
    { id: "tab", type: "tab", label: "operator" },
    { id: "store", type: "queue-store", name: "", file },
    {
      id: "queue",
      type: "durable-queue",
      z: "tab",
      store: "store",
      queue: queueName,
      concurrency: 40,
      deadHoldsKey: true,
      x: 200,
      y: 100,
      wires: [[], ["ack"]],
    },
    { id: "ack", type: "queue-ack", z: "tab", x: 500, y: 100, wires: [[]] },
  ];
}

/** From a click, or a change of a field, to the rows that it asked for being on the screen. */
async function looks(browser: Browser, server: FlowServer): Promise<Figure[]> {
  const page = await openPage(browser, server);
  const taken: Record<string, number[]> = {};
  const take = async (what: string, act: Act): Promise<void> => {
    taken[what] = [...(taken[what] ?? []), await untilDrawn(page, act)];
  };
  for (let round = 0; round < rounds; round++) {
    await untilDrawn(page, { click: "In flight", rows: 0 });
    await take("click", { click: "Dead", rows: firstPage });
    await take("more", { button: "Show more", rows: 2 * firstPage });
    await take("class", { select: "dependency", rows: firstPage });
    await untilDrawn(page, { select: "", rows: firstPage });
    await take("named", { search: `#${1234 + round}`, rows: 1 });
    await take("text", { search: "SH-121 (Tent Ridge)", rows: 0, atLeast: 1 });
    await take("nowhere", { search: `in no order ${round}`, rows: 0 });
    await untilDrawn(page, { search: "", rows: firstPage });
  }
  await page.context().close();
  const of = (what: string): string => ms(median(taken[what]!));
  const click = median(taken.click!);
  return [
    {
      figure: `click → first page of ${count(dead)} dead letters, in Chromium`,
      measured: `**${ms(click)}** (the next page ${of("more")})`,
      reach: "≤ 1 s",
      ok: click <= 1_000,
      bound: "reading 50 orders of 5 KB from the file, and drawing them",
    },
    {
      figure: "the same by class; by an order's name; by a text in a few; by a text in none",
      measured: `**${of("class")}**; **${of("named")}**; **${of("text")}**; **${of("nowhere")}**`,
      reach: "",
      ok: null,
      bound: "250 ms of each search is the wait for the next key; a text is looked for in every payload",
    },
  ];
}

/** What is done, and how many rows are there then. */
interface Act {
  click?: string;
  button?: string;
  select?: string;
  search?: string;
  rows: number;
  atLeast?: number;
}

/** Does it within the page and waits there, so that no time of the browser's remote control counts. */
function untilDrawn(page: Page, act: Act): Promise<number> {
  return page.evaluate(async ({ click, button, select, search, rows, atLeast }) => {
    const named = (selector: string, text: string): HTMLElement =>
      [...document.querySelectorAll<HTMLElement>(selector)].find((one) => one.innerText.includes(text))!;
    const list = document.querySelector(".hf-log")!;
    const drawn = new Promise<void>((resolve, reject) => {
      setTimeout(() => {
        const have = list.querySelectorAll(".hf-row").length;
        reject(new Error(`${JSON.stringify([click, button, select, search])}: ${have} rows, not ${rows}`));
      }, 15_000);
      const watch = new MutationObserver(() => {
        const have = list.querySelectorAll(".hf-row").length;
        if (atLeast === undefined ? have !== rows : have < atLeast) return;
        watch.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      });
      watch.observe(list, { childList: true, subtree: true });
    });
    const began = performance.now();
    if (click !== undefined) named(".hf-count", click).click();
    if (button !== undefined) named("button", button).click();
    if (select !== undefined) {
      const field = document.querySelector<HTMLSelectElement>(".hf-filter-grid select")!;
      field.value = select;
      field.dispatchEvent(new Event("change"));
    }
    if (search !== undefined) {
      const field = document.querySelector<HTMLInputElement>(".hf-search")!;
      field.value = search;
      field.dispatchEvent(new Event("input"));
    }
    await drawn;
    return performance.now() - began;
  }, act);
}

/** Puts all back at the fastest that the page offers, and looks at the log meanwhile. */
async function retryAll(browser: Browser, server: FlowServer): Promise<Figure> {
  const page = await openPage(browser, server);
  await page.getByRole("button", { name: "Retry all that match…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(String(perSecond));
  const began = performance.now();
  await dialog.getByRole("button", { name: "Retry", exact: true }).click();
  await page.locator("progress").waitFor();
  const shownMs = performance.now() - began;
  await untilDrawn(page, { click: "In flight", rows: 0, atLeast: 0 });
  const meanwhile = await untilDrawn(page, { click: "Dead", rows: firstPage });
  const steps = new Set<string>();
  while (await page.locator("progress").count()) {
    steps.add(
      (await page
        .locator(".hf-busy")
        .innerText()
        .catch(() => "")) || "",
    );
    await sleep(200);
  }
  const tookMs = performance.now() - began;
  const overview = (await (await fetch(`${server.url}/holdfast/overview`)).json()) as {
    queues: { counts: { dead: number } }[];
  };
  const left = overview.queues[0]!.counts.dead;
  await page.context().close();
  return {
    figure: `retry all ${count(dead)}, ${perSecond} a second: progress shown after; first page of the log meanwhile; all put back`,
    measured: `**${ms(shownMs)}**; **${ms(meanwhile)}**; **${(tookMs / 1000).toFixed(1)} s**, ${left} left, ${steps.size} steps of progress seen`,
    reach: "",
    ok: null,
    bound: `the ${perSecond} a second that the operator chose; each look reads the counters again`,
  };
}

async function openPage(browser: Browser, server: FlowServer): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US" });
  const page = await context.newPage();
  await page.goto(`${server.url}/holdfast`);
  await page
    .locator(".hf-row")
    .nth(firstPage - 1)
    .waitFor();
  return page;
}
