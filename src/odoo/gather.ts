/**
 * Gathers what comes while a batch is under way into the next one: no timer, so one item never waits for company.
 * `run` gets at most `max` items and returns their results in the same order.
 */
export function createGatherer<Item, Result>(options: {
  max: number;
  run(items: Item[]): Promise<Result[]>;
}): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    resolve(result: Result): void;
    reject(error: unknown): void;
  }
  let waiting: Waiting[] = [];
  let running = false;

  const runAll = async (): Promise<void> => {
    running = true;
    // A queue delivers its events one by one within a tick: let the tick end first.
    await new Promise((tick) => setImmediate(tick));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.max);
      waiting = waiting.slice(options.max);
      try {
        const results = await options.run(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, at) => {
          resolve(results[at] as Result);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void runAll();
    });
}
