import { type Clock, systemClock } from "./clock.ts";
import type { EventStore } from "./event-store.ts";

export interface UpkeepOptions {
  store: EventStore;
  /** How long a done event can still be looked up. Default 14 days. */
  keepDoneMs?: number;
  /** How many done events can still be looked up, at most; the oldest go first. Default 100,000. */
  keepDone?: number;
  /** Not less than the queue's own `dedupeMs`. Default 72 hours. */
  keepDedupeMs?: number;
  /** Default one minute. */
  everyMs?: number;
  onError?(error: unknown): void;
  clock?: Clock;
}

const DAY = 86_400_000;
/** Rows a step; between steps others get their turn. */
const STEP = 200;

/** Forgets what is old, a little at a time, as long as it runs. Dead letters are never forgotten. */
export function startUpkeep(options: UpkeepOptions): { stop(): Promise<void> } {
  const {
    store,
    clock = systemClock,
    everyMs = 60_000,
    keepDoneMs = 14 * DAY,
    keepDone = 100_000,
    keepDedupeMs = 3 * DAY,
  } = options;
  let stopped = false;
  let timer: unknown;
  let working: Promise<void> = Promise.resolve();

  const forget = async (): Promise<void> => {
    const now = clock.now();
    try {
      let forgotten = STEP;
      while (forgotten === STEP && !stopped)
        forgotten = await store.prune({
          doneBefore: now - keepDoneMs,
          keepDone,
          dedupeBefore: now - keepDedupeMs,
          limit: STEP,
        });
    } catch (error) {
      if (!stopped) options.onError?.(error);
    }
    if (!stopped) schedule();
  };
  const schedule = () => {
    timer = clock.after(everyMs, () => {
      working = forget();
    });
  };

  schedule();
  return {
    stop: async () => {
      stopped = true;
      clock.clear(timer);
      await working;
    },
  };
}
