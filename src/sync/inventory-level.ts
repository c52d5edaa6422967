import type { MappedLocation } from "../event.ts";
import { HoldfastError } from "../failure.ts";
import type { ImportPlan, RecordReference } from "../import-plan.ts";
import { nothingToDo } from "./order.ts";
import { type OrderMappingOptions, type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { idOf, malformed, objectOf } from "./read.ts";

/** What Shopify has right now of the item that an event names, at its location. */
export interface CountedStock {
  sku: string | null;
  variantId: string | null;
  tracked: boolean;
  /** False: it is not stocked there any more. */
  active: boolean;
  available: number;
  committed: number;
  /** It is what this process set itself, sales since then apart. */
  ours: boolean;
}

/** Stock that is to be told to Shopify once more, because somebody changed it there. */
export interface StockRecheck {
  inventoryItemId: string;
  shopifyLocationId: string;
  odooLocationIds: number[];
  skus: string[];
}

/** Whether an event tells of stock: then Shopify is asked for the item before it is mapped. */
export function isStockTopic(topic: string): boolean {
  return topic.trim().toLowerCase().startsWith("inventory_levels/");
}

/** The item and the location of such an event, as digits. @throws HoldfastError `rejected` without them. */
export function stockPlaceOf(payload: unknown): { inventoryItemId: string; locationId: string } {
  const body = objectOf<{ inventory_item_id: unknown; location_id: unknown }>(payload);
  const inventoryItemId = idOf({ id: body?.inventory_item_id });
  const locationId = idOf({ id: body?.location_id });
  if (inventoryItemId === null) throw malformed("A change of stock", "it names no inventory item.");
  if (locationId === null) throw malformed("A change of stock", "it names no location.");
  return { inventoryItemId, locationId };
}

/**
 * inventory_levels/*: where Shopify's count is the truth, it becomes an adjustment in Odoo. Where Odoo's is, nothing:
 * it is the echo of our own write, a sale, or a change that `recheckOf` asks to undo.
 * @param counted what Shopify has now; null: there is no such item; undefined: nobody was asked.
 */
export function inventoryLevelToPlan(
  payload: unknown,
  settings: OrderMappingSettings,
  location: MappedLocation | null | undefined,
  counted: CountedStock | null | undefined,
): ImportPlan {
  const options = withDefaults(settings);
  const { inventoryItemId, locationId } = stockPlaceOf(payload);
  const place = location?.shopify.name || `location ${locationId}`;
  const reference = `stock of ${counted?.sku ?? `item ${inventoryItemId}`} at ${place}`;
  if (!location)
    return nothingToDo(
      reference,
      "Its location is not in the table, so nobody says whose count is the truth.",
    );
  if (location.stock?.direction !== "shopify") return nothingToDo(reference, whyNothing(counted));
  if (counted === undefined)
    throw new HoldfastError({
      class: "rejected",
      code: "shop_not_named",
      message: `The ${reference}: Shopify's event names the item by its id alone, and nobody was asked for its SKU.`,
      hint: "Choose the Shopify shop in the shopify-to-odoo node (Stock), deploy, then retry.",
      source: "flow",
    });
  if (counted === null) return nothingToDo(reference, "Shopify has no such item any more.");
  if (!counted.tracked) return nothingToDo(reference, "Shopify does not count this item.");
  const who = `The ${reference}`;
  return {
    kind: "import-plan",
    reference,
    records: [],
    steps: [
      {
        kind: "adjust",
        product: productOf(counted, options, who),
        locationId: location.stock.locationIds[0] ?? location.odoo.locationId,
        available: counted.active ? counted.available : 0,
        committed: counted.committed,
        ...(options.externalIdPrefix !== "" && { externalIdPrefix: options.externalIdPrefix }),
        ...(objectOf<{ compared: unknown }>(payload)?.compared === true && { compared: true }),
      },
    ],
  };
}

/**
 * What has to be looked at again because somebody changed stock in Shopify that Odoo leads; null: nothing, or nobody
 * was asked what it is, and Odoo's next change or compare sets it right.
 */
export function recheckOf(
  topic: string,
  payload: unknown,
  location: MappedLocation | null | undefined,
  counted: CountedStock | null | undefined,
): StockRecheck | null {
  if (!location || location.stock?.direction === "shopify" || !counted) return null;
  // Taken off the location on purpose: Odoo's next change decides about that, by shopify-write's policy.
  if (topic.trim().toLowerCase() === "inventory_levels/disconnect") return null;
  if (counted.ours || !counted.tracked || !counted.active || counted.sku === null) return null;
  const { inventoryItemId } = stockPlaceOf(payload);
  return {
    inventoryItemId,
    shopifyLocationId: location.shopify.id,
    odooLocationIds: location.stock?.locationIds ?? [location.odoo.locationId],
    skus: [counted.sku],
  };
}

function whyNothing(counted: CountedStock | null | undefined): string {
  const truth = "Odoo's count is the truth at this location";
  if (counted === null) return "Shopify has no such item any more.";
  if (counted?.ours) return `${truth}, and Shopify has what was set from there, sales since then apart.`;
  if (counted && !counted.tracked) return "Shopify does not count this item.";
  if (counted && !counted.active)
    return `${truth}; the item was taken off the location in Shopify, and stays off until its stock changes in Odoo.`;
  return `${truth}: this change in Shopify is not taken over.`;
}

function productOf(
  { sku, variantId }: CountedStock,
  { productsBy, externalIdPrefix }: OrderMappingOptions,
  who: string,
): RecordReference {
  if (productsBy === "external_id" && variantId !== null)
    return { externalId: `${externalIdPrefix}variant_${variantId}` };
  if (sku === null)
    throw new HoldfastError({
      class: "rejected",
      code: "sku_missing",
      message: `${who}: the variant has no SKU.`,
      hint: "Give it one in Shopify (the product, Inventory, SKU), then retry.",
      source: "shopify",
    });
  const field = productsBy === "barcode" ? "barcode" : "default_code";
  return {
    find: {
      model: "product.product",
      where: { [field]: sku },
      missing: {
        class: "rejected",
        code: "sku_not_found",
        message: `${who}: variant SKU ${sku} is not in Odoo.`,
        hint: `Set ${field === "barcode" ? "Barcode" : "Internal Reference"} ${sku} on the product, then retry.`,
      },
    },
  };
}
