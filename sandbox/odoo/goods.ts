/** What stock does when orders are confirmed, cancelled, delivered and counted; addons/stock/models, 17.0 to 19.0. */
import type { Call } from "./call.ts";
import { now } from "./conventions.ts";
import type { Database, Row } from "./database.ts";
import type { Value } from "./fields.ts";

export const customers = 9;
/** Where a count puts what is not there, and takes what is. */
export const lost = 12;

const has = (db: Database): boolean => db.models.has("stock.move");
const units = (value: Value | undefined): number => Number(value || 0);

/** As a write of a user: everything that changes gets a new date. */
function change(db: Database, model: string, row: Row, values: Record<string, Value>): void {
  for (const [name, value] of Object.entries(values)) db.set(model, row.id, name, value);
  db.set(model, row.id, "write_date", now());
}

function add(db: Database, model: string, values: Record<string, Value>): Row {
  return db.insert(model, { create_date: now(), write_date: now(), ...values });
}

/** Whether the product's stock is counted. */
function counted(db: Database, product: number): boolean {
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

function quantAt(db: Database, product: number, location: number): Row {
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

/** A confirmed order plans its delivery and sets aside what is there. */
export function planDelivery(call: Call, order: Row): void {
  const { db } = call;
  if (!has(db)) return;
  const lines = [...(db.indexedIds("sale.order.line", "order_id", order.id) ?? [])]
    .map((id) => db.row("sale.order.line", id)!)
    .filter((line) => counted(db, Number(line.product_id)) && units(line.product_uom_qty) > 0);
  if (lines.length === 0) return;
  const warehouse = db.row("stock.warehouse", Number(order.warehouse_id));
  if (!warehouse) return;
  const from = Number(warehouse.lot_stock_id);
  const number = String(db.nextNumber(`picking ${warehouse.code}`)).padStart(5, "0");
  const picking = add(db, "stock.picking", {
    name: `${warehouse.code}/OUT/${number}`,
    state: "confirmed",
    sale_id: order.id,
    origin: order.name ?? false,
    partner_id: order.partner_id ?? false,
    picking_type_id: warehouse.out_type_id ?? false,
    location_id: from,
    location_dest_id: customers,
    date_done: false,
    carrier_id: false,
    carrier_tracking_ref: false,
    write_uid: call.uid,
  });
  for (const line of lines) {
    const product = Number(line.product_id);
    const demand = units(line.product_uom_qty);
    const move = add(db, "stock.move", {
      product_id: product,
      picking_id: picking.id,
      sale_line_id: line.id,
      location_id: from,
      location_dest_id: customers,
      origin_returned_move_id: false,
      product_uom: 1,
      product_uom_qty: demand,
      quantity: 0,
      picked: false,
      state: "confirmed",
    });
    reserve(db, move);
  }
  settleState(db, picking);
}

function reserve(db: Database, move: Row): void {
  const quant = quantAt(db, Number(move.product_id), Number(move.location_id));
  const wanted = units(move.product_uom_qty) - units(move.quantity);
  const taken = Math.max(0, Math.min(wanted, units(quant.quantity) - units(quant.reserved_quantity)));
  if (taken > 0) {
    change(db, "stock.quant", quant, { reserved_quantity: units(quant.reserved_quantity) + taken });
    add(db, "stock.move.line", {
      move_id: move.id,
      picking_id: move.picking_id ?? false,
      product_id: move.product_id ?? false,
      location_id: move.location_id ?? false,
      quantity: taken,
    });
  }
  const quantity = units(move.quantity) + taken;
  const state =
    quantity >= units(move.product_uom_qty) ? "assigned" : quantity > 0 ? "partially_available" : "confirmed";
  change(db, "stock.move", move, { quantity, state });
}

function unreserve(db: Database, move: Row): void {
  const lines = [...(db.indexedIds("stock.move.line", "move_id", move.id) ?? [])];
  const held = lines.reduce((sum, id) => sum + units(db.row("stock.move.line", id)!.quantity), 0);
  for (const id of lines) db.remove("stock.move.line", id);
  const quant = quantAt(db, Number(move.product_id), Number(move.location_id));
  change(db, "stock.quant", quant, { reserved_quantity: units(quant.reserved_quantity) - held });
}

function settleState(db: Database, picking: Row): void {
  const states = movesOf(db, picking).map((move) => String(move.state));
  const open = states.filter((state) => state !== "done" && state !== "cancel");
  const state =
    open.length === 0
      ? states.includes("done")
        ? "done"
        : "cancel"
      : open.every((one) => one === "assigned")
        ? "assigned"
        : "confirmed";
  change(db, "stock.picking", picking, { state });
}

function movesOf(db: Database, picking: Row): Row[] {
  return [...(db.indexedIds("stock.move", "picking_id", picking.id) ?? [])].map(
    (id) => db.row("stock.move", id)!,
  );
}

const isOpen = (move: Row): boolean => move.state !== "done" && move.state !== "cancel";

/** A cancelled order gives back what was set aside. */
export function cancelDeliveries({ db }: Call, order: Row): void {
  if (!has(db)) return;
  for (const id of db.indexedIds("stock.picking", "sale_id", order.id) ?? []) {
    const picking = db.row("stock.picking", id)!;
    if (picking.state === "done") continue;
    for (const move of movesOf(db, picking).filter(isOpen)) {
      unreserve(db, move);
      change(db, "stock.move", move, { quantity: 0, state: "cancel" });
    }
    settleState(db, picking);
  }
}

/** Moves what is picked, or all that is set aside when nothing is; the rest becomes a backorder. */
export function validatePicking(call: Call, picking: Row): void {
  const { db } = call;
  const moves = movesOf(db, picking).filter(isOpen);
  const picked = moves.some((move) => move.picked === true);
  const rest: { move: Row; units: number }[] = [];
  for (const move of moves) {
    const done = picked && move.picked !== true ? 0 : units(move.quantity);
    const demand = units(move.product_uom_qty);
    if (done < demand) rest.push({ move, units: demand - done });
    unreserve(db, move);
    if (done === 0) {
      change(db, "stock.move", move, { quantity: 0, state: "cancel" });
      continue;
    }
    shift(db, Number(move.product_id), Number(move.location_id), -done);
    shift(db, Number(move.product_id), Number(move.location_dest_id), done);
    add(db, "stock.move.line", {
      move_id: move.id,
      picking_id: picking.id,
      product_id: move.product_id ?? false,
      location_id: move.location_id ?? false,
      quantity: done,
    });
    change(db, "stock.move", move, { quantity: done, product_uom_qty: done, state: "done", picked: true });
    const line = db.row("sale.order.line", Number(move.sale_line_id));
    if (line) change(db, "sale.order.line", line, { qty_delivered: units(line.qty_delivered) + done });
  }
  change(db, "stock.picking", picking, { date_done: now(), write_uid: call.uid });
  settleState(db, picking);
  if (rest.length === 0) return;
  const { id: _id, ...same } = picking;
  const backorder = add(db, "stock.picking", {
    ...same,
    name: `${picking.name}-B`,
    state: "confirmed",
    date_done: false,
    carrier_tracking_ref: false,
  });
  for (const { move, units: open } of rest) {
    const { id: _moveId, ...values } = move;
    const again = add(db, "stock.move", {
      ...values,
      picking_id: backorder.id,
      product_uom_qty: open,
      quantity: 0,
      picked: false,
      state: "confirmed",
    });
    reserve(db, again);
  }
  settleState(db, backorder);
}

function shift(db: Database, product: number, location: number, by: number): void {
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
