/** Fulfillment orders and fulfillments in the shapes of the GraphQL schema. */
import { connection, type PageArguments } from "./connection.ts";
import { gid } from "./ids.ts";
import { lineView } from "./order-line-views.ts";
import type { Fulfillment, FulfillmentOrder } from "./order-shapes.ts";
import { orderView } from "./order-views.ts";
import type { Shop } from "./shop.ts";
import { timeView } from "./value-views.ts";
import { locationView } from "./views.ts";

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/FulfillmentOrder */
export function fulfillmentOrderView(shop: Shop, one: FulfillmentOrder): Record<string, unknown> {
  const open = one.status === "OPEN" || one.status === "IN_PROGRESS";
  // https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentOrderAction
  // Not documented; assumed: which go with which status.
  const actions = open
    ? ["CREATE_FULFILLMENT", "MOVE", "HOLD"]
    : one.status === "ON_HOLD"
      ? ["RELEASE_HOLD"]
      : [];
  return {
    __typename: "FulfillmentOrder",
    id: gid("FulfillmentOrder", one.id),
    // https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentOrderStatus
    status: one.status,
    // Always, without a fulfillment service: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentOrderRequestStatus
    requestStatus: "UNSUBMITTED",
    assignedLocation: { location: () => locationView(one.location), name: one.location.name },
    supportedActions: actions.map((action) => ({ action, externalUrl: null })),
    // https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentHoldReason
    fulfillmentHolds:
      one.hold === null
        ? []
        : [{ id: gid("FulfillmentHold", one.id), reason: "OTHER", reasonNotes: one.hold }],
    orderId: gid("Order", one.order.id),
    updatedAt: one.updatedAt,
    lineItems: (page: PageArguments) =>
      connection(
        one.lines,
        page,
        (line) => ({
          __typename: "FulfillmentOrderLineItem",
          id: gid("FulfillmentOrderLineItem", line.id),
          lineItem: lineView(shop, one.order, line.line),
          remainingQuantity: line.remaining,
          totalQuantity: line.total,
        }),
        (line) => line.id,
      ),
  };
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Fulfillment */
export function fulfillmentView(shop: Shop, { id, payload, order }: Fulfillment): Record<string, unknown> {
  const count = Math.max(payload.tracking_numbers.length, payload.tracking_urls.length);
  return {
    __typename: "Fulfillment",
    id: gid("Fulfillment", id),
    legacyResourceId: id,
    name: payload.name,
    // SUCCESS or CANCELLED: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentStatus
    status: payload.status.toUpperCase(),
    // https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentDisplayStatus
    // Not documented; assumed: which goes with which status.
    displayStatus: payload.status === "cancelled" ? "CANCELED" : "FULFILLED",
    createdAt: timeView(payload.created_at),
    updatedAt: timeView(payload.updated_at),
    location: () => {
      const location = shop.stock.location(String(payload.location_id));
      return location ? locationView(location) : null;
    },
    order: () => orderView(shop, order),
    fulfillmentLineItems: (page: PageArguments) =>
      connection(
        payload.line_items,
        page,
        (line) => ({
          __typename: "FulfillmentLineItem",
          id: gid("FulfillmentLineItem", `${id}${line.id}`),
          lineItem: lineView(shop, order, order.payload.line_items.find(({ id }) => id === line.id) ?? line),
          quantity: line.quantity,
        }),
        (line) => String(line.id).padStart(20, "0"),
      ),
    // https://shopify.dev/docs/api/admin-graphql/2026-10/objects/FulfillmentTrackingInfo
    trackingInfo: Array.from({ length: count }, (_, at) => ({
      company: payload.tracking_company,
      number: payload.tracking_numbers[at] ?? null,
      url: payload.tracking_urls[at] ?? null,
    })),
  };
}
