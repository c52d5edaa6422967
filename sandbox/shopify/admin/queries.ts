import { connection, matches, type PageArguments } from "./connection.ts";
import { gid, idIn } from "./ids.ts";
import type { Order } from "./order-book.ts";
import type { Shop } from "./shop.ts";
import { topicOf } from "./topics.ts";
import {
  fulfillmentOrderView,
  fulfillmentView,
  itemView,
  locationView,
  orderView,
  subscriptionView,
  variantView,
} from "./views.ts";

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
    orders: ({ query, sortKey, ...page }: Searched & { sortKey?: string }) => {
      const key = (order: Order): string => {
        const at = sortKey === "UPDATED_AT" ? order.payload.updated_at : order.payload.processed_at;
        return `${new Date(at).toISOString()} ${order.id.padStart(20, "0")}`;
      };
      const wanted = orders.orders.filter(({ payload }) =>
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
