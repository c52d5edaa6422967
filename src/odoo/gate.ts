/** Lets at most `parallel` jobs run, and starts them at least `minIntervalMs` apart; first come, first served. */
export interface Gate {
  run<T>(job: () => Promise<T>): Promise<T>;
}

export function createGate(parallel: number, minIntervalMs = 0): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  let nextStart = 0;

  async function enter(): Promise<void> {
    if (running < parallel) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    if (minIntervalMs <= 0) return;
    const now = Date.now();
    const start = Math.max(now, nextStart);
    nextStart = start + minIntervalMs;
    if (start > now) await new Promise((resolve) => setTimeout(resolve, start - now));
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
