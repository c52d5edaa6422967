import assert from "node:assert/strict";
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
});
