/** How figures are taken: both sides of a ratio in short turns within one run, so that noise hits both alike. */

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

/**
 * Runs the sides in turn, `rounds` times, each round beginning with another side.
 * Returns each side's figures, one a round.
 */
export async function inTurns<Sides extends Record<string, () => Promise<unknown>>>(
  sides: Sides,
  rounds: number,
): Promise<Taken<Sides>> {
  const names = Object.keys(sides);
  const taken = Object.fromEntries(names.map((name) => [name, [] as unknown[]]));
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]!;
      taken[name]!.push(await sides[name]!());
    }
  return taken as Taken<Sides>;
}

export type Taken<Sides extends Record<string, () => Promise<unknown>>> = {
  [Name in keyof Sides]: Awaited<ReturnType<Sides[Name]>>[];
};

/** The median of the rounds' own ratios: what slowed one round down slowed both of its sides. */
export function medianRatio(above: readonly number[], below: readonly number[]): number {
  return median(above.map((value, round) => value / below[round]!));
}

/** Keeps `inFlight` of `one` running for `ms`; returns how many ended in that time, a second. */
export async function perSecond(ms: number, inFlight: number, one: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const until = began + ms;
  let ended = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < until) {
      await one();
      ended++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return (ended * 1000) / (performance.now() - began);
}
