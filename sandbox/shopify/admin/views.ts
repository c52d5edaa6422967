/** What the shop holds, in the shapes of the GraphQL schema; fields with arguments are functions. */
import { connection, type PageArguments } from "./connection.ts";
import { gid } from "./ids.ts";
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
    // One, so far: https://shopify.dev/changelog/inventory-item-variant-field-deprecation
    variants: (page: PageArguments) =>
      connection(
        [item],
        page,
        (one) => variantView(shop, one),
        (one) => one.variantId,
      ),
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
