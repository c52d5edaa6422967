import { idDigits } from "../shopify-id.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";
import { asBackfill, type BackfillEvent } from "./backfill-event.ts";

/** What reading counts takes. */
export const levelScopes: readonly string[] = ["read_inventory"];

const topic = "inventory_levels/update";
/** An item costs one point and four for each location; one query may cost 1,000. */
const itemsAtOnce = 100;
const locationsAtOnce = 2;

/** @param locations how many; a level that the item no longer has there counts, too: nothing is left to sell. */
export function findLevelsOperation(locations: number): AdminOperation {
  const each = Array.from({ length: locations }, (_, at) => at);
  return {
    name: `FindLevels${locations}`,
    text: `query FindLevels${locations}($first: Int!, $after: String, ${each.map((at) => `$at${at}: ID!`).join(", ")}) {
  inventoryItems(first: $first, after: $after) {
    nodes {
      id
      tracked
      ${each.map((at) => `at${at}: inventoryLevel(locationId: $at${at}, includeInactive: true) { ...level }`).join("\n      ")}
    }
    pageInfo { hasNextPage endCursor }
  }
}
fragment level on InventoryLevel {
  updatedAt
  quantities(names: ["available"]) { name quantity }
}`,
    repeatable: true,
  };
}

interface LevelNode {
  updatedAt: string;
  quantities: { quantity: number }[];
}
type ItemNode = { id: string; tracked: boolean } & Record<string, unknown>;

interface Page {
  inventoryItems: { nodes: ItemNode[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/**
 * Every count that Shopify keeps at these locations, as the events that would tell it, page by page.
 * @param locationIds digits. @param asking how each page is asked for: with patience, for instance.
 * @param at names the run: its events have ids made of it. @throws HoldfastError
 */
export async function* findLevels(
  client: AdminClient,
  {
    locationIds,
    shop,
    at,
  }: {
    locationIds: readonly string[];
    shop: string;
    at: number;
  },
  asking: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<BackfillEvent[]> {
  for (let from = 0; from < locationIds.length; from += locationsAtOnce) {
    const here = locationIds.slice(from, from + locationsAtOnce);
    let after: string | null = null;
    do {
      const variables: Record<string, unknown> = { first: itemsAtOnce, after };
      for (const [index, id] of here.entries()) variables[`at${index}`] = `gid://shopify/Location/${id}`;
      const { inventoryItems }: Page = await asking(() =>
        client.run<Page>(findLevelsOperation(here.length), variables, itemsAtOnce),
      );
      const apiVersion = client.servedVersion() ?? client.apiVersion;
      yield inventoryItems.nodes.flatMap((item) =>
        here.flatMap((locationId, index) => {
          const level = item[`at${index}`] as LevelNode | null;
          return item.tracked && level
            ? [levelEvent(item.id, locationId, level, { shop, apiVersion, at })]
            : [];
        }),
      );
      after = inventoryItems.pageInfo.hasNextPage ? inventoryItems.pageInfo.endCursor : null;
    } while (after !== null);
  }
}

/** As Shopify would tell it; nothing in it is of use but who and where, for whoever adjusts asks for the count. */
function levelEvent(
  item: string,
  locationId: string,
  { updatedAt, quantities }: LevelNode,
  { shop, apiVersion, at }: { shop: string; apiVersion: string; at: number },
): BackfillEvent {
  const itemId = idDigits(item) ?? "";
  const payload = {
    inventory_item_id: itemId,
    location_id: locationId,
    available: quantities[0]?.quantity ?? 0,
    updated_at: updatedAt,
    // Whoever adjusts then says where Odoo had another number: nobody knows when it drifted.
    compared: true,
  };
  const id = `inventory_levels/${itemId}-${locationId}@${new Date(at).toISOString()}`;
  return asBackfill(topic, payload, { id, changedAt: updatedAt, shop, apiVersion });
}
