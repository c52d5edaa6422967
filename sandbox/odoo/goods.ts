/** What lies where, and what a count changes; addons/stock/models, 17.0 to 19.0. */
import type { Call } from "./call.ts";
import { now } from "./conventions.ts";
import type { Database, Row } from "./database.ts";
import type { Value } from "./fields.ts";

export const customers = 9;
/** Where a count puts what is not there, and takes what is. */
export const lost = 12;

/** Whether this version's stock is played. */
export const has = (db: Database): boolean => db.models.has("stock.move");
export const units = (value: Value | undefined): number => Number(value || 0);

/** As a write of a user: everything that changes gets a new date. */
export function change(db: Database, model: string, row: Row, values: Record<string, Value>): void {
  for (const [name, value] of Object.entries(values)) db.set(model, row.id, name, value);
  db.set(model, row.id, "write_date", now());
}

/** A record of Odoo's own making. */
export function add(db: Database, model: string, values: Record<string, Value>): Row {
  return db.insert(model, { create_date: now(), write_date: now(), ...values });
}

/** Whether the product's stock is counted. */
export function counted(db: Database, product: number): boolean {
  const row = db.row("product.product", product);
  return row?.is_storable === true || row?.detailed_type === "product" || row?.type === "product";
}

function childrenOf(db: Database, root: number): Set<number> {
  const found = new Set([root]);
  for (const id of found)
    for (const child of db.indexedIds("stock.location", "location_id", id) ?? []) found.add(child);
  return found;
}

function quantsOf(db: Database, product: number): Row[] {
  return [...(db.indexedIds("stock.quant", "product_id", product) ?? [])].map(
    (id) => db.row("stock.quant", id)!,
  );
}

/** What lies of a product at one place. */
export function quantAt(db: Database, product: number, location: number): Row {
  return (
    quantsOf(db, product).find((row) => row.location_id === location) ??
    add(db, "stock.quant", {
      product_id: product,
      location_id: location,
      quantity: 0,
      reserved_quantity: 0,
      inventory_quantity: 0,
    })
  );
}

/** `qty_available` or `free_qty` of a product, at the context's location and below, or at all internal ones. */
export function quantityOf(
  db: Database,
  product: number,
  field: "qty_available" | "free_qty" | "virtual_available",
  context: Record<string, unknown>,
): number {
  if (!has(db)) return 0;
  const location = Number(context.location ?? 0);
  const below = location > 0 ? childrenOf(db, location) : null;
  const inside = (id: number): boolean =>
    below ? below.has(id) : db.row("stock.location", id)?.usage === "internal";
  let total = 0;
  for (const row of quantsOf(db, product))
    if (inside(Number(row.location_id)))
      total += units(row.quantity) - (field === "free_qty" ? units(row.reserved_quantity) : 0);
  if (field !== "virtual_available") return total;
  for (const id of db.indexedIds("stock.move", "product_id", product) ?? []) {
    const move = db.row("stock.move", id)!;
    if (move.state === "done" || move.state === "cancel") continue;
    if (inside(Number(move.location_id))) total -= units(move.product_uom_qty);
    if (inside(Number(move.location_dest_id))) total += units(move.product_uom_qty);
  }
  return total;
}

/** Goods come to a place, or leave it. */
export function shift(db: Database, product: number, location: number, by: number): void {
  const quant = quantAt(db, product, location);
  change(db, "stock.quant", quant, { quantity: units(quant.quantity) + by });
}

/** A count becomes a move from or to the place of what was lost. */
export function applyInventory(call: Call, ids: readonly number[]): void {
  const { db } = call;
  for (const id of ids) {
    const counted = db.row("stock.quant", id)!;
    // The record that a count made is the one of its place, if that has one already.
    const quant = quantsOf(db, Number(counted.product_id)).find(
      (row) => row.location_id === counted.location_id && row.id !== id,
    );
    const own = quant ?? counted;
    const difference = units(counted.inventory_quantity) - units(own.quantity);
    add(db, "stock.move", {
      product_id: own.product_id ?? false,
      picking_id: false,
      sale_line_id: false,
      location_id: difference < 0 ? (own.location_id ?? false) : lost,
      location_dest_id: difference < 0 ? lost : (own.location_id ?? false),
      origin_returned_move_id: false,
      product_uom: 1,
      product_uom_qty: Math.abs(difference),
      quantity: Math.abs(difference),
      picked: true,
      state: "done",
    });
    change(db, "stock.quant", own, { quantity: units(own.quantity) + difference });
    if (quant) db.remove("stock.quant", id);
  }
}
