import { HoldfastError } from "../../failure.ts";
import type { ImportRecord } from "../../import-plan.ts";
import { writeEach } from "../isolate.ts";
import { findAny } from "../known-ids.ts";
import { type Run, refusal } from "../run.ts";
import { fieldName, still, translateRecord } from "../versions.ts";
import { type Move, type Picking, readMoves } from "./moves.ts";
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
  const moves = await readMoves(run, { pickings: [picking] });
  await validate(run, { picking, done: new Map(moves.map(({ id, demand }) => [id, demand])) });
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
  const type = await returnType(run, delivery.picking_type_id[0]);
  const from = back[0]!.move.to;
  const to = back[0]!.to ?? back[0]!.move.from;
  const record = asRecord(run, externalId, delivery, back, reason);
  const asDefaults = still(run.major, "picking places its moves");
  const own = asDefaults ? {} : { location_id: { id: from }, location_dest_id: { id: to } };
  const [outcome] = await writeEach(
    run.client,
    [
      translateRecord(run.major, {
        ...record,
        values: { picking_type_id: { id: type.id }, ...own, ...record.values },
      }),
    ],
    (reference) => ("id" in reference ? reference.id : undefined),
    "create-once",
    // With the places, Odoo would also hand its moves type and company.
    asDefaults
      ? {
          default_location_id: from,
          default_location_dest_id: to,
          default_picking_type_id: type.id,
          default_company_id: type.company_id[0],
        }
      : {},
  );
  if (outcome && "id" in outcome) return outcome.id;
  throw new HoldfastError(outcome!.failure);
}

function asRecord(
  run: Run,
  externalId: string,
  delivery: Picking,
  back: readonly Back[],
  reason: string,
): ImportRecord {
  const group = fieldName(run.major, "stock.move", "group_id") && delivery.group_id;
  const common = group ? { group_id: { id: group[0] } } : {};
  return {
    model: "stock.picking",
    externalId,
    values: {
      origin: `${reason} ${delivery.name}`,
      partner_id: delivery.partner_id ? { id: delivery.partner_id[0] } : null,
      return_id: { id: delivery.id },
      ...common,
    },
    children: {
      move_ids: back.map(({ move, units, to: place }) => ({
        model: "stock.move",
        externalId: `${externalId}_${move.id}`,
        values: {
          product_id: { id: move.product },
          product_uom: { id: move.unit },
          product_uom_qty: String(units),
          location_id: { id: move.to },
          location_dest_id: { id: place ?? move.from },
          origin_returned_move_id: { id: move.id },
          to_refund: true,
          sale_line_id: { id: move.line },
          ...common,
        },
      })),
    },
  };
}

interface PickingType {
  id: number;
  company_id: [id: number, name: string];
  return_picking_type_id: [id: number, name: string] | false;
}

/** The kind of picking that takes back what this kind delivered; a kind without one does so itself. */
async function returnType(run: Run, delivery: number): Promise<Pick<PickingType, "id" | "company_id">> {
  const [type] = (await run.client.call("stock.picking.type", "search_read", {
    args: { domain: [["id", "=", delivery]], fields: ["return_picking_type_id", "company_id"] },
  })) as PickingType[];
  if (!type) throw refusal("rejected", "no_picking_type", "the delivery's operation type is gone in Odoo");
  return { ...type, id: type.return_picking_type_id ? type.return_picking_type_id[0] : type.id };
}
