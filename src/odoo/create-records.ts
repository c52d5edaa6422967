import type { Failure } from "../failure.ts";
import type { ImportRecord, RecordReference } from "../import-plan.ts";
import { allReferences, mixedExternalIds, type ResolveId } from "./cells.ts";
import { lookUp, qualified } from "./external-ids.ts";
import { writeEach } from "./isolate.ts";
import { rememberId } from "./known-ids.ts";
import { linkParents, type ParentLink } from "./parents.ts";
import { rememberContacts } from "./placed-contacts.ts";
import type { Item } from "./plan-items.ts";
import { describe, failItem, isNeeded, type Run, warnPlan } from "./run.ts";
import { schedule } from "./schedule.ts";

/** Sees to it that every record of the plans that are still open stands in Odoo; what exists stays as it is. */
export async function createRecords(run: Run): Promise<void> {
  const newest = await newestInvoice(run);
  for (const group of schedule(run.items)) await createGroup(run, group, newest);
  await placeBelowParents(run);
  rememberContacts(run);
}

/** The newest invoice that was there before; infinite where no invoice is to be made. */
async function newestInvoice(run: Run): Promise<number> {
  if (!run.items.some(({ record, id }) => record.model === "account.move" && id === undefined))
    return Number.POSITIVE_INFINITY;
  const [row] = (await run.client.call("account.move", "search_read", {
    args: { domain: [], fields: ["id"], order: "id desc", limit: 1 },
    context: { active_test: false },
  })) as { id: number }[];
  return row?.id ?? 0;
}

/** Made by this run or beside it, so nobody needs to compare it with what its plan says. */
function isNew({ record, before }: Item, id: number, newestInvoice: number): boolean {
  if (record.model === "account.move") return id > newestInvoice;
  return before !== undefined && !before.has(id);
}

async function createGroup(run: Run, group: readonly Item[], newest: number): Promise<void> {
  const waiting: Item[] = [];
  for (const item of group) {
    const broken = [...item.needs].find((need) => need.failure);
    if (broken?.failure) failItem(run, item, broken.failure);
    else if (item.id === undefined && isNeeded(run, item)) waiting.push(item);
  }
  const resolve = await resolverFor(
    run,
    waiting.map(({ record }) => record),
  );
  const ready = await withoutMissing(run, waiting, resolve);
  const outcomes = await writeEach(
    run.client,
    ready.map(({ record }) => record),
    resolve,
  );
  for (const [index, item] of ready.entries()) {
    const outcome = outcomes[index]!;
    if ("failure" in outcome) {
      failItem(run, item, describe(item, outcome.failure));
      continue;
    }
    item.id = outcome.id;
    item.fresh = isNew(item, outcome.id, newest);
    rememberId(run.client, item.record.externalId, item.record.model, outcome.id);
    for (const plan of item.plans) for (const warning of outcome.warnings) warnPlan(run, plan, warning);
  }
}

/** Those that point to nothing missing; the others fail, unless they stand in Odoo already. */
async function withoutMissing(run: Run, items: readonly Item[], resolve: ResolveId): Promise<Item[]> {
  const ready: Item[] = [];
  for (const item of items) {
    const failure = missingIn(item.record, resolve);
    const existing = failure && (await lookUp(run.client, item.record.externalId));
    if (!failure) ready.push(item);
    else if (existing?.model === item.record.model) item.id = existing.id;
    else failItem(run, item, failure);
  }
  return ready;
}

/** What a record points to and Odoo does not have, in the plan's own words. */
export function missingIn(record: ImportRecord, resolve: ResolveId): Failure | undefined {
  for (const reference of allReferences(record))
    if ("externalId" in reference && reference.missing && resolve(reference) === undefined)
      return { ...reference.missing, source: "odoo", at: Date.now() };
  return undefined;
}

/** Looks up what these records can't name by external id in a table, then answers without a call. */
export async function resolverFor(
  run: Run,
  records: readonly ImportRecord[],
  more: readonly RecordReference[] = [],
): Promise<ResolveId> {
  const named = more.flatMap((reference) => ("externalId" in reference ? [reference.externalId] : []));
  const known = new Map<string, number>();
  for (const { record, id } of run.items) if (id !== undefined) known.set(qualified(record.externalId), id);
  const wanted = [...mixedExternalIds(records), ...named].map(qualified);
  await Promise.all(
    wanted.map(async (externalId) => {
      if (known.has(externalId)) return;
      const found = await lookUp(run.client, externalId);
      if (found) known.set(externalId, found.id);
    }),
  );
  return (reference) => {
    if ("id" in reference) return reference.id;
    if ("externalId" in reference) return known.get(qualified(reference.externalId));
    const found = run.finds(reference);
    if ("create" in found) return known.get(qualified(found.create.externalId));
    return "id" in found ? found.id : undefined;
  };
}

async function placeBelowParents(run: Run): Promise<void> {
  const below = run.items.filter((item) => item.parent && item.id !== undefined && !item.recalled);
  if (below.length === 0) return;
  const resolve = await resolverFor(
    run,
    [],
    below.map((item) => item.parent!),
  );
  const links: ParentLink[] = [];
  for (const item of below) {
    const parent = resolve(item.parent!);
    if (parent !== undefined) links.push({ child: item.id!, parent });
    else if ("externalId" in item.parent!)
      failItem(run, item, describe(item, parentMissing(item.parent.externalId)));
  }
  const failed = await linkParents(run.client, links);
  for (const item of below) {
    const failure = failed.get(item.id!);
    if (failure) failItem(run, item, describe(item, failure));
  }
}

function parentMissing(externalId: string): Failure {
  return {
    class: "dependency",
    code: "external_id_not_found",
    message: `its parent ${externalId} is not in Odoo yet`,
    hint: "It arrives with another event; if not, look whether that one is a dead letter.",
    source: "odoo",
    at: Date.now(),
  };
}
