import { type Decimal, decimal, decimalText } from "../../money.ts";
import type { Document } from "../documents.ts";
import { eachAlone, type Run, refusal, warnPlan } from "../run.ts";
import { bringOut } from "./bring-out.ts";
import { bindFulfillment, fulfillmentOf } from "./fulfillment-link.ts";
import { mustBeNoKits, type Sold } from "./kits.ts";
import { readLines } from "./lines.ts";
import { isOver, lineIds, type Picking, readMoves } from "./moves.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";
import {
  boundPicking,
  doneByHand,
  fulfilled,
  ofKind,
  readStock,
  type Stock,
  share,
  sum,
  type Wanted,
} from "./stock.ts";
import { writeTracking } from "./tracking.ts";
import { validate } from "./validate.ts";
import { kindsOfLines, wantedOf } from "./wanted.ts";

/** Validates what left the shop: one fulfillment is one picking, once; the rest stays open. */
export async function deliver(run: Run, jobs: readonly Job<"deliver">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  const all = await readStock(
    run,
    [...orders.values()].map(({ id }) => id),
  );
  const lines = await kindsOfLines(
    run,
    [...orders.values()].map(({ id }) => id),
  );
  await eachAlone(run, jobs, async (job) => {
    const order = orderIn(orders, job.step.order);
    const own = lines.get(order.id) ?? [];
    const ofOrder = new Set(own.map(({ id }) => id));
    const stock = { ...all, moves: all.moves.filter(({ line }) => ofOrder.has(line)) };
    const ids = await lineIds(
      run,
      job.step.lines.map(({ line }) => line),
    );
    const wanted = wantedOf(job.step.lines, ids, own);
    const sold = own.filter(({ id }) => wanted.has(id));
    await deliverOne(run, job, order, stock, wanted, sold);
  });
}

async function deliverOne(
  run: Run,
  { plan, step }: Job<"deliver">,
  order: Document,
  stock: Stock,
  wanted: Wanted,
  sold: readonly Sold[],
): Promise<void> {
  // Services and the like: nothing to move.
  if (wanted.size === 0) return;
  const bound = boundPicking(stock, step.externalId);
  if (bound === undefined) mustBeConfirmed(order);
  const known = bound ?? doneByHand(stock, wanted);
  if (known === undefined || stock.pickings.get(known)?.state !== "done")
    mustBeNoKits(order, sold, stock.moves);
  const { picking, now } =
    known === undefined ? await free(run, plan, step, order, stock, wanted) : { picking: known, now: stock };
  if (picking === undefined) {
    const rest = lacking(now, wanted);
    if (rest === undefined) {
      warnPlan(
        run,
        plan,
        `${order.display_name} was delivered in Odoo already: ${step.externalId} moves nothing.`,
      );
      return;
    }
    const otherwise = await isToldOtherwise(run, step.externalId, now, rest);
    throw notThere(order, now, rest, otherwise);
  }
  if (bound === undefined) await bindFulfillment(run, plan, { ...step, picking });
  if (now.pickings.get(picking)?.state !== "done") {
    await validate(run, { picking, done: share(now.moves, picking, wanted) });
    await mustHaveMoved(run, picking, wanted, order);
  }
  await writeTracking(run, { plan, picking, ...step });
}

/** A picking that nobody has taken, with the goods brought to it. */
async function free(
  run: Run,
  plan: number,
  step: Job<"deliver">["step"],
  order: Document,
  stock: Stock,
  wanted: Wanted,
): Promise<{ picking: number | undefined; now: Stock }> {
  const inWarehouse = await warehousePickings(run, step.warehouseId);
  const going = { plan, fulfillment: step.externalId, order: order.id, wanted, inWarehouse };
  const { picking, stock: now } = await bringOut(run, going, stock);
  return { picking, now };
}

function mustBeConfirmed(order: Document): void {
  if (order.state === "sale" || order.state === "done") return;
  if (order.state === "cancel")
    throw refusal(
      "dependency",
      "order_cancelled",
      `${order.display_name} is cancelled in Odoo, but Shopify delivers it`,
      "Shopify may have called this delivery back, which arrives with another event; if not, set the order to quotation and confirm it in Odoo, then retry; or discard this event.",
    );
  throw refusal(
    "dependency",
    "order_not_confirmed",
    `${order.display_name} is not confirmed yet, so nothing of it can be delivered`,
    "Confirm it in Odoo, then retry.",
  );
}

/** Pickings of one warehouse; null: of any. */
async function warehousePickings(run: Run, warehouse: number | null): Promise<(picking: Picking) => boolean> {
  if (warehouse === null) return () => true;
  const rows = (await run.client.call("stock.picking.type", "search_read", {
    args: { domain: [["warehouse_id", "=", warehouse]], fields: ["id"] },
    context: { active_test: false },
  })) as { id: number }[];
  const ours = new Set(rows.map(({ id }) => id));
  return (picking) => ours.has(picking.picking_type_id[0]);
}

/** What no delivery by hand accounts for; undefined when they account for all. */
function lacking(stock: Stock, wanted: Wanted): Lacking | undefined {
  for (const [line, units] of wanted) {
    const byHand = ofKind(stock, "outgoing").filter(
      ({ state, picking }) => state === "done" && fulfillmentOf(stock.links.get(picking)) === undefined,
    );
    if (sum(byHand, line, "done").gte(units)) continue;
    const open = ofKind(stock, "outgoing").filter(({ state }) => !isOver(state));
    return { line, units, open: sum(open, line, "demand") };
  }
  return undefined;
}

interface Lacking {
  line: number;
  units: Decimal;
  open: Decimal;
}

/**
 * Shopify delivers no more of a line than is ordered. So where other fulfillments of it leave too little, one of them
 * was called back, or the order was edited, and that is yet to arrive.
 */
async function isToldOtherwise(
  run: Run,
  externalId: string,
  stock: Stock,
  { line, units }: Lacking,
): Promise<boolean> {
  const [row] = await readLines(run, [line]);
  const left = fulfilled(stock)
    .filter((one) => one.line === line && one.fulfillment !== externalId)
    .reduce((rest, one) => rest.minus(one.units), decimal(row?.product_uom_qty ?? 0));
  return units.gt(left);
}

function notThere(order: Document, stock: Stock, { line, units, open }: Lacking, otherwise: boolean): Error {
  const inside = stock.moves.some(
    (move) =>
      move.line === line &&
      !isOver(move.state) &&
      stock.pickings.get(move.picking)?.picking_type_code === "internal",
  );
  const what = `Shopify delivered ${decimalText(units)} of the line with id ${line} of ${order.display_name}, Odoo has ${decimalText(open)} to deliver in one picking`;
  if (otherwise)
    return refusal(
      "dependency",
      "nothing_to_deliver",
      `${what}: with its other fulfillments that is more than was ordered`,
      "Shopify called another fulfillment back, or edited the order, which arrives with another event; if not, look whether that one is a dead letter, and at the order in Shopify: where this fulfillment is cancelled there, discard this event, else deliver it by hand.",
    );
  return refusal(
    "rejected",
    "nothing_to_deliver",
    what,
    inside
      ? "Its warehouse delivers in several steps (pick, pack, ship), and no picking of one before the last holds all of it: validate those in Odoo, then retry."
      : "Look at the order's deliveries in Odoo: add what is missing there, or deliver it by hand and discard this event.",
  );
}

/** Two writers may have filled one picking at once: what was moved is compared with what was wanted. */
async function mustHaveMoved(run: Run, picking: number, wanted: Wanted, order: Document): Promise<void> {
  const moves = (await readMoves(run, { pickings: [picking] })).filter(({ state }) => state === "done");
  for (const [line, units] of wanted) {
    const done = sum(moves, line, "done");
    if (done.eq(units)) continue;
    throw refusal(
      "rejected",
      "delivered_otherwise",
      `Odoo delivered ${decimalText(done)} of the line with id ${line} of ${order.display_name}, Shopify ${decimalText(units)}`,
      "Somebody changed this picking meanwhile: correct it in Odoo (a return, or another delivery), then discard this event.",
    );
  }
}
