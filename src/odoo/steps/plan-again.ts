import { HoldfastError } from "../../failure.ts";
import type { ImportRecord, ImportValue } from "../../import-plan.ts";
import { writeEach } from "../isolate.ts";
import { readLinks } from "../links.ts";
import type { Run } from "../run.ts";
import { fieldName, translateRecord } from "../versions.ts";
import { fulfillmentOf } from "./fulfillment-link.ts";
import { makePicking, readPickingType } from "./make-picking.ts";
import { isOver, type Move, type Picking, readMoves } from "./moves.ts";
import { groupOf } from "./take-back.ts";

/** Units of a delivered move that came back and are to be delivered again. */
export interface Again {
  move: Move;
  units: number;
}

/**
 * Plans units for delivery again: moves with external ids, so each is planned once, whoever plans it and however late.
 * Writing the line's quantity would have Odoo plan all that it finds missing at that moment, goods that a customer
 * sent back among them.
 * @param externalId of the whole; the moves' begin with it.
 * @throws HoldfastError
 */
export async function planAgain(
  run: Run,
  externalId: string,
  delivery: Picking,
  again: readonly Again[],
  stock: { moves: readonly Move[]; pickings: ReadonlyMap<number, Picking> },
): Promise<void> {
  const [first] = again;
  if (!first) return;
  const moves = await copies(run, externalId, again);
  const open = await openPicking(run, delivery, first.move, stock);
  const picking = open ?? (await newPicking(run, externalId, delivery, first.move, moves));
  if (open !== undefined) await addMoves(run, moves, open);
  await confirmDrafts(run, await readMoves(run, { pickings: [picking] }));
}

/** Confirms the pickings of moves that somebody left as drafts. @throws HoldfastError */
export async function confirmDrafts(run: Run, moves: readonly Move[]): Promise<void> {
  const ids = [...new Set(moves.filter(({ state }) => state === "draft").map(({ picking }) => picking))];
  if (ids.length > 0) await run.client.call("stock.picking", "action_confirm", { ids });
}

/** What is still open goes in one delivery, as Odoo does it: a picking of the same kind that no fulfillment has. */
async function openPicking(
  run: Run,
  delivery: Picking,
  like: Move,
  { moves, pickings }: { moves: readonly Move[]; pickings: ReadonlyMap<number, Picking> },
): Promise<number | undefined> {
  const candidates = moves
    .filter(({ state, from, to }) => !isOver(state) && from === like.from && to === like.to)
    .map(({ picking }) => picking)
    .filter((id) => pickings.get(id)?.picking_type_id[0] === delivery.picking_type_id[0]);
  const links = await readLinks(run.client, "stock.picking", candidates);
  return candidates.find((id) => fulfillmentOf(links.get(id)) === undefined);
}

/**
 * What Odoo compares before it takes units off a move: a copy must have them, or a smaller order becomes a receipt.
 * In the words of the newest.
 */
const alike = [
  ...["price_unit", "date_deadline", "propagate_cancel", "rule_id", "warehouse_id"],
  ...["location_final_id", "reference_ids", "group_id"],
];

async function copies(run: Run, externalId: string, again: readonly Again[]): Promise<ImportRecord[]> {
  const fields = alike.flatMap((field) => fieldName(run.major, "stock.move", field) ?? []);
  const rows = (await run.client.call("stock.move", "search_read", {
    args: { domain: [["id", "in", again.map(({ move }) => move.id)]], fields },
  })) as ({ id: number } & Record<string, unknown>)[];
  const byId = new Map(rows.map(({ id, ...row }) => [id, row]));
  return again.map(({ move, units }) => ({
    model: "stock.move",
    externalId: `${externalId}_${move.id}`,
    values: {
      product_id: { id: move.product },
      product_uom: { id: move.unit },
      product_uom_qty: String(units),
      location_id: { id: move.from },
      location_dest_id: { id: move.to },
      sale_line_id: { id: move.line },
      // Another description keeps Odoo from melting it into a move of the same line: its external id would be lost.
      description_picking: "Delivered again, after its fulfillment was cancelled in Shopify",
      ...mapRow(byId.get(move.id) ?? {}),
    },
  }));
}

function mapRow(row: Record<string, unknown>): Record<string, ImportValue> {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]): [string, ImportValue] => {
      if (Array.isArray(value))
        return [field, field.endsWith("_ids") ? value.map((id: number) => ({ id })) : { id: value[0] }];
      return [field, value === false && field !== "propagate_cancel" ? null : (value as string | number)];
    }),
  );
}

async function newPicking(
  run: Run,
  externalId: string,
  delivery: Picking,
  { from, to }: Move,
  moves: ImportRecord[],
): Promise<number> {
  return makePicking(run, {
    externalId,
    type: await readPickingType(run, delivery.picking_type_id[0]),
    from,
    to,
    values: {
      origin: delivery.origin || null,
      partner_id: delivery.partner_id ? { id: delivery.partner_id[0] } : null,
      ...groupOf(run, delivery),
    },
    moves,
  });
}

async function addMoves(run: Run, moves: readonly ImportRecord[], picking: number): Promise<void> {
  const records = moves.map((move) =>
    translateRecord(run.major, { ...move, values: { ...move.values, picking_id: { id: picking } } }),
  );
  const resolve = (reference: object) => ("id" in reference ? (reference.id as number) : undefined);
  for (const outcome of await writeEach(run.client, records, resolve, "create-once"))
    if ("failure" in outcome) throw new HoldfastError(outcome.failure);
}
