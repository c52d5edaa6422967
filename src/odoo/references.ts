import { HoldfastError } from "../failure.ts";
import { groupBy, inChunks } from "../group.ts";
import type { FindReference, ImportRecord } from "../import-plan.ts";
import type { OdooClient } from "./client.ts";

type Where = FindReference["find"]["where"];
type Scalar = Where[string];

/** What a find came to: a record, nothing on purpose, a record to make, or why not. */
export type Found = { id: number } | { empty: true } | { create: ImportRecord } | { failure: HoldfastError };

/** Ids that match, or why the search itself was refused. */
export type Answer = number[] | HoldfastError;

/**
 * Ids by find. That nothing was found is remembered only where that is no failure: what is missing may be added
 * any moment.
 */
interface Cache {
  ids: Map<string, { ids: number[]; until: number }>;
}

const rememberMs = 10 * 60_000;
const remembered = 20_000;
const atOnce = 200;
const caches = new WeakMap<OdooClient, Cache>();

/** The same for the same question. */
export function findKey({ find }: FindReference): string {
  const where = Object.entries(find.where).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([find.model, where]);
}

/** Finds that differ in one field only: one search. */
interface Group {
  model: string;
  /** The field they differ in; undefined: this find goes alone. */
  field: string | undefined;
  /** What they share. */
  domain: unknown[];
  /** `findKey` → the value of `field`. */
  wanted: Map<string, Scalar>;
}

/**
 * Answers many finds in few calls: those that differ in one field only share a search.
 * Field names must be this Odoo's already.
 * @returns by `findKey`, the ids that match, in Odoo's order, or why Odoo refused the search (one wrong field
 * name must not fail the other plans); and which answers were only remembered.
 * @throws HoldfastError when Odoo is away or asks for a pause.
 */
export async function findAll(
  client: OdooClient,
  finds: readonly FindReference[],
): Promise<{ ids: Map<string, Answer>; remembered: Set<string> }> {
  const cache = cacheOf(client);
  const ids = new Map<string, Answer>();
  const fromCache = new Set<string>();
  const groups = new Map<string, Group>();
  const mayStayEmpty = new Set<string>();

  for (const reference of finds) {
    const key = findKey(reference);
    const optional = reference.find.missing === "empty";
    if (optional) mayStayEmpty.add(key);
    const known = cache.ids.get(key);
    if (known && known.until > Date.now() && (known.ids.length > 0 || optional)) {
      ids.set(key, known.ids);
      fromCache.add(key);
    } else {
      addToGroup(groups, key, reference);
    }
  }

  await Promise.all(
    [...groups.values()].flatMap((group) =>
      inChunks([...group.wanted], atOnce).map(async (wanted) => {
        for (const [key, found] of await searchGroup(client, group, wanted)) ids.set(key, found);
      }),
    ),
  );

  for (const [key, found] of ids) {
    if (!Array.isArray(found) || fromCache.has(key)) continue;
    if (found.length > 0 || mayStayEmpty.has(key)) remember(cache, key, found);
  }
  return { ids, remembered: fromCache };
}

function addToGroup(
  groups: Map<string, Group>,
  key: string,
  { find: { model, where } }: FindReference,
): void {
  const pairs = Object.entries(where).sort(([a], [b]) => (a < b ? -1 : 1));
  const [varying] = pairs.filter(
    // A dotted path can be searched but not read; a number beside other fields is left to Odoo to compare.
    ([field, value]) => !field.includes(".") && (typeof value === "string" || pairs.length === 1),
  );
  const domain = pairs.filter((pair) => pair !== varying).map(([field, value]) => [field, "=", value]);
  const groupKey = JSON.stringify([model, varying?.[0] ?? key, domain]);
  const group = groups.get(groupKey) ?? { model, field: varying?.[0], domain, wanted: new Map() };
  group.wanted.set(key, varying?.[1] ?? "");
  groups.set(groupKey, group);
}

async function searchGroup(
  client: OdooClient,
  { model, field, domain }: Group,
  wanted: readonly [key: string, value: Scalar][],
): Promise<[key: string, found: Answer][]> {
  try {
    if (field === undefined) {
      const rows = await client.call(model, "search_read", { args: { domain, fields: ["id"], limit: 20 } });
      const found = (rows as { id: number }[]).map((row) => row.id);
      return wanted.map(([key]) => [key, found]);
    }
    const values = wanted.map(([, value]) => value);
    const rows = (await client.call(model, "search_read", {
      args: { domain: [...domain, [field, "in", values]], fields: [field] },
    })) as ({ id: number } & Record<string, unknown>)[];
    const byValue = groupBy(rows, (row) => String(plain(row, field)));
    return wanted.map(([key, value]) => [key, (byValue.get(String(value)) ?? []).map((row) => row.id)]);
  } catch (error) {
    if (!(error instanceof HoldfastError) || /^(unavailable|throttled)$/.test(error.failure.class))
      throw error;
    return wanted.map(([key]) => [key, error]);
  }
}

/** A many2one comes as [id, name]. */
function plain(row: { id: number } & Record<string, unknown>, field: string): unknown {
  const value = row[field];
  return Array.isArray(value) ? value[0] : value;
}

/** Forgets remembered answers, because one of them seems to be no longer true. */
export function forgetFinds(client: OdooClient, keys: Iterable<string>): void {
  const cache = cacheOf(client);
  for (const key of keys) cache.ids.delete(key);
}

/** What the ids that match mean for this find. */
export function judge(reference: FindReference, ids: Answer): Found {
  if (ids instanceof HoldfastError) return { failure: ids };
  const { find } = reference;
  const [first, second] = ids;
  if (first === undefined) return missing(reference);
  if (second === undefined || find.several === "first") return { id: first };
  return {
    failure: new HoldfastError({
      class: "rejected",
      code: "reference_ambiguous",
      message: `Odoo has ${ids.length} records of ${find.model} with ${spoken(find.where)} (ids ${ids.slice(0, 5).join(", ")}).`,
      hint: "Keep one of them: change or archive the others in Odoo, then retry.",
      source: "odoo",
    }),
  };
}

function missing({ find }: FindReference): Found {
  if (find.missing === "empty") return { empty: true };
  if (find.missing && "create" in find.missing) return { create: find.missing.create };
  const said = find.missing ?? {
    class: "rejected" as const,
    code: "reference_not_found",
    message: `Odoo has no ${find.model} with ${spoken(find.where)}.`,
    hint: "Add it in Odoo, or unarchive it, then retry.",
  };
  return { failure: new HoldfastError({ ...said, source: "odoo" }) };
}

function spoken(where: Where): string {
  return Object.entries(where)
    .map(([field, value]) => `${field} = ${JSON.stringify(value)}`)
    .join(" and ");
}

function cacheOf(client: OdooClient): Cache {
  let cache = caches.get(client);
  if (!cache) {
    cache = { ids: new Map() };
    caches.set(client, cache);
  }
  return cache;
}

function remember(cache: Cache, key: string, ids: number[]): void {
  // The oldest goes first: a Map keeps its order.
  if (cache.ids.size >= remembered) cache.ids.delete(cache.ids.keys().next().value ?? "");
  cache.ids.delete(key);
  cache.ids.set(key, { ids, until: Date.now() + rememberMs });
}
