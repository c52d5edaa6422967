import type { OdooClient } from "./client.ts";
import { lookUp, qualified, shopifyModule } from "./external-ids.ts";

interface Known {
  model: string;
  id: number;
}

const remembered = 50_000;
const caches = new WeakMap<OdooClient, Map<string, Known>>();

function cacheOf(client: OdooClient): Map<string, Known> {
  let cache = caches.get(client);
  if (!cache) {
    cache = new Map();
    caches.set(client, cache);
  }
  return cache;
}

/** External ids never move to another record, so they are remembered; see `forgetId` for deleted ones. */
export function rememberId(client: OdooClient, externalId: string, model: string, id: number): void {
  const cache = cacheOf(client);
  const key = qualified(externalId);
  // The oldest goes first: a Map keeps its order.
  if (cache.size >= remembered) cache.delete(cache.keys().next().value ?? "");
  cache.delete(key);
  cache.set(key, { model, id });
}

/** The record was deleted in Odoo: a replay may have made another under this external id. */
export function forgetId(client: OdooClient, externalId: string): void {
  cacheOf(client).delete(qualified(externalId));
}

export function isKnown(client: OdooClient, externalId: string): boolean {
  return cacheOf(client).has(qualified(externalId));
}

/** The remembered record behind an external id, which may have been deleted since. */
export function recallId(client: OdooClient, model: string, externalId: string): number | undefined {
  const known = cacheOf(client).get(qualified(externalId));
  return known?.model === model ? known.id : undefined;
}

/** The record behind one external id, of any model. @throws HoldfastError when Odoo is away. */
export async function findAny(client: OdooClient, externalId: string): Promise<Known | undefined> {
  const known = cacheOf(client).get(qualified(externalId)) ?? (await lookUp(client, externalId));
  if (known) rememberId(client, externalId, known.model, known.id);
  return known;
}

/** Models that can't be created of nothing: `load` with ids alone then only looks up. */
const loadable = new Set(["sale.order.line", "sale.order"]);

/**
 * The records behind external ids, remembered ones without a call, many in one call.
 * @returns those that are there, by external id as given. @throws HoldfastError when Odoo is away.
 */
export async function findIds(
  client: OdooClient,
  model: string,
  externalIds: Iterable<string>,
): Promise<Map<string, number>> {
  const cache = cacheOf(client);
  const found = new Map<string, number>();
  const unknown: string[] = [];
  for (const externalId of new Set(externalIds)) {
    const known = cache.get(qualified(externalId));
    if (known?.model === model) found.set(externalId, known.id);
    else unknown.push(externalId);
  }
  const ids = unknown.length > 1 && loadable.has(model) ? await loadIds(client, model, unknown) : undefined;
  await Promise.all(
    unknown.map(async (externalId, at) => {
      const known = ids ? { model, id: ids[at]! } : await lookUp(client, externalId);
      if (known?.model !== model) return;
      found.set(externalId, known.id);
      rememberId(client, externalId, model, known.id);
    }),
  );
  return found;
}

/** All of them at once, or undefined when one is missing. */
async function loadIds(
  client: OdooClient,
  model: string,
  externalIds: readonly string[],
): Promise<number[] | undefined> {
  const reply = (await client.call(model, "load", {
    args: { fields: ["id"], data: externalIds.map((externalId) => [externalId]) },
    context: { module: shopifyModule, mode: "update", noupdate: true, lang: "en_US" },
  })) as { ids: number[] | false };
  return Array.isArray(reply.ids) && reply.ids.length === externalIds.length ? reply.ids : undefined;
}
