import { type Decimal, decimal, zero } from "../../money.ts";
import type { Run } from "../run.ts";
import { bindFulfillment, fulfillmentOf } from "./fulfillment-link.ts";
import { isOver, type Move, type Picking } from "./moves.ts";
import { boundPicking, ofKind, open, readStock, type Stock, share, sum, type Wanted } from "./stock.ts";
import { validate } from "./validate.ts";

/** Which fulfillment goods are brought out for. */
export interface Going {
  plan: number;
  fulfillment: string;
  order: number;
  wanted: Wanted;
  inWarehouse: (picking: Picking) => boolean;
}

/** A warehouse has few steps before the last; more rounds than that would be going in circles. */
const mostSteps = 6;

/**
 * Where a warehouse delivers in several steps, goods that Shopify shipped were picked and packed too: validates those
 * steps, one after the other, as far as the last one lacks what is wanted. Each is bound to the fulfillment first,
 * so that each is taken once.
 * @returns the picking that has all of it then, and the stock as it stands. @throws HoldfastError
 */
export async function bringOut(
  run: Run,
  going: Going,
  before: Stock,
): Promise<{ picking: number | undefined; stock: Stock }> {
  let stock = before;
  for (let round = 0; ; round++) {
    const seen = inOneCoin(stock, going.wanted);
    const { door, lacking } = bestDoor(stock, seen, going);
    if (lacking.size === 0) return { picking: door, stock };
    const inside = begun(stock, going.fulfillment) ?? next(stock, seen, going, lacking);
    if (inside === undefined || round === mostSteps) return { picking: undefined, stock };
    const step = stock.pickings.get(inside)!.picking_type_id[0];
    const binding = { externalId: going.fulfillment, picking: inside, step, tracking: null };
    await bindFulfillment(run, going.plan, binding);
    await validate(run, { picking: inside, done: share(seen.moves, inside, lacking) });
    stock = await readStock(run, [going.order]);
    // Another writer may be further already.
    const bound = boundPicking(stock, going.fulfillment);
    if (bound !== undefined) return { picking: bound, stock };
  }
}

/** Moves and what is wanted of them, by `line`; where moves before the last name none, by the product's id instead. */
interface Seen {
  moves: readonly Move[];
  wanted: Wanted;
}

/** Until 17 one move picks a product for all lines of an order. */
function inOneCoin(stock: Stock, wanted: Wanted): Seen {
  if (!ofKind(stock, "internal").some(({ ofLine }) => !ofLine)) return { moves: stock.moves, wanted };
  const products = new Map(
    stock.moves.flatMap(({ line, product, ofLine }) => (ofLine ? [[line, product]] : [])),
  );
  const units = new Map<number, Decimal>();
  for (const [line, some] of wanted) {
    const product = products.get(line) ?? 0;
    units.set(product, (units.get(product) ?? zero).plus(some));
  }
  return { moves: stock.moves.map((move) => ({ ...move, line: move.product })), wanted: units };
}

/** The first of the last pickings that lacks least, and what it lacks. */
function bestDoor(
  stock: Stock,
  seen: Seen,
  { wanted, inWarehouse }: Going,
): { door: number | undefined; lacking: Wanted } {
  const doors = [...open(ofKind(stock, "outgoing"))]
    .sort(([a], [b]) => a - b)
    .flatMap(([door, own]) => {
      const asked = [...wanted].every(([line, units]) => sum(own, line, "demand").gte(units));
      if (!isFree(stock, door, inWarehouse)) return [];
      const brought = minus(seen.wanted, (line) => there(stock, seen, door, line));
      return [{ door, lacking: asked || brought.size > 0 ? brought : seen.wanted }];
    })
    .sort((a, b) => a.lacking.size - b.lacking.size);
  return doors[0] ?? { door: undefined, lacking: seen.wanted };
}

/** Units that the steps before have brought to a picking; where there are none, all that it asks for. */
function there(stock: Stock, seen: Seen, picking: number, line: number): Decimal {
  const before = ofKind(stock, "internal").filter(({ state }) => !isOver(state));
  return seen.moves
    .filter((move) => move.picking === picking && move.line === line && !isOver(move.state))
    .reduce((total, move) => {
      const waits = before.some(({ next: to }) => to.includes(move.id));
      return total.plus(decimal(waits ? move.reserved : move.demand));
    }, zero);
}

/** A step that this fulfillment began and did not end. */
function begun(stock: Stock, fulfillment: string): number | undefined {
  return [...open(ofKind(stock, "internal")).keys()].find(
    (id) => fulfillmentOf(stock.links.get(id)) === fulfillment,
  );
}

/** The step that is closest to the door, and has what is lacking there. */
function next(stock: Stock, seen: Seen, { inWarehouse }: Going, lacking: Wanted): number | undefined {
  const able = [...open(ofKind(stock, "internal"))].filter(
    ([id]) =>
      isFree(stock, id, inWarehouse) && minus(lacking, (line) => there(stock, seen, id, line)).size === 0,
  );
  const starts = new Set(able.flatMap(([, moves]) => moves.map(({ from }) => from)));
  return (able.find(([, moves]) => moves.every(({ to }) => !starts.has(to))) ?? able[0])?.[0];
}

function isFree({ pickings, links }: Stock, id: number, inWarehouse: Going["inWarehouse"]): boolean {
  return fulfillmentOf(links.get(id)) === undefined && inWarehouse(pickings.get(id)!);
}

function minus(wanted: Wanted, have: (line: number) => Decimal): Wanted {
  return new Map(
    [...wanted].flatMap(([line, units]) => {
      const left = units.minus(have(line));
      return left.gt(zero) ? [[line, left] as const] : [];
    }),
  );
}
