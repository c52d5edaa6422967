import type { Clock } from "./clock.ts";
import type { EventStore, StoredEvent } from "./event-store.ts";

/** Tells of dead letters that ended without a node that does, such as those that stalled too often. */
export interface Teller {
  /** `all`: also of those that were told of a short while ago and that no dead-letter node has confirmed. */
  tell(all?: boolean): void;
  stop(): Promise<void>;
}

/** Told again when no dead-letter node has confirmed it by then; at a start at once, as the process may have died. */
const AGAIN_MS = 86_400_000;
const AT_ONCE = 20;

export function createTeller(options: {
  store: EventStore;
  clock: Clock;
  onDead: ((event: StoredEvent) => void) | undefined;
  onTrouble(error: unknown): void;
  onWell(): void;
}): Teller {
  const { store, clock, onDead } = options;
  let telling: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const tellEach = async (all: boolean, onDead: (event: StoredEvent) => void): Promise<void> => {
    const now = clock.now();
    const asOf = all ? now + AGAIN_MS : now;
    // Later than `asOf`, or they would come again and again.
    const until = now + AGAIN_MS + 1;
    try {
      for (let more = true; more && !stopped; ) {
        const events = await store.untold({ max: AT_ONCE, now: asOf, until });
        for (const event of events) onDead(event);
        more = events.length === AT_ONCE;
      }
      options.onWell();
    } catch (error) {
      options.onTrouble(error);
    }
  };

  const tell = (all = false) => {
    if (!onDead || stopped) return;
    if (telling) {
      again = true;
      return;
    }
    again = false;
    telling = tellEach(all, onDead).finally(() => {
      telling = null;
      if (again) tell();
    });
  };

  return {
    tell,
    stop: async () => {
      stopped = true;
      await telling;
    },
  };
}
