import type { Outcome, RestoredEvent } from "./event-store.ts";

/**
 * What an event waits for may be a later event of its key (a fulfillment that was stored before its order). So while it
 * waits, all others of its key go first, those that come meanwhile too; it comes before those that began to wait later.
 * Until an attempt ends otherwise it keeps that place. Where a queue coalesces it does not step behind: there a later
 * event says the same as the earlier one, only newer.
 */
export function stepsBehind(outcome: Outcome): boolean {
  return outcome.to === "retry" && outcome.failure.class === "dependency";
}

/** The same of one that another store exported: its place there is not in the export. */
export function waitsForAnother(
  event: Pick<RestoredEvent, "state" | "lastFailure" | "dueAt" | "enqueuedAt">,
) {
  const { state, lastFailure, dueAt, enqueuedAt } = event;
  return state === "open" && lastFailure?.class === "dependency" && dueAt > enqueuedAt;
}
