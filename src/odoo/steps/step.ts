import type { PlanStep } from "../../import-plan.ts";
import { type Document, readDocuments } from "../documents.ts";
import { findIds, forgetId } from "../known-ids.ts";
import { type Run, refusal } from "../run.ts";

export type StepKind = PlanStep["kind"];
export type StepOf<Kind extends StepKind> = Extract<PlanStep, { kind: Kind }>;

/** One plan's step. */
export interface Job<Kind extends StepKind> {
  plan: number;
  step: StepOf<Kind>;
}

/**
 * Takes one step of many plans: reads, acts only where something is left to do, reads again. What is refused fails
 * its plan in the run; @throws HoldfastError only when Odoo is away.
 */
export type TakeStep<Kind extends StepKind> = (run: Run, jobs: readonly Job<Kind>[]) => Promise<void>;

/**
 * The order of each step, by its external id.
 * @throws HoldfastError when Odoo is away.
 */
export async function ordersOf(run: Run, externalIds: Iterable<string>): Promise<Map<string, Document>> {
  const wanted = [...new Set(externalIds)];
  const known = new Map(run.items.map(({ record, id }) => [record.externalId, id]));
  const ids = await findIds(
    run.client,
    "sale.order",
    wanted.filter((externalId) => known.get(externalId) === undefined),
  );
  const idOf = (externalId: string) => known.get(externalId) ?? ids.get(externalId);
  const rows = await readDocuments(
    run,
    "sale.order",
    wanted.flatMap((externalId) => idOf(externalId) ?? []),
  );
  const orders = new Map<string, Document>();
  for (const externalId of wanted) {
    const row = rows.get(idOf(externalId) ?? 0);
    if (row) orders.set(externalId, row);
    else forgetId(run.client, externalId);
  }
  return orders;
}

/** @throws HoldfastError of class `dependency` when the order is not in Odoo. */
export function orderIn(orders: ReadonlyMap<string, Document>, externalId: string): Document {
  const order = orders.get(externalId);
  if (order) return order;
  throw refusal(
    "dependency",
    "order_not_found",
    `its order ${externalId} is not in Odoo yet`,
    "It arrives with another event; if not, look whether that one is a dead letter.",
  );
}
