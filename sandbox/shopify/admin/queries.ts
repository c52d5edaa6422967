import { connection, matches, type PageArguments } from "./connection.ts";
import { fulfillmentOrderView, fulfillmentView } from "./fulfillment-views.ts";
import { gid, idIn } from "./ids.ts";
import type { Order } from "./order-shapes.ts";
import { orderView, refundView } from "./order-views.ts";
import type { Shop } from "./shop.ts";
import { topicOf } from "./topics.ts";
import { itemView, locationView, subscriptionView, variantView } from "./views.ts";

interface Searched extends PageArguments {
  query?: string | null;
}

/** The fields of QueryRoot. */
export function queryRoot(shop: Shop, app: { scopes: readonly string[]; apiVersion: string }) {
  const { stock, orders, outbox } = shop;
  const found = <T, View>(value: T | undefined, view: (one: T) => View): View | null =>
    value === undefined ? null : view(value);

  function node(id: string): unknown {
    const item = stock.item(idIn(id, "InventoryItem"));
    if (item) return itemView(shop, item);
    const order = orders.order(idIn(id, "Order"));
    if (order) return orderView(shop, order);
    const location = stock.location(idIn(id, "Location"));
    if (location) return locationView(location);
    const fulfillment = orders.fulfillment(idIn(id, "Fulfillment"));
    if (fulfillment) return fulfillmentView(shop, fulfillment);
    const fulfillmentOrder = orders.fulfillmentOrder(idIn(id, "FulfillmentOrder"));
    return found(fulfillmentOrder, (one) => fulfillmentOrderView(shop, one));
  }

  return {
    shop: () => ({
      __typename: "Shop",
      id: gid("Shop", 1),
      name: "Holdfast Outdoor",
      myshopifyDomain: shop.domain,
      currencyCode: "USD",
      ianaTimezone: "America/New_York",
      taxesIncluded: false,
      plan: { publicDisplayName: "Basic", partnerDevelopment: false },
    }),
    currentAppInstallation: () => ({
      __typename: "AppInstallation",
      id: gid("AppInstallation", 1),
      accessScopes: app.scopes.map((handle) => ({ handle, description: handle })),
    }),
    node: ({ id }: { id: string }) => node(id),
    nodes: ({ ids }: { ids: string[] }) => ids.map(node),
    location: ({ id }: { id: string }) => found(stock.location(idIn(id, "Location")), locationView),
    locations: ({ includeInactive, ...page }: PageArguments & { includeInactive?: boolean }) =>
      connection(
        stock.locations.filter((location) => location.active || includeInactive),
        page,
        locationView,
        (location) => location.id,
      ),
    inventoryItem: ({ id }: { id: string }) =>
      found(stock.item(idIn(id, "InventoryItem")), (item) => itemView(shop, item)),
    inventoryItems: ({ query, ...page }: Searched) =>
      connection(
        stock.items.filter((item) => matches(query, { sku: item.sku, id: item.id })),
        page,
        (item) => itemView(shop, item),
        (item) => item.id,
      ),
    productVariants: ({ query, ...page }: Searched) =>
      connection(
        stock.items.filter((item) => matches(query, { sku: item.sku, barcode: item.barcode })),
        page,
        (item) => variantView(shop, item),
        (item) => item.id,
      ),
    order: ({ id }: { id: string }) =>
      found(orders.order(idIn(id, "Order")), (order) => orderView(shop, order)),
    refund: ({ id }: { id: string }) =>
      found(orders.refundOf(idIn(id, "Refund")), ({ order, refund }) => refundView(shop, order, refund)),
    fulfillment: ({ id }: { id: string }) =>
      found(orders.fulfillment(idIn(id, "Fulfillment")), (one) => fulfillmentView(shop, one)),
    orders: ({ query, sortKey, ...page }: Searched & { sortKey?: string }) => {
      const key = (order: Order): string => {
        const { updated_at, created_at, processed_at } = order.payload;
        const at =
          sortKey === "UPDATED_AT" ? updated_at : sortKey === "CREATED_AT" ? created_at : processed_at;
        return `${new Date(at).toISOString()} ${order.id.padStart(20, "0")}`;
      };
      // "Only the last 60 days' worth of orders": https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Order
      const oldest = app.scopes.includes("read_all_orders") ? 0 : Date.parse(shop.now()) - 60 * 86_400_000;
      const seen = orders.orders.filter(({ payload }) => Date.parse(payload.created_at) >= oldest);
      const wanted = seen.filter(({ payload }) =>
        matches(query, {
          updated_at: payload.updated_at,
          created_at: payload.created_at,
          processed_at: payload.processed_at,
          name: payload.name,
        }),
      );
      return connection(
        wanted.toSorted((one, other) => (key(one) < key(other) ? -1 : 1)),
        page,
        (order) => orderView(shop, order),
        key,
      );
    },
    webhookSubscriptions: ({ topics, uri, ...page }: PageArguments & { topics?: string[]; uri?: string }) =>
      connection(
        outbox.subscriptions.filter(
          (one) => (!topics || topics.map(topicOf).includes(one.topic)) && (!uri || one.uri === uri),
        ),
        page,
        (one) => subscriptionView(one, app.apiVersion),
        (one) => one.id,
      ),
  };
}
