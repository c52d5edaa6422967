import { groupBy } from "../group.ts";
import type { ImportPlan } from "../import-plan.ts";
import { findDocuments, readDocuments } from "./documents.ts";
import { findAny, forgetId, recallId } from "./known-ids.ts";
import { type Link, linkModel, linkTexts, readLinks, setTexts, writeLinks } from "./links.ts";
import { failPlan, isNeeded, isOpen, type Run } from "./run.ts";

/** The name of the link that remembers a version where the record has no field for it. */
const linkName = "Shopify version";

/** The version at the end of an order's source document, "Shopify #1001 (2026-11-24T10:00:00Z)"; null: none. */
export function versionIn(text: string | false | null | undefined): string | null {
  const found = /\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))\)\s*$/.exec(text || "");
  return found && !Number.isNaN(Date.parse(found[1]!)) ? found[1]! : null;
}

/** Whether `stored` is later than what the plan brings; unknown is not. */
export function isStale(stored: string | null, plan: ImportPlan): boolean {
  return stored !== null && plan.version !== undefined && Date.parse(stored) > Date.parse(plan.version.at);
}

interface Versioned {
  plan: number;
  model: string;
  id: number;
  externalId: string;
}

/**
 * The same before anything is made for them. Orders are looked for by their names, many in one call, in which they are read
 * as well; of other records only those are asked about that this process has seen, and that bring something else.
 * @throws HoldfastError when Odoo is away.
 */
export async function skipStaleEarly(run: Run): Promise<void> {
  await readStanding(run);
  const known = run.items.flatMap((item) => {
    const { externalId, model } = item.record;
    const plans = item.plans.filter((plan) => {
      const { version, records } = run.plans[plan]!;
      return version?.externalId === externalId && records.length > 1;
    });
    const id = plans.length > 0 ? recallId(run.client, model, externalId) : undefined;
    return id === undefined ? [] : plans.map((plan) => ({ item, plan, model, id, externalId }));
  });
  await skipOlder(run, known);
  for (const { item, plan, id } of known) if (run.skipped.has(plan)) item.id = id;
  run.items = run.items.filter((item) => item.id !== undefined || isNeeded(run, item));
}

/** Reads the orders that stand in Odoo under the names of those to write; a name may be another shop's order, too. */
async function readStanding(run: Run): Promise<void> {
  const orders = run.items.filter(
    ({ record, plans }) =>
      record.model === "sale.order" &&
      record.write === "always" &&
      typeof record.values.client_order_ref === "string" &&
      plans.every((plan) => run.plans[plan]!.version?.externalId === record.externalId),
  );
  if (orders.length === 0) return;
  const names = orders.map(({ record }) => record.values.client_order_ref);
  const rows = await findDocuments(run, "sale.order", [["client_order_ref", "in", [...new Set(names)]]]);
  const byName = groupBy(rows, (row) => row.client_order_ref);
  await Promise.all(
    orders.map(async (item) => {
      const { externalId, values } = item.record;
      const named = byName.get(values.client_order_ref as string) ?? [];
      const known = recallId(run.client, "sale.order", externalId);
      item.before = new Set([...named.map(({ id }) => id), ...(known === undefined ? [] : [known])]);
      // Which of the orders of its name it is, is asked only where it matters.
      if (named.some(({ origin }) => item.plans.some((plan) => isStale(versionIn(origin), run.plans[plan]!))))
        await findAny(run.client, externalId);
    }),
  );
}

/**
 * Skips plans where Odoo holds a later version. An order's stands in its source document, in the same
 * transaction as its values; other records have a link for it.
 * @throws HoldfastError when Odoo is away.
 */
export async function skipStale(run: Run): Promise<void> {
  await skipOlder(run, await versionedPlans(run));
}

async function skipOlder(run: Run, all: readonly Versioned[]): Promise<void> {
  const orders = all.filter(({ model }) => model === "sale.order");
  const rows = await readDocuments(
    run,
    "sale.order",
    orders.map(({ id }) => id),
  );
  for (const { plan, id } of orders)
    if (isStale(versionIn(rows.get(id)?.origin), run.plans[plan]!)) run.skipped.set(plan, "stale");
  for (const [model, group] of groupBy(
    all.filter((one) => one.model !== "sale.order"),
    (one) => one.model,
  )) {
    const stored = await storedVersions(
      run,
      model,
      group.map(({ id }) => id),
    );
    for (const { plan, id, externalId } of group) {
      if (isStale(stored.get(id) ?? null, run.plans[plan]!)) run.skipped.set(plan, "stale");
      // Somebody deleted the link: nothing is left to remember a version on.
      if (model === linkModel && !stored.has(id)) forgetId(run.client, externalId);
    }
  }
}

/** Of records without a field for it. A link (what a fulfillment is known by) remembers its own. */
async function storedVersions(run: Run, model: string, ids: readonly number[]): Promise<Map<number, string>> {
  if (model === linkModel) return linkTexts(run.client, ids);
  const links = await readLinks(run.client, model, ids);
  return new Map(
    [...links].flatMap(([id, found]) => {
      const version = found.find(({ name }) => name === linkName);
      return version ? [[id, version.text] as const] : [];
    }),
  );
}

/**
 * Remembers the versions of what was just brought up to date, where the record's own values don't.
 * After them: a crash between leaves the older version, and the plan is applied again.
 */
export async function rememberVersions(run: Run): Promise<void> {
  const all = (await versionedPlans(run)).filter(({ model }) => model !== "sale.order");
  const onLinks = all.filter(({ model }) => model === linkModel);
  await setTexts(
    run.client,
    onLinks.map(({ plan, externalId }) => ({ externalId, text: run.plans[plan]!.version!.at })),
  );
  const others = all.filter(({ model }) => model !== linkModel);
  const links: Link[] = others.map(({ plan, model, id, externalId }) => ({
    externalId: `${externalId}_version`,
    model,
    id,
    name: linkName,
    text: run.plans[plan]!.version!.at,
    url: null,
  }));
  const outcomes = await writeLinks(run.client, links);
  others.forEach(({ plan }, index) => {
    const outcome = outcomes[index]!;
    if ("failure" in outcome) failPlan(run, plan, outcome.failure);
  });
}

/** The open plans that carry a version, with the record that remembers it. */
async function versionedPlans(run: Run): Promise<Versioned[]> {
  const items = new Map(run.items.map((item) => [item.record.externalId, item]));
  const found: Versioned[] = [];
  const elsewhere: { plan: number; externalId: string }[] = [];
  for (const [plan, one] of run.plans.entries()) {
    const version = one?.version;
    if (!isOpen(run, plan) || !version) continue;
    const { externalId } = version;
    const item = items.get(externalId);
    if (item?.id !== undefined) found.push({ plan, model: item.record.model, id: item.id, externalId });
    else if (!item) elsewhere.push({ plan, externalId });
  }
  // A plan of steps alone: another event brought the record, or a fulfillment's link.
  await Promise.all(
    elsewhere.map(async ({ plan, externalId }) => {
      const known = await findAny(run.client, externalId);
      if (known) found.push({ plan, ...known, externalId });
    }),
  );
  return found;
}
