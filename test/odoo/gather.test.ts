import assert from "node:assert/strict";
import fc from "fast-check";
import { createGatherer } from "../../src/odoo/gather.ts";

describe("gathering", () => {
  function gathererOf(max: number) {
    const batches: number[][] = [];
    const add = createGatherer<number, number>({
      max,
      async run(items) {
        batches.push(items);
        await new Promise((tick) => setImmediate(tick));
        if (items.includes(13)) throw new Error("unlucky");
        return items.map((item) => item * 10);
      },
    });
    return { add, batches };
  }

  it("puts what comes in one tick into one batch, and gives each its own result", async () => {
    const { add, batches } = gathererOf(10);
    assert.deepEqual(await Promise.all([add(1), add(2), add(3)]), [10, 20, 30]);
    assert.deepEqual(batches, [[1, 2, 3]]);
  });

  it("never makes a batch larger than asked", async () => {
    const { add, batches } = gathererOf(2);
    await Promise.all([1, 2, 3, 4, 5].map(add));
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]]);
  });

  it("goes on after a batch that failed as a whole", async () => {
    const { add } = gathererOf(1);
    const [unlucky, lucky] = await Promise.allSettled([add(13), add(4)]);
    assert.equal(unlucky.status, "rejected");
    assert.deepEqual(lucky, { status: "fulfilled", value: 40 });
  });

  describe("in several lanes", () => {
    interface Item {
      n: number;
      names: string[];
    }

    /** Each batch ends when the test says so. */
    function inLanes(lanes: number, max = 100) {
      const underWay: { items: Item[]; end(): void }[] = [];
      const began: number[][] = [];
      const add = createGatherer<Item, number>({
        max,
        lanes,
        touches: ({ names }) => names,
        async run(items) {
          began.push(items.map(({ n }) => n));
          await new Promise<void>((end) => {
            underWay.push({ items, end });
          });
          return items.map(({ n }) => n);
        },
      });
      const end = async (at = 0) => {
        underWay.splice(at, 1)[0]!.end();
        await tick();
      };
      return { add: (n: number, ...names: string[]) => add({ n, names }), underWay, began, end };
    }
    const tick = () => new Promise((done) => setTimeout(done));
    const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

    it("begins with a small batch, so that its second half begins while the others are in their first", async () => {
      const { add, began, end } = inLanes(2);
      for (const n of numbers(1, 60)) void add(n);
      await tick();
      assert.deepEqual(began, [numbers(1, 20), numbers(21, 60)]);
      await end();
      await end();
      for (const n of numbers(1, 20)) void add(n);
      await tick();
      assert.deepEqual(began[2], numbers(1, 20));
    });

    it("gathers what comes while all lanes are taken", async () => {
      const { add, began, end } = inLanes(2);
      for (const n of [1, 2, 3, 4]) {
        void add(n);
        await tick();
      }
      assert.deepEqual(began, [[1], [2]]);
      await end();
      assert.deepEqual(began, [[1], [2], [3, 4]]);
    });

    it("lets an item wait for a batch that touches the same, and lets others pass it", async () => {
      const { add, began, end } = inLanes(2);
      void add(1, "order_1");
      await tick();
      void add(2, "order_1");
      void add(3, "order_3");
      await tick();
      assert.deepEqual(began, [[1], [3]]);
      await end();
      assert.deepEqual(began, [[1], [3], [2]]);
    });

    it("keeps the order of what touches the same, whatever comes and ends when", () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: 30 }),
          fc.array(
            fc.oneof(
              { weight: 3, arbitrary: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }) },
              fc.integer({ min: 0, max: 2 }),
            ),
            { maxLength: 80 },
          ),
          async (lanes, max, course) => {
            const { add, underWay, end } = inLanes(lanes, max);
            const answers: Promise<number>[] = [];
            const ended: Item[] = [];
            const look = () => {
              assert.ok(underWay.length <= lanes);
              const names = underWay.map(({ items }) => new Set(items.flatMap((item) => item.names)));
              const all = names.flatMap((set) => [...set]);
              assert.equal(new Set(all).size, all.length, "two batches touch the same");
              for (const { items } of underWay) assert.ok(items.length > 0 && items.length <= max);
            };
            const endOne = async (at: number) => {
              const batch = underWay[at % underWay.length]!;
              ended.push(...batch.items);
              await end(underWay.indexOf(batch));
              look();
            };
            for (const what of course) {
              if (typeof what !== "number")
                answers.push(add(answers.length, ...what.map((name) => `n${name}`)));
              else {
                await tick();
                look();
                if (underWay.length > 0) await endOne(what);
              }
            }
            await tick();
            while (underWay.length > 0) await endOne(0);
            assert.deepEqual(
              await Promise.all(answers),
              answers.map((_, n) => n),
            );
            for (const name of new Set(ended.flatMap(({ names }) => names))) {
              const order = ended.filter(({ names }) => names.includes(name)).map(({ n }) => n);
              assert.deepEqual(
                order,
                order.toSorted((a, b) => a - b),
              );
            }
          },
        ),
        { numRuns: 300 },
      ));
  });
});
