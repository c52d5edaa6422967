import { groupBy } from "../../group.ts";
import { type Decimal, decimal, zero } from "../../money.ts";
import { type FoundLink, readLinks } from "../links.ts";
import type { Run } from "../run.ts";
import { fulfillmentOf } from "./fulfillment-link.ts";
import { isOver, type Move, type Picking, readMoves, readPickings } from "./moves.ts";

/** Orders' stock as it stands: what goes out, what comes back, and what is picked and packed before. */
export interface Stock {
  /** `ofLine`: it names its order line itself. */
  moves: (Move & { ofLine: boolean })[];
  pickings: Map<number, Picking>;
  links: Map<number, FoundLink[]>;
}

/** Units by order line. */
export type Wanted = ReadonlyMap<number, Decimal>;

/** @throws HoldfastError */
export async function readStock(run: Run, orders: number[]): Promise<Stock> {
  const moves = withLines(await readMoves(run, { chainsOf: orders }));
  const pickings = await readPickings(
    run,
    moves.map(({ picking }) => picking),
  );
  return { moves, pickings, links: await readLinks(run.client, "stock.picking", [...pickings.keys()]) };
}

/** Until 17 what is picked and packed names no order line, but leads to a move that does. */
function withLines(moves: readonly Move[]): Stock["moves"] {
  const byId = new Map(moves.map((move) => [move.id, move]));
  const lineOf = ({ line, next }: Move): number =>
    line || next.map((id) => byId.get(id)).reduce((found, move) => found || (move ? lineOf(move) : 0), 0);
  return moves.map((move) => ({ ...move, line: lineOf(move), ofLine: move.line > 0 }));
}

/** The last picking that a fulfillment is bound to; those of the steps before are bound to it too. */
export function boundPicking({ links, pickings }: Stock, fulfillment: string): number | undefined {
  return [...links].find(
    ([id, found]) =>
      fulfillmentOf(found) === fulfillment && pickings.get(id)?.picking_type_code === "outgoing",
  )?.[0];
}

/** What a person validated in Odoo of exactly this, and no fulfillment is bound to. */
export function doneByHand(stock: Stock, wanted: Wanted): number | undefined {
  const done = groupBy(
    ofKind(stock, "outgoing").filter(({ state }) => state === "done"),
    ({ picking }) => picking,
  );
  return [...done.keys()].find((id) => {
    if (fulfillmentOf(stock.links.get(id)) !== undefined) return false;
    const moves = done.get(id)!;
    return (
      new Set(moves.map(({ line }) => line)).size === wanted.size &&
      [...wanted].every(([line, units]) => sum(moves, line, "done").eq(units))
    );
  });
}

/** What fulfillments of Shopify delivered and did not take back: one row for each move. */
export function fulfilled(stock: Stock): { line: number; fulfillment: string; units: Decimal }[] {
  return ofKind(stock, "outgoing").flatMap(({ id, state, line, picking, done }) => {
    const fulfillment = fulfillmentOf(stock.links.get(picking));
    if (state !== "done" || fulfillment === undefined) return [];
    const back = stock.moves.filter((move) => move.returns === id && move.state === "done");
    const units = back.reduce((left, move) => left.minus(decimal(move.done)), decimal(done));
    return [{ line, fulfillment, units }];
  });
}

export function ofKind({ moves, pickings }: Stock, kind: "outgoing" | "internal"): Stock["moves"] {
  return moves.filter(({ picking }) => pickings.get(picking)?.picking_type_code === kind);
}

/** What is still to be done, by picking. */
export function open(moves: readonly Move[]): Map<number, Move[]> {
  return groupBy(
    moves.filter(({ state, returns }) => !isOver(state) && returns === null),
    ({ picking }) => picking,
  );
}

export function sum(moves: readonly Move[], line: number, what: "demand" | "done"): Decimal {
  return moves
    .filter((move) => move.line === line)
    .reduce((total, move) => total.plus(decimal(move[what])), zero);
}

/** Fills a picking's moves of each line one after the other, as far as each asks for. */
export function share(moves: readonly Move[], picking: number, wanted: Wanted): Map<number, number> {
  const done = new Map<number, number>();
  for (const [line, units] of wanted) {
    let left = units;
    const own = moves.filter((move) => move.picking === picking && move.line === line && !isOver(move.state));
    for (const [at, move] of own.entries()) {
      const part = at === own.length - 1 || left.lt(move.demand) ? left : decimal(move.demand);
      if (part.gt(zero)) done.set(move.id, Number(part));
      left = left.minus(part);
    }
  }
  return done;
}
