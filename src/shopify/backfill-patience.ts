import { setTimeout as sleep } from "node:timers/promises";
import { type Failure, failureOf } from "../failure.ts";

export interface Patience {
  signal: AbortSignal;
  /** Told of each wait, and with null when it goes on. */
  onWait?: (waiting: { failure: Failure; ms: number } | null) => void;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const firstWaitMs = 5_000;
const longestWaitMs = 300_000;

/** Does it, and while the other side is away or asks for less, waits and does it again; however long that lasts. */
export async function patiently<T>(
  work: () => Promise<T>,
  { signal, onWait, sleep: wait = abortableSleep }: Patience,
): Promise<T> {
  for (let waitMs = firstWaitMs, waited = false; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    signal.throwIfAborted();
    try {
      const result = await work();
      if (waited) onWait?.(null);
      return result;
    } catch (thrown) {
      const failure = failureOf(thrown, "shopify");
      if (failure.class !== "unavailable" && failure.class !== "throttled") throw thrown;
      const ms = Math.max(waitMs, failure.retryAfterMs ?? 0);
      waited = true;
      onWait?.({ failure, ms });
      await wait(ms, signal);
    }
  }
}

async function abortableSleep(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
