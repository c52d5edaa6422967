import { HoldfastError } from "../failure.ts";
import { groupBy } from "../group.ts";
import type { OdooClient } from "./client.ts";
import { countedProducts } from "./versions.ts";

/** The field that says which Shopify item a product is. */
export type SkuField = "default_code" | "barcode";

/** A product whose stock Odoo counts. */
export interface CountedProduct {
  productId: number;
  sku: string;
}

/** What is left out of the stock sync, and how much of it. */
export interface Uncounted {
  /** Sold as their parts: Odoo counts only those. */
  kits: number;
  withoutSku: number;
  /** SKUs that several products carry. */
  doubled: string[];
}

export interface Counted {
  products: CountedProduct[];
  uncounted: Uncounted;
}

/** All products whose stock is told, and what is left out. @throws HoldfastError */
export async function readCountedProducts(client: OdooClient, skuField: SkuField): Promise<Counted> {
  const { rows, kits } = await read(client, skuField, []);
  const named = rows.filter(({ sku }) => sku !== "");
  const { products, doubled } = toldOf(named, kits);
  return {
    products,
    uncounted: {
      kits: rows.filter(kits).length,
      withoutSku: rows.length - named.length,
      doubled: doubled.sort(),
    },
  };
}

/** Those of these products whose stock is told. @throws HoldfastError */
export async function countedAmong(
  client: OdooClient,
  skuField: SkuField,
  ids: readonly number[],
): Promise<CountedProduct[]> {
  const { rows } = await read(client, skuField, [["id", "in", ids]]);
  const asked = new Set(ids);
  const named = await countedNamed(
    client,
    skuField,
    rows.map(({ sku }) => sku),
  );
  return named.filter(({ productId }) => asked.has(productId));
}

/** The products of these SKUs whose stock is told. @throws HoldfastError */
export async function countedNamed(
  client: OdooClient,
  skuField: SkuField,
  skus: readonly string[],
): Promise<CountedProduct[]> {
  const wanted = new Set(skus.filter((sku) => sku !== ""));
  if (wanted.size === 0) return [];
  const { rows, kits } = await read(client, skuField, [[skuField, "in", [...wanted]]]);
  return toldOf(rows, kits).products;
}

/** A SKU that several products carry is told of none: each would undo what the other said. */
function toldOf(
  named: readonly ProductRow[],
  kits: (row: ProductRow) => boolean,
): { products: CountedProduct[]; doubled: string[] } {
  const bySku = groupBy(
    named.filter((row) => !kits(row)),
    ({ sku }) => sku,
  );
  const products: CountedProduct[] = [];
  const doubled: string[] = [];
  for (const [sku, same] of bySku)
    if (same.length > 1) doubled.push(sku);
    else products.push({ productId: same[0]!.id, sku });
  return { products, doubled };
}

interface ProductRow {
  id: number;
  template: number;
  sku: string;
}

async function read(
  client: OdooClient,
  skuField: SkuField,
  more: unknown[],
): Promise<{ rows: ProductRow[]; kits: (row: ProductRow) => boolean }> {
  const { major } = await client.version();
  const found = (await client.call("product.product", "search_read", {
    args: {
      domain: [...countedProducts(major), ...more],
      fields: [skuField, "product_tmpl_id"],
      order: "id",
    },
  })) as { id: number; product_tmpl_id: [number, string] }[];
  const rows = found.map((row) => ({
    id: row.id,
    template: row.product_tmpl_id[0],
    sku: String((row as Record<string, unknown>)[skuField] || "").trim(),
  }));
  return { rows, kits: await kitFinder(client, rows) };
}

/** A kit is a product whose bill of materials says that it is sold as its parts. */
async function kitFinder(
  client: OdooClient,
  rows: readonly ProductRow[],
): Promise<(row: ProductRow) => boolean> {
  if (rows.length === 0) return () => false;
  try {
    const bills = (await client.call("mrp.bom", "search_read", {
      args: { domain: [["type", "=", "phantom"]], fields: ["product_id", "product_tmpl_id"] },
    })) as { product_id: [number, string] | false; product_tmpl_id: [number, string] }[];
    const products = new Set(bills.flatMap(({ product_id }) => (product_id ? [product_id[0]] : [])));
    const templates = new Set(
      bills.flatMap(({ product_id, product_tmpl_id }) => (product_id ? [] : [product_tmpl_id[0]])),
    );
    return ({ id, template }) => products.has(id) || templates.has(template);
  } catch (error) {
    // Without the app for manufacturing there are no kits; who may not see them can't tell them apart.
    const code = error instanceof HoldfastError ? error.failure.code : "";
    if (code === "unknown_model" || code === "access_denied") return () => false;
    throw error;
  }
}
