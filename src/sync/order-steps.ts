import type { PlanPayment, PlanStep } from "../import-plan.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { textOf } from "./read.ts";
import type { ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/** Once paid, whatever was refunded later. */
const paid = new Set(["paid", "partially_refunded", "refunded"]);
const authorized = new Set([...paid, "authorized", "partially_paid"]);

export interface OrderStepsContext {
  order: Unchecked<ShopifyOrder>;
  /** "order_5678" */
  externalId: string;
  options: OrderMappingOptions;
  /** Asked only where payments are wanted. */
  payments: () => PlanPayment[];
}

/** What happens to an order after it stands in Odoo, by the state it has in Shopify. */
export function orderSteps({ order, externalId, options, payments }: OrderStepsContext): PlanStep[] {
  if (isCancelled(order)) return [{ kind: "cancel", order: externalId }];
  const status = (textOf(order.financial_status) ?? "").toLowerCase();
  if (!isConfirmed(status, options)) return [];
  const held = heldBecause(order, options);
  if (held !== null)
    return [
      {
        kind: "note",
        record: externalId,
        externalId: `${externalId}_held`,
        text: `Held, because ${held}: look at it, then confirm it by hand.`,
      },
    ];
  const steps: PlanStep[] = [{ kind: "confirm", order: externalId }];
  if (options.invoice !== "none" && paid.has(status))
    steps.push({
      kind: "invoice",
      order: externalId,
      date: null,
      payments: options.invoice === "invoice_and_payment" ? payments() : [],
    });
  return steps;
}

export function isCancelled(order: Unchecked<ShopifyOrder>): boolean {
  return order.cancelled_at !== null && order.cancelled_at !== undefined;
}

function isConfirmed(status: string, { confirm }: OrderMappingOptions): boolean {
  switch (confirm) {
    case "always":
      return true;
    case "authorized":
      return authorized.has(status);
    case "paid":
      return paid.has(status);
    default:
      return false;
  }
}

/** Why a person shall look at an order before it is confirmed; null: nobody needs to. */
function heldBecause(order: Unchecked<ShopifyOrder>, options: OrderMappingOptions): string | null {
  if (order.test === true && options.testOrders === "quotation") return "it is a test order";
  const wanted = new Set(listed(options.holdTags).map((tag) => tag.toLowerCase()));
  const tag = listed(order.tags).find((each) => wanted.has(each.toLowerCase()));
  if (tag !== undefined) return `it has the tag ${tag} in Shopify`;
  return isHighRisk(order) ? "Shopify calls it high risk" : null;
}

/** Webhooks don't carry risks; an integrator who fetches them can put them on the order. */
function isHighRisk(order: Unchecked<ShopifyOrder>): boolean {
  if (textOf(order.risk_level)?.toLowerCase() === "high") return true;
  const risks = Array.isArray(order.risks) ? (order.risks as unknown[]) : [];
  return risks.some(
    (risk) =>
      typeof risk === "object" &&
      risk !== null &&
      ("recommendation" in risk ? String(risk.recommendation).toLowerCase() : "") === "cancel",
  );
}

/** "a, b" as a list. */
export function listed(text: unknown): string[] {
  const parts = Array.isArray(text) ? text : typeof text === "string" ? text.split(",") : [];
  return parts.map(textOf).filter((part) => part !== null);
}
