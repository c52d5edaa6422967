import { idDigits } from "../shopify-id.ts";

/** A row as the editor keeps it; ids may be empty, or not numbers yet. */
export interface TableRow {
  shopifyId: string;
  shopifyName: string;
  warehouseId: number | string;
  locationId: number | string;
  code: string;
  /** "Outlet · OUT/Stock": for people. */
  odooName?: string;
  [other: string]: unknown;
}

/** What a look at the other side found out about a row, for people. */
export interface RowNote {
  /** From 0. */
  row: number;
  kind:
    | "added"
    | "matched"
    | "renamed"
    | "shopifyInactive"
    | "shopifyGone"
    | "warehouseInactive"
    | "warehouseGone"
    | "locationInactive"
    | "locationGone"
    | "locationElsewhere";
  /** What it was called before, or what it is about. */
  name?: string;
}

export interface MergedTable {
  rows: TableRow[];
  notes: RowNote[];
}

interface ShopifyPlace {
  id: string;
  name: string;
  active: boolean;
}
interface Places {
  warehouses: { id: number; name: string; code: string; stockLocationId: number; active: boolean }[];
  locations: { id: number; name: string; warehouseId: number | null; active: boolean }[];
}

/**
 * A table with what the shop has: new locations as rows of their own, names as they are now. Rows are never removed,
 * and what a person entered for Odoo stays.
 */
export function withShopify(table: readonly TableRow[], locations: readonly ShopifyPlace[]): MergedTable {
  const notes: RowNote[] = [];
  const byId = new Map(locations.map((one) => [one.id, one]));
  const rows = table.map((row, index): TableRow => {
    const id = idDigits(row.shopifyId);
    if (id === null) return row;
    const found = byId.get(id);
    if (!found) {
      notes.push({ row: index, kind: "shopifyGone", name: row.shopifyName || id });
      return row;
    }
    if (!found.active) notes.push({ row: index, kind: "shopifyInactive", name: found.name });
    if (row.shopifyName !== "" && row.shopifyName !== found.name)
      notes.push({ row: index, kind: "renamed", name: row.shopifyName });
    return { ...row, shopifyName: found.name };
  });
  const known = new Set(table.map((row) => idDigits(row.shopifyId)));
  for (const { id, name, active } of locations) {
    if (!active || known.has(id)) continue;
    notes.push({ row: rows.length, kind: "added", name });
    rows.push({ shopifyId: id, shopifyName: name, warehouseId: "", locationId: "", code: "" });
  }
  return { rows, notes };
}

/**
 * A table with what Odoo calls its places. A row without a warehouse gets the one of its Shopify name; one without a
 * stock location that of its warehouse. What a person entered stays.
 */
export function withOdoo(table: readonly TableRow[], { warehouses, locations }: Places): MergedTable {
  const notes: RowNote[] = [];
  const rows = table.map((row, index): TableRow => {
    const note = (kind: RowNote["kind"], name?: string) =>
      notes.push({ row: index, kind, ...(name !== undefined && { name }) });
    const isOpen = String(row.warehouseId).trim() === "";
    const warehouse = isOpen
      ? namedAlike(row.shopifyName, warehouses)
      : warehouses.find(({ id }) => id === Number(row.warehouseId));
    if (!warehouse) {
      if (isNumber(row.warehouseId)) note("warehouseGone", String(row.warehouseId));
      return row;
    }
    if (isOpen) note("matched", warehouse.name);
    if (!warehouse.active) note("warehouseInactive", warehouse.name);
    const hasPlace = String(row.locationId).trim() !== "";
    const locationId = hasPlace ? row.locationId : warehouse.stockLocationId;
    const filled = { ...row, warehouseId: warehouse.id, locationId, code: row.code || warehouse.code };
    const place = locations.find(({ id }) => id === Number(locationId));
    if (!place) {
      if (isNumber(locationId)) note("locationGone", String(locationId));
      return { ...filled, odooName: warehouse.name };
    }
    if (!place.active) note("locationInactive", place.name);
    if (place.warehouseId !== warehouse.id) note("locationElsewhere", place.name);
    const odooName = `${warehouse.name} · ${place.name}`;
    if (row.odooName && row.odooName !== odooName) note("renamed", row.odooName);
    return { ...filled, odooName };
  });
  return { rows, notes };
}

/** The one active warehouse that is called like a Shopify location. */
function namedAlike(
  name: string,
  warehouses: Places["warehouses"],
): Places["warehouses"][number] | undefined {
  const plain = (text: string): string => text.trim().toLowerCase();
  if (plain(name) === "") return undefined;
  const alike = warehouses.filter((one) => one.active && plain(one.name) === plain(name));
  return alike.length === 1 ? alike[0] : undefined;
}

/** A row's id may be an environment variable still. */
function isNumber(value: unknown): boolean {
  return /^\d+$/.test(String(value).trim());
}
