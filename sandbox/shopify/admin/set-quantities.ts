/** https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/inventorySetQuantities */
import { BadArgument } from "./connection.ts";
import { gid, idIn } from "./ids.ts";
import type { Shop } from "./shop.ts";
import type { Level } from "./stock.ts";
import { itemView, locationView } from "./views.ts";

export interface QuantityRow {
  inventoryItemId: string;
  locationId: string;
  quantity: number;
  changeFromQuantity?: number | null;
}

interface RowError {
  code: string;
  field: string[];
  message: string;
}

const messages: Record<string, string> = {
  CHANGE_FROM_QUANTITY_STALE: "The changeFromQuantity value does not match persisted value.",
  INVALID_INVENTORY_ITEM: "The specified inventory item could not be found.",
  INVALID_LOCATION: "The specified location could not be found.",
  INVALID_QUANTITY_TOO_HIGH: "The total quantity can't be higher than 1,000,000,000.",
  INVALID_QUANTITY_TOO_LOW: "The total quantity can't be lower than -1,000,000,000.",
  NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR:
    "The combination of inventoryItemId and locationId must be unique.",
  NON_MUTABLE_INVENTORY_ITEM: "The specified inventory item is not allowed to be adjusted via API.",
};

// https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states#set-inventory-quantities-on-hand
const reasons = [
  "correction",
  "cycle_count_available",
  "damaged",
  "movement_created",
  "other",
  "promotion",
  "quality_control",
  "received",
  "reservation_created",
  "restock",
  "safety_stock",
  "shrinkage",
];
const most = 1_000_000_000;

export function setQuantities(
  shop: Shop,
  input: { name: string; reason: string; referenceDocumentUri?: string; quantities: QuantityRow[] },
  partialRows: boolean,
) {
  const { stock } = shop;
  const { name, quantities } = input;
  // Arrays hold 250 at most: https://shopify.dev/docs/api/usage/limits
  if (quantities.length > 250)
    throw new BadArgument(
      `The input array size of ${quantities.length} is greater than the maximum allowed of 250.`,
    );
  const errors: RowError[] = [];
  const refuse = (code: string, ...field: string[]): undefined => {
    errors.push({ code, field: ["input", ...field], message: messages[code] ?? code });
  };
  if (name !== "available" && name !== "on_hand") refuse("INVALID_NAME", "name");
  if (!reasons.includes(input.reason)) refuse("INVALID_REASON", "reason");
  if (input.referenceDocumentUri?.startsWith("gid://shopify/"))
    refuse("INVALID_REFERENCE_DOCUMENT", "referenceDocumentUri");
  const seen = new Set<string>();
  const check = (row: QuantityRow, at: number): { level: Level; available: number } | undefined => {
    // Null opts out of the check; leaving it out is an error: https://shopify.dev/changelog/finalizing-compare-and-swap-redesign-for-inventory-set-quantities
    if (row.changeFromQuantity === undefined)
      throw new BadArgument(
        `The changeFromQuantity argument is required for quantities[${at}]; pass null to opt out.`,
      );
    const where = (field: string): [string, string, string] => ["quantities", String(at), field];
    const item = stock.item(idIn(row.inventoryItemId, "InventoryItem"));
    if (!item) return refuse("INVALID_INVENTORY_ITEM", ...where("inventoryItemId"));
    const location = stock.location(idIn(row.locationId, "Location"));
    if (!location) return refuse("INVALID_LOCATION", ...where("locationId"));
    const pair = `${item.id}@${location.id}`;
    if (seen.has(pair)) return refuse("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", ...where("locationId"));
    seen.add(pair);
    if (item.bundle) return refuse("NON_MUTABLE_INVENTORY_ITEM", ...where("inventoryItemId"));
    if (row.quantity > most) return refuse("INVALID_QUANTITY_TOO_HIGH", ...where("quantity"));
    if (row.quantity < -most) return refuse("INVALID_QUANTITY_TOO_LOW", ...where("quantity"));
    // Since 2026-10 a quantity can be set anywhere, stocked there or not: https://shopify.dev/changelog/removal-of-itemnotstockedatlocation-error
    const level = stock.levelToChange(item, location);
    const persisted = name === "on_hand" ? level.available + level.committed : level.available;
    if (row.changeFromQuantity !== null && row.changeFromQuantity !== persisted)
      return refuse("CHANGE_FROM_QUANTITY_STALE", ...where("changeFromQuantity"));
    return { level, available: row.quantity - (name === "on_hand" ? level.committed : 0) };
  };
  const accepted = quantities.map(check).filter((one) => one !== undefined);
  if (errors.length > 0 && !partialRows) return { inventoryAdjustmentGroup: null, userErrors: errors };
  const changes = accepted.map(({ level, available }) => {
    const delta = available - level.available;
    stock.change(level, { available });
    return {
      name,
      delta,
      quantityAfterChange: available,
      item: itemView(shop, level.item),
      location: locationView(level.location),
    };
  });
  return {
    inventoryAdjustmentGroup: {
      __typename: "InventoryAdjustmentGroup",
      id: gid("InventoryAdjustmentGroup", Date.now()),
      createdAt: shop.now(),
      reason: input.reason,
      referenceDocumentUri: input.referenceDocumentUri ?? null,
      changes: () => changes.filter(({ delta }) => delta !== 0),
    },
    userErrors: errors,
  };
}
