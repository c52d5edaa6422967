import { HoldfastError } from "../failure.ts";
import { inChunks } from "../group.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";

/** One inventory item at one location, both as GIDs. */
export interface StockPlace {
  inventoryItemId: string;
  locationId: string;
}

/** What Shopify has there. */
export interface StockLevel {
  /** False: the item is not stocked there; its quantities are kept, but nobody can buy them. */
  active: boolean;
  available: number;
  onHand: number;
  /** Sold and not yet fulfilled, orders that nobody else knows of yet included. */
  committed: number;
  updatedAt: string;
}

export interface StockState {
  /** Null: there is no such inventory item. */
  item: { sku: string | null; tracked: boolean } | null;
  /** Null: the item never was at this location. */
  level: StockLevel | null;
}

/** Locations in one query. */
const mostLocations = 8;
/** Of the 1,000 points that one query may cost; an item is reckoned one point and four for each location. */
const pointsToSpend = 900;

/** @param locations how many; each is an alias of its own, because a level's id can't be told from its place. */
export function readLevelsOperation(locations: number): AdminOperation {
  const each = Array.from({ length: locations }, (_, at) => at);
  return {
    name: `ReadLevels${locations}`,
    text: `query ReadLevels${locations}($items: [ID!]!, ${each.map((at) => `$at${at}: ID!`).join(", ")}) {
  nodes(ids: $items) {
    id
    ... on InventoryItem {
      sku
      tracked
      ${each.map((at) => `at${at}: inventoryLevel(locationId: $at${at}, includeInactive: true) { ...level }`).join("\n      ")}
    }
  }
}
fragment level on InventoryLevel {
  isActive
  updatedAt
  quantities(names: ["available", "on_hand", "committed"]) { name quantity }
}`,
    repeatable: true,
  };
}

interface LevelNode {
  isActive: boolean;
  updatedAt: string;
  quantities: { name: string; quantity: number }[];
}
type ItemNode = { id: string; sku: string | null; tracked?: boolean } & Record<string, unknown>;

export function placeKey({ inventoryItemId, locationId }: StockPlace): string {
  return `${inventoryItemId} ${locationId}`;
}

/**
 * Reads what Shopify has at these places, in as few queries as their cost allows.
 * @returns by `placeKey`; every place asked for is there.
 * @throws HoldfastError
 */
export async function readLevels(
  client: AdminClient,
  places: readonly StockPlace[],
): Promise<Map<string, StockState>> {
  const states = new Map<string, StockState>();
  const locations = [...new Set(places.map(({ locationId }) => locationId))];
  for (const some of inChunks(locations, mostLocations)) {
    const here = places.filter(({ locationId }) => some.includes(locationId));
    const items = [...new Set(here.map(({ inventoryItemId }) => inventoryItemId))];
    const size = Math.max(1, Math.min(250, Math.floor(pointsToSpend / (1 + 4 * some.length))));
    for (const chunk of inChunks(items, size)) await readInto(states, client, chunk, some);
  }
  for (const place of places)
    if (!states.has(placeKey(place))) states.set(placeKey(place), { item: null, level: null });
  return states;
}

async function readInto(
  states: Map<string, StockState>,
  client: AdminClient,
  items: string[],
  locations: string[],
): Promise<void> {
  const variables: Record<string, unknown> = { items };
  for (const [at, locationId] of locations.entries()) variables[`at${at}`] = locationId;
  let nodes: (ItemNode | null)[];
  try {
    ({ nodes } = await client.run<{ nodes: (ItemNode | null)[] }>(
      readLevelsOperation(locations.length),
      variables,
      items.length,
    ));
  } catch (error) {
    const tooMuch = error instanceof HoldfastError && error.failure.code === "query_too_expensive";
    if (!tooMuch || items.length === 1) throw error;
    for (const half of inChunks(items, Math.ceil(items.length / 2)))
      await readInto(states, client, half, locations);
    return;
  }
  for (const [position, node] of nodes.entries()) {
    if (!node || node.tracked === undefined) continue;
    for (const [at, locationId] of locations.entries()) {
      const level = node[`at${at}`] as LevelNode | null;
      states.set(placeKey({ inventoryItemId: items[position]!, locationId }), {
        item: { sku: node.sku, tracked: node.tracked },
        level: level && levelOf(level),
      });
    }
  }
}

function levelOf({ isActive, updatedAt, quantities }: LevelNode): StockLevel {
  const named = (name: string): number => quantities.find((one) => one.name === name)?.quantity ?? 0;
  return {
    active: isActive,
    available: named("available"),
    onHand: named("on_hand"),
    committed: named("committed"),
    updatedAt,
  };
}
