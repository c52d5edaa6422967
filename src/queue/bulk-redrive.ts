import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import type { Act, EventQuery, EventStore } from "./event-store.ts";

const STEP_MS = 250;
const ID_PAGE = 2_000;

export interface BulkRedrive {
  readonly progress: { total: number; done: number; startedAt: number; endedAt: number | null };
  /** Leaves the rest as they are. */
  stop(): void;
  /** Resolves with how many were put back. */
  readonly ended: Promise<number>;
}

/**
 * Puts back all dead letters that match now, in their original order, so many a second. One that dies again meanwhile
 * is not put back twice.
 * @throws HoldfastError when the store fails: at once while they are looked up, later through `ended`.
 */
export async function startBulkRedrive(
  store: EventStore,
  query: EventQuery,
  { by, perSecond, clock = systemClock }: { by: string; perSecond: number; clock?: Clock },
): Promise<BulkRedrive> {
  const ids = await deadIds(store, query);
  const progress: BulkRedrive["progress"] = {
    total: ids.length,
    done: 0,
    startedAt: clock.now(),
    endedAt: null,
  };
  const step = Math.max(1, Math.round((perSecond * STEP_MS) / 1000));
  const pauseMs = (step / perSecond) * 1000;
  let stopped = false;
  let wake = () => {};
  const run = async (): Promise<number> => {
    let putBack = 0;
    try {
      for (let at = 0; at < ids.length && !stopped; at += step) {
        const batch = ids.slice(at, at + step);
        putBack += await store.redrive({ ids: batch }, { limit: batch.length, by, now: clock.now() });
        progress.done = at + batch.length;
        if (progress.done < ids.length)
          await new Promise<void>((resolve) => {
            const timer = clock.after(pauseMs, resolve);
            wake = () => {
              clock.clear(timer);
              resolve();
            };
          });
      }
    } finally {
      progress.endedAt = clock.now();
    }
    return putBack;
  };
  return {
    progress,
    stop: () => {
      stopped = true;
      wake();
    },
    ended: run(),
  };
}

/** The newest retry of many that began and did not end. @param acts newest first. */
export function unendedRetry(acts: Act[]): Act | null {
  const last = acts.find(({ what }) => what === "retrying" || what === "retried");
  return last?.what === "retrying" ? last : null;
}

async function deadIds(store: EventStore, query: EventQuery): Promise<string[]> {
  const all: string[] = [];
  let after: number | null = null;
  do {
    const page = await store.listIds({
      ...query,
      states: ["dead"],
      order: "asc",
      limit: ID_PAGE,
      ...(after === null ? {} : { after }),
    });
    all.push(...page.ids);
    after = page.next;
  } while (after !== null);
  return all;
}
