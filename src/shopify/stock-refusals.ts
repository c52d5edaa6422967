import { type Failure, HoldfastError } from "../failure.ts";
import { idDigits } from "../shopify-id.ts";
import type { StockRow } from "./inventory.ts";
import type { StockPlace, StockState } from "./inventory-levels.ts";
import { digits } from "./inventory-writes.ts";

const mostUnits = 1_000_000_000;

/** Why a row can't be written; null when it can. */
export function refusalOf(
  { item, level }: StockState,
  place: StockPlace,
  name: string,
  unstocked: "activate" | "reject",
): Failure | null {
  if (!item)
    return rejected(
      "item_not_found",
      `Shopify has no inventory item ${digits(place.inventoryItemId)}.`,
      "The variant was deleted in Shopify, or the id is another shop's.",
    );
  if (unstocked === "activate" || level?.active || !item.tracked) return null;
  return rejected(
    "not_stocked",
    `${name} is not stocked at Shopify's location ${digits(place.locationId)}.`,
    "Stock it there in Shopify (product, Inventory, Edit locations), or let the node stock items itself.",
  );
}

/** The place of a row, or what is wrong with it. */
export function readRow(row: StockRow): StockPlace | Failure {
  const item = idDigits(row.inventoryItemId);
  const location = idDigits(row.locationId);
  // Beyond this Shopify refuses the whole call, not the row.
  const whole = (value: unknown): boolean => Number.isInteger(value) && Math.abs(Number(value)) <= mostUnits;
  if (item === null || location === null || !whole(row.quantity) || !whole(row.knownCommitted ?? 0))
    return rejected(
      "bad_stock_row",
      `This is no stock row: ${JSON.stringify(row)?.slice(0, 200)}.`,
      "It needs inventoryItemId, locationId and quantity, a whole number of at most 1,000,000,000.",
    );
  return {
    inventoryItemId: `gid://shopify/InventoryItem/${item}`,
    locationId: `gid://shopify/Location/${location}`,
  };
}

/** What people call an item. */
export function nameOf({ item }: StockState, place: StockPlace): string {
  return item?.sku || `inventory item ${digits(place.inventoryItemId)}`;
}

export function neverStill(count: number): HoldfastError {
  return new HoldfastError({
    class: "conflict",
    code: "stock_keeps_changing",
    message: `Stock of ${count} item${count === 1 ? "" : "s"} changed in Shopify each time it was about to be set.`,
    source: "shopify",
  });
}

function rejected(code: string, message: string, hint: string): Failure {
  return { class: "rejected", code, message, hint, source: "shopify", at: Date.now() };
}
