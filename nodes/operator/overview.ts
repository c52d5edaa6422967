import { type Act, type Counts, type Failure, type Rates, unendedRetry } from "../../src/index.ts";
import { type Destination, destinations, openQueues, type QueueSession } from "../runtime/index.ts";
import type { BulkRetries } from "./bulk-retries.ts";

export interface QueueView {
  name: string;
  /** The worst of what it is in. */
  state: "running" | "held" | "paused" | "troubled" | "closed";
  counts: { waiting: number; delayed: number; inFlight: number; dead: number; done: number };
  oldestWaitingAt: number | null;
  paused: { since: number; reason: string } | null;
  held: {
    since: number;
    failure: Failure;
    failedProbes: number;
    nextProbeAt: number;
    probing: boolean;
  } | null;
  /** Why it can't store, claim or settle. */
  trouble: Failure | null;
  /** Why "acknowledged means durable" can't hold. */
  warning: string | null;
  /** Events in each of the last 30 minutes through this Node-RED, the running one last. */
  rates: { in: number[]; out: number[] };
  retrying: { total: number; done: number; startedAt: number; endedAt: number | null } | null;
  /** A retry of many that began and did not end, and that this Node-RED is not working on. */
  cutOff: Pick<Act, "at" | "by" | "detail"> | null;
}

/** As far back as anything is looked for among what people did. */
export const NEWEST_ACTS = 50;

export async function viewQueue(
  session: QueueSession,
  rates: Rates,
  retries: BulkRetries,
  now: number,
): Promise<QueueView> {
  const state = session.state();
  const running = session.running();
  const view: QueueView = {
    name: session.name,
    state: "closed",
    counts: { waiting: 0, delayed: 0, inFlight: 0, dead: 0, done: 0 },
    oldestWaitingAt: null,
    paused: null,
    held: null,
    trouble: state.kind === "closed" ? state.failure : (state.notStored ?? state.worker.trouble),
    warning: state.kind === "running" ? state.warning : null,
    rates: {
      in: rates.perMinute(`${session.name} in`, now),
      out: rates.perMinute(`${session.name} out`, now),
    },
    retrying: retries.progress(session.name),
    cutOff: null,
  };
  if (!running) return view;
  const { paused, held } = running.worker.status();
  // On a shared database a pause of another process is known to the session, not to the worker.
  view.paused = paused ?? (state.kind === "running" ? state.worker.paused : null);
  view.held = held;
  try {
    const [counts, delayed] = await Promise.all([running.store.counts(), running.store.delayed(now)]);
    view.counts = shownCounts(counts, delayed);
    view.oldestWaitingAt = counts.oldestOpenAt;
    if (view.retrying === null || view.retrying.endedAt !== null) {
      const began = unendedRetry(await running.store.acts(NEWEST_ACTS));
      view.cutOff = began && { at: began.at, by: began.by, detail: began.detail };
    }
  } catch (thrown) {
    view.trouble ??= (thrown as { failure?: Failure }).failure ?? null;
  }
  view.state = view.trouble ? "troubled" : view.paused ? "paused" : view.held ? "held" : "running";
  return view;
}

export function viewQueues(rates: Rates, retries: BulkRetries, now: number): Promise<QueueView[]> {
  return Promise.all(openQueues().map((session) => viewQueue(session, rates, retries, now)));
}

function shownCounts(counts: Counts, delayed: number): QueueView["counts"] {
  const { blocked, ready, leased, dead, done } = counts;
  return { waiting: blocked + ready - delayed, delayed, inFlight: leased, dead, done };
}

export interface Health {
  /** `failing`: something can't be stored. `degraded`: everything is kept, not everything goes on. */
  status: "ready" | "degraded" | "failing";
  reasons: { queue?: string; destination?: string; what: string; why: string }[];
}

export function healthOf(queues: QueueView[], asked: Destination[] = destinations()): Health {
  const reasons: Health["reasons"] = [];
  for (const { name, state, trouble, paused, held, warning } of queues) {
    if (trouble || state === "closed")
      reasons.push({
        queue: name,
        what: "troubled",
        why: trouble?.message ?? `Queue "${name}" is being opened.`,
      });
    if (paused) reasons.push({ queue: name, what: "paused", why: paused.reason });
    if (held) reasons.push({ queue: name, what: "held", why: held.failure.message });
    if (warning) reasons.push({ queue: name, what: "not durable", why: warning });
  }
  for (const { name, answers, failure } of asked)
    if (answers === false) reasons.push({ destination: name, what: "away", why: failure?.message ?? "" });
  const failing = reasons.some(({ what }) => what === "troubled");
  return { status: failing ? "failing" : reasons.length > 0 ? "degraded" : "ready", reasons };
}
