import type { MappedLocation } from "../event.ts";
import { HoldfastError } from "../failure.ts";
import type { ImportPlan } from "../import-plan.ts";
import { orderToPlan } from "./order.ts";
import type { OrderMappingSettings } from "./order-options.ts";

/**
 * The default mapping of a Shopify event.
 * @throws HoldfastError `rejected` for a topic without a mapping, or a body that is not what its topic says.
 */
export function eventToPlan(
  topic: string,
  payload: unknown,
  settings: OrderMappingSettings,
  location?: MappedLocation | null,
): ImportPlan {
  if (topic === "orders/create") return orderToPlan(payload, settings, location);
  throw new HoldfastError({
    class: "rejected",
    code: "topic_not_mapped",
    message: `There is no mapping for the topic "${topic}".`,
    hint: "Map it in a function node before odoo-write, or take the topic out of the shopify-webhook-in node.",
    source: "flow",
  });
}
