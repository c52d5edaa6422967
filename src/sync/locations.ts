import type { MappedLocation } from "../event.ts";
import { HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";

/** One Shopify location and where its stock lies in Odoo. */
export interface LocationRow {
  /** Digits or a GID. */
  shopifyId: string;
  shopifyName: string;
  /** stock.warehouse */
  warehouseId: number;
  /** stock.location; as a rule the warehouse's lot_stock_id. */
  locationId: number;
  /** The warehouse's short name: "WH". */
  code: string;
  name: string;
  /** Takes what names no location, and with the policy `default` what names an unknown one. */
  default?: boolean;
}

/**
 * What to do with a location that is not in the table: refuse the event, take the default row, or go on without one.
 */
export type UnmappedPolicy = "reject" | "default" | "pass";

/** An Odoo place: by stock location, by warehouse, or by the warehouse's code. The most exact one given counts. */
export interface OdooPlace {
  locationId?: number;
  warehouseId?: number;
  code?: string;
}

/** What is wrong with a table, one sentence each; empty when nothing is. */
export function tableProblems(table: readonly LocationRow[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, number>();
  table.forEach((row, index) => {
    const label = `Row ${index + 1}${row.shopifyName ? ` (${row.shopifyName})` : ""}`;
    const id = idDigits(row.shopifyId);
    const earlier = id === null ? undefined : seen.get(id);
    if (id === null) problems.push(`${label} has no Shopify location id.`);
    else if (earlier !== undefined)
      problems.push(`${label} repeats the Shopify location ${id} of row ${earlier + 1}.`);
    else seen.set(id, index);
    if (!isRecordId(row.warehouseId)) problems.push(`${label} has no Odoo warehouse.`);
    if (!isRecordId(row.locationId)) problems.push(`${label} has no Odoo stock location.`);
  });
  const defaults = table.filter((row) => row.default === true).length;
  if (defaults > 1) problems.push(`${defaults} rows are marked as default; one at most can be.`);
  return problems;
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
  const rows = table.filter(matches);
  if (rows.length > 1)
    throw new HoldfastError({
      class: "rejected",
      code: "location_ambiguous",
      message: `${label} belongs to several Shopify locations: ${rows.map((row) => row.shopifyName || row.shopifyId).join(", ")}.`,
      hint: "In the location table, give each Shopify location a stock location of its own, then retry.",
      source: "flow",
    });
  return mappedOr(
    rows[0],
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

function placeMatcher({ locationId, warehouseId, code }: OdooPlace): {
  label: string;
  matches: (row: LocationRow) => boolean;
} {
  if (locationId !== undefined)
    return { label: `Odoo stock location ${locationId}`, matches: (row) => row.locationId === locationId };
  if (warehouseId !== undefined)
    return { label: `Odoo warehouse ${warehouseId}`, matches: (row) => row.warehouseId === warehouseId };
  const wanted = code?.trim().toLowerCase() ?? "";
  return {
    label: code ? `Odoo warehouse ${code}` : "A message without an Odoo location",
    matches: (row) => wanted !== "" && row.code.trim().toLowerCase() === wanted,
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
  };
}

function isRecordId(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}
