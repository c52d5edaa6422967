import type { Clock } from "../../src/queue/clock.ts";

export interface HandClock extends Clock {
  goOn(ms: number): void;
}

/** A clock that stands until it is told to go on. */
export function handClock(): HandClock {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    after: (ms: number, run: () => void) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return timer;
    },
    clear: (timer: unknown) => {
      timers = timers.filter((one) => one !== timer);
    },
    goOn: (ms: number) => {
      const until = now + ms;
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = next.at;
        timers = timers.filter((one) => one !== next);
        next.run();
      }
      now = until;
    },
  };
}
