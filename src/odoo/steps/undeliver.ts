import { type Decimal, decimal, zero } from "../../money.ts";
import { findAny } from "../known-ids.ts";
import { eachAlone, type Run, refusal, warnPlan } from "../run.ts";
import { still } from "../versions.ts";
import { type OrderLine, readLines, writeLines } from "./lines.ts";
import { isOver, type Move, type Picking, readMoves, readPickings } from "./moves.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";
import { takeBack } from "./take-back.ts";
import { pickingOf } from "./track.ts";

/** What a cancelled fulfillment delivered comes back, and is to be delivered again. */
export async function undeliver(run: Run, jobs: readonly Job<"undeliver">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  await eachAlone(run, jobs, async ({ plan, step }) => {
    const order = orderIn(orders, step.order);
    const picking = await pickingOf(run, order.id, step.externalId);
    const delivery = picking === undefined ? undefined : (await readPickings(run, [picking])).get(picking);
    if (delivery?.state !== "done") {
      warnPlan(run, plan, `${step.externalId} was never delivered in Odoo: there is nothing to take back.`);
      return;
    }
    const moves = await readMoves(run, { orders: [order.id] });
    const delivered = moves.filter((move) => move.picking === delivery.id && move.done > 0);
    const undo = `${step.externalId}_undo`;
    const back = delivered.flatMap((move) => {
      const units = notReturned(move, moves);
      return units > 0 ? [{ move, units, to: null }] : [];
    });
    if (back.length > 0 || (await findAny(run.client, undo)))
      await takeBack(run, undo, delivery, back, cancelled);
    await deliverAgain(run, order.id, order.display_name, new Set(delivered.map(({ line }) => line)));
  });
}

/** Units of a delivered move that no return has taken back. */
export function notReturned(move: Move, moves: readonly Move[]): number {
  const returned = moves
    .filter(({ returns, state }) => returns === move.id && state === "done")
    .reduce((total, one) => total.plus(decimal(one.done)), zero);
  return Number(decimal(move.done).minus(returned));
}

/** Odoo plans what an order still lacks when the line's quantity is written; an older one only when it grows. */
async function deliverAgain(
  run: Run,
  order: number,
  name: string,
  lines: ReadonlySet<number>,
): Promise<void> {
  const rows = await lacking(run, order, lines);
  if (rows.length === 0) return;
  const same = rows.map(({ row }) => ({ ...row, quantity: row.product_uom_qty }));
  const less = still(run.major, "plans only growth")
    ? rows.map(({ row, units }) => ({ ...row, quantity: units }))
    : [];
  await writeLines(run, order, [...less, ...same]);
  if ((await lacking(run, order, lines)).length === 0) return;
  throw refusal(
    "rejected",
    "not_planned_again",
    `the goods are back, but Odoo does not plan to deliver ${name} again`,
    "Unlock the order in Odoo, then retry; or make the delivery there by hand and discard this event.",
  );
}

/** Lines of which less is delivered or planned than ordered. Goods that a customer sent back are not to be sent again. */
async function lacking(
  run: Run,
  order: number,
  lines: ReadonlySet<number>,
): Promise<{ row: OrderLine; units: number }[]> {
  const moves = await readMoves(run, { orders: [order] });
  const pickings = await readPickings(
    run,
    moves.map(({ picking }) => picking),
  );
  const units = (line: number): Decimal =>
    moves
      .filter((move) => move.line === line)
      .reduce((total, move) => {
        const amount = decimal(isOver(move.state) ? move.done : move.demand);
        if (move.returns === null) return total.plus(amount);
        return isUndo(pickings.get(move.picking)) ? total.minus(amount) : total;
      }, zero);
  const rows = await readLines(run, [...lines]);
  return rows
    .map((row) => ({ row, units: Number(units(row.id)) }))
    .filter(({ row, units }) => units < row.product_uom_qty);
}

const cancelled = "Cancelled in Shopify:";

function isUndo(picking: Picking | undefined): boolean {
  return (picking?.origin || "").startsWith(cancelled);
}
