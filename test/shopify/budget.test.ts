import assert from "node:assert/strict";
import fc from "fast-check";
import { makeBucket } from "../../sandbox/shopify/admin/bucket.ts";
import type { HoldfastError } from "../../src/failure.ts";
import { type BudgetClock, createBudget, type Spending, sharedBudget } from "../../src/shopify/budget.ts";

/** A clock that stands still until it is told to go on. */
function standingClock(): BudgetClock & { pass(ms: number): Promise<void> } {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    after: (ms, run) => timers.push({ at: now + ms, run }),
    async pass(ms) {
      const end = now + ms;
      for (;;) {
        await new Promise((tick) => setImmediate(tick));
        const next = timers.toSorted((one, other) => one.at - other.at)[0];
        if (!next || next.at > end) break;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
      await new Promise((tick) => setImmediate(tick));
    },
  };
}

const cost = (requestedQueryCost: number, currentlyAvailable: number, restoreRate = 100) => ({
  requestedQueryCost,
  throttleStatus: { maximumAvailable: 2000, currentlyAvailable, restoreRate },
});

describe("Shopify cost budget", () => {
  it("says what is left once Shopify has told, as it regains points and pays in advance", async () => {
    const clock = standingClock();
    const budget = createBudget({}, clock);
    const first = await budget.enter("A", 1);
    assert.equal(budget.left(), null);
    first.settle({ cost: cost(50, 1500) });
    assert.deepEqual(budget.left(), { available: 1500, maximum: 2000 });
    await clock.pass(2_000);
    assert.deepEqual(budget.left(), { available: 1700, maximum: 2000 });
    const second = await budget.enter("A", 1);
    assert.deepEqual(budget.left(), { available: 1650, maximum: 2000 });
    second.settle({});
    await clock.pass(60_000);
    assert.deepEqual(budget.left(), { available: 2000, maximum: 2000 });
  });

  it("lets through at once what can be paid", async () => {
    const budget = createBudget({}, standingClock());
    const spending = await budget.enter("A", 1);
    spending.settle({ cost: cost(10, 1990) });
    assert.equal(budget.waitMs("A", 1), 0);
  });

  it("waits until an operation that it knows can be paid again, and no longer", async () => {
    const clock = standingClock();
    const budget = createBudget({}, clock);
    (await budget.enter("A", 250)).settle({ cost: cost(500, 100) });
    let entered = false;
    void budget.enter("A", 250).then(() => {
      entered = true;
    });
    await clock.pass(3_900);
    assert.equal(entered, false);
    await clock.pass(200);
    assert.equal(entered, true);
  });

  it("counts what is in flight as spent", async () => {
    const clock = standingClock();
    const budget = createBudget({}, clock);
    (await budget.enter("A", 1)).settle({ cost: cost(400, 900) });
    const inFlight = [await budget.enter("A", 1), await budget.enter("A", 1)];
    assert.equal(budget.waitMs("A", 1), 3_000);
    for (const spending of inFlight) spending.settle({});
    assert.equal(budget.waitMs("A", 1), 0);
  });

  it("guesses the cost of a larger call in proportion, of a smaller one as at most that of the larger", async () => {
    const clock = standingClock();
    const budget = createBudget({}, clock);
    (await budget.enter("A", 10)).settle({ cost: cost(100, 0) });
    assert.equal(budget.waitMs("A", 20), 2_000);
    assert.equal(budget.waitMs("A", 5), 1_000);
  });

  it("serves first who came first: a cheap call does not overtake a dear one", async () => {
    const clock = standingClock();
    const budget = createBudget({}, clock);
    (await budget.enter("dear", 1)).settle({ cost: cost(500, 600) });
    (await budget.enter("cheap", 1)).settle({ cost: cost(10, 100) });
    const order: string[] = [];
    const enter = (name: string) =>
      void budget.enter(name, 1).then((spending: Spending) => {
        order.push(name);
        spending.settle({});
      });
    enter("dear");
    enter("cheap");
    await clock.pass(10_000);
    assert.deepEqual(order, ["dear", "cheap"]);
  });

  it("refuses, as throttled and with the wait, what would wait too long", async () => {
    const budget = createBudget({ longestWaitMs: 5_000 }, standingClock());
    (await budget.enter("A", 1)).settle({ cost: cost(900, 0) });
    await assert.rejects(budget.enter("A", 1), ({ failure }: HoldfastError) => {
      assert.equal(failure.class, "throttled");
      assert.equal(failure.retryAfterMs, 9_000);
      return true;
    });
  });

  it("rests after THROTTLED, even when Shopify says that enough is there", async () => {
    const budget = createBudget({}, standingClock());
    (await budget.enter("A", 1)).settle({ cost: cost(100, 500), throttled: true });
    assert.equal(budget.waitMs("A", 1), 1_000);
  });

  it("never waits for ever: an operation dearer than the bucket goes when the bucket is full", async () => {
    const clock = standingClock();
    const budget = createBudget({ longestWaitMs: 60_000 }, clock);
    (await budget.enter("A", 1)).settle({
      cost: {
        requestedQueryCost: 900,
        throttleStatus: { maximumAvailable: 500, currentlyAvailable: 0, restoreRate: 50 },
      },
    });
    let entered = false;
    void budget.enter("A", 1).then(() => {
      entered = true;
    });
    await clock.pass(10_001);
    assert.equal(entered, true);
  });

  it("is one for each app in a shop", () => {
    assert.equal(sharedBudget("https://a.example app"), sharedBudget("https://a.example app"));
    assert.notEqual(sharedBudget("https://a.example app"), sharedBudget("https://b.example app"));
  });

  it("with known costs, never asks what the bucket can't pay, whatever the order of answers", async () => {
    const jobs = fc.array(
      fc.record({ cost: fc.integer({ min: 1, max: 400 }), takesMs: fc.integer({ min: 1, max: 3_000 }) }),
      { minLength: 1, maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(jobs, fc.integer({ min: 20, max: 200 }), async (all, rate) => {
        const clock = standingClock();
        const budget = createBudget({ longestWaitMs: Number.POSITIVE_INFINITY }, clock);
        const bucket = makeBucket(1000, rate, clock.now);
        const told = (requestedQueryCost: number) => ({
          requestedQueryCost,
          throttleStatus: bucket.status(),
        });
        // Each cost once, so that it is known.
        for (const { cost: points } of all) {
          const spending = await budget.enter(`cost ${points}`, 1);
          spending.settle({ cost: told(points) });
        }
        let refused = 0;
        let done = 0;
        for (const { cost: points, takesMs } of all) {
          void budget.enter(`cost ${points}`, 1).then((spending) => {
            if (!bucket.take(points)) refused++;
            clock.after(takesMs, () => {
              done++;
              spending.settle({ cost: told(points) });
            });
          });
        }
        await clock.pass(3_600_000);
        assert.equal(refused, 0);
        assert.equal(done, all.length);
      }),
      { numRuns: 60 },
    );
  });
});
