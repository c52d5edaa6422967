import {
  type ShopifyStandIn,
  type ShopifyStandInOptions,
  startShopifyStandIn,
} from "../../sandbox/shopify/admin/index.ts";
import { type AdminClient, type AdminConfig, createAdminClient } from "../../src/shopify/admin.ts";
import { createBudget } from "../../src/shopify/budget.ts";

export interface Shopify extends ShopifyStandIn {
  client: AdminClient;
  /** Another client of the same shop. */
  clientWith(more?: Partial<AdminConfig>): AdminClient;
}

const open: Shopify[] = [];

/** A stand-in and a client of it, with a budget of its own. */
export async function startShopify(
  options: ShopifyStandInOptions = {},
  config: Partial<AdminConfig> = {},
): Promise<Shopify> {
  const standIn = await startShopifyStandIn(options);
  const clients: AdminClient[] = [];
  const clientWith = (more: Partial<AdminConfig> = {}): AdminClient => {
    const client = createAdminClient({
      shop: standIn.domain,
      adminUrl: standIn.url,
      token: standIn.token,
      budget: createBudget(),
      ...config,
      ...more,
    });
    clients.push(client);
    return client;
  };
  const shopify: Shopify = {
    ...standIn,
    client: clientWith(),
    clientWith,
    async close() {
      for (const client of clients) client.close();
      await standIn.close();
    },
  };
  open.push(shopify);
  return shopify;
}

export async function stopShopify(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()));
}

export const readShop = {
  name: "ReadShop",
  text: "query ReadShop { shop { name myshopifyDomain } }",
  repeatable: true,
};

export const inventoryItemId = (shopify: Shopify, sku: string): string =>
  `gid://shopify/InventoryItem/${shopify.shop.stock.itemBySku(sku)!.id}`;

export const locationId = (shopify: Shopify, at = 0): string =>
  `gid://shopify/Location/${shopify.shop.stock.locations[at]!.id}`;

/** Puts stock there as the shop's staff would: active, with this much available. */
export function stockUp(shopify: Shopify, sku: string, at: number, available: number): void {
  const { stock } = shopify.shop;
  const level = stock.activate(stock.itemBySku(sku)!, stock.locations[at]!);
  stock.change(level, { available });
}

export function availableAt(shopify: Shopify, sku: string, at = 0): number | undefined {
  const { stock } = shopify.shop;
  return stock.level(stock.itemBySku(sku)!.id, stock.locations[at]!.id)?.available;
}
