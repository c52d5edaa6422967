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

type Known = Omit<Destination, "budget"> & { budget(): Destination["budget"] };

const known = new Map<string, Known>();

/** @param budget what is left of it now. */
export function openDestination(
  id: string,
  kind: Destination["kind"],
  name: string,
  budget: Known["budget"] = () => null,
): void {
  const fresh = { answers: null, since: null, lastOkAt: null, failure: null };
  known.set(id, { ...fresh, ...known.get(id), id, kind, name, budget });
}

export function closeDestination(id: string): void {
  known.delete(id);
}

/** It answered: whether it liked what it was asked is another matter. */
export function destinationAnswered(id: string, now: number): void {
  const destination = known.get(id);
  if (!destination) return;
  if (destination.answers !== true) destination.since = now;
  Object.assign(destination, { answers: true, lastOkAt: now, failure: null });
}

/**
 * What was asked of it failed; only `unavailable` says that it is away. `throttled` says nothing: perhaps it was not
 * even asked.
 */
export function destinationFailed(id: string, failure: Failure, now: number): void {
  const destination = known.get(id);
  if (!destination) return;
  if (failure.class === "throttled") return;
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
  return [...known.values()].map((one) => ({ ...one, budget: one.budget() }));
}
