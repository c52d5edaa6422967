import { failureOf } from "../../failure.ts";
import type { ImportValue } from "../../import-plan.ts";
import { findAny } from "../known-ids.ts";
import { isAway, type Run, refusal } from "../run.ts";
import { fieldName } from "../versions.ts";
import { makePicking, readPickingType } from "./make-picking.ts";
import { type Move, type Picking, readMoves, readPickings } from "./moves.ts";
import { validate } from "./validate.ts";

/** Units of a delivered move that come back. */
export interface Back {
  move: Move;
  units: number;
  /** Location id; null: where they came from. */
  to: number | null;
}

/**
 * A return picking with an external id, made once and validated: what comes back is taken off the delivered quantity.
 * @param back what comes back, with the delivery it is from; not needed when the return stands already.
 * @param reason stands in its source document, before the delivery's name.
 * @throws HoldfastError
 */
export async function takeBack(
  run: Run,
  externalId: string,
  delivery: Picking | undefined,
  back: readonly Back[],
  reason: string,
): Promise<void> {
  const picking = await returnPicking(run, externalId, delivery, back, reason);
  await reserve(run, picking);
  const moves = await readMoves(run, { pickings: [picking] });
  await validate(run, { picking, done: new Map(moves.map(({ id, demand }) => [id, demand])) });
}

/**
 * Before anything is counted: only so are lots and serial numbers those that left, and not any that lie with customers.
 */
async function reserve(run: Run, picking: number): Promise<void> {
  const now = (await readPickings(run, [picking])).get(picking);
  if (!now || now.state === "done" || now.state === "assigned") return;
  if (now.state === "draft") await run.client.call("stock.picking", "action_confirm", { ids: [picking] });
  try {
    await run.client.call("stock.picking", "action_assign", { ids: [picking] });
  } catch (error) {
    // Somebody else may have validated it just now; what else is wrong, validating says.
    if (isAway(error) || failureOf(error, "odoo").class === "conflict") throw error;
  }
}

async function returnPicking(
  run: Run,
  externalId: string,
  delivery: Picking | undefined,
  back: readonly Back[],
  reason: string,
): Promise<number> {
  const known = await findAny(run.client, externalId);
  if (known?.model === "stock.picking") return known.id;
  if (!delivery)
    throw refusal("rejected", "not_delivered", `${externalId} takes back nothing that was delivered`);
  const type = await readPickingType(run, delivery.picking_type_id[0]);
  const group = groupOf(run, delivery);
  return makePicking(run, {
    externalId,
    // The kind of picking that takes back what this kind delivered; a kind without one does so itself.
    type: { ...type, id: type.return_picking_type_id ? type.return_picking_type_id[0] : type.id },
    from: back[0]!.move.to,
    to: back[0]!.to ?? back[0]!.move.from,
    values: {
      origin: `${reason} ${delivery.name}`,
      partner_id: delivery.partner_id ? { id: delivery.partner_id[0] } : null,
      return_id: { id: delivery.id },
      ...group,
    },
    moves: back.map(({ move, units, to }, at) => ({
      model: "stock.move",
      // What one move delivered may come back to several places.
      externalId: `${externalId}_${move.id}${back.findIndex((one) => one.move.id === move.id) === at ? "" : `_${at}`}`,
      values: {
        product_id: { id: move.product },
        product_uom: { id: move.unit },
        product_uom_qty: String(units),
        location_id: { id: move.to },
        location_dest_id: { id: to ?? move.from },
        origin_returned_move_id: { id: move.id },
        // As Odoo's own returns have it: lots and serial numbers come back as those that left.
        move_orig_ids: [{ id: move.id }],
        to_refund: true,
        sale_line_id: { id: move.line },
        ...group,
      },
    })),
  });
}

/** Until 18 a group holds an order's pickings together. */
export function groupOf(run: Run, { group_id }: Picking): Record<string, ImportValue> {
  return fieldName(run.major, "stock.move", "group_id") && group_id ? { group_id: { id: group_id[0] } } : {};
}
