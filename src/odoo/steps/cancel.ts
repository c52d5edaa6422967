import { zero } from "../../money.ts";
import { changed, type Document, isLocked } from "../documents.ts";
import { isWizard } from "../operations.ts";
import { eachAlone, type Run, refusal } from "../run.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";
import { fulfilled, readStock, type Stock } from "./stock.ts";

/** Cancels orders; what was delivered is refused, because Odoo itself would not say a word. */
export async function cancel(run: Run, jobs: readonly Job<"cancel">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  const open = jobs.filter(({ step }) => orders.get(step.order)?.state !== "cancel");
  const delivered = await deliveredOrders(
    run,
    open.flatMap(({ step }) => orders.get(step.order)?.id ?? []),
  );
  await eachAlone(run, open, async ({ step }) => {
    const order = orderIn(orders, step.order);
    if (delivered.has(order.id)) {
      throw stillDelivered(order, await readStock(run, [order.id]));
    }
    await cancelOne(run, order, step.order);
  });
}

/** What Shopify fulfilled it calls back before it cancels an order, but the cancellation may be told first. */
function stillDelivered(order: Document, stock: Stock): Error {
  const byShopify = fulfilled(stock).some(({ units }) => units.gt(zero));
  return refusal(
    byShopify ? "dependency" : "rejected",
    "order_delivered",
    `${order.display_name} was cancelled in Shopify, but Odoo has delivered it, in full or in part`,
    byShopify
      ? "The cancellation of its fulfillment arrives with another event; if not, look whether that one is a dead letter, or take the goods back in Odoo (Return, in the delivery), then retry."
      : "Take the goods back in Odoo (Return, in the delivery), then retry; or discard this event.",
  );
}

/** Orders of which anything is with the customer: delivered, and not returned. */
async function deliveredOrders(run: Run, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = (await run.client.call("sale.order.line", "search_read", {
    args: {
      domain: [
        ["order_id", "in", ids],
        ["qty_delivered", ">", 0],
        ["product_id.type", "!=", "service"],
      ],
      fields: ["order_id"],
    },
  })) as { order_id: [number, string] }[];
  return new Set(rows.map((row) => row.order_id[0]));
}

async function cancelOne(run: Run, order: Document, externalId: string): Promise<void> {
  // Odoo may lock every confirmed order by a setting: nobody meant to keep this one.
  if (isLocked(order)) await run.client.call("sale.order", "action_unlock", { ids: [order.id] });
  const answer = await run.client.call("sale.order", "action_cancel", {
    ids: [order.id],
    // Without it, some versions only open a dialog, and nothing is cancelled.
    context: { disable_cancel_warning: true },
  });
  changed(run, "sale.order", [order.id]);
  const now = orderIn(await ordersOf(run, [externalId]), externalId);
  if (now.state === "cancel") return;
  throw refusal(
    "rejected",
    "not_cancelled",
    isWizard(answer)
      ? `Odoo did not cancel ${order.display_name}: it wants to ask a person ("${answer.name || answer.res_model}")`
      : `Odoo did not cancel ${order.display_name}`,
    "Cancel it in Odoo by hand, then retry.",
  );
}
