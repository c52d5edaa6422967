import { type Decimal, decimal, zero } from "../../money.ts";
import { changed } from "../documents.ts";
import { eachAlone, type Run } from "../run.ts";
import { readLines, writeLines } from "./lines.ts";
import { isOver, lineIds, readMoves } from "./moves.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";

/** Takes off the ordered quantity what will not be shipped any more; it never grows. */
export async function reduce(run: Run, jobs: readonly Job<"reduce">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  await eachAlone(run, jobs, async ({ step }) => {
    const order = orderIn(orders, step.order);
    const ids = await lineIds(
      run,
      step.lines.map(({ line }) => line),
    );
    const still = new Map(step.lines.map(({ line, stillToShip }) => [ids.get(line)!, decimal(stillToShip)]));
    const less = (await readLines(run, [...still.keys()])).flatMap((line) => {
      const quantity = decimal(line.qty_delivered).plus(still.get(line.id)!);
      return quantity.lt(decimal(line.product_uom_qty)) ? [{ ...line, quantity: Number(quantity) }] : [];
    });
    if (less.length > 0) {
      await writeLines(run, order, less);
      changed(run, "sale.order", [order.id]);
    }
    await shortenMoves(run, order.id, still);
  });
}

/** From 16 on Odoo takes them off its open moves itself; before, it only tells a person to. */
async function shortenMoves(run: Run, order: number, still: ReadonlyMap<number, Decimal>): Promise<void> {
  if (run.major >= 16) return;
  const open = (await readMoves(run, { orders: [order] })).filter(
    ({ state, returns }) => !isOver(state) && returns === null,
  );
  for (const [line, units] of still) {
    let left = units;
    for (const move of open.filter((one) => one.line === line)) {
      const keep = left.lt(move.demand) ? left : decimal(move.demand);
      if (keep.lt(move.demand))
        await run.client.call("stock.move", "write", {
          ids: [move.id],
          args: { vals: { product_uom_qty: Number(keep) } },
        });
      left = left.minus(keep).gt(zero) ? left.minus(keep) : zero;
    }
  }
}
