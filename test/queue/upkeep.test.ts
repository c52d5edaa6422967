import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { startUpkeep } from "../../src/queue/upkeep.ts";
import { newEvent } from "../conformance/event-store.ts";
import { memoryStore } from "../support/queue-memory-store.ts";
import { simulatedClock } from "../support/queue-simulation.ts";

describe("upkeep", () => {
  it("forgets what is old, all of it, in small steps, and goes on doing so", async () => {
    const store = memoryStore({});
    const clock = simulatedClock();
    const steps: number[] = [];
    const prune: typeof store.prune = (policy) => {
      steps.push(policy.limit);
      return store.prune(policy);
    };
    const finish = async (many: number) => {
      await store.append(
        Array.from({ length: many }, () => newEvent()),
        clock.now(),
      );
      const { events } = await store.claim({ max: many, leaseMs: 1_000, now: clock.now() });
      await store.settle(
        events.map((event) => ({ ref: event, outcome: { to: "done" } })),
        clock.now(),
      );
    };
    await finish(1_200);
    const upkeep = startUpkeep({ store: { ...store, prune }, keepDoneMs: 3_600_000, clock });
    await clock.pass(3_600_000);
    assert.equal((await store.counts()).done, 1_200);
    await finish(1);
    await clock.pass(120_000);
    assert.equal((await store.counts()).done, 1);
    assert.ok(Math.max(...steps) <= 200);
    await clock.pass(3_600_000);
    assert.equal((await store.counts()).done, 0);
    await upkeep.stop();
  });

  it("tells when it can't, and tries again", async () => {
    const store = memoryStore({});
    const clock = simulatedClock();
    const errors: unknown[] = [];
    const prune = async () => {
      throw new Error("full");
    };
    const upkeep = startUpkeep({
      store: { ...store, prune },
      clock,
      onError: (error) => void errors.push(error),
    });
    await clock.pass(180_000);
    assert.equal(errors.length, 3);
    await upkeep.stop();
  });
});
