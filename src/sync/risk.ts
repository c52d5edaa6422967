import type { ImportPlan } from "../import-plan.ts";
import { nothingToDo } from "./order.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { idOf, malformed, objectOf, textOf } from "./read.ts";

/** orders/risk_assessment_changed comes after the order: a high risk becomes a note for whoever ships it. */
export function riskToPlan(payload: unknown, settings: OrderMappingSettings = {}): ImportPlan {
  const { externalIdPrefix } = withDefaults(settings);
  const body = objectOf<{ order_id: unknown; risk_level: unknown }>(payload);
  const orderId = idOf({ id: body?.order_id });
  if (body === null || orderId === null) throw malformed("A risk assessment", "it names no order.");
  const reference = `risk of order ${orderId}`;
  const level = textOf(body.risk_level)?.toLowerCase() ?? "unknown";
  if (level !== "high") return nothingToDo(reference, `Shopify rates its risk as ${level}.`);
  const record = `${externalIdPrefix}order_${orderId}`;
  return {
    kind: "import-plan",
    reference,
    records: [],
    steps: [
      {
        kind: "note",
        record,
        externalId: `${record}_risk_high`,
        text: "Shopify rates this order's risk of fraud as high: look at it before it is shipped.",
      },
    ],
  };
}
