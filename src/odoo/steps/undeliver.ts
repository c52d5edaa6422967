import { type Decimal, decimal, zero } from "../../money.ts";
import { findAny, findIds } from "../known-ids.ts";
import { eachAlone, type Run, warnPlan } from "../run.ts";
import { bindFulfillment, rememberCancelled } from "./fulfillment-link.ts";
import { readLines } from "./lines.ts";
import { isOver, type Move, type Picking, readMoves, readPickings } from "./moves.ts";
import { type Again, confirmDrafts, planAgain } from "./plan-again.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";
import { doneByHand, readStock } from "./stock.ts";
import { takeBack } from "./take-back.ts";
import { pickingOf } from "./track.ts";
import { kindsOfLines, wantedOf } from "./wanted.ts";

/** What a cancelled fulfillment delivered comes back, and is to be delivered again. */
export async function undeliver(run: Run, jobs: readonly Job<"undeliver">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  await eachAlone(run, jobs, async (job) => {
    const { plan, step } = job;
    const order = orderIn(orders, step.order);
    const picking =
      (await pickingOf(run, order.id, step.externalId)) ?? (await bindByHand(run, job, order.id));
    const delivery = picking === undefined ? undefined : (await readPickings(run, [picking])).get(picking);
    if (delivery?.state !== "done") {
      if (picking === undefined)
        await rememberCancelled(run, plan, { externalId: step.externalId, order: order.id });
      warnPlan(run, plan, `${step.externalId} was never delivered in Odoo: there is nothing to take back.`);
      return;
    }
    const moves = await readMoves(run, { orders: [order.id] });
    const undo = `${step.externalId}_undo`;
    const back = moves
      .filter((move) => move.picking === delivery.id && move.done > 0)
      .map((move) => ({ move, units: notReturned(move, moves), to: null }))
      .filter(({ units }) => units > 0);
    if (back.length > 0 || (await findAny(run.client, undo)))
      await takeBack(run, undo, delivery, back, cancelled);
    if (order.state === "sale" || order.state === "done") await deliverAgain(run, order.id, undo, delivery);
    else warnPlan(run, plan, `${order.display_name} is cancelled in Odoo: it is not delivered again.`);
  });
}

/** What a person delivered in Odoo, Shopify fulfilled and cancelled since, and no event has told the first. */
async function bindByHand(
  run: Run,
  { plan, step }: Job<"undeliver">,
  order: number,
): Promise<number | undefined> {
  const { externalId, lines = [] } = step;
  const ids = await findIds(
    run.client,
    "sale.order.line",
    lines.map(({ line }) => line),
  );
  if (lines.length === 0 || lines.some(({ line }) => !ids.has(line))) return undefined;
  const kinds = await kindsOfLines(run, [order]);
  const wanted = wantedOf(lines, ids, kinds.get(order) ?? []);
  const picking = wanted.size === 0 ? undefined : doneByHand(await readStock(run, [order]), wanted);
  if (picking !== undefined) await bindFulfillment(run, plan, { externalId, picking, tracking: null });
  return picking;
}

/** Units of a delivered move that no return has taken back. */
export function notReturned(move: Move, moves: readonly Move[]): number {
  return Number(decimal(move.done).minus(returned(move, moves)));
}

function returned(move: Move, moves: readonly Move[]): Decimal {
  return moves
    .filter(({ returns, state }) => returns === move.id && state === "done")
    .reduce((total, one) => total.plus(decimal(one.done)), zero);
}

/** Plans what came back, as far as the order still asks for it. */
async function deliverAgain(run: Run, order: number, undo: string, delivery: Picking): Promise<void> {
  const moves = await readMoves(run, { orders: [order] });
  const pickings = await readPickings(
    run,
    moves.map(({ picking }) => picking),
  );
  const undone = moves.filter(({ picking }) => isUndo(pickings.get(picking)));
  const back = moves
    .filter((move) => move.picking === delivery.id)
    .map((move) => ({ move, units: returned(move, undone) }));
  const lacking = await lackingUnits(run, moves, pickings, new Set(back.map(({ move }) => move.line)));
  const again = back.flatMap(({ move, units }): Again[] => {
    const left = lacking.get(move.line) ?? zero;
    const part = units.lt(left) ? units : left;
    lacking.set(move.line, left.minus(part));
    return part.gt(zero) ? [{ move, units: Number(part) }] : [];
  });
  await planAgain(run, `${undo}_again`, delivery, again, { moves, pickings });
  if (again.length === 0)
    await confirmDrafts(
      run,
      moves.filter(({ picking }) => pickings.get(picking)?.picking_type_code === "outgoing"),
    );
}

/** What is neither delivered nor planned of lines. Goods that a customer sent back are not to be sent again. */
async function lackingUnits(
  run: Run,
  moves: readonly Move[],
  pickings: ReadonlyMap<number, Picking>,
  lines: ReadonlySet<number>,
): Promise<Map<number, Decimal>> {
  const planned = (line: number): Decimal =>
    moves
      .filter((move) => move.line === line)
      .reduce((total, move) => {
        const amount = decimal(isOver(move.state) ? move.done : move.demand);
        const { picking_type_code: kind } = pickings.get(move.picking) ?? {};
        if (move.returns === null) return kind === "outgoing" ? total.plus(amount) : total;
        return isUndo(pickings.get(move.picking)) ? total.minus(amount) : total;
      }, zero);
  const rows = await readLines(run, [...lines]);
  return new Map(
    rows.map((row) => {
      const left = decimal(row.product_uom_qty).minus(planned(row.id));
      return [row.id, left.gt(zero) ? left : zero];
    }),
  );
}

const cancelled = "Cancelled in Shopify:";

function isUndo(picking: Picking | undefined): boolean {
  return (picking?.origin || "").startsWith(cancelled);
}
