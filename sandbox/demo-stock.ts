/** The stock side of what `npm start` plays: shelves in the sandbox's Odoo, what its shop offers, and whether they agree. */
import { shopCatalogue } from "./catalogue.ts";
import type { OdooStandIn } from "./odoo/server.ts";
import type { ShopifyStandIn } from "./shopify/admin/index.ts";
import type { SandboxOrder } from "./shopify/index.ts";

/** Shopify's locations and the warehouses of the sandbox's Odoo, in this order. */
const warehouses = [
  { warehouseId: 1, locationId: 5, code: "WH", units: 900 },
  { warehouseId: 2, locationId: 14, code: "OUT", units: 120 },
];

export interface StockFigures {
  /** Units that Shopify offers, and that are free in Odoo. */
  offered: number;
  free: number;
  /** Products and locations that are compared, and those that differ. */
  places: number;
  differing: number;
}

type FlowNode = Record<string, unknown>;

/** The shipped flow with the table of locations filled in, and every order confirmed. */
export function withLocations(flow: object[], shopify: ShopifyStandIn): object[] {
  const { locations } = shopify.shop.stock;
  const rows = warehouses.map(({ warehouseId, locationId, code }, at) => {
    const { id, name } = locations[at]!;
    return { shopifyId: id, shopifyName: name, warehouseId, locationId, code, isDefault: at === 0 };
  });
  return (flow as FlowNode[]).map((node) => {
    if (node.type === "location-mapper") return { ...node, rows };
    if (node.type === "shopify-to-odoo") return { ...node, confirm: "always" };
    return node.type === "odoo-stock-in" ? { ...node, askSeconds: 2 } : node;
  });
}

/** Counts goods into the sandbox's Odoo, as its staff would. */
export async function fillShelves(odoo: OdooStandIn): Promise<void> {
  const products = await countedProducts(odoo);
  for (const { locationId, units } of warehouses) {
    const ids = (await ask(odoo, "stock.quant/create", {
      vals_list: products.map(({ id }) => ({
        product_id: id,
        location_id: locationId,
        inventory_quantity: units,
      })),
    })) as number[];
    await ask(odoo, "stock.quant/action_apply_inventory", { ids });
  }
}

/** Shopify sells: its own stock goes down at once, its webhooks are on their way. */
export function sell({ shop }: ShopifyStandIn, orders: readonly SandboxOrder[]): void {
  const [first] = shop.stock.locations;
  for (const { body } of orders) {
    const { location_id } = JSON.parse(body) as { location_id: number | null };
    shop.orders.place(body, String(location_id ?? first!.id));
  }
}

export async function stockFigures(odoo: OdooStandIn, shopify: ShopifyStandIn): Promise<StockFigures> {
  const { stock } = shopify.shop;
  const figures: StockFigures = { offered: 0, free: 0, places: 0, differing: 0 };
  for (const [at, { locationId }] of warehouses.entries())
    for (const { sku, free } of await countedProducts(odoo, locationId)) {
      const item = stock.itemBySku(sku);
      const level = item && stock.level(item.id, stock.locations[at]!.id);
      const offered = level?.available ?? 0;
      figures.offered += offered;
      figures.free += free;
      figures.places++;
      if (offered !== free) figures.differing++;
    }
  return figures;
}

/** Validates some deliveries in Odoo. @returns how many. */
export async function deliverSome(odoo: OdooStandIn, count: number): Promise<number> {
  const pickings = (await ask(odoo, "stock.picking/search_read", {
    domain: [["state", "=", "assigned"]],
    fields: ["name"],
    limit: count,
  })) as { id: number }[];
  for (const { id } of pickings) {
    await ask(odoo, "stock.picking/write", { ids: [id], vals: { carrier_tracking_ref: `JD${1000 + id}` } });
    await ask(odoo, "stock.picking/button_validate", { ids: [id] });
  }
  return pickings.length;
}

export function fulfilled({ shop }: ShopifyStandIn): number {
  return shop.orders.orders.reduce((sum, { fulfillments }) => sum + fulfillments.length, 0);
}

async function countedProducts(odoo: OdooStandIn, location = 0) {
  const skus = shopCatalogue.filter(({ type }) => type === "goods").map(({ sku }) => sku);
  const rows = (await ask(odoo, "product.product/search_read", {
    domain: [["default_code", "in", skus]],
    fields: ["default_code", "free_qty"],
    context: location > 0 ? { location } : {},
  })) as { id: number; default_code: string; free_qty: number }[];
  return rows.map(({ id, default_code, free_qty }) => ({ id, sku: default_code, free: free_qty }));
}

/** Through Odoo's own API, as any other client would. */
export async function ask(odoo: OdooStandIn, what: string, body: object): Promise<unknown> {
  const response = await fetch(`${odoo.url}/json/2/${what}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Authorization: `bearer ${odoo.apiKey}`,
      "X-Odoo-Database": odoo.db,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`The sandbox's Odoo: ${what}: HTTP ${response.status} ${await response.text()}`);
  return response.json();
}
