import type { Failure } from "../failure.ts";
import { groupBy } from "../group.ts";
import type { ImportRecord, ImportValue } from "../import-plan.ts";
import { allReferences, changeShapeOf, type ResolveId } from "./cells.ts";
import { holds } from "./compare-values.ts";
import { missingIn, resolverFor } from "./create-records.ts";
import { changed, isDraft, isLocked, promiseAgain, readDocuments } from "./documents.ts";
import { writeEach } from "./isolate.ts";
import { findIds } from "./known-ids.ts";
import type { Item } from "./plan-items.ts";
import { versionIn } from "./plan-version.ts";
import { describe, failItem, isNeeded, type Run } from "./run.ts";

/**
 * Brings records that exist to what the plans say: those that are written always, and are not made just now.
 * Only what differs is written, so that an order that nobody changed may be locked, delivered or invoiced.
 */
export async function updateRecords(run: Run): Promise<void> {
  await bringTo(
    run,
    run.items.filter((item) => item.record.write === "always" && !holdsAlready(run, item)),
  );
}

/** Made just now, and not by somebody else who brought another version at the same time. */
function holdsAlready(run: Run, item: Item): boolean {
  const version = item.plans.map((plan) => run.plans[plan]!.version?.at).find((at) => at !== undefined);
  const stored = versionIn(run.documents.get(`${item.record.model},${item.id}`)?.origin);
  return item.fresh === true && (version === undefined || version === stored);
}

/** The same for the records given, whatever their plans say about writing. @returns what was written. */
export async function bringTo(run: Run, items: readonly Item[]): Promise<Item[]> {
  const open = items.filter((item) => item.id !== undefined && !item.failure && isNeeded(run, item));
  const cancelled = await cancelledOrders(run, open);
  const differing: { item: Item; record: ImportRecord }[] = [];
  for (const group of groupBy(
    open.filter((item) => !cancelled.has(item)),
    (item) => item.shape,
  ).values()) {
    const resolve = await resolverFor(
      run,
      [],
      group.flatMap((item) => allReferences(item.record)),
    );
    differing.push(...(await compareGroup(run, group, resolve)));
  }
  const promised = await withPromises(run, differing);
  for (const group of groupBy(promised, ({ record }) => changeShapeOf(record)).values())
    await write(run, group);
  return differing.map(({ item }) => item);
}

/** A person cancelled it in Odoo, or an earlier event did: nothing brings its lines back to life. */
async function cancelledOrders(run: Run, items: readonly Item[]): Promise<Set<Item>> {
  const orders = items.filter(({ record }) => record.model === "sale.order");
  const rows = await readDocuments(
    run,
    "sale.order",
    orders.map(({ id }) => id!),
  );
  return new Set(orders.filter(({ id }) => rows.get(id!)?.state === "cancel"));
}

async function compareGroup(
  run: Run,
  group: readonly Item[],
  resolve: ResolveId,
): Promise<{ item: Item; record: ImportRecord }[]> {
  const records = group.map(({ record, id }) => ({ record, id: id! }));
  const own = await readRows(run, group[0]!.record.model, records);
  const children = group.flatMap(({ record }) => Object.values(record.children ?? {}).flat());
  const below = new Map<string, Record<string, unknown>>();
  for (const [model, list] of groupBy(children, (child) => child.model)) {
    const ids = await findIds(
      run.client,
      model,
      list.map(({ externalId }) => externalId),
    );
    const there = list.flatMap((record) => {
      const id = ids.get(record.externalId);
      return id === undefined ? [] : [{ record, id }];
    });
    for (const [externalId, row] of await readRows(run, model, there)) below.set(externalId, row);
  }
  return group.flatMap((item) => {
    const record = difference(item.record, own.get(item.record.externalId), below, resolve);
    return record ? [{ item, record }] : [];
  });
}

/** Rows by external id. A field that can't be read makes the row differ, and the write tells why. */
async function readRows(
  run: Run,
  model: string,
  records: readonly { record: ImportRecord; id: number }[],
): Promise<Map<string, Record<string, unknown>>> {
  const fields = [...new Set(records.flatMap(({ record }) => Object.keys(record.values)))];
  if (records.length === 0 || fields.length === 0) return new Map();
  const rows = (await run.client.call(model, "search_read", {
    args: { domain: [["id", "in", records.map(({ id }) => id)]], fields },
    context: { active_test: false, lang: "en_US" },
  })) as ({ id: number } & Record<string, unknown>)[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    records.flatMap(({ record, id }) => {
      const row = byId.get(id);
      return row ? [[record.externalId, row] as const] : [];
    }),
  );
}

/** Fields from which Odoo computes others, which the plan may give too. */
const others: ReadonlySet<string> = new Set(["partner_id", "product_id", "pricelist_id", "company_id"]);

/** The record with nothing but what is to be written; undefined when Odoo holds it all. */
function difference(
  record: ImportRecord,
  row: Record<string, unknown> | undefined,
  below: ReadonlyMap<string, Record<string, unknown>>,
  resolve: ResolveId,
): ImportRecord | undefined {
  const differs = (values: Record<string, ImportValue>, held: Record<string, unknown> | undefined) =>
    Object.keys(values).filter((field) => !held || !holds(held[field], values[field]!, resolve));
  const changes = differs(record.values, row);
  const values = changes.some((field) => others.has(field)) ? record.values : pick(record.values, changes);
  const children: Record<string, ImportRecord[]> = {};
  for (const [field, list] of Object.entries(record.children ?? {})) {
    // All of a line: a quantity alone makes Odoo compute its price anew.
    const touched = list.filter((child) => differs(child.values, below.get(child.externalId)).length > 0);
    if (touched.length > 0) children[field] = touched;
  }
  if (Object.keys(values).length === 0 && Object.keys(children).length === 0) return undefined;
  return { ...record, values, children };
}

function pick(values: Record<string, ImportValue>, fields: Iterable<string>): Record<string, ImportValue> {
  return Object.fromEntries(
    [...fields].flatMap((field) => (field in values ? [[field, values[field]!]] : [])),
  );
}

/** Lines of a confirmed order change together with its promised date: see `promiseAgain`. */
async function withPromises(
  run: Run,
  changes: readonly { item: Item; record: ImportRecord }[],
): Promise<{ item: Item; record: ImportRecord }[]> {
  const hasLines = ({ model, children = {} }: ImportRecord) =>
    model === "sale.order" && Object.keys(children).length > 0;
  const touched = changes.filter(({ record }) => hasLines(record));
  const orders = await readDocuments(
    run,
    "sale.order",
    touched.map(({ item }) => item.id!),
  );
  return changes.map(({ item, record }) => {
    const order = hasLines(record) ? orders.get(item.id!) : undefined;
    if (!order || isDraft(order)) return { item, record };
    return {
      item,
      record: {
        ...record,
        values: { commitment_date: promiseAgain(order).commitment_date || null, ...record.values },
      },
    };
  });
}

async function write(run: Run, group: readonly { item: Item; record: ImportRecord }[]): Promise<void> {
  const all = group.map(({ record }) => record);
  const resolve = await resolverFor(run, all);
  const ready = group.filter(({ item, record }) => {
    const missing = missingIn(record, resolve);
    if (missing) failItem(run, item, missing);
    return !missing;
  });
  const outcomes = await writeEach(
    run.client,
    ready.map(({ record }) => record),
    resolve,
    "upsert",
  );
  for (const [index, { item, record }] of ready.entries()) {
    const outcome = outcomes[index]!;
    if ("failure" in outcome)
      failItem(run, item, await inTheWay(run, item, record, describe(item, outcome.failure)));
  }
  changed(
    run,
    all[0]!.model,
    group.map(({ item }) => item.id!),
  );
}

/** Says what stands against the change of an order, and what to do. */
async function inTheWay(run: Run, item: Item, record: ImportRecord, failure: Failure): Promise<Failure> {
  if (record.model !== "sale.order" || failure.class !== "rejected") return failure;
  const order = (await readDocuments(run, "sale.order", [item.id!])).get(item.id!);
  if (!order || isDraft(order)) return failure;
  const touched = new Set(
    Object.values(record.children ?? {}).flatMap((list) => list.map((child) => child.externalId)),
  );
  const lines = Object.values(item.record.children ?? {})
    .flat()
    .filter((child) => touched.has(child.externalId))
    .map((child) => (typeof child.values.name === "string" ? child.values.name : child.externalId));
  const what = lines.length > 0 ? `its line${lines.length > 1 ? "s" : ""} ${lines.join(", ")}` : "it";
  const why = isLocked(order)
    ? `${order.display_name} is locked`
    : `${order.display_name} is confirmed, and what was delivered or invoiced can't be changed any more`;
  return {
    ...failure,
    code: "order_not_changeable",
    hint: isLocked(order)
      ? `${why}: unlock it in Odoo, then retry; or change ${what} there by hand and discard this event.`
      : `${why}: change ${what} in Odoo by hand (a return or a credit note, maybe), then discard this event.`,
  };
}
