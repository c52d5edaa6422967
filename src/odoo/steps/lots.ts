import { groupBy } from "../../group.ts";
import { type Decimal, decimal, zero } from "../../money.ts";
import { idIn, type Ref } from "../ref.ts";
import type { Run } from "../run.ts";
import { fieldName, still } from "../versions.ts";
import { isOver, type Move } from "./moves.ts";

/** As much of a move as is of one lot or serial number. */
interface LotLine {
  id: number;
  move: number;
  lot: number | null;
  unit: number;
  done: Decimal;
  /** What is set aside or was counted of it. */
  units: Decimal;
}

/**
 * Until Odoo 16 nobody may say what was done of a move that takes from several lots or shelves, only what was done of
 * each of them; and Odoo 14 does not know which lots come back.
 * @param done units by the move's id; none for a move that stays open.
 * @returns commands for the lines of such moves, by the move's id. @throws HoldfastError
 */
export async function lotCommands(
  run: Run,
  moves: readonly Move[],
  done: ReadonlyMap<number, number>,
): Promise<Map<number, unknown[]>> {
  const commands = new Map<number, unknown[]>();
  if (!still(run.major, "counts each lot alone")) return commands;
  const lines = await readLines(run, ids(moves));
  const open = moves.filter(({ id, unit, state }) => {
    const own = lines.get(id) ?? [];
    return !isOver(state) && own.length > 0 && own.every((line) => line.unit === unit);
  });
  const withoutLots = open.filter(
    ({ id, returns }) => returns !== null && done.has(id) && lines.get(id)!.every(({ lot }) => lot === null),
  );
  const left = await lotsThatLeft(run, withoutLots);
  for (const move of open) {
    const own = lines.get(move.id)!;
    const lots = left.get(move.id);
    const apart = lots !== undefined || own.some(({ lot }) => lot !== null);
    const parts = spread(decimal(done.get(move.id) ?? 0), lots ?? own, apart);
    if (lots && parts) commands.set(move.id, linesOfLots(run, move, own, lots, parts));
    else if (parts && own.length > 1)
      commands.set(
        move.id,
        own.map(({ id }, at) => [1, id, { [doneField(run)]: parts[at] }]),
      );
  }
  return commands;
}

/** In place of those that Odoo made without a lot. */
function linesOfLots(
  run: Run,
  move: Move,
  own: readonly LotLine[],
  lots: readonly Lot[],
  parts: readonly number[],
): unknown[] {
  const made = lots.flatMap(({ lot }, at) =>
    parts[at]! > 0
      ? [
          [
            0,
            0,
            {
              lot_id: lot,
              [doneField(run)]: parts[at],
              product_id: move.product,
              product_uom_id: move.unit,
              picking_id: move.picking,
              location_id: move.from,
              location_dest_id: move.to,
            },
          ],
        ]
      : [],
  );
  return [...own.map(({ id }) => [2, id, 0]), ...made];
}

/**
 * One after the other, as far as there is of each; of goods that nobody tells apart the last takes the rest.
 * @returns undefined where there is not enough of them.
 */
function spread(units: Decimal, over: readonly { units: Decimal }[], apart: boolean): number[] | undefined {
  let left = units;
  const parts = over.map((one, at) => {
    const whole = one.units.gte(left) || (!apart && at === over.length - 1);
    const part = whole ? left : one.units;
    left = left.minus(part);
    return Number(part);
  });
  return left.gt(zero) ? undefined : parts;
}

interface Lot {
  lot: number;
  units: Decimal;
}

/** What a move brought out of each lot, less what other returns took back of it; nothing for goods without lots. */
async function lotsThatLeft(run: Run, back: readonly Move[]): Promise<Map<number, Lot[]>> {
  const left = new Map<number, Lot[]>();
  const origins = [...new Set(back.flatMap(({ returns }) => returns ?? []))];
  const gone = await readLines(run, origins);
  if (![...gone.values()].flat().some(({ lot }) => lot !== null)) return left;
  const returned = (await run.client.call("stock.move", "search_read", {
    args: {
      domain: [
        ["origin_returned_move_id", "in", origins],
        ["state", "=", "done"],
      ],
      fields: ["origin_returned_move_id"],
    },
  })) as { id: number; origin_returned_move_id: [number, string] }[];
  const came = await readLines(run, ids(returned));
  for (const move of back) {
    const lots = new Map<number, Decimal>();
    const add = (lines: readonly LotLine[] | undefined, sign: 1 | -1) => {
      for (const { lot, done } of lines ?? [])
        if (lot !== null) lots.set(lot, (lots.get(lot) ?? zero).plus(done.times(sign)));
    };
    add(gone.get(move.returns!), 1);
    for (const one of returned)
      if (one.origin_returned_move_id[0] === move.returns) add(came.get(one.id), -1);
    if (lots.size > 0)
      left.set(
        move.id,
        [...lots].flatMap(([lot, units]) => (units.gt(zero) ? [{ lot, units }] : [])),
      );
  }
  return left;
}

/** By the move's id. */
async function readLines(run: Run, moves: readonly number[]): Promise<Map<number, LotLine[]>> {
  if (moves.length === 0) return new Map();
  const reserved = still(run.major, "sets aside in a line's own quantity")
    ? "product_uom_qty"
    : "reserved_uom_qty";
  const rows = (await run.client.call("stock.move.line", "search_read", {
    args: {
      domain: [["move_id", "in", moves]],
      fields: ["move_id", "lot_id", "product_uom_id", doneField(run), reserved],
      order: "id",
    },
  })) as ({ id: number; move_id: Ref; lot_id: Ref; product_uom_id: Ref } & Record<string, unknown>)[];
  const lines = rows.map((row): LotLine => {
    const [done, aside] = [doneField(run), reserved].map((field) => decimal(Number(row[field] ?? 0)));
    return {
      id: row.id,
      move: idIn(row.move_id),
      lot: idIn(row.lot_id) || null,
      unit: idIn(row.product_uom_id),
      done: done!,
      units: done!.gt(aside!) ? done! : aside!,
    };
  });
  return groupBy(lines, ({ move }) => move);
}

function doneField(run: Run): string {
  return fieldName(run.major, "stock.move.line", "quantity") ?? "quantity";
}

function ids(rows: readonly { id: number }[]): number[] {
  return rows.map(({ id }) => id);
}
