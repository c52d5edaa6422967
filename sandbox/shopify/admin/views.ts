/** What the shop holds, in the shapes of the GraphQL schema; fields with arguments are functions. */
import { connection, type PageArguments } from "./connection.ts";
import { gid } from "./ids.ts";
import type { Fulfillment, FulfillmentOrder, LinePayload, Order } from "./order-book.ts";
import type { Subscription } from "./outbox.ts";
import type { Shop } from "./shop.ts";
import type { Item, Level, Location } from "./stock.ts";
import { enumOf } from "./topics.ts";

export function locationView(location: Location) {
  return {
    __typename: "Location",
    id: gid("Location", location.id),
    legacyResourceId: location.id,
    name: location.name,
    isActive: location.active,
    fulfillsOnlineOrders: location.fulfillsOnlineOrders,
    shipsInventory: location.active,
    hasActiveInventory: location.active,
    isFulfillmentService: false,
    deactivatedAt: location.deactivatedAt,
  };
}

type WithInactive = { includeInactive?: boolean };

export function itemView(shop: Shop, item: Item): Record<string, unknown> {
  return {
    __typename: "InventoryItem",
    id: gid("InventoryItem", item.id),
    legacyResourceId: item.id,
    sku: item.sku,
    tracked: item.tracked,
    requiresShipping: true,
    updatedAt: item.updatedAt,
    variant: () => variantView(shop, item),
    inventoryLevel: ({ locationId, includeInactive }: { locationId: string } & WithInactive) => {
      const level = shop.stock
        .levelsOf(item.id)
        .find((one) => gid("Location", one.location.id) === locationId);
      return level && (level.active || includeInactive) ? levelView(shop, level) : null;
    },
    inventoryLevels: ({ includeInactive, ...page }: PageArguments & WithInactive) =>
      connection(
        shop.stock.levelsOf(item.id).filter((level) => level.active || includeInactive),
        page,
        (level) => levelView(shop, level),
        (level) => level.id,
      ),
  };
}

export function levelView(shop: Shop, level: Level): Record<string, unknown> {
  const quantities: Record<string, number> = {
    available: level.available,
    committed: level.committed,
    on_hand: level.available + level.committed,
  };
  return {
    __typename: "InventoryLevel",
    id: `${gid("InventoryLevel", level.id)}?inventory_item_id=${level.item.id}`,
    isActive: level.active,
    updatedAt: level.updatedAt,
    item: () => itemView(shop, level.item),
    location: () => locationView(level.location),
    quantities: ({ names }: { names: string[] }) =>
      names
        .filter((name) => name in quantities)
        .map((name) => ({
          id: `${gid("InventoryQuantity", level.id)}?name=${name}`,
          name,
          quantity: quantities[name],
          updatedAt: level.updatedAt,
        })),
  };
}

export function variantView(shop: Shop, item: Item): Record<string, unknown> {
  const [title, option] = item.title.split(" - ");
  return {
    __typename: "ProductVariant",
    id: gid("ProductVariant", item.variantId),
    legacyResourceId: item.variantId,
    title: option ?? "Default Title",
    displayName: item.title,
    sku: item.sku,
    barcode: item.barcode,
    product: {
      __typename: "Product",
      id: gid("Product", item.productId),
      legacyResourceId: item.productId,
      title,
    },
    inventoryItem: () => itemView(shop, item),
  };
}

export function subscriptionView(subscription: Subscription, apiVersion: string) {
  return {
    __typename: "WebhookSubscription",
    id: gid("WebhookSubscription", subscription.id),
    legacyResourceId: subscription.id,
    topic: enumOf(subscription.topic),
    uri: subscription.uri,
    format: "JSON",
    includeFields: subscription.includeFields,
    filter: "",
    apiVersion: { handle: apiVersion, displayName: apiVersion, supported: true },
    createdAt: subscription.createdAt,
    updatedAt: subscription.createdAt,
  };
}

function lineView(shop: Shop, line: LinePayload): Record<string, unknown> {
  const item = line.variant_id === null ? undefined : shop.stock.itemOfVariant(String(line.variant_id));
  return {
    __typename: "LineItem",
    id: gid("LineItem", String(line.id)),
    name: line.name,
    title: line.title,
    sku: line.sku,
    quantity: line.quantity,
    currentQuantity: line.current_quantity,
    unfulfilledQuantity: line.fulfillable_quantity,
    variant: () => (item ? variantView(shop, item) : null),
  };
}

export function fulfillmentOrderView(shop: Shop, one: FulfillmentOrder): Record<string, unknown> {
  const open = one.status === "OPEN" || one.status === "IN_PROGRESS";
  const actions = open
    ? ["CREATE_FULFILLMENT", "MOVE", "HOLD"]
    : one.status === "ON_HOLD"
      ? ["RELEASE_HOLD"]
      : [];
  return {
    __typename: "FulfillmentOrder",
    id: gid("FulfillmentOrder", one.id),
    status: one.status,
    requestStatus: "UNSUBMITTED",
    assignedLocation: { location: () => locationView(one.location), name: one.location.name },
    supportedActions: actions.map((action) => ({ action, externalUrl: null })),
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
          lineItem: lineView(shop, line.line),
          remainingQuantity: line.remaining,
          totalQuantity: line.total,
        }),
        (line) => line.id,
      ),
  };
}

export function fulfillmentView(shop: Shop, { id, payload, order }: Fulfillment): Record<string, unknown> {
  const count = Math.max(payload.tracking_numbers.length, payload.tracking_urls.length);
  return {
    __typename: "Fulfillment",
    id: gid("Fulfillment", id),
    legacyResourceId: id,
    name: payload.name,
    status: payload.status.toUpperCase(),
    displayStatus: payload.status === "cancelled" ? "CANCELED" : "FULFILLED",
    createdAt: payload.created_at,
    updatedAt: payload.updated_at,
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
          lineItem: lineView(shop, line),
          quantity: line.quantity,
        }),
        (line) => String(line.id).padStart(20, "0"),
      ),
    trackingInfo: Array.from({ length: count }, (_, at) => ({
      company: payload.tracking_company,
      number: payload.tracking_numbers[at] ?? null,
      url: payload.tracking_urls[at] ?? null,
    })),
  };
}

export function orderView(shop: Shop, order: Order): Record<string, unknown> {
  const { payload } = order;
  const status = payload.fulfillment_status;
  return {
    __typename: "Order",
    id: gid("Order", order.id),
    legacyResourceId: order.id,
    name: payload.name,
    createdAt: payload.created_at,
    updatedAt: payload.updated_at,
    processedAt: payload.processed_at,
    cancelledAt: payload.cancelled_at,
    displayFulfillmentStatus:
      status === "fulfilled" ? "FULFILLED" : status === "partial" ? "PARTIALLY_FULFILLED" : "UNFULFILLED",
    fulfillments: ({ first }: PageArguments) =>
      order.fulfillments.slice(0, first ?? undefined).map((one) => fulfillmentView(shop, one)),
    fulfillmentOrders: (page: PageArguments) =>
      connection(
        order.fulfillmentOrders,
        page,
        (one) => fulfillmentOrderView(shop, one),
        (one) => one.id,
      ),
    lineItems: (page: PageArguments) =>
      connection(
        payload.line_items,
        page,
        (line) => lineView(shop, line),
        (line) => String(line.id).padStart(20, "0"),
      ),
  };
}
