import { groupBy } from "../../group.ts";
import { decimal, decimalText, zero } from "../../money.ts";
import type { Document } from "../documents.ts";
import { findAny } from "../known-ids.ts";
import { eachAlone, type Run, refusal } from "../run.ts";
import { mustBeNoKits } from "./kits.ts";
import { lineIds, readMoves, readPickings } from "./moves.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";
import { type Back, takeBack } from "./take-back.ts";
import { notReturned } from "./undeliver.ts";
import { kindsOfLines } from "./wanted.ts";

/** Goods that came back, as one validated return. */
export async function returnGoods(run: Run, jobs: readonly Job<"return">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  await eachAlone(run, jobs, async ({ step }) => {
    const order = orderIn(orders, step.order);
    // A return that stands is only brought to its end: what it took back is no longer there to be taken.
    const stands = (await findAny(run.client, step.externalId)) !== undefined;
    const back = stands ? [] : await choose(run, order, step.lines);
    const deliveries = groupBy(back, ({ move }) => move.picking);
    const [first] = [...deliveries.keys()];
    const delivery = first === undefined ? undefined : (await readPickings(run, [first])).get(first);
    if (delivery ?? stands) await takeBack(run, step.externalId, delivery, back, "Return of");
  });
}

/** Which delivered moves the goods belong to: the oldest first, each as far as it was not returned yet. */
async function choose(run: Run, order: Document, lines: Job<"return">["step"]["lines"]): Promise<Back[]> {
  const ids = await lineIds(
    run,
    lines.map(({ line }) => line),
  );
  const moves = await readMoves(run, { orders: [order.id] });
  const sold = (await kindsOfLines(run, [order.id])).get(order.id) ?? [];
  const back = new Set(ids.values());
  mustBeNoKits(
    order,
    sold.filter(({ id }) => back.has(id)),
    moves,
  );
  const pickings = await readPickings(
    run,
    moves.map(({ picking }) => picking),
  );
  const left = new Map(
    moves
      .filter(
        ({ state, picking }) => state === "done" && pickings.get(picking)?.picking_type_code === "outgoing",
      )
      .map((move) => [move, decimal(notReturned(move, moves))] as const),
  );
  return lines.flatMap(({ line, quantity, locationId }) => {
    let units = decimal(quantity);
    const back: Back[] = [];
    for (const [move, free] of left) {
      if (move.line !== ids.get(line) || units.lte(zero) || free.lte(zero)) continue;
      const part = free.lt(units) ? free : units;
      back.push({ move, units: Number(part), to: locationId });
      left.set(move, free.minus(part));
      units = units.minus(part);
    }
    if (units.lte(zero)) return back;
    throw refusal(
      "rejected",
      "not_delivered",
      `${quantity} of line ${line} came back to Shopify, but ${decimalText(units)} of them were never delivered in Odoo (${order.display_name})`,
      "Deliver the order in Odoo first, then retry; or put the goods back into stock by hand and discard this event.",
    );
  });
}
