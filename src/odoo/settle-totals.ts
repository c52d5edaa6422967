import type { Failure } from "../failure.ts";
import { groupBy } from "../group.ts";
import type { ExpectedTotals, ImportRecord } from "../import-plan.ts";
import { type Decimal, decimal, decimalText, zero } from "../money.ts";
import { allReferences, shapeOf } from "./cells.ts";
import { createRecords, resolverFor } from "./create-records.ts";
import { changed, type Document, isDraft, readDocuments } from "./documents.ts";
import { writeEach } from "./isolate.ts";
import { findIds } from "./known-ids.ts";
import type { Item } from "./plan-items.ts";
import { findAll, findKey, judge } from "./references.ts";
import { failPlan, isOpen, nameOf, type Run, warnPlan } from "./run.ts";
import { type Comparison, compare, explainRounding, mismatch } from "./totals.ts";
import { bringTo } from "./update-records.ts";
import { translateRecord } from "./versions.ts";

/** A document and what it must come to. */
export interface Settlement {
  plan: number;
  expected: ExpectedTotals;
  id: number;
  /** The record behind it, where this run brings it. */
  item?: Item | undefined;
}

/**
 * Sees to it that every document comes to what Shopify says: a quotation that does not is written anew, a difference
 * within the plan's limit becomes a visible line, and what is left fails with both numbers.
 * A document that is confirmed already, and not this run's to write, only warns: a person took it as it is.
 */
export async function settleTotals(run: Run, settlements: readonly Settlement[]): Promise<void> {
  for (const [model, settled] of groupBy(settlements, ({ expected }) => expected.model)) {
    // An item may get another id on the way.
    const group = settled.map((one) => ({
      ...one,
      get id() {
        return one.item?.id ?? one.id;
      },
    }));
    const wrong = async (): Promise<Settlement[]> => {
      const rows = await read(run, model, group);
      return group.filter((one) => isOpen(run, one.plan) && differs(look(run, one, rows)));
    };
    await writeDraftsAnew(run, model, await wrong());
    await adjust(run, model, await wrong());
    await settle(run, model, group);
  }
}

const read = (run: Run, model: string, group: readonly Settlement[]) =>
  readDocuments(
    run,
    model,
    group.map(({ id }) => id),
  );

function look(run: Run, { plan, expected, id }: Settlement, rows: ReadonlyMap<number, Document>): Comparison {
  return compare({ who: nameOf(run.plans[plan]), expected }, rows.get(id));
}

function differs(found: Comparison): boolean {
  return "failure" in found || !found.total.eq(zero) || !found.tax.eq(zero);
}

/** What stands in the way may be an earlier try, from before a tax or a setting was put right. */
async function writeDraftsAnew(run: Run, model: string, wrong: readonly Settlement[]): Promise<void> {
  const rows = await read(run, model, wrong);
  const drafts = wrong.flatMap(({ item, id }) =>
    item && !item.fresh && isDraft(rows.get(id)) ? [item] : [],
  );
  if (drafts.length === 0) return;
  // Older versions book an invoice's lines twice when they are written anew: a draft of those is made again.
  if (model === "account.move") await makeAgain(run, model, drafts);
  else
    await bringTo(
      run,
      drafts.filter(({ record }) => record.write !== "always"),
    );
}

async function makeAgain(run: Run, model: string, drafts: readonly Item[]): Promise<void> {
  const ids = drafts.map(({ id }) => id!);
  await run.client.call(model, "unlink", { ids });
  changed(run, model, ids);
  for (const item of drafts) delete item.id;
  await createRecords(run);
}

/** Whether nothing of this document is this run's to write. */
function isLeftAlone({ item }: Settlement, row: Document): boolean {
  return row.state === "cancel" || (!isDraft(row) && item?.record.write !== "always");
}

/** The line's price is what Odoo's total lacks without it, so applying again changes nothing more. */
async function adjust(run: Run, model: string, wrong: readonly Settlement[]): Promise<void> {
  const adjustable = wrong.filter(({ expected }) => expected.adjustment);
  if (adjustable.length === 0) return;
  const prices = await pricesNow(
    run,
    adjustable.map(({ expected }) => expected.adjustment!.line),
  );
  // The totals after the prices: what another writer adjusts in between is then no difference any more.
  changed(
    run,
    model,
    adjustable.map(({ id }) => id),
  );
  const rows = await read(run, model, adjustable);
  const wanted = adjustable.flatMap((one) => {
    const found = look(run, one, rows);
    const row = rows.get(one.id);
    if (!row || "failure" in found || found.total.eq(zero) || isLeftAlone(one, row)) return [];
    return [
      { plan: one.plan, id: one.id, expected: one.expected, adjustment: one.expected.adjustment!, found },
    ];
  });
  const changes = wanted.flatMap(({ id, plan, expected, adjustment, found }) => {
    const price = (prices.get(adjustment.line.externalId) ?? zero).plus(found.total);
    if (price.abs().gt(decimal(adjustment.upTo)) || found.tax.abs().gt(decimal(adjustment.upTo))) return [];
    const line = translateRecord(run.major, {
      ...adjustment.line,
      values: { ...adjustment.line.values, price_unit: decimalText(price) },
    });
    const record = {
      model,
      externalId: expected.externalId,
      values: {},
      children: { [adjustment.field]: [line] },
    };
    return [{ id, plan, record }];
  });
  const findable = await withFinds(run, changes);
  for (const group of groupBy(findable, ({ record }) => shapeOf(record)).values()) {
    const records = group.map(({ record }) => record);
    const outcomes = await writeEach(run.client, records, await resolverFor(run, records), "upsert");
    changed(
      run,
      model,
      group.map(({ id }) => id),
    );
    group.forEach(({ plan }, index) => {
      const outcome = outcomes[index]!;
      if ("failure" in outcome) failPlan(run, plan, outcome.failure);
    });
  }
}

/** Answers what the lines look for (their product), which no item of the run does; what is not found fails its plan. */
async function withFinds<Change extends { plan: number; record: ImportRecord }>(
  run: Run,
  changes: readonly Change[],
): Promise<Change[]> {
  const findsOf = ({ record }: Change) => allReferences(record).filter((reference) => "find" in reference);
  const { ids } = await findAll(run.client, changes.flatMap(findsOf));
  const others = run.finds;
  run.finds = (reference) => {
    const found = ids.get(findKey(reference));
    return found ? judge(reference, found) : others(reference);
  };
  return changes.filter((change) => {
    const missing = findsOf(change)
      .map(run.finds)
      .find((found) => "failure" in found);
    if (missing && "failure" in missing) failPlan(run, change.plan, missing.failure.failure);
    return !missing;
  });
}

/** What adjustment lines of earlier applications come to, by external id. */
async function pricesNow(
  run: Run,
  lines: readonly { model: string; externalId: string }[],
): Promise<Map<string, Decimal>> {
  const prices = new Map<string, Decimal>();
  for (const [model, group] of groupBy(lines, (line) => line.model)) {
    const ids = await findIds(
      run.client,
      model,
      group.map(({ externalId }) => externalId),
    );
    if (ids.size === 0) continue;
    const rows = (await run.client.call(model, "search_read", {
      args: { domain: [["id", "in", [...ids.values()]]], fields: ["price_unit"] },
    })) as { id: number; price_unit: number }[];
    const byId = new Map(rows.map((row) => [row.id, decimal(row.price_unit)]));
    for (const [externalId, id] of ids) prices.set(externalId, byId.get(id) ?? zero);
  }
  return prices;
}

async function settle(run: Run, model: string, group: readonly Settlement[]): Promise<void> {
  const rows = await read(run, model, group);
  const failed: { plan: number; failure: Failure }[] = [];
  for (const one of group) {
    if (!isOpen(run, one.plan)) continue;
    const found = look(run, one, rows);
    if (!differs(found)) continue;
    const row = rows.get(one.id);
    if (row && isLeftAlone(one, row)) {
      if (row.state !== "cancel")
        warnPlan(run, one.plan, "failure" in found ? found.failure.message : found.sums);
    } else if ("failure" in found) {
      failPlan(run, one.plan, found.failure);
    } else if (found.total.eq(zero) && found.tax.abs().lte(decimal(one.expected.adjustment?.upTo ?? "0"))) {
      warnPlan(run, one.plan, found.sums);
    } else {
      failed.push({ plan: one.plan, failure: mismatch(found.sums, row!) });
    }
  }
  const companies = new Set(
    [...rows.values()].flatMap(({ company_id }) => (company_id ? [company_id[0]] : [])),
  );
  const explained = await explainRounding(
    run.client,
    failed.map(({ failure }) => failure),
    companies,
  );
  failed.forEach(({ plan }, index) => {
    failPlan(run, plan, explained[index]!);
  });
}
