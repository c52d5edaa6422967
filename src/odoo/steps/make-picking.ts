import { HoldfastError } from "../../failure.ts";
import type { ImportRecord, ImportValue } from "../../import-plan.ts";
import { writeEach } from "../isolate.ts";
import { type Run, refusal } from "../run.ts";
import { still, translateRecord } from "../versions.ts";

export interface NewPicking {
  externalId: string;
  type: PickingType;
  /** Location ids. */
  from: number;
  to: number;
  values: Record<string, ImportValue>;
  moves: ImportRecord[];
}

/** Makes a picking with its moves, once, by its external id. @returns its id. @throws HoldfastError */
export async function makePicking(run: Run, picking: NewPicking): Promise<number> {
  const { externalId, type, from, to, values, moves } = picking;
  const asDefaults = still(run.major, "picking places its moves");
  const own = asDefaults ? {} : { location_id: { id: from }, location_dest_id: { id: to } };
  const [outcome] = await writeEach(
    run.client,
    [
      translateRecord(run.major, {
        model: "stock.picking",
        externalId,
        values: { picking_type_id: { id: type.id }, ...own, ...values },
        children: { move_ids: moves },
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

export interface PickingType {
  id: number;
  company_id: [id: number, name: string];
  return_picking_type_id: [id: number, name: string] | false;
}

/** @throws HoldfastError */
export async function readPickingType(run: Run, id: number): Promise<PickingType> {
  const [type] = (await run.client.call("stock.picking.type", "search_read", {
    args: { domain: [["id", "=", id]], fields: ["return_picking_type_id", "company_id"] },
  })) as PickingType[];
  if (type) return type;
  throw refusal("rejected", "no_picking_type", "the delivery's operation type is gone in Odoo");
}
