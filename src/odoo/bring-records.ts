import type { ExpectedTotals, ImportRecord } from "../import-plan.ts";
import { createRecords } from "./create-records.ts";
import { readDocuments } from "./documents.ts";
import { findRecords } from "./find-records.ts";
import { findIds } from "./known-ids.ts";
import { recallContacts } from "./placed-contacts.ts";
import { gather } from "./plan-items.ts";
import { rememberVersions, skipStale, skipStaleEarly } from "./plan-version.ts";
import { failPlan, isOpen, type Run, startRun, warnPlan } from "./run.ts";
import { type Settlement, settleTotals } from "./settle-totals.ts";
import { updateRecords } from "./update-records.ts";

/** What a run took from memory, for each plan; it may no longer be true. */
export interface Remembered {
  /** Finds, by their keys. */
  finds: Map<number, Set<string>>;
  /** Contacts, by external id. */
  contacts: Map<number, Set<string>>;
}

/**
 * Sees to it that the records of a run's plans stand in Odoo; what stands there already is not changed.
 * @throws HoldfastError when Odoo is away.
 */
export async function createMissing(run: Run): Promise<Remembered> {
  const { items, refused } = gather(run.plans, run.major);
  run.items = items;
  for (const [index, failure] of refused) failPlan(run, index, failure);
  await skipStaleEarly(run);
  const finds = await findRecords(run);
  const contacts = recallContacts(run);
  await createRecords(run);
  return { finds, contacts };
}

/**
 * Brings the records that stand in Odoo up to date and to their totals.
 * @throws HoldfastError when Odoo is away.
 */
export async function bringUpToDate(run: Run): Promise<void> {
  await readOrders(run);
  await skipStale(run);
  await updateRecords(run);
  await settleTotals(run, await settlements(run));
  await rememberVersions(run);
}

/** What a step brings for one plan. */
export interface Brought {
  plan: number;
  records: ImportRecord[];
  totals?: ExpectedTotals;
}

/**
 * Brings records that a step makes, of many plans together; what is refused fails its plan.
 * @returns ids by external id. @throws HoldfastError when Odoo is away.
 */
export async function bringMore(run: Run, wanted: readonly Brought[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  if (wanted.length === 0) return ids;
  const plans = wanted.map(({ plan, records, totals }) => ({
    kind: "import-plan" as const,
    reference: run.plans[plan]!.reference,
    records,
    ...(totals && { totals }),
  }));
  const inner = startRun(run.client, run.major, plans);
  await createMissing(inner);
  await bringUpToDate(inner);
  for (const { record, id } of inner.items) if (id !== undefined) ids.set(record.externalId, id);
  wanted.forEach(({ plan }, index) => {
    const failure = inner.failures.get(index);
    if (failure) failPlan(run, plan, failure);
    for (const warning of inner.warnings.get(index) ?? []) warnPlan(run, plan, warning);
  });
  return ids;
}

/** All orders that anything below asks about, in one call. */
async function readOrders(run: Run): Promise<void> {
  const orders = run.items.filter(
    ({ record, id, plans }) =>
      record.model === "sale.order" &&
      id !== undefined &&
      plans.some((plan) => {
        const { version, totals, steps = [] } = run.plans[plan]!;
        return isOpen(run, plan) && (version ?? totals ?? steps.length > 0);
      }),
  );
  await readDocuments(
    run,
    "sale.order",
    orders.map(({ id }) => id!),
  );
}

async function settlements(run: Run): Promise<Settlement[]> {
  const byExternalId = new Map(run.items.map((item) => [item.record.externalId, item]));
  const found: Settlement[] = [];
  for (const [plan, one] of run.plans.entries()) {
    const expected = one?.totals;
    if (!expected || !isOpen(run, plan)) continue;
    const item = byExternalId.get(expected.externalId);
    const elsewhere = item ? undefined : await findIds(run.client, expected.model, [expected.externalId]);
    found.push({ plan, expected, item, id: item?.id ?? elsewhere?.get(expected.externalId) ?? 0 });
  }
  return found;
}
