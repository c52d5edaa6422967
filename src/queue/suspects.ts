import type { LeasedEvent } from "./event-store.ts";

/**
 * A process that dies leaves up to forty events in flight, and at most one of them killed it. Those that were in flight
 * at two deaths are suspects: they are delivered one at a time, and only when the others are safely back in the store,
 * so that the next death tells the one from the others.
 */
export const SUSPECT_STALLS = 2;
/** How long the others stay back, each time. */
export const SUSPECT_PAUSE_MS = 250;

export function isSuspect({ stalls }: { stalls: number }): boolean {
  return stalls >= SUSPECT_STALLS;
}

/** Of events that were claimed together: what to deliver at once, what alone, what not now. */
export function sortOutSuspects(
  claimed: LeasedEvent[],
  oneIsOut: boolean,
): { harmless: LeasedEvent[]; suspect: LeasedEvent | undefined; others: LeasedEvent[] } {
  const harmless = claimed.filter((event) => !isSuspect(event));
  const suspects = claimed.filter(isSuspect);
  return oneIsOut
    ? { harmless, suspect: undefined, others: suspects }
    : { harmless, suspect: suspects[0], others: suspects.slice(1) };
}
