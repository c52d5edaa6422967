/** What becomes of an order's goods: planned, set aside, given back, delivered; addons/stock and sale_stock, 17.0 to 19.0. */
import type { Call } from "./call.ts";
import { now } from "./conventions.ts";
import type { Database, Row } from "./database.ts";
import { add, change, counted, customers, has, quantAt, shift, units } from "./goods.ts";

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
