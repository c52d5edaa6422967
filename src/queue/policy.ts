import type { Failure } from "../failure.ts";
import type { Outcome } from "./event-store.ts";

/** What to do with an event that failed. */
export type Decision =
  | { do: "retry"; delayMs: number }
  | { do: "defer"; delayMs: number }
  | { do: "hold" }
  | { do: "dead" };

export interface PolicyOptions {
  /** For `unknown` and `dependency`: the attempt that is the last. Default 8. */
  maxAttempts?: number;
  /** For `conflict`, which passes by itself: the attempt that is the last. Default 50. */
  maxConflicts?: number;
  /** The first pause of the growing ones. Default 2 s. */
  baseMs?: number;
  /** No pause grows beyond this. Default 10 min. */
  capMs?: number;
}

export const DEFAULT_POLICY: Required<PolicyOptions> = {
  maxAttempts: 8,
  maxConflicts: 50,
  baseMs: 2_000,
  capMs: 600_000,
};

const THROTTLED_MS = 2_000;
const CONFLICT_MIN_MS = 100;
const CONFLICT_MAX_MS = 2_000;

/**
 * Decides by the failure's class (docs: failure classes).
 * @param attempt 1 on the first delivery, as in a delivery's `attempt`.
 * @param random from 0 up to 1, so that a test can own chance.
 */
export function decide(
  failure: Pick<Failure, "class" | "retryAfterMs">,
  attempt: number,
  options: PolicyOptions = {},
  random: () => number = Math.random,
): Decision {
  const policy = { ...DEFAULT_POLICY, ...options };
  const unlessLast = (last: number, delayMs: number): Decision =>
    attempt >= last ? { do: "dead" } : { do: "retry", delayMs: Math.round(delayMs) };

  switch (failure.class) {
    case "unavailable":
      return { do: "hold" };
    case "throttled": {
      const asked = failure.retryAfterMs ?? THROTTLED_MS;
      // Never sooner than asked; a little later each, so that they don't all come back together.
      return {
        do: "defer",
        delayMs: Math.round(asked + random() * Math.min(1_000, Math.max(100, asked / 5))),
      };
    }
    case "conflict": {
      const most = Math.min(CONFLICT_MAX_MS, CONFLICT_MIN_MS * 2 ** attempt);
      return unlessLast(policy.maxConflicts, CONFLICT_MIN_MS + random() * (most - CONFLICT_MIN_MS));
    }
    case "dependency": {
      // What is missing takes its time: at least half of the pause, always.
      const pause = growingPause(attempt, policy);
      return unlessLast(policy.maxAttempts, pause / 2 + (random() * pause) / 2);
    }
    case "rejected":
      return { do: "dead" };
    default:
      return unlessLast(policy.maxAttempts, random() * growingPause(attempt, policy));
  }
}

/** Doubles with each attempt, up to the cap. */
function growingPause(attempt: number, { baseMs, capMs }: Required<PolicyOptions>): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 60));
}

/** What a worker takes: a store's outcome, or "the destination is away: put it back and hold the queue". */
export type WorkerOutcome = Outcome | { to: "hold"; failure: Failure };

/** A decision as the outcome to settle with. */
export function outcomeOf(decision: Decision, failure: Failure, now: number): WorkerOutcome {
  switch (decision.do) {
    case "retry":
      return { to: "retry", at: now + decision.delayMs, failure };
    case "defer":
      return { to: "defer", at: now + decision.delayMs, failure };
    case "hold":
      return { to: "hold", failure };
    case "dead":
      return { to: "dead", failure };
  }
}
