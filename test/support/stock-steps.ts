import type { Random } from "../../sandbox/random.ts";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import { availableAt } from "./shopify-admin.ts";
import { isUnderWay, type StockScene, sell } from "./stock-scene.ts";

/** An order of one product at one place. */
export interface WalkOrder {
  order: Order;
  sku: string;
  at: number;
  units: number;
  /** Whether they have left the shelf. */
  gone: boolean;
}

export interface Walk extends StockScene {
  random: Random;
  /** Sold, and neither delivered, fulfilled nor cancelled. */
  open: WalkOrder[];
  /** Once fulfilled in Shopify, called back or not. */
  fulfilled: WalkOrder[];
}

/** Does one thing somewhere, and says what. */
export async function oneStep(walk: Walk): Promise<string> {
  const { random, skus, shelves, shopify, ledger, options } = walk;
  const { warehouses } = options;
  const sku = random.pick(skus);
  const at = random.int(0, warehouses.length - 1);
  const code = warehouses[at]!;
  const kind = random.int(1, 100);
  const free = ledger.truth(sku, at);
  const offered = availableAt(shopify, sku, at) ?? 0;

  if (kind <= 30 && offered > 0) {
    const units = Math.min(offered, random.int(1, 3));
    walk.open.push({ order: sell(walk, sku, at, units), sku, at, units, gone: false });
    return "sold in Shopify";
  }
  if (kind <= 44 && walk.open.length > 0) return deliver(walk);
  if (kind <= 49 && walk.open.length > 0) return fulfil(walk);
  if (kind <= 52 && walk.open.length > 0) return cancel(walk);
  if (kind <= 55 && walk.fulfilled.length > 0) return callBack(walk);
  if (kind <= 69) {
    const units = random.int(1, 6);
    // Before it is done: Shopify may hear of it before we do.
    ledger.came(sku, at, units);
    await shelves.receive(sku, code, units);
    return "received";
  }
  if (kind <= 75) {
    ledger.came(sku, at, 1);
    await shelves.takeBack(sku, code, 1);
    return "brought back";
  }
  const other = (at + random.int(1, warehouses.length - 1)) % warehouses.length;
  if (kind <= 87 && free > 0) {
    const units = random.int(1, free);
    ledger.came(sku, other, units);
    const left = () => ledger.onHand(sku, at) - units;
    await ledger.lower(sku, at, () => shelves.move(sku, code, warehouses[other]!, units), left);
    return "moved";
  }
  const counted = ledger.open(sku, at) + random.int(0, 8);
  ledger.came(sku, at, Math.max(0, counted - ledger.onHand(sku, at)));
  await ledger.lower(
    sku,
    at,
    () => countShelf(walk, { sku, at, units: counted }),
    () => counted,
  );
  return "counted";
}

function takeOne(walk: Walk, from: WalkOrder[]): WalkOrder {
  return from.splice(walk.random.int(0, from.length - 1), 1)[0]!;
}

async function deliver(walk: Walk): Promise<string> {
  const { shelves, ledger } = walk;
  const chosen = takeOne(walk, walk.open);
  const { order, sku, at, units } = chosen;
  if (!(await isClear(walk, chosen)) || !(await shelves.ready(order.payload.name))) {
    walk.open.push(chosen);
    return "looked for an order";
  }
  await shelves.deliver(order.payload.name, { tracking: `T${order.id}` });
  ledger.delivered(sku, at, units);
  chosen.gone = true;
  return "delivered in Odoo";
}

/** Nobody begins anew with an order whose fulfillment was called back a moment ago: what is meant then, nobody can tell. */
async function isClear(walk: Walk, chosen: WalkOrder): Promise<boolean> {
  return !walk.fulfilled.includes(chosen) || !(await isUnderWay(walk, chosen.order));
}

/** Also of an order that Odoo has not heard of yet: the fulfillment may come before it. */
async function fulfil(walk: Walk): Promise<string> {
  const { shopify, ledger } = walk;
  const chosen = takeOne(walk, walk.open);
  const { order, sku, at, units } = chosen;
  if (!(await isClear(walk, chosen))) {
    walk.open.push(chosen);
    return "looked for an order";
  }
  const of = order.fulfillmentOrders.find(({ status }) => status === "OPEN")!;
  shopify.shop.orders.fulfil(
    of.lines.map((line) => ({ from: line, of, quantity: line.remaining })),
    { company: "DHL", number: `S${order.id}` },
  );
  ledger.delivered(sku, at, units);
  chosen.gone = true;
  if (!walk.fulfilled.includes(chosen)) walk.fulfilled.push(chosen);
  return "fulfilled in Shopify";
}

async function cancel(walk: Walk): Promise<string> {
  const { shopify, ledger } = walk;
  const chosen = takeOne(walk, walk.open);
  const { order, sku, at, units } = chosen;
  if (!(await isClear(walk, chosen))) {
    walk.open.push(chosen);
    return "looked for an order";
  }
  ledger.cancelled(sku, at, units);
  shopify.shop.orders.cancel(order);
  return "cancelled in Shopify";
}

/** Calls a fulfillment back at any time: its cancellation may come before it. */
async function callBack(walk: Walk): Promise<string> {
  const { shopify, ledger, random } = walk;
  const chosen = random.pick(walk.fulfilled);
  const { order, sku, at, units } = chosen;
  const last = order.fulfillments.at(-1);
  if (last?.payload.status !== "success") return "looked for a fulfillment";
  shopify.shop.orders.cancelFulfillment(last);
  ledger.undelivered(sku, at, units);
  chosen.gone = false;
  walk.open.push(chosen);
  return "called back in Shopify";
}

/**
 * Counts what lies there. A parcel that has left, and that Odoo has yet to book out, is counted with it, or Odoo would
 * take it off twice; one that was called back is not yet there for Odoo. What is booked meanwhile makes it count again.
 */
async function countShelf(
  walk: Walk,
  { sku, at, units }: { sku: string; at: number; units: number },
): Promise<void> {
  const { shelves, options } = walk;
  for (;;) {
    const leaving = await stillLeaving(walk, sku, at);
    await shelves.count(sku, options.warehouses[at]!, units + leaving);
    if ((await stillLeaving(walk, sku, at)) === leaving) return;
  }
}

async function stillLeaving({ fulfilled, shelves }: Walk, sku: string, at: number): Promise<number> {
  let units = 0;
  const here = fulfilled.filter((one) => one.at === at && one.sku === sku);
  for (const { order, units: ordered, gone } of here)
    units += (gone ? ordered : 0) - (await shelves.delivered(order.payload.name));
  return units;
}
