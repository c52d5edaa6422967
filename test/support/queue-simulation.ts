import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../src/queue/clock.ts";
import type { EventStore } from "../../src/queue/event-store.ts";

/** A clock that a test moves; a day passes in no time. */
export interface SimulatedClock extends Clock {
  /** Lets time pass, timer by timer, each time until all that followed from it has happened. */
  pass(ms: number): Promise<void>;
  /** Until nothing more happens without time passing. */
  settled(): Promise<void>;
}

/** Counts a store's unanswered requests, so that a simulation knows when the store is at rest. */
export function watched(store: EventStore): { store: EventStore; busy(): boolean } {
  let pending = 0;
  const proxy = new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const result = value.apply(target, args);
        if (!(result instanceof Promise)) return result;
        pending++;
        return result.finally(() => pending--);
      };
    },
  });
  return { store: proxy, busy: () => pending > 0 };
}

export function simulatedClock(busy: () => boolean = () => false): SimulatedClock {
  let now = 1_700_000_000_000;
  let last = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();

  const settled = async () => {
    for (let quiet = 0; quiet < 3; quiet = busy() ? 0 : quiet + 1) await nextTurn();
  };

  return {
    now: () => now,
    after: (ms, callback) => {
      timers.set(++last, { at: now + Math.max(0, ms), callback });
      return last;
    },
    clear: (timer) => void timers.delete(timer as number),
    settled,
    async pass(ms) {
      const until = now + ms;
      for (;;) {
        await settled();
        const [next] = [...timers].sort(([a, x], [b, y]) => x.at - y.at || a - b);
        if (!next || next[1].at > until) break;
        timers.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].callback();
      }
      now = until;
      await settled();
    },
  };
}

/** The same chance every time. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
