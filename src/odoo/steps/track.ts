import { readLinks } from "../links.ts";
import { eachAlone, type Run, refusal } from "../run.ts";
import { fulfillmentOf } from "./fulfillment-link.ts";
import { readMoves, readPickings } from "./moves.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";
import { writeTracking } from "./tracking.ts";

/** Changes carrier and numbers of fulfillments that were delivered. */
export async function track(run: Run, jobs: readonly Job<"track">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  await eachAlone(run, jobs, async ({ plan, step }) => {
    const order = orderIn(orders, step.order);
    const picking = await pickingOf(run, order.id, step.externalId);
    if (picking !== undefined) return writeTracking(run, { plan, picking, ...step });
    throw refusal(
      "dependency",
      "fulfillment_not_found",
      `${step.externalId} of ${order.display_name} is not delivered in Odoo yet`,
      "It arrives with another event; if not, look whether that one is a dead letter.",
    );
  });
}

/** The picking that a fulfillment is bound to. @throws HoldfastError when Odoo is away. */
export async function pickingOf(run: Run, order: number, externalId: string): Promise<number | undefined> {
  const moves = await readMoves(run, { orders: [order] });
  const pickings = [...new Set(moves.map(({ picking }) => picking))].filter((id) => id > 0);
  const links = await readLinks(run.client, "stock.picking", pickings);
  const bound = pickings.filter((id) => fulfillmentOf(links.get(id)) === externalId);
  // Of a warehouse with several steps, those before the last are bound to it too.
  const kinds = await readPickings(run, bound);
  return bound.find((id) => kinds.get(id)?.picking_type_code === "outgoing");
}
