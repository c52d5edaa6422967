import { type Failure, failureOf } from "../failure.ts";
import type { FindReference, ImportPlan, RecordReference } from "../import-plan.ts";
import { mixedExternalIds, type ResolveId } from "./cells.ts";
import type { OdooClient } from "./client.ts";
import { lookUp, qualified } from "./external-ids.ts";
import { createEach } from "./isolate.ts";
import { linkParents, type ParentLink } from "./parents.ts";
import { gather, type Item, referencesOf } from "./plan-items.ts";
import { type Found, findAll, findKey, forgetFinds, judge } from "./references.ts";
import { schedule } from "./schedule.ts";
import { checkTotals } from "./totals.ts";

export type PlanResult =
  /** `ids`: Odoo's ids of the plan's records, by their external ids. `warnings`: for people. */
  | { ok: true; reference: string; ids: Record<string, number>; warnings: string[] }
  | { ok: false; reference: string; failure: Failure };

/**
 * Brings plans into Odoo: every record is created once, whoever asks and however often; what exists stays.
 * Many plans share few calls, yet each fails alone.
 * @returns one result for each plan, in order; nothing is thrown. Where Odoo went away in the middle, the
 * plans that are not through have class `unavailable`; applying them again is safe.
 */
export async function applyPlans(client: OdooClient, plans: readonly ImportPlan[]): Promise<PlanResult[]> {
  const { results, remembered } = await applyOnce(client, plans);
  // A remembered product may be archived by now: look again, once, before anybody hears of it.
  const again = [...remembered.keys()].filter((index) => worthAnotherLook(results[index]!));
  if (again.length === 0) return results;
  forgetFinds(client, new Set(again.flatMap((index) => [...remembered.get(index)!])));
  const second = await applyOnce(
    client,
    again.map((index) => plans[index]!),
  );
  again.forEach((index, position) => {
    results[index] = second.results[position]!;
  });
  return results;
}

/** What a record that was found earlier, and is another by now, can be the reason of. */
const lookAgain = new Set([
  "record_missing",
  "refused",
  "field_missing",
  "reference_ambiguous",
  "odoo_error",
]);

function worthAnotherLook(result: PlanResult): boolean {
  return !result.ok && lookAgain.has(result.failure.code);
}

/** `remembered`: for each plan, the finds that were answered from memory. */
interface Pass {
  results: PlanResult[];
  remembered: Map<number, Set<string>>;
}

async function applyOnce(client: OdooClient, plans: readonly ImportPlan[]): Promise<Pass> {
  const failures = new Map<number, Failure>();
  const warnings = new Map<number, string[]>();
  const remembered = new Map<number, Set<string>>();
  let items: Item[] = [];
  try {
    const { major } = await client.version();
    const gathered = gather(plans, major);
    items = gathered.items;
    for (const [index, failure] of gathered.refused) failures.set(index, say(plans[index], failure));
    const finds = await resolveFinds(client, items, remembered);
    await settleExisting(client, items, finds, plans, failures);
    for (const group of schedule(items)) await writeGroup(client, group, finds, plans, failures, warnings);
    await placeBelowParents(client, items, finds, plans, failures);
    await compareTotals(client, plans, items, failures, warnings);
  } catch (error) {
    const failure = failureOf(error, "odoo");
    plans.forEach((_, index) => {
      if (!failures.has(index)) failures.set(index, failure);
    });
  }
  return {
    results: plans.map((plan, index) => resultOf(plan, items, failures.get(index), warnings.get(index))),
    remembered,
  };
}

async function resolveFinds(
  client: OdooClient,
  items: readonly Item[],
  remembered: Map<number, Set<string>>,
): Promise<(reference: FindReference) => Found> {
  const wanted = items.flatMap((item) => findsOf(item).map((find) => ({ item, find })));
  const { ids, remembered: fromMemory } = await findAll(
    client,
    wanted.map(({ find }) => find),
  );
  for (const { item, find } of wanted) {
    const key = findKey(find);
    if (!fromMemory.has(key)) continue;
    for (const plan of item.plans) remembered.set(plan, (remembered.get(plan) ?? new Set()).add(key));
  }
  return (reference) => judge(reference, ids.get(findKey(reference)) ?? []);
}

function findsOf(item: Item): FindReference[] {
  return referencesOf(item).filter((reference) => "find" in reference);
}

/** A find that fails only matters to a record that is not there yet: a replay after a renamed SKU is fine. */
async function settleExisting(
  client: OdooClient,
  items: readonly Item[],
  finds: (reference: FindReference) => Found,
  plans: readonly ImportPlan[],
  failures: Map<number, Failure>,
): Promise<void> {
  await Promise.all(
    items.map(async (item) => {
      const failed = findsOf(item)
        .map(finds)
        .find((found) => "failure" in found);
      if (!failed || !("failure" in failed)) return;
      const existing = await lookUp(client, item.record.externalId);
      if (existing?.model === item.record.model) item.id = existing.id;
      else failItem(item, failed.failure.failure, plans, failures);
    }),
  );
}

async function writeGroup(
  client: OdooClient,
  group: readonly Item[],
  finds: (reference: FindReference) => Found,
  plans: readonly ImportPlan[],
  failures: Map<number, Failure>,
  warnings: Map<number, string[]>,
): Promise<void> {
  const waiting: Item[] = [];
  for (const item of group) {
    const broken = [...item.needs].find((need) => need.failure);
    if (broken?.failure) failItem(item, broken.failure, plans, failures);
    // What no plan needs any more is not written.
    else if (item.id === undefined && item.plans.some((plan) => !failures.has(plan))) waiting.push(item);
  }
  const records = waiting.map((item) => item.record);
  const parents = waiting.flatMap(({ parent }) =>
    parent && "externalId" in parent ? [parent.externalId] : [],
  );
  const known = await idsOf(client, [...mixedExternalIds(records), ...parents], group);
  const resolve = (reference: RecordReference): number | undefined => {
    if ("id" in reference) return reference.id;
    if ("externalId" in reference) return known.get(qualified(reference.externalId));
    const found = finds(reference);
    return "id" in found ? found.id : undefined;
  };
  const outcomes = await createEach(client, records, resolve);
  for (const [index, item] of waiting.entries()) {
    const outcome = outcomes[index]!;
    if ("failure" in outcome) {
      failItem(item, describe(item, outcome.failure), plans, failures);
      continue;
    }
    item.id = outcome.id;
    if (outcome.warnings.length === 0) continue;
    for (const plan of item.plans) warnings.set(plan, [...(warnings.get(plan) ?? []), ...outcome.warnings]);
  }
}

function resolver(known: ReadonlyMap<string, number>, finds: (reference: FindReference) => Found): ResolveId {
  return (reference) => {
    if ("id" in reference) return reference.id;
    if ("externalId" in reference) return known.get(qualified(reference.externalId));
    const found = finds(reference);
    return "id" in found ? found.id : undefined;
  };
}

async function placeBelowParents(
  client: OdooClient,
  items: readonly Item[],
  finds: (reference: FindReference) => Found,
  plans: readonly ImportPlan[],
  failures: Map<number, Failure>,
): Promise<void> {
  const below = items.filter((item) => item.parent && item.id !== undefined);
  const wanted = below.flatMap(({ parent }) => (parent && "externalId" in parent ? [parent.externalId] : []));
  const resolve = resolver(await idsOf(client, wanted, below), finds);
  const links: ParentLink[] = [];
  for (const item of below) {
    const parent = resolve(item.parent!);
    if (parent !== undefined) links.push({ child: item.id!, parent });
    else if ("externalId" in item.parent!)
      failItem(item, describe(item, parentMissing(item.parent.externalId)), plans, failures);
  }
  const failed = await linkParents(client, links);
  for (const item of below) {
    const failure = failed.get(item.id!);
    if (failure) failItem(item, describe(item, failure), plans, failures);
  }
}

function parentMissing(externalId: string): Failure {
  return {
    class: "dependency",
    code: "external_id_not_found",
    message: `its parent ${externalId} is not in Odoo yet`,
    hint: "It arrives with an earlier event; if not, look whether that one is a dead letter.",
    source: "odoo",
    at: Date.now(),
  };
}

async function idsOf(
  client: OdooClient,
  externalIds: readonly string[],
  items: readonly Item[],
): Promise<Map<string, number>> {
  const known = new Map<string, number>();
  for (const item of items)
    for (const need of item.needs) if (need.id) known.set(qualified(need.record.externalId), need.id);
  await Promise.all(
    externalIds.map(qualified).map(async (externalId) => {
      if (known.has(externalId)) return;
      const found = await lookUp(client, externalId);
      if (found) known.set(externalId, found.id);
    }),
  );
  return known;
}

async function compareTotals(
  client: OdooClient,
  plans: readonly ImportPlan[],
  items: readonly Item[],
  failures: Map<number, Failure>,
  warnings: Map<number, string[]>,
): Promise<void> {
  const byExternalId = new Map(items.map((item) => [qualified(item.record.externalId), item]));
  const asked: { plan: number; id: number }[] = [];
  for (const [plan, one] of plans.entries()) {
    const totals = one?.totals;
    if (!totals || failures.has(plan)) continue;
    const id =
      byExternalId.get(qualified(totals.externalId))?.id ?? (await lookUp(client, totals.externalId))?.id;
    asked.push({ plan, id: id ?? 0 });
  }
  const answers = await checkTotals(
    client,
    asked.map(({ plan, id }) => ({ who: nameOf(plans[plan]), expected: plans[plan]!.totals!, id })),
  );
  asked.forEach(({ plan }, index) => {
    const answer = answers[index]!;
    if (!answer.ok) failures.set(plan, answer.failure);
    else if (answer.warning) warnings.set(plan, [...(warnings.get(plan) ?? []), answer.warning]);
  });
}

function failItem(
  item: Item,
  failure: Failure,
  plans: readonly ImportPlan[],
  failures: Map<number, Failure>,
): void {
  item.failure = failure;
  for (const plan of item.plans) if (!failures.has(plan)) failures.set(plan, say(plans[plan], failure));
}

function describe(item: Item, failure: Failure): Failure {
  const { model, externalId } = item.record;
  const verb = failure.class === "rejected" ? "Odoo refuses" : "Odoo can't write";
  const message = /^Odoo /.test(failure.message)
    ? failure.message
    : `${verb} ${model} ${externalId}: ${failure.message}`;
  return { ...failure, message: /[.!?…]$/.test(message) ? message : `${message}.` };
}

/** Names whose failure it is. */
function say(plan: ImportPlan | undefined, failure: Failure): Failure {
  const reference = plan?.reference;
  if (!reference || names(failure.message, reference)) return failure;
  return { ...failure, message: `${nameOf(plan)}: ${failure.message}` };
}

/** "#1001" is not named by "#10012". */
function names(message: string, reference: string): boolean {
  const literal = reference.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\w#])${literal}(?!\\w)`).test(message);
}

function nameOf(plan: ImportPlan | undefined): string {
  const reference = plan?.reference ?? "";
  return reference.startsWith("#") ? `Order ${reference}` : reference || "A plan without reference";
}

function resultOf(
  plan: ImportPlan,
  items: readonly Item[],
  failure: Failure | undefined,
  warnings: string[] | undefined,
): PlanResult {
  if (failure) return { ok: false, reference: plan?.reference ?? "", failure };
  const byExternalId = new Map(items.map((item) => [item.record.externalId, item.id]));
  const ids: Record<string, number> = {};
  for (const { externalId } of plan.records) {
    const id = byExternalId.get(externalId);
    if (id !== undefined) ids[externalId] = id;
  }
  return { ok: true, reference: plan.reference, ids, warnings: warnings ?? [] };
}
