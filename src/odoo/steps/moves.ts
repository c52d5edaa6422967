import { findIds } from "../known-ids.ts";
import { idIn } from "../ref.ts";
import { type Run, refusal } from "../run.ts";
import { fieldName, still } from "../versions.ts";

/** A stock move of an order line, in the words of the newest Odoo. */
export interface Move {
  id: number;
  state: string;
  line: number;
  product: number;
  unit: number;
  /** What is to be moved, and what was. */
  demand: number;
  done: number;
  /** From 17 on: it counts as done when its picking is validated. */
  picked: boolean;
  picking: number;
  from: number;
  to: number;
  /** The move that this one takes back. */
  returns: number | null;
  /** What is set aside for it. */
  reserved: number;
  /** Moves that carry on what this one brings: pick, pack, ship. */
  next: number[];
}

export interface Picking {
  id: number;
  name: string;
  state: string;
  origin: string | false;
  picking_type_code: string;
  picking_type_id: [id: number, name: string];
  partner_id: [id: number, name: string] | false;
  carrier_id?: [id: number, name: string] | false;
  carrier_tracking_ref?: string | false;
  group_id?: [id: number, name: string] | false;
}

/**
 * Moves of these orders' lines, or of these pickings, or of all pickings of these orders: those before the last step
 * of a warehouse may name no line. Cancelled ones are none. @throws HoldfastError
 */
export async function readMoves(
  run: Run,
  of: { orders: number[] } | { pickings: number[] } | { chainsOf: number[] },
): Promise<Move[]> {
  const quantity = fieldName(run.major, "stock.move", "quantity") ?? "quantity";
  const picked = fieldName(run.major, "stock.move", "picked");
  const reserved = still(run.major, "reserves in a field of its own") ? "reserved_availability" : quantity;
  const rows = (await run.client.call("stock.move", "search_read", {
    args: {
      domain: [
        "orders" in of
          ? ["sale_line_id.order_id", "in", of.orders]
          : "pickings" in of
            ? ["picking_id", "in", of.pickings]
            : ["picking_id.sale_id", "in", of.chainsOf],
        ["state", "!=", "cancel"],
      ],
      fields: [
        ...["state", "sale_line_id", "product_id", "product_uom", "product_uom_qty", "picking_id"],
        ...["location_id", "location_dest_id", "origin_returned_move_id"],
        ...["move_dest_ids", ...new Set([quantity, reserved])],
        ...(picked ? [picked] : []),
      ],
      order: "id",
    },
  })) as ({ id: number; state: string; product_uom_qty: number } & Record<string, unknown>)[];
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    line: idIn(row.sale_line_id),
    product: idIn(row.product_id),
    unit: idIn(row.product_uom),
    demand: row.product_uom_qty,
    done: Number(row[quantity] ?? 0),
    picked: picked !== null && row[picked] === true,
    picking: idIn(row.picking_id),
    from: idIn(row.location_id),
    to: idIn(row.location_dest_id),
    returns: idIn(row.origin_returned_move_id) || null,
    reserved: Number(row[reserved] ?? 0),
    next: row.move_dest_ids as number[],
  }));
}

/** @throws HoldfastError */
export async function readPickings(run: Run, ids: Iterable<number>): Promise<Map<number, Picking>> {
  const wanted = [...new Set(ids)].filter((id) => id > 0);
  if (wanted.length === 0) return new Map();
  const group = fieldName(run.major, "stock.picking", "group_id");
  const rows = (await run.client.call("stock.picking", "search_read", {
    args: {
      domain: [["id", "in", wanted]],
      fields: [
        ...["name", "state", "origin", "picking_type_code", "picking_type_id", "partner_id"],
        ...(group ? [group] : []),
      ],
    },
  })) as Picking[];
  return new Map(rows.map((row) => [row.id, row]));
}

/** The ids of an order's lines. @throws HoldfastError of class `dependency` for one that is not there. */
export async function lineIds(run: Run, externalIds: readonly string[]): Promise<Map<string, number>> {
  const ids = await findIds(run.client, "sale.order.line", externalIds);
  const lacking = externalIds.filter((externalId) => !ids.has(externalId));
  if (lacking.length === 0) return ids;
  throw refusal(
    "dependency",
    "line_not_found",
    `its order in Odoo has no line ${lacking.join(", ")}`,
    "It arrives with an update of the order; if not, look whether that one is a dead letter.",
  );
}

const over: ReadonlySet<string> = new Set(["done", "cancel"]);

export function isOver(state: string): boolean {
  return over.has(state);
}
