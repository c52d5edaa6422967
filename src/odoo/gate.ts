import { setTimeout as sleep } from "node:timers/promises";

/** Lets at most `parallel` jobs run, and starts them at least `minIntervalMs` apart; first come, first served. */
export interface Gate {
  run<T>(job: () => Promise<T>): Promise<T>;
}

/** The passing of time, so that a test can own it. Milliseconds that no set clock turns back. */
export interface GateTime {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const realTime: GateTime = { now: () => performance.now(), sleep };

export function createGate(parallel: number, minIntervalMs = 0, time = realTime): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  let nextStart = Number.NEGATIVE_INFINITY;

  async function enter(): Promise<void> {
    if (running < parallel) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    if (minIntervalMs <= 0) return;
    const now = time.now();
    const start = Math.max(now, nextStart);
    nextStart = start + minIntervalMs;
    if (start > now) await time.sleep(start - now);
  }

  function leave(): void {
    // The place is handed over, not freed: a newcomer can't slip in between.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    async run(job) {
      await enter();
      try {
        return await job();
      } finally {
        leave();
      }
    },
  };
}
