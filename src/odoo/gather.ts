export interface GatherOptions<Item, Result> {
  /** Items in a batch at most. */
  max: number;
  /** Gets at most `max` items and returns their results in the same order. */
  run(items: Item[]): Promise<Result[]>;
  /** Batches under way at the same time; 1 by default. */
  lanes?: number;
  /** What no two batches under way may both touch: an item waits for its own, and later ones of the same wait behind it. */
  touches?(item: Item): Iterable<string>;
}

/** Of several lanes the first begins with so few, so that its second half begins while the others are in their first. */
const FIRST_BATCH = 20;

/**
 * Gathers what comes while batches are under way into the next one: no timer, so one item never waits for company.
 */
export function createGatherer<Item, Result>({
  max,
  run,
  lanes = 1,
  touches = () => [],
}: GatherOptions<Item, Result>): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    resolve(result: Result): void;
    reject(error: unknown): void;
  }
  let waiting: Waiting[] = [];
  let underWay = 0;
  let awake = false;
  const touched = new Set<string>();

  const takeBatch = (): { batch: Waiting[]; names: Set<string> } => {
    const size = lanes > 1 && underWay === 0 ? Math.min(max, FIRST_BATCH) : max;
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const names = new Set<string>();
    const passedBy = new Set<string>();
    for (const one of waiting) {
      const own = [...touches(one.item)];
      const goes = batch.length < size && !own.some((name) => touched.has(name) || passedBy.has(name));
      (goes ? batch : left).push(one);
      for (const name of own) (goes ? names : passedBy).add(name);
    }
    waiting = left;
    return { batch, names };
  };

  const runBatch = async (batch: Waiting[], names: ReadonlySet<string>): Promise<void> => {
    for (const name of names) touched.add(name);
    underWay++;
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, at) => {
        resolve(results[at] as Result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    underWay--;
    for (const name of names) touched.delete(name);
    fillLanes();
  };

  const fillLanes = (): void => {
    while (underWay < lanes && waiting.length > 0) {
      const { batch, names } = takeBatch();
      if (batch.length === 0) return;
      void runBatch(batch, names);
    }
  };

  const wake = (): void => {
    if (awake) return;
    awake = true;
    // A queue delivers its events one by one within a tick: let the tick end first.
    setImmediate(() => {
      awake = false;
      fillLanes();
    });
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (underWay < lanes) wake();
    });
}
