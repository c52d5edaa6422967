/** What `npm start` plays: a flash sale whose orders come to Odoo, and stock that stays the same on both sides. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  ask,
  deliverSome,
  fillShelves,
  fulfilled,
  type StockFigures,
  sell,
  stockFigures,
  withLocations,
} from "./demo-stock.ts";
import type { NodeRedProcess } from "./node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "./odoo/server.ts";
import { startShopifyStandIn } from "./shopify/admin/index.ts";
import { makeOrders, playFlashSale, type SandboxOrder } from "./shopify/index.ts";

const orderCount = 400;
const deliveries = 25;
const outage = { afterOrders: 120, lastsMs: 5_000 };
const drainWithinMs = 180_000;

export interface DemoOptions {
  flow: object[];
  launch(env: Record<string, string>): Promise<NodeRedProcess>;
  say(line: string): void;
  progress(line: string): void;
  /** Called with what ends the sandbox's Odoo; Node-RED is its launcher's to end. */
  onStarted(end: () => Promise<void>): void;
}

export interface DemoResult {
  summary: string;
  allWell: boolean;
  url: string;
}

interface Figures {
  sent: number;
  acknowledged: number;
  waiting: number;
  inOdoo: number;
  duplicated: number;
  lost: number;
  dead: number;
  stock: StockFigures;
}

export async function playInSandbox(options: DemoOptions): Promise<DemoResult> {
  const odoo = await startOdooStandIn({ callMs: 15 });
  const shopify = await startShopifyStandIn({ callMs: 20 });
  const { domain: shop, webhookSecret: secret } = shopify;
  await fillShelves(odoo);
  const nodeRed = await options.launch({
    SHOPIFY_SHOP: shop,
    SHOPIFY_WEBHOOK_SECRET: secret,
    SHOPIFY_ADMIN_TOKEN: shopify.token,
    SHOPIFY_ADMIN_URL: shopify.url,
    ODOO_URL: odoo.url,
    ODOO_DB: odoo.db,
    ODOO_LOGIN: odoo.login,
    ODOO_API_KEY: odoo.apiKey,
  });
  options.onStarted(async () => {
    await shopify.close();
    await odoo.close();
  });
  await nodeRed.deploy(withLocations(options.flow, shopify));
  options.say(`Node-RED listens at ${nodeRed.url}/, the sandbox's Odoo at ${odoo.url}/`);
  const figuresNow = () => stockFigures(odoo, shopify);
  const filled = await until(figuresNow, ({ differing }) => differing === 0);
  options.say(
    `Odoo's shelves are in the shop: ${filled.offered} units of ${shopify.shop.stock.items.length} products at 2 locations.`,
  );

  const orders = makeOrders({ seed: 7, count: orderCount });
  const figures: Figures = {
    sent: 0,
    acknowledged: 0,
    waiting: 0,
    inOdoo: 0,
    duplicated: 0,
    lost: 0,
    dead: 0,
    stock: filled,
  };
  sell(shopify, orders);
  let selling = true;
  const sale = playFlashSale({
    target: `${nodeRed.url}/shopify/webhooks`,
    secret,
    shop,
    orders,
    ratePerSecond: 40,
    duplicateShare: 0.15,
    lateShare: 0.1,
    reorder: 0.1,
    onProgress: (tally) => {
      figures.sent = tally.orders;
      figures.acknowledged = tally.acknowledged;
    },
  }).finally(() => {
    selling = false;
  });

  const odooIs: { now: "not yet down" | "down" | "back" } = { now: "not yet down" };
  const deadline = Date.now() + drainWithinMs;
  while (Date.now() < deadline) {
    await sleep(1000);
    if (odooIs.now === "not yet down" && figures.sent >= outage.afterOrders) {
      odooIs.now = "down";
      odoo.faults.set({ status: 503 });
      setTimeout(() => {
        odoo.faults.clear();
        odooIs.now = "back";
      }, outage.lastsMs);
    }
    Object.assign(
      figures,
      await queueFigures(nodeRed),
      odooIs.now === "down" ? {} : await odooFigures(odoo, orders),
    );
    if (odooIs.now !== "down") figures.stock = await figuresNow();
    options.progress(progressLine(figures, odooIs.now === "down"));
    if (!selling && odooIs.now === "back" && figures.waiting === 0) break;
  }
  await sale;
  Object.assign(figures, await queueFigures(nodeRed), await odooFigures(odoo, orders));
  figures.stock = await until(figuresNow, ({ differing }) => differing === 0);
  const delivered = await deliverSome(odoo, deliveries);
  const told = await until(
    async () => fulfilled(shopify),
    (count) => count === delivered,
  );
  figures.stock = await until(figuresNow, ({ differing }) => differing === 0);
  Object.assign(figures, await queueFigures(nodeRed));
  figures.lost = Math.max(0, figures.acknowledged - figures.inOdoo - figures.dead);
  options.progress(progressLine(figures, false));
  options.say("");
  return {
    summary: `${summaryLine(figures)}\n${stockLine(figures.stock)}, ${told} of ${delivered} deliveries told to Shopify`,
    allWell:
      figures.sent === orderCount &&
      figures.acknowledged === orderCount &&
      figures.inOdoo === orderCount &&
      figures.lost === 0 &&
      figures.duplicated === 0 &&
      figures.dead === 0 &&
      figures.stock.differing === 0 &&
      told === delivered,
    url: nodeRed.url,
  };
}

function progressLine(figures: Figures, odooDown: boolean): string {
  const { sent, acknowledged, waiting, inOdoo, dead, stock } = figures;
  return `${sent} sent · ${acknowledged} acknowledged · ${waiting} waiting · ${inOdoo} in Odoo · ${dead} dead · stock: ${stock.free} free in Odoo, ${stock.offered} in the shop${odooDown ? "   (Odoo answers 503)" : ""}`;
}

function summaryLine(figures: Figures): string {
  const { sent, acknowledged, inOdoo, lost, duplicated, dead } = figures;
  return `${sent} sent, ${acknowledged} acknowledged, ${inOdoo} in Odoo, ${lost} lost, ${duplicated} duplicated, ${dead} dead letters`;
}

function stockLine({ places, differing, free }: StockFigures): string {
  return `stock: ${places - differing} of ${places} places agree (${free} units)`;
}

/** Looks until it is as wanted, or the time is over; then as it is. */
async function until<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const seen = await look();
    if (wanted(seen) || Date.now() > deadline) return seen;
    await sleep(300);
  }
}

async function queueFigures(nodeRed: NodeRedProcess): Promise<Pick<Figures, "waiting" | "dead">> {
  const response = await fetch(`${nodeRed.url}/holdfast/queues`);
  if (!response.ok) throw new Error(`Node-RED does not tell its queues: HTTP ${response.status}.`);
  const queues = (await response.json()) as { counts: Record<string, number> | null }[];
  const total = (state: string) => queues.reduce((all, { counts }) => all + (counts?.[state] ?? 0), 0);
  // What is blocked behind a dead letter moves only when a person does something: not waiting, but stuck.
  const moving = total("ready") + total("leased");
  return { waiting: moving === 0 ? 0 : moving + total("blocked"), dead: total("dead") };
}

/** Reads the orders back through Odoo's own API, as any other client would. */
async function odooFigures(
  odoo: OdooStandIn,
  orders: SandboxOrder[],
): Promise<Pick<Figures, "inOdoo" | "duplicated">> {
  const rows = (await ask(odoo, "sale.order/search_read", {
    domain: [],
    fields: ["client_order_ref", "amount_total"],
  })) as { client_order_ref: string; amount_total: number }[];
  const totals = new Map(rows.map((row) => [row.client_order_ref, row.amount_total]));
  const right = orders.filter((order) => totals.get(order.name) === Number(order.total));
  return { inOdoo: right.length, duplicated: rows.length - totals.size };
}
