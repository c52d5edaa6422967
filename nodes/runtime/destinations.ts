import { type Failure, HoldfastError } from "../../src/index.ts";

/** How a destination answered lately, for the operator. */
export interface Destination {
  /** The config node's id. */
  id: string;
  kind: "odoo" | "shopify";
  name: string;
  /** Null: not asked yet. */
  answers: boolean | null;
  /** Since when it does or does not. */
  since: number | null;
  lastOkAt: number | null;
  failure: Failure | null;
  /** Of a cost budget, where there is one. */
  budget: { available: number; maximum: number } | null;
}

const known = new Map<string, Destination>();

export function openDestination(id: string, kind: Destination["kind"], name: string): void {
  const before = known.get(id);
  const fresh = { answers: null, since: null, lastOkAt: null, failure: null, budget: null };
  known.set(id, { ...fresh, ...before, id, kind, name });
}

export function closeDestination(id: string): void {
  known.delete(id);
}

/** It answered: whether it liked what it was asked is another matter. */
export function destinationAnswered(id: string, now: number, budget?: Destination["budget"]): void {
  const destination = known.get(id);
  if (!destination) return;
  if (destination.answers !== true) destination.since = now;
  Object.assign(destination, { answers: true, lastOkAt: now, failure: null });
  if (budget) destination.budget = budget;
}

/** What was asked of it failed; only `unavailable` says that it is away. */
export function destinationFailed(id: string, failure: Failure, now: number): void {
  const destination = known.get(id);
  if (!destination) return;
  if (failure.class !== "unavailable") return destinationAnswered(id, now);
  if (destination.answers !== false) destination.since = now;
  Object.assign(destination, { answers: false, failure });
}

/** Runs a request to a destination and remembers how it ended. */
export async function watching<T>(id: string, ask: () => Promise<T>): Promise<T> {
  try {
    const answer = await ask();
    destinationAnswered(id, Date.now());
    return answer;
  } catch (thrown) {
    if (thrown instanceof HoldfastError) destinationFailed(id, thrown.failure, Date.now());
    throw thrown;
  }
}

export function destinations(): Destination[] {
  return [...known.values()];
}
