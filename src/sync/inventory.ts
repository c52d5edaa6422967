import { decimal, sum } from "../money.ts";
import { idDigits } from "../shopify-id.ts";

/** What Odoo holds of one product at one stock location, in the product's own unit. */
export interface OdooStock {
  productId: number;
  /** stock.location, with all below it. */
  locationId: number;
  /** `free_qty`: on hand and not set aside for anybody. A float, as Odoo sends it. */
  free: number | string;
  /** How much of what is set aside there belongs to Shopify's orders. */
  reservedForShopify: number | string;
}

/** A product whose stock Odoo counts, and what Shopify knows it by. */
export interface StockedProduct {
  productId: number;
  sku: string;
  /** Units that are never offered, wherever they lie. */
  buffer?: number;
}

/** One Shopify location and the Odoo locations whose stock it offers, together. */
export interface StockSource {
  shopifyLocationId: string;
  odooLocationIds: readonly number[];
  /** Units of every product that are kept back here. */
  buffer?: number;
}

/** A row for shopify-write, which finds the item by its SKU. */
export interface ShopifyStockRow {
  sku: string;
  productId: number;
  /** Digits. */
  locationId: string;
  quantity: number;
  knownCommitted: number;
}

/**
 * What Shopify may offer, item by item and location by location.
 *
 * Odoo's `free_qty` leaves out what it has set aside for Shopify's orders; orders that Shopify took and Odoo does not
 * have yet it can't leave out. Shopify counts both as committed. So each row says how much of that Odoo knows, and who
 * writes subtracts the rest, from the committed quantity that it reads together with the one it compares.
 *
 * A product that Odoo has nothing of is zero. Parts of a unit are not offered.
 */
export function stockRows(
  stock: readonly OdooStock[],
  products: readonly StockedProduct[],
  sources: readonly StockSource[],
): ShopifyStockRow[] {
  const byPlace = new Map<string, OdooStock>();
  for (const one of stock) byPlace.set(`${one.productId} ${one.locationId}`, one);
  return products.flatMap(({ productId, sku, buffer = 0 }) =>
    sources.map((source) => {
      // A location that is named twice holds its stock once.
      const here = [...new Set(source.odooLocationIds)].flatMap(
        (id) => byPlace.get(`${productId} ${id}`) ?? [],
      );
      const kept = (source.buffer ?? 0) + buffer;
      return {
        sku,
        productId,
        locationId: idDigits(source.shopifyLocationId) ?? source.shopifyLocationId,
        quantity: Math.max(0, wholeUnits(here.map(({ free }) => free)) - kept),
        knownCommitted: Math.max(0, wholeUnits(here.map(({ reservedForShopify }) => reservedForShopify))),
      };
    }),
  );
}

/** Digits of a float that mean something: Odoo adds 0.1 ten times and has 0.9999999999999999. */
const meaningful = 6;

function wholeUnits(amounts: readonly (number | string)[]): number {
  return Math.floor(Number(sum(amounts.map(decimal)).toFixed(meaningful)));
}
