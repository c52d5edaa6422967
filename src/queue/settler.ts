import { failureOf } from "../failure.ts";
import type { Clock } from "./clock.ts";
import type { EventRef, EventStore, Outcome, Settlement } from "./event-store.ts";
import { plainFailure } from "./plain-failure.ts";

/** Hands outcomes to the store: those of one tick together, and again and again while the store can't take them. */
export interface Settler {
  /** @throws when the store will never take this outcome. */
  settle(ref: EventRef, outcome: Outcome): Promise<"ok" | "lost">;
  /** Outcomes that the store could not take yet; the work is done, so they are kept. */
  stuck(): number;
  /** Tries what is stuck at once, and resolves when nothing is on its way. */
  flush(): Promise<void>;
  /** Gives up what is stuck: it says `lost`. */
  stop(): void;
}

interface Item extends Settlement {
  resolve(answer: "ok" | "lost"): void;
  reject(error: unknown): void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

export function createSettler(options: {
  store: EventStore;
  clock: Clock;
  /** Outcomes went out, or those that were stuck got through: there is room for other deliveries. */
  onRoom(): void;
  onTrouble(error: unknown): void;
  onWell(): void;
}): Settler {
  const { store, clock } = options;
  let fresh: Item[] = [];
  /** Refused by the store at least once, and kept; also while they are tried again. */
  const stuck = new Set<Item>();
  let pauseMs = FIRST_PAUSE_MS;
  let timer: unknown;
  let stopped = false;
  const onTheirWay = new Set<Promise<void>>();

  const send = async (items: Item[]): Promise<void> => {
    try {
      const settlements = items.map(({ ref, outcome }) => ({ ref, outcome }));
      const answers = await store.settle(settlements, clock.now());
      const before = stuck.size;
      items.forEach((item, i) => {
        stuck.delete(item);
        item.resolve(answers[i] ?? "lost");
      });
      pauseMs = FIRST_PAUSE_MS;
      options.onWell();
      if (stuck.size < before) options.onRoom();
    } catch (error) {
      if (stopped) return giveUp(items);
      options.onTrouble(error);
      if (failureOf(error, "queue").class === "unavailable") return keep(items);
      // Not the disk: one of them is at fault, and must not take the others with it.
      if (items.length > 1) await Promise.all(items.map((item) => send([item])));
      else giveUp(items, (item) => item.reject(error));
    }
  };

  const keep = (items: Item[]) => {
    for (const item of items) stuck.add(item);
    if (timer !== undefined) return;
    timer = clock.after(pauseMs, retry);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  };

  const retry = () => {
    clock.clear(timer);
    timer = undefined;
    if (stuck.size) track(send([...stuck]));
  };

  const track = (sending: Promise<void>) => {
    onTheirWay.add(sending);
    void sending.then(() => onTheirWay.delete(sending));
  };

  const sendFresh = () => {
    const items = fresh;
    fresh = [];
    if (!items.length) return;
    track(send(items));
    options.onRoom();
  };

  const giveUp = (items: Item[], answer = (item: Item) => item.resolve("lost")) => {
    for (const item of items) {
      stuck.delete(item);
      answer(item);
    }
  };

  return {
    settle: (ref, outcome) =>
      new Promise((resolve, reject) => {
        if (stopped) return resolve("lost");
        const plain: Outcome =
          "failure" in outcome && outcome.failure
            ? { ...outcome, failure: plainFailure(outcome.failure) }
            : outcome;
        const item: Item = { ref: { id: ref.id, fence: ref.fence }, outcome: plain, resolve, reject };
        if (fresh.push(item) === 1) queueMicrotask(sendFresh);
      }),
    stuck: () => stuck.size,
    flush: async () => {
      sendFresh();
      retry();
      await Promise.all(onTheirWay);
    },
    stop: () => {
      stopped = true;
      clock.clear(timer);
      giveUp([...stuck]);
    },
  };
}
