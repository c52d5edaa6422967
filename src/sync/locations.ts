import type { LocationStock, MappedLocation, StockDirection } from "../event.ts";
import { HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";
import type { StockSource } from "./inventory.ts";

/** One Shopify location and where its stock lies in Odoo. */
export interface LocationRow {
  /** Digits or a GID. */
  shopifyId: string;
  shopifyName: string;
  /** stock.warehouse */
  warehouseId: number;
  /** stock.location of orders and returns; as a rule the warehouse's lot_stock_id. */
  locationId: number;
  /** The warehouse's short name: "WH". */
  code: string;
  name: string;
  /** Takes what names no location, and with the policy `default` what names an unknown one. */
  default?: boolean;
  /** Whose count of the stock is the truth; Odoo's by default. */
  direction?: StockDirection;
  /** The stock.locations whose stock is offered here, together; `locationId` alone by default. */
  stockLocationIds?: readonly number[];
  /** Units of each product that are kept back from Shopify; none by default. */
  buffer?: number;
}

/**
 * What to do with a location that is not in the table: refuse the event, take the default row, or go on without one.
 */
export type UnmappedPolicy = "reject" | "default" | "pass";

/**
 * The policy for an event of this topic. A count at a location that is not in the table is nobody's here: it is no
 * fault, and it would be wrong at any other location.
 */
export function policyFor(topic: string, policy: UnmappedPolicy): UnmappedPolicy {
  return topic.startsWith("inventory_levels/") ? "pass" : policy;
}

/** An Odoo place: by stock location, by warehouse, or by the warehouse's code. The most exact one given counts. */
export interface OdooPlace {
  locationId?: number;
  warehouseId?: number;
  code?: string;
}

/**
 * Where the stock of each Shopify location comes from that follows Odoo; those that lead are not among them.
 * @throws HoldfastError `location_ambiguous` when two of them would offer the same stock: it could be sold twice.
 */
export function stockSources(table: readonly LocationRow[]): StockSource[] {
  const following = table.filter((row) => stockOf(row).direction === "odoo");
  for (const locationId of new Set(following.flatMap((row) => stockOf(row).locationIds)))
    onlyOne(offering(following, locationId), `Odoo stock location ${locationId}`);
  return following.map((row) => {
    const { locationIds, buffer } = stockOf(row);
    return {
      shopifyLocationId: idDigits(row.shopifyId) ?? row.shopifyId,
      odooLocationIds: locationIds,
      buffer,
    };
  });
}

/**
 * The row of a Shopify location. An event without a location (an online order) takes the default row, and without
 * a default row none: Odoo then uses its own default warehouse. So does everything while the table is empty.
 * @throws HoldfastError `location_unmapped` as the policy says.
 */
export function toOdoo(
  table: readonly LocationRow[],
  shopifyLocationId: string | number | null,
  policy: UnmappedPolicy,
): MappedLocation | null {
  if (table.length === 0) return null;
  const fallback = table.find((row) => row.default === true);
  if (shopifyLocationId === null || shopifyLocationId === undefined)
    return fallback ? mapped(fallback) : null;
  const id = idDigits(shopifyLocationId);
  const row = id === null ? undefined : table.find((each) => idDigits(each.shopifyId) === id);
  return mappedOr(row, fallback, policy, `Shopify location ${id ?? String(shopifyLocationId)}`);
}

/**
 * The row of an Odoo place, for stock on its way to Shopify.
 * @throws HoldfastError `location_unmapped` as the policy says, `location_ambiguous` when several Shopify locations
 * share the place: then nobody can say whose stock it is.
 */
export function toShopify(
  table: readonly LocationRow[],
  place: OdooPlace,
  policy: UnmappedPolicy,
): MappedLocation | null {
  const { label, matches } = placeMatcher(place);
  return mappedOr(
    onlyOne(matches(table), label),
    table.find((row) => row.default === true),
    policy,
    label,
  );
}

/** The Shopify location an event speaks of, the first of several; null when it names none, as online orders do. */
export function locationIdOf(topic: string, payload: unknown): string | null {
  return locationIdsOf(topic, payload)[0] ?? null;
}

/** Every Shopify location an event speaks of: a refund's goods may have come back to several. */
export function locationIdsOf(topic: string, payload: unknown): string[] {
  if (!isJsonObject(payload)) return [];
  switch (topic.slice(0, topic.indexOf("/"))) {
    case "orders":
    case "fulfillments":
    case "inventory_levels":
      return idsOf([payload.location_id]);
    case "refunds": {
      const lines: unknown[] = Array.isArray(payload.refund_line_items) ? payload.refund_line_items : [];
      return idsOf(lines.map((line) => (isJsonObject(line) ? line.location_id : null)));
    }
    default:
      return [];
  }
}

function idsOf(values: unknown[]): string[] {
  return [...new Set(values.map(idDigits).filter((id) => id !== null))];
}

/** The rows that offer the stock of an Odoo location. */
function offering(table: readonly LocationRow[], locationId: number): LocationRow[] {
  return table.filter((row) => stockOf(row).locationIds.includes(locationId));
}

function onlyOne(rows: readonly LocationRow[], label: string): LocationRow | undefined {
  if (rows.length <= 1) return rows[0];
  throw new HoldfastError({
    class: "rejected",
    code: "location_ambiguous",
    message: `${label} belongs to several Shopify locations: ${rows.map((row) => row.shopifyName || row.shopifyId).join(", ")}.`,
    hint: "In the location table, give each Shopify location a stock location of its own, then retry.",
    source: "flow",
  });
}

function placeMatcher({ locationId, warehouseId, code }: OdooPlace): {
  label: string;
  matches: (table: readonly LocationRow[]) => LocationRow[];
} {
  if (locationId !== undefined)
    return {
      label: `Odoo stock location ${locationId}`,
      matches: (table) => {
        const rows = offering(table, locationId);
        return rows.length > 0 ? rows : table.filter((row) => row.locationId === locationId);
      },
    };
  if (warehouseId !== undefined)
    return {
      label: `Odoo warehouse ${warehouseId}`,
      matches: (table) => table.filter((row) => row.warehouseId === warehouseId),
    };
  const wanted = code?.trim().toLowerCase() ?? "";
  return {
    label: code ? `Odoo warehouse ${code}` : "A message without an Odoo location",
    matches: (table) => table.filter((row) => wanted !== "" && row.code.trim().toLowerCase() === wanted),
  };
}

function mappedOr(
  row: LocationRow | undefined,
  fallback: LocationRow | undefined,
  policy: UnmappedPolicy,
  label: string,
): MappedLocation | null {
  if (row !== undefined) return mapped(row);
  if (policy === "pass") return null;
  if (policy === "default" && fallback !== undefined) return mapped(fallback);
  throw new HoldfastError({
    class: "rejected",
    code: "location_unmapped",
    message: `${label} is not in the location table${policy === "default" ? ", and no row is marked as default" : ""}.`,
    hint: "Add it to the table of the location-mapper node, deploy, then retry.",
    source: "flow",
  });
}

function mapped(row: LocationRow): MappedLocation {
  return {
    shopify: { id: idDigits(row.shopifyId) ?? row.shopifyId, name: row.shopifyName },
    odoo: { warehouseId: row.warehouseId, locationId: row.locationId, code: row.code },
    stock: stockOf(row),
  };
}

/** How stock is kept at a row's location, with what it leaves out. */
export function stockOf(row: LocationRow): LocationStock {
  const ids = row.stockLocationIds ?? [];
  return {
    direction: row.direction ?? "odoo",
    locationIds: ids.length > 0 ? [...new Set(ids)] : [row.locationId],
    buffer: row.buffer ?? 0,
  };
}
