import type { OdooClient } from "./client.ts";
import type { Item } from "./plan-items.ts";
import type { Run } from "./run.ts";

const remembered = 20_000;
const caches = new WeakMap<OdooClient, Map<string, number>>();

function cacheOf(client: OdooClient): Map<string, number> {
  let cache = caches.get(client);
  if (!cache) {
    cache = new Map();
    caches.set(client, cache);
  }
  return cache;
}

/**
 * Takes contacts that this process has seen in Odoo, below their parents, as standing there: a customer who buys again
 * costs no call. Only those that something else of the run points to, and that nobody wants brought up to date: where one
 * was deleted since, whatever points to it fails, and is tried again without this memory.
 * @returns for each plan, what was taken so, by external id.
 */
export function recallContacts(run: Run): Map<number, Set<string>> {
  const cache = cacheOf(run.client);
  const recalled = new Map<number, Set<string>>();
  const pointedTo = new Set(run.items.flatMap(({ needs }) => [...needs]));
  for (const item of run.items) {
    const id = isPlainContact(item) && pointedTo.has(item) ? cache.get(item.record.externalId) : undefined;
    if (id === undefined || item.id !== undefined) continue;
    item.id = id;
    item.recalled = true;
    for (const plan of item.plans)
      recalled.set(plan, (recalled.get(plan) ?? new Set()).add(item.record.externalId));
  }
  return recalled;
}

/** Remembers the contacts of a run that are in their place now. */
export function rememberContacts(run: Run): void {
  const cache = cacheOf(run.client);
  for (const item of run.items) {
    if (!isPlainContact(item) || item.id === undefined || item.failure) continue;
    const key = item.record.externalId;
    // The oldest goes first: a Map keeps its order.
    if (cache.size >= remembered) cache.delete(cache.keys().next().value ?? "");
    cache.delete(key);
    cache.set(key, item.id);
  }
}

export function forgetContacts(client: OdooClient, externalIds: Iterable<string>): void {
  const cache = cacheOf(client);
  for (const externalId of externalIds) cache.delete(externalId);
}

const isPlainContact = ({ record }: Item): boolean =>
  record.model === "res.partner" && record.write !== "always";
