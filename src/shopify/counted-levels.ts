import { inChunks } from "../group.ts";
import { idDigits } from "../shopify-id.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";
import { placeKey, readLevels, type StockPlace } from "./inventory-levels.ts";
import { isOurs } from "./own-levels.ts";

/** What Shopify has of an item at a location, for those who know the item by its id alone. */
export interface CountedLevel {
  sku: string | null;
  /** Digits. */
  variantId: string | null;
  /** False: Shopify does not count it. */
  tracked: boolean;
  /** False: it is not stocked there, and nobody can buy it. */
  active: boolean;
  available: number;
  committed: number;
  /** It is what this process set itself, sales since then apart. */
  ours: boolean;
}

export const readVariantsOperation: AdminOperation = {
  name: "ReadVariantsOfItems",
  text: `query ReadVariantsOfItems($items: [ID!]!) {
  nodes(ids: $items) {
    ... on InventoryItem { id variants(first: 1) { nodes { legacyResourceId } } }
  }
}`,
  repeatable: true,
};

const mostItems = 100;

/**
 * What Shopify has right now, whatever an event told: it may be hours old.
 * @param places ids as digits or GIDs. @returns one for each, in order; null where Shopify has no such item.
 * @throws HoldfastError
 */
export async function readCountedLevels(
  client: AdminClient,
  places: readonly StockPlace[],
  wants: { variantIds: boolean },
): Promise<(CountedLevel | null)[]> {
  const asked = places.map(({ inventoryItemId, locationId }) => ({
    inventoryItemId: `gid://shopify/InventoryItem/${idDigits(inventoryItemId)}`,
    locationId: `gid://shopify/Location/${idDigits(locationId)}`,
  }));
  const states = await readLevels(client, asked);
  const variants = wants.variantIds ? await readVariants(client, asked) : new Map<string, string>();
  return asked.map((place) => {
    const { item, level } = states.get(placeKey(place))!;
    if (!item) return null;
    return {
      sku: item.sku?.trim() || null,
      variantId: variants.get(place.inventoryItemId) ?? null,
      tracked: item.tracked,
      active: level?.active ?? false,
      available: level?.available ?? 0,
      committed: level?.committed ?? 0,
      ours: level?.active === true && isOurs(client, place, level),
    };
  });
}

async function readVariants(
  client: AdminClient,
  places: readonly StockPlace[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const items = [...new Set(places.map(({ inventoryItemId }) => inventoryItemId))];
  for (const some of inChunks(items, mostItems)) {
    const { nodes } = await client.run<{
      nodes: ({ id?: string; variants?: { nodes: { legacyResourceId: string }[] } } | null)[];
    }>(readVariantsOperation, { items: some }, some.length);
    nodes.forEach((node, at) => {
      const variantId = idDigits(node?.variants?.nodes[0]?.legacyResourceId);
      if (variantId !== null) found.set(some[at]!, variantId);
    });
  }
  return found;
}
