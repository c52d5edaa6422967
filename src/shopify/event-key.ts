import type { ShopifyHeaders } from "../event.ts";
import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";

/**
 * What orders an event: events of one key are delivered one after the other.
 * Refunds, returns and fulfillments take their order's key, so a refund never overtakes the order it belongs to.
 * Null for topics without an order of their own.
 */
export function eventKey(topic: string, payload: unknown): string | null {
  if (!isJsonObject(payload)) return null;
  switch (topic.slice(0, topic.indexOf("/"))) {
    case "orders":
      return keyed("order", orderId(payload));
    case "refunds":
    case "fulfillments":
      return keyed("order", idDigits(payload.order_id));
    case "returns":
      return keyed("order", returnedOrder(payload));
    case "customers":
      return keyed(
        "customer",
        ownId(payload) ?? (isJsonObject(payload.customer) ? ownId(payload.customer) : null),
      );
    case "products":
      return keyed("product", ownId(payload));
    case "inventory_levels": {
      const item = idDigits(payload.inventory_item_id);
      const location = idDigits(payload.location_id);
      return item !== null && location !== null ? `stock:${item}:${location}` : null;
    }
    default:
      return null;
  }
}

/** What makes a second copy of a delivery a duplicate. */
export function dedupeId(shopify: Pick<ShopifyHeaders, "shop" | "webhookId">): string {
  return `${shopify.shop}/${shopify.webhookId}`;
}

/** What people call an event: "#1001", "refund of order 5678", "stock of item 7 at location 9". */
export function eventReference(topic: string, payload: unknown): string {
  if (!isJsonObject(payload)) return topic;
  switch (topic.slice(0, topic.indexOf("/"))) {
    case "orders":
      return text(payload.name) ?? named("order", orderId(payload), topic);
    case "refunds":
      return named("refund of order", idDigits(payload.order_id), topic);
    case "fulfillments":
      return text(payload.name)
        ? `fulfillment ${text(payload.name)}`
        : named("fulfillment of order", idDigits(payload.order_id), topic);
    case "returns":
      return named("return of order", returnedOrder(payload), topic);
    case "customers":
      return named("customer", ownId(payload), topic);
    case "products":
      return text(payload.title) ?? named("product", ownId(payload), topic);
    case "inventory_levels":
      return `stock of item ${idDigits(payload.inventory_item_id) ?? "?"} at location ${idDigits(payload.location_id) ?? "?"}`;
    default:
      return named(topic, ownId(payload), topic);
  }
}

type Body = Record<string, unknown>;

function ownId(body: Body): string | null {
  return idDigits(body.id) ?? idDigits(body.admin_graphql_api_id);
}

/** orders/edited and orders/risk_assessment_changed carry their order's id in other places. */
function orderId(body: Body): string | null {
  if (isJsonObject(body.order_edit)) return idDigits(body.order_edit.order_id);
  return idDigits(body.order_id) ?? ownId(body);
}

/** Some returns/* topics name their order by id, others carry a part of it. */
function returnedOrder(body: Body): string | null {
  return idDigits(body.order_id) ?? (isJsonObject(body.order) ? ownId(body.order) : null);
}

function keyed(kind: string, id: string | null): string | null {
  return id === null ? null : `${kind}:${id}`;
}

function named(what: string, id: string | null, otherwise: string): string {
  return id === null ? otherwise : `${what} ${id}`;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}
