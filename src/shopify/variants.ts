import { groupBy, inChunks } from "../group.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";

/** What a merchant calls an item: its SKU or its barcode, as written in Shopify. */
export type ItemName = { sku: string } | { barcode: string };

export const findVariantsOperation: AdminOperation = {
  name: "FindVariants",
  text: `query FindVariants($query: String!, $after: String) {
  productVariants(first: 100, after: $after, query: $query) {
    nodes { sku barcode inventoryItem { id } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  repeatable: true,
};

interface VariantPage {
  productVariants: {
    nodes: { sku: string | null; barcode: string | null; inventoryItem: { id: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

interface Found {
  /** GIDs of all inventory items of this name. */
  items: string[];
  until: number;
}

const namesInOneQuery = 40;
const rememberMs = 10 * 60_000;
/** Somebody may be about to make it. */
const rememberMissingMs = 60_000;
const caches = new WeakMap<AdminClient, Map<string, Found>>();

export function nameKey(name: ItemName): string {
  return "sku" in name ? `sku:${name.sku}` : `barcode:${name.barcode}`;
}

/**
 * The inventory items of these names, by `nameKey`; an empty list where the shop has none. Remembered for some minutes.
 * @throws HoldfastError
 */
export async function findItems(
  client: AdminClient,
  names: readonly ItemName[],
  now = Date.now(),
): Promise<Map<string, string[]>> {
  const cache = cacheOf(client);
  const wanted = new Map(names.map((name) => [nameKey(name), name]));
  const unknown = [...wanted].filter(([key]) => (cache.get(key)?.until ?? 0) <= now).map(([, name]) => name);
  for (const chunk of inChunks(unknown, namesInOneQuery)) {
    const variants = await search(client, chunk);
    // The search does not tell upper from lower case, and finds parts of words; names have to be the same.
    for (const name of chunk) {
      const same = variants.filter((one) =>
        "sku" in name ? one.sku?.trim() === name.sku : one.barcode?.trim() === name.barcode,
      );
      const items = [...groupBy(same, ({ inventoryItem }) => inventoryItem.id).keys()];
      cache.set(nameKey(name), { items, until: now + (items.length > 0 ? rememberMs : rememberMissingMs) });
    }
  }
  return new Map([...wanted.keys()].map((key) => [key, cache.get(key)?.items ?? []]));
}

/** Its item is gone, or has another name by now. */
export function forgetItem(client: AdminClient, name: ItemName): void {
  cacheOf(client).delete(nameKey(name));
}

async function search(client: AdminClient, names: readonly ItemName[]) {
  const query = names.map(term).join(" OR ");
  const found: VariantPage["productVariants"]["nodes"] = [];
  for (let after: string | null = null; ; ) {
    const page: VariantPage = await client.run(findVariantsOperation, { query, after }, names.length);
    found.push(...page.productVariants.nodes);
    const { hasNextPage, endCursor } = page.productVariants.pageInfo;
    if (!hasNextPage) return found;
    after = endCursor;
  }
}

function term(name: ItemName): string {
  const [field, text] = "sku" in name ? ["sku", name.sku] : ["barcode", name.barcode];
  return `${field}:'${text.replace(/[\\']/g, "\\$&")}'`;
}

function cacheOf(client: AdminClient): Map<string, Found> {
  let cache = caches.get(client);
  if (!cache || cache.size > 50_000) {
    cache = new Map();
    caches.set(client, cache);
  }
  return cache;
}
