/** Locations, inventory items and what lies where; https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps. */

export interface Location {
  id: string;
  name: string;
  active: boolean;
  fulfillsOnlineOrders: boolean;
  deactivatedAt: string | null;
}

export interface Item {
  id: string;
  variantId: string;
  productId: string;
  sku: string;
  title: string;
  barcode: string | null;
  tracked: boolean;
  /** The parent of a bundle: its quantity is worked out of its parts and can't be set. */
  bundle: boolean;
  updatedAt: string;
}

/** One item at one location. `on_hand` is available and committed together. */
export interface Level {
  id: string;
  item: Item;
  location: Location;
  active: boolean;
  available: number;
  committed: number;
  updatedAt: string;
}

export type QuantityName = "available" | "on_hand" | "committed";

export interface Stock {
  locations: Location[];
  items: Item[];
  location(id: string | undefined): Location | undefined;
  item(id: string | undefined): Item | undefined;
  itemBySku(sku: string): Item | undefined;
  itemOfVariant(variantId: string): Item | undefined;
  /** Also a level that was deactivated; undefined where the item never was. */
  level(itemId: string, locationId: string): Level | undefined;
  levelsOf(itemId: string): Level[];
  /** Makes the level, or activates it with the quantities it had. */
  activate(item: Item, location: Location): Level;
  /** Takes the item off the location; what it had there is kept. */
  deactivate(level: Level): void;
  /** The level to change, made inactive where the item never was. */
  levelToChange(item: Item, location: Location): Level;
  change(level: Level, changes: { available?: number; committed?: number }): void;
}

export interface StockChange {
  kind: "connect" | "update" | "disconnect";
  level: Level;
}

export function makeStock(
  now: () => string,
  seed: { locations: Location[]; items: Item[] },
  changed: (change: StockChange) => void,
): Stock {
  const { locations, items } = seed;
  const levels = new Map<string, Level>();
  const pair = (itemId: string, locationId: string) => `${itemId}@${locationId}`;

  function make(item: Item, location: Location, active: boolean): Level {
    const level: Level = {
      id: String(100_000_000_000 + levels.size),
      item,
      location,
      active,
      available: 0,
      committed: 0,
      updatedAt: now(),
    };
    levels.set(pair(item.id, location.id), level);
    return level;
  }

  const stock: Stock = {
    locations,
    items,
    location: (id) => locations.find((location) => location.id === id),
    item: (id) => items.find((item) => item.id === id),
    itemBySku: (sku) => items.find((item) => item.sku === sku),
    itemOfVariant: (variantId) => items.find((item) => item.variantId === variantId),
    level: (itemId, locationId) => levels.get(pair(itemId, locationId)),
    levelsOf: (itemId) => [...levels.values()].filter(({ item }) => item.id === itemId),
    activate(item, location) {
      const known = stock.level(item.id, location.id);
      if (known?.active) return known;
      const level = known ?? make(item, location, true);
      // Since 2026-04 a level keeps its quantities while it is inactive: https://shopify.dev/changelog/inventoryactivate-now-preserves-available-quantity
      level.active = true;
      level.updatedAt = now();
      changed({ kind: "connect", level });
      return level;
    },
    deactivate(level) {
      if (!level.active) return;
      level.active = false;
      level.updatedAt = now();
      changed({ kind: "disconnect", level });
    },
    levelToChange: (item, location) => stock.level(item.id, location.id) ?? make(item, location, false),
    change(level, changes) {
      const before = level.available;
      Object.assign(level, changes);
      level.updatedAt = now();
      // The webhook tells `available` only: what leaves it alone is assumed to send none.
      if (level.available !== before) changed({ kind: "update", level });
    },
  };
  return stock;
}
