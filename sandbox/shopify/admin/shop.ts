/** One invented shop: what it has, what it sold, who is told of it. */
import { type CatalogueItem, shopCatalogue } from "../../catalogue.ts";
import { randomFrom } from "../../random.ts";
import { variantIds } from "../payload-lines.ts";
import { makeOrderBook, type OrderBook } from "./order-book.ts";
import { makeOutbox, type Outbox } from "./outbox.ts";
import { type Level, type Location, makeStock, type Stock } from "./stock.ts";

export interface ShopOptions {
  domain: string;
  webhookSecret: string;
  apiVersion: string;
  now: () => number;
  catalogue?: readonly CatalogueItem[];
  locations?: readonly { id: string; name: string }[];
  seed?: number;
}

export interface Shop {
  domain: string;
  stock: Stock;
  orders: OrderBook;
  outbox: Outbox;
  now(): string;
  rename(location: Location, name: string): void;
  deactivate(location: Location): void;
}

export const adminLocations: readonly { id: string; name: string }[] = [
  { id: "70000000001", name: "Harbour Street Store" },
  { id: "70000000002", name: "Outlet" },
  { id: "70000000003", name: "Main Warehouse" },
];

export function makeShop(options: ShopOptions): Shop {
  const now = (): string => `${new Date(options.now()).toISOString().slice(0, 19)}Z`;
  const outbox = makeOutbox({
    shop: options.domain,
    secret: options.webhookSecret,
    apiVersion: options.apiVersion,
    now: () => new Date(options.now()).toISOString(),
    random: randomFrom(options.seed ?? 1, 0x0b0),
  });
  const goods = (options.catalogue ?? shopCatalogue).filter((item) => item.type === "goods");
  const stock = makeStock(
    now,
    {
      locations: (options.locations ?? adminLocations).map((location) => ({
        ...location,
        active: true,
        fulfillsOnlineOrders: true,
        deactivatedAt: null,
      })),
      items: goods.map((item, at) => {
        const title = item.title.split(" - ")[0]!;
        const ids = variantIds({ title, sku: item.sku });
        return {
          id: String(50_000_000_000_000 + at),
          variantId: String(ids.variant),
          productId: String(ids.product),
          sku: item.sku,
          title: item.title,
          barcode: item.barcode ?? null,
          tracked: true,
          bundle: false,
          updatedAt: now(),
        };
      }),
    },
    ({ kind, level }) =>
      outbox.announce(
        `inventory_levels/${kind}`,
        kind === "disconnect" ? disconnectedPayload(level) : levelPayload(level),
      ),
  );
  const announceLocation = (topic: string, location: Location): void =>
    outbox.announce(topic, {
      id: Number(location.id),
      admin_graphql_api_id: `gid://shopify/Location/${location.id}`,
      name: location.name,
      active: location.active,
      updated_at: now(),
    });
  return {
    domain: options.domain,
    stock,
    orders: makeOrderBook(now, stock, outbox.announce),
    outbox,
    now,
    rename(location, name) {
      location.name = name;
      announceLocation("locations/update", location);
    },
    deactivate(location) {
      location.active = false;
      location.deactivatedAt = now();
      announceLocation("locations/deactivate", location);
    },
  };
}

/** https://shopify.dev/docs/api/webhooks/2026-10?reference=toml#list-of-topics-inventory_levels/update */
function levelPayload(level: Level) {
  return {
    inventory_item_id: Number(level.item.id),
    location_id: Number(level.location.id),
    available: level.available,
    updated_at: level.updatedAt,
    admin_graphql_api_id: `gid://shopify/InventoryLevel/${level.id}?inventory_item_id=${level.item.id}`,
  };
}

/** https://shopify.dev/docs/api/webhooks/2026-10?reference=toml#list-of-topics-inventory_levels/disconnect */
function disconnectedPayload(level: Level) {
  return { inventory_item_id: Number(level.item.id), location_id: Number(level.location.id) };
}
