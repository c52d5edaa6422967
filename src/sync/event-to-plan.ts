import type { MappedLocation } from "../event.ts";
import { HoldfastError } from "../failure.ts";
import type { ImportPlan } from "../import-plan.ts";
import { customerToPlan } from "./customer-event.ts";
import { fulfillmentToPlan } from "./fulfillment.ts";
import { type CountedStock, inventoryLevelToPlan } from "./inventory-level.ts";
import { nothingToDo, orderToPlan } from "./order.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { dataRequest, redactToPlan, shopRedact } from "./privacy.ts";
import { productToPlan } from "./product-event.ts";
import { idOf, objectOf, textOf } from "./read.ts";
import { refundToPlan } from "./refund.ts";
import { riskToPlan } from "./risk.ts";

type Mapping = (
  payload: unknown,
  settings: OrderMappingSettings,
  location?: MappedLocation | null,
  locations?: readonly MappedLocation[],
  counted?: CountedStock | null,
) => ImportPlan;

const stock: Mapping = (payload, settings, location, _locations, counted) =>
  inventoryLevelToPlan(payload, settings, location, counted);

/** What each topic becomes. All orders/* here carry the whole order, so they all say the same: this is its state. */
const mappings = new Map<string, Mapping>(
  Object.entries({
    "orders/create": orderToPlan,
    "orders/updated": orderToPlan,
    "orders/paid": orderToPlan,
    "orders/cancelled": orderToPlan,
    "orders/fulfilled": orderToPlan,
    "orders/partially_fulfilled": orderToPlan,
    "orders/edited": nothing(
      "edit of an order",
      "It only tells what was edited; the orders/updated that Shopify sends with it carries the whole order.",
    ),
    "orders/risk_assessment_changed": riskToPlan,
    "refunds/create": refundToPlan,
    "fulfillments/create": fulfillmentToPlan,
    "fulfillments/update": fulfillmentToPlan,
    "returns/request": nothing("return", "A return was asked for; no goods have moved."),
    "returns/approve": nothing("return", "A return was agreed on; no goods have moved."),
    "returns/decline": nothing("return", "A return was declined; no goods have moved."),
    "returns/cancel": nothing("return", "A return was called off; no goods have moved."),
    "returns/reopen": nothing("return", "A return was reopened; no goods have moved."),
    "returns/update": nothing("return", "A return was changed; no goods have moved."),
    "returns/close": nothing(
      "return",
      "A return was closed; goods that came back are told by its refund, lines with restock_type return.",
    ),
    "returns/process": nothing(
      "return",
      "A return was processed; goods that came back are told by its refund, lines with restock_type return.",
    ),
    "inventory_levels/update": stock,
    "inventory_levels/connect": stock,
    "inventory_levels/disconnect": stock,
    "customers/create": customerToPlan,
    "customers/update": customerToPlan,
    "products/create": productToPlan,
    "products/update": productToPlan,
    "products/delete": nothing(
      "product",
      "Shopify tells a deleted product's id and none of its variants; archive it in Odoo by hand.",
    ),
    "customers/data_request": dataRequest,
    "customers/redact": redactToPlan,
    "shop/redact": shopRedact,
    "app/uninstalled": () => {
      throw new HoldfastError({
        class: "rejected",
        code: "app_uninstalled",
        message: "The app was uninstalled from the shop: Shopify sends no more events.",
        hint: "Install it again and enter the webhooks anew; then let the backfill fetch what happened meanwhile, and discard this.",
        source: "shopify",
      });
    },
  }),
);

/** Every topic that has a mapping, for those who offer a choice. */
export const mappedTopics: readonly string[] = [...mappings.keys()];

/**
 * The default mapping of a Shopify event.
 * @param location where it happened, as location-mapper says. @param locations all of them, where they are several.
 * @param counted of a change of stock: what Shopify has now; see `inventoryLevelToPlan`.
 * @throws HoldfastError `rejected` for a topic without a mapping, or a body that is not what its topic says.
 */
export function eventToPlan(
  topic: string,
  payload: unknown,
  settings: OrderMappingSettings,
  location?: MappedLocation | null,
  locations?: readonly MappedLocation[],
  counted?: CountedStock | null,
): ImportPlan {
  const mapping = mappings.get(topic.trim().toLowerCase());
  if (mapping !== undefined) return mapping(payload, settings, location, locations, counted);
  if (topic === "reverse_fulfillment_orders/dispose")
    throw unmapped(
      "A returned item was put away, but Shopify's event names neither its order nor its line.",
      "Restock in Shopify together with the refund (its restock_type return carries the goods), or fetch the return from the Admin API in a function node; book this one in Odoo by hand and discard it.",
    );
  throw unmapped(
    `There is no mapping for the topic "${topic}".`,
    "Map it in a function node before odoo-write, or take the topic out of the shopify-webhook-in node.",
  );
}

function unmapped(message: string, hint: string): HoldfastError {
  return new HoldfastError({ class: "rejected", code: "topic_not_mapped", message, hint, source: "flow" });
}

function nothing(what: string, why: string): Mapping {
  return (payload, settings) => {
    withDefaults(settings);
    const body = objectOf<{ id: unknown; name: unknown; admin_graphql_api_id: unknown }>(payload);
    const name = body === null ? null : (textOf(body.name) ?? idOf(body));
    return nothingToDo(name === null ? what : `${what} ${name}`, why);
  };
}
