/** The passing of time, so that a test can own it. */
export interface Clock {
  now(): number;
  /** Calls back once, after `ms`; returns what `clear` takes. */
  after(ms: number, callback: () => void): unknown;
  clear(timer: unknown): void;
}

/** Node's longest timer; beyond it a timer fires at once. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  after: (ms, callback) => setTimeout(callback, Math.min(Math.max(0, ms), LONGEST)),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
