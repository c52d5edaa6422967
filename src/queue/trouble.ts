import { type Failure, failureOf, HoldfastError } from "../failure.ts";

export type Doing = "starting" | "claiming" | "settling" | "keeping leases" | "telling";

/** What a store fails at now. By doing, because a full disk still answers what needs no room. */
export interface Trouble {
  is(doing: Doing, error: unknown): void;
  isOver(doing: Doing): void;
  /** The longest standing one; null while all is well. */
  current(): Failure | null;
  /** How long to leave a failing store alone; longer each time. */
  pauseMs(): number;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** @param onError hears of trouble once, until all of it is over. */
export function createTrouble(onError: (error: Error) => void, changed: () => void): Trouble {
  const troubles = new Map<Doing, Failure>();
  let pause = FIRST_PAUSE_MS;
  return {
    is: (doing, error) => {
      const first = troubles.size === 0;
      const failure = failureOf(error, "queue");
      troubles.set(doing, failure);
      changed();
      if (first) onError(error instanceof Error ? error : new HoldfastError(failure));
    },
    isOver: (doing) => {
      if (doing !== "settling") pause = FIRST_PAUSE_MS;
      if (troubles.delete(doing)) changed();
    },
    current: () => troubles.values().next().value ?? null,
    pauseMs: () => {
      const now = pause;
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      return now;
    },
  };
}
