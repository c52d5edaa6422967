import { makeOrders } from "../../sandbox/shopify/index.ts";
import type { ImportPlan } from "../../src/import-plan.ts";
import { parseExactJson } from "../../src/json.ts";
import { createOdooClient, type OdooClient, type OdooConfig } from "../../src/odoo/client.ts";
import type { PlanResult } from "../../src/odoo/import.ts";
import { createPlanWriter } from "../../src/odoo/plan-writer.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { inTurns, median, medianRatio } from "../measure.ts";
import { type BenchOrder, benchOrders, emailOf } from "../odoo-orders.ts";
import { count, type Figure, type Row, ratio } from "../row.ts";

const waiting = 200;
/** The usual way's time for an order does not depend on how many wait, so fewer do. */
const oneByOne = 40;
const rounds = 3;
const batchSize = 100;
const bareBatches = [40, 100, 200];
const flashSale = { orders: 400, seconds: 90 };

/** Orders a second into a real Odoo, beside the usual connector's way and beside bare calls on the same server. */
export const odooWrites: Row = {
  name: "odoo",
  async measure({ say }) {
    const config = configured();
    if (!config) {
      say("ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_API_KEY are not set: no Odoo to measure");
      return { figures: [] };
    }
    const run = Date.now() % 1_000_000;
    let next = 1;
    const fresh = (many: number): BenchOrder[] => {
      const orders = benchOrders(run, next, many);
      next += many;
      return orders;
    };
    const counted = counting(createOdooClient(config));
    const { client } = counted;
    try {
      // Customers, products and taxes are known by then, to every side.
      await holdfast(client, fresh(50), false);
      const known = await knownIds(client);
      const best = await bestBatch(client, known, fresh);
      say(`bare calls are fastest with ${best} orders a call`);
      const figures: Figure[] = [];
      for (const confirmed of [false, true]) {
        let calls = 0;
        const before = await ordersNow(client, confirmed);
        const taken = await inTurns(
          {
            ours: async () => {
              const before = counted.calls();
              const rate = await perSecond(waiting, () => holdfast(client, fresh(waiting), confirmed));
              calls = counted.calls() - before;
              return rate;
            },
            usual: () => perSecond(oneByOne, () => usualWay(client, fresh(oneByOne), confirmed)),
            bare: () => perSecond(waiting, () => bareWay(client, known, fresh(waiting), best, confirmed)),
          },
          rounds,
        );
        const made = (await ordersNow(client, confirmed)) - before;
        const wanted = rounds * (waiting + oneByOne + waiting);
        if (made !== wanted)
          throw new Error(`${made} orders are ${confirmed ? "confirmed" : "written"}, not ${wanted}.`);
        figures.push(...compare(taken, confirmed, best, calls / waiting));
      }
      say(`${flashSale.orders} orders in ${flashSale.seconds} s, one call a second`);
      figures.push(await onlinePreset(config, run));
      return { figures };
    } finally {
      client.close();
    }
  },
};

function configured(): OdooConfig | null {
  const { ODOO_URL: url, ODOO_DB: db, ODOO_LOGIN: login, ODOO_API_KEY: apiKey } = process.env;
  return url && db && login && apiKey ? { url, db, login, apiKey } : null;
}

async function perSecond(orders: number, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (orders * 1_000) / (performance.now() - began);
}

function counting(client: OdooClient): { client: OdooClient; calls(): number } {
  let calls = 0;
  const call: OdooClient["call"] = (...args) => {
    calls++;
    return client.call(...args);
  };
  return { client: { ...client, call }, calls: () => calls };
}

// ---- this package's way

function planOf(payload: unknown, confirmed: boolean): ImportPlan {
  const plan = orderToPlan(payload);
  const order = plan.records.find(({ model }) => model === "sale.order")!;
  return { ...plan, steps: confirmed ? [{ kind: "confirm", order: order.externalId }] : [] };
}

async function written(write: (plan: ImportPlan) => Promise<PlanResult>, plan: ImportPlan): Promise<void> {
  const result = await write(plan);
  if (!result.ok) throw new Error(`${plan.reference}: ${result.failure.message}`);
}

async function holdfast(client: OdooClient, orders: BenchOrder[], confirmed: boolean): Promise<void> {
  const write = createPlanWriter(client, batchSize);
  await Promise.all(orders.map(({ payload }) => written(write, planOf(payload, confirmed))));
}

/** A side that leaves work undone is no side to compare with. */
async function ordersNow(client: OdooClient, confirmed: boolean): Promise<number> {
  const domain = confirmed ? [["state", "=", "sale"]] : [];
  return (await client.call("sale.order", "search_count", { args: { domain } })) as number;
}

// ---- what most connectors do

async function usualWay(client: OdooClient, orders: BenchOrder[], confirmed: boolean): Promise<void> {
  const tax = await taxId(client);
  for (const order of orders) {
    const partner = await firstId(client, "res.partner", [["email", "=", emailOf(order.customer)]]);
    const lines = [];
    for (const { sku, price, quantity } of order.lines) {
      const product = await firstId(client, "product.product", [["default_code", "=", sku]]);
      lines.push([
        0,
        0,
        {
          product_id: product,
          name: sku,
          product_uom_qty: quantity,
          price_unit: Number(price),
          tax_ids: [[6, 0, [tax]]],
        },
      ]);
    }
    const vals = { partner_id: partner, client_order_ref: `#${order.number}`, order_line: lines };
    const ids = (await client.call("sale.order", "create", { args: { vals_list: [vals] } })) as number[];
    if (confirmed) await client.call("sale.order", "action_confirm", { ids });
  }
}

// ---- nothing but the calls that do the work

interface Known {
  partners: Map<number, number>;
  products: Map<string, number>;
  tax: number;
}

async function knownIds(client: OdooClient): Promise<Known> {
  const products = (await client.call("product.product", "search_read", {
    args: { domain: [["default_code", "!=", false]], fields: ["default_code"] },
  })) as { id: number; default_code: string }[];
  const partners = new Map<number, number>();
  for (let customer = 0; customer < 50; customer++)
    partners.set(customer, await firstId(client, "res.partner", [["email", "=", emailOf(customer)]]));
  return {
    partners,
    products: new Map(products.map(({ id, default_code }) => [default_code, id])),
    tax: await taxId(client),
  };
}

async function bestBatch(
  client: OdooClient,
  known: Known,
  fresh: (many: number) => BenchOrder[],
): Promise<number> {
  const rates = new Map<number, number>();
  for (const batch of bareBatches)
    rates.set(batch, await perSecond(waiting, () => bareWay(client, known, fresh(waiting), batch, false)));
  return bareBatches.toSorted((a, b) => rates.get(b)! - rates.get(a)!)[0]!;
}

const fields = [
  "id",
  "partner_id/.id",
  "client_order_ref",
  "date_order",
  "order_line/id",
  "order_line/product_id/.id",
  "order_line/name",
  "order_line/product_uom_qty",
  "order_line/price_unit",
  "order_line/discount",
  "order_line/tax_ids/.id",
];

async function bareWay(
  client: OdooClient,
  known: Known,
  orders: BenchOrder[],
  batch: number,
  confirmed: boolean,
): Promise<void> {
  for (let at = 0; at < orders.length; at += batch) {
    const data = orders
      .slice(at, at + batch)
      .flatMap((order) =>
        order.lines.map(({ id, sku, price, quantity }, line) => [
          ...(line === 0
            ? [
                `bare_${order.payload.id}`,
                String(known.partners.get(order.customer)),
                `#${order.number}`,
                "2026-11-02 09:15:30",
              ]
            : ["", "", "", ""]),
          `bare_line_${id}`,
          String(known.products.get(sku)),
          sku,
          String(quantity),
          price,
          "0",
          String(known.tax),
        ]),
      );
    const context = { mode: "update", noupdate: true, module: "__shopify__", tz: "UTC" };
    const reply = (await client.call("sale.order", "load", { args: { fields, data }, context })) as {
      ids: number[] | false;
      messages: unknown[];
    };
    if (!reply.ids) throw new Error(`The bare load failed: ${JSON.stringify(reply.messages)}`);
    if (confirmed) await client.call("sale.order", "action_confirm", { ids: reply.ids });
  }
}

async function firstId(client: OdooClient, model: string, domain: unknown[]): Promise<number> {
  const rows = (await client.call(model, "search_read", { args: { domain, fields: ["id"], limit: 1 } })) as {
    id: number;
  }[];
  if (!rows[0]) throw new Error(`No ${model} with ${JSON.stringify(domain)}.`);
  return rows[0].id;
}

function taxId(client: OdooClient): Promise<number> {
  return firstId(client, "account.tax", [
    ["type_tax_use", "=", "sale"],
    ["amount", "=", 10],
    ["price_include", "=", false],
  ]);
}

// ---- one call a second, none in parallel

/** A flash sale comes in evenly; the clock runs from its first order to the last one written. */
async function onlinePreset(config: OdooConfig, run: number): Promise<Figure> {
  const counted = counting(createOdooClient({ ...config, maxParallel: 1, minIntervalMs: 1_000 }));
  const write = createPlanWriter(counted.client, 200);
  const orders = makeOrders({ seed: run, count: flashSale.orders, locations: [] });
  const confirmedBefore = await ordersNow(counted.client, true);
  const began = performance.now();
  const flagged: string[] = [];
  await Promise.all(
    orders.map(async ({ body }, at) => {
      await new Promise((come) => setTimeout(come, (at * flashSale.seconds * 1_000) / flashSale.orders));
      const result = await write(planOf(parseExactJson(body), true));
      if (!result.ok) flagged.push(`${result.reference}: ${result.failure.message}`);
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  const calls = counted.calls();
  const confirmed = (await ordersNow(counted.client, true)) - confirmedBefore;
  counted.client.close();
  if (confirmed !== flashSale.orders) flagged.push(`${confirmed} of ${flashSale.orders} are confirmed`);
  if (flagged.length > 0) throw new Error(`${flagged.length} orders did not go through: ${flagged[0]}`);
  const over = seconds / flashSale.seconds;
  return {
    figure: `Odoo Online's limits (one call a second): ${flashSale.orders} orders of new customers come in ${flashSale.seconds} s; until all are confirmed, over the time they come in`,
    measured: `**${ratio(over)}** (${Math.round(seconds)} s, ${calls} calls)`,
    reach: "about 1",
    ok: over <= 1.15,
    bound:
      "a batch of any size takes the same few calls, one a second; the last order waits for the batch under way, then for its own",
  };
}

function compare(
  { ours, usual, bare }: { ours: number[]; usual: number[]; bare: number[] },
  confirmed: boolean,
  best: number,
  callsAnOrder: number,
): Figure[] {
  const what = confirmed ? "confirmed orders" : "quotations";
  const reach = confirmed ? 4 : 10;
  const overUsual = medianRatio(ours, usual);
  const overBare = medianRatio(ours, bare);
  return [
    {
      figure: `${what}/s into a real Odoo, ${waiting} waiting, 3 lines each, over one at a time with look-ups`,
      measured: `**${ratio(overUsual)}** (${count(median(ours))}/s over ${median(usual).toFixed(1)}/s)`,
      reach: `≥ ${reach}`,
      ok: overUsual >= reach,
      bound: confirmed
        ? "Odoo: confirming makes each order's picking and moves, one order after the other"
        : "Odoo: computing each order's lines",
    },
    {
      figure: `the same over bare \`load\`${confirmed ? " and confirm" : ""} calls, ${best} orders a call`,
      measured: `**${ratio(overBare)}** (${count(median(bare))}/s)`,
      reach: "≥ 0.9",
      ok: overBare >= 0.9,
      bound: "customers and addresses are written, and totals read, besides",
    },
    {
      figure: `calls an order, ${what}`,
      measured: `**${callsAnOrder.toFixed(2)}** in batches of ${batchSize}`,
      reach: "",
      ok: null,
      bound: "",
    },
  ];
}
