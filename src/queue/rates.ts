/** Counts by minute, for as many minutes as are kept. */
export interface Rates {
  count(what: string, now: number): void;
  /** How many in each of the last minutes, the running one last. */
  perMinute(what: string, now: number): number[];
}

const MINUTE = 60_000;

export function createRates(minutes = 30): Rates {
  const counted = new Map<string, Map<number, number>>();
  return {
    count(what, now) {
      const minute = Math.floor(now / MINUTE);
      const series = counted.get(what) ?? new Map<number, number>();
      counted.set(what, series);
      series.set(minute, (series.get(minute) ?? 0) + 1);
      if (series.size > minutes)
        for (const old of series.keys()) if (old <= minute - minutes) series.delete(old);
    },
    perMinute(what, now) {
      const last = Math.floor(now / MINUTE);
      const series = counted.get(what);
      return Array.from({ length: minutes }, (_, i) => series?.get(last - minutes + 1 + i) ?? 0);
    },
  };
}
