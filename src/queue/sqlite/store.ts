import { HoldfastError } from "../../failure.ts";
import type { EventRef, EventStore } from "../event-store.ts";
import type { Channel } from "./channel.ts";
import type { OperationArgs, OperationName, OperationResult } from "./statements.ts";

/** Dead letters changed in one step, so that thousands of them never keep an append waiting. */
const DEAD_STEP = 200;

/** One queue of an embedded database: every method is a request to the thread. */
export function embeddedStore(
  channel: Channel,
  handle: number,
  queue: string,
  onClose: () => void,
): EventStore {
  const listeners = new Set<() => void>();
  let closed = false;

  const ask = <K extends OperationName>(op: K, ...args: OperationArgs<K>): Promise<OperationResult<K>> => {
    if (closed) return Promise.reject(closedError(queue));
    return channel.request(op, handle, args) as Promise<OperationResult<K>>;
  };

  const tellListeners = () => {
    for (const listener of [...listeners]) listener();
  };

  const mayMakeWork = async <T>(result: Promise<T>): Promise<T> => {
    const value = await result;
    tellListeners();
    return value;
  };

  /** Repeats a step until it did all it was asked to. */
  const inSteps = async (limit: number, step: (limit: number) => Promise<number>): Promise<number> => {
    let total = 0;
    while (total < limit) {
      const asked = Math.min(DEAD_STEP, limit - total);
      const did = await step(asked);
      total += did;
      if (did < asked) break;
    }
    return total;
  };

  return {
    queue,
    append: (events, now) => mayMakeWork(ask("append", events, now)),
    claim: (request) => ask("claim", request),
    extend: (refs, leaseMs, now) => ask("extend", refs.map(bare), leaseMs, now),
    settle: (settlements, now) =>
      mayMakeWork(
        ask(
          "settle",
          settlements.map(({ ref, outcome }) => ({ ref: bare(ref), outcome })),
          now,
        ),
      ),
    recover: async (request) => {
      const all = { released: 0, dead: 0 };
      for (;;) {
        const step = await ask("recover", request);
        if (step.released + step.dead === 0) break;
        all.released += step.released;
        all.dead += step.dead;
      }
      if (all.released + all.dead > 0) tellListeners();
      return all;
    },
    onWork: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    pause: (reason, now) => ask("pause", reason, now),
    resume: () => mayMakeWork(ask("resume")),
    paused: () => ask("paused"),
    counts: () => ask("counts"),
    get: (id) => ask("get", id),
    list: async (query) => {
      const limit = query.limit ?? 100;
      const page = await ask("list", { ...query, limit });
      // A step of a search may find little; the caller gets a full page or the end.
      while (page.next !== null && page.events.length < limit) {
        const more = await ask("list", { ...query, limit: limit - page.events.length, after: page.next });
        page.events.push(...more.events);
        page.next = more.next;
      }
      return page;
    },
    listIds: async (query) => {
      const limit = query.limit ?? 100;
      const page = await ask("listIds", { ...query, limit });
      while (page.next !== null && page.ids.length < limit) {
        const more = await ask("listIds", { ...query, limit: limit - page.ids.length, after: page.next });
        page.ids.push(...more.ids);
        page.next = more.next;
      }
      return page;
    },
    delayed: (now) => ask("delayed", now),
    history: (id) => ask("history", id),
    untold: (request) => ask("untold", request),
    told: (id) => ask("told", id),
    redrive: (query, options) =>
      mayMakeWork(inSteps(options.limit, (limit) => ask("redrive", query, { ...options, limit }))),
    discard: (query, options) =>
      mayMakeWork(inSteps(Number.POSITIVE_INFINITY, (limit) => ask("discard", query, { ...options, limit }))),
    edit: (id, edit) => ask("edit", id, edit),
    act: (act) => ask("act", act),
    acts: (limit) => ask("acts", limit),
    prune: (policy) => ask("prune", policy),
    restore: (events, now) => mayMakeWork(ask("restore", events, now)),
    redact: async (redactions) => {
      const done = await ask("redact", redactions);
      if (done.includes("ok")) await ask("scrub");
      return done;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      listeners.clear();
      onClose();
    },
  };
}

/** Callers may hand in a whole event, payload and all; it need not travel. */
function bare({ id, fence }: EventRef): EventRef {
  return { id, fence };
}

function closedError(queue: string): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "queue_closed",
    message: `The queue ${queue} is closed.`,
    source: "queue",
  });
}
