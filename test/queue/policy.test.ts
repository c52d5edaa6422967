import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { Failure, FailureClass } from "../../src/failure.ts";
import { decide, outcomeOf } from "../../src/queue/policy.ts";

const lowest = () => 0;
const highest = () => 1 - Number.EPSILON;
const range = (failureClass: FailureClass, attempt: number, options = {}) =>
  [lowest, highest].map((random) => decide({ class: failureClass }, attempt, options, random));

describe("policy", () => {
  it("unavailable: holds, at every attempt", () => {
    for (const attempt of [1, 8, 1_000])
      assert.deepEqual(decide({ class: "unavailable" }, attempt), { do: "hold" });
  });

  it("throttled: defers as long as was asked, or two seconds, a little later by chance", () => {
    assert.deepEqual(decide({ class: "throttled", retryAfterMs: 30_000 }, 99, {}, lowest), {
      do: "defer",
      delayMs: 30_000,
    });
    assert.deepEqual(decide({ class: "throttled", retryAfterMs: 30_000 }, 99, {}, highest), {
      do: "defer",
      delayMs: 31_000,
    });
    assert.deepEqual(range("throttled", 1), [
      { do: "defer", delayMs: 2_000 },
      { do: "defer", delayMs: 2_400 },
    ]);
  });

  it("conflict: soon again, many times, then dead", () => {
    assert.deepEqual(range("conflict", 1), [
      { do: "retry", delayMs: 100 },
      { do: "retry", delayMs: 200 },
    ]);
    assert.deepEqual(range("conflict", 20)[1], { do: "retry", delayMs: 2_000 });
    assert.deepEqual(decide({ class: "conflict" }, 49).do, "retry");
    assert.deepEqual(decide({ class: "conflict" }, 50), { do: "dead" });
  });

  it("dependency: growing pauses, never less than half, then dead", () => {
    assert.deepEqual(range("dependency", 3), [
      { do: "retry", delayMs: 4_000 },
      { do: "retry", delayMs: 8_000 },
    ]);
    assert.deepEqual(decide({ class: "dependency" }, 8), { do: "dead" });
  });

  it("rejected: dead at once", () => {
    assert.deepEqual(decide({ class: "rejected" }, 1), { do: "dead" });
  });

  it("unknown: growing pauses with full jitter up to the cap, then dead", () => {
    assert.deepEqual(range("unknown", 1), [
      { do: "retry", delayMs: 0 },
      { do: "retry", delayMs: 2_000 },
    ]);
    assert.deepEqual(range("unknown", 30, { maxAttempts: 100 })[1], { do: "retry", delayMs: 600_000 });
    assert.deepEqual(decide({ class: "unknown" }, 7).do, "retry");
    assert.deepEqual(decide({ class: "unknown" }, 8), { do: "dead" });
  });

  it("takes a class it never heard of for unknown", () => {
    assert.deepEqual(decide({ class: "gremlins" as FailureClass }, 8), { do: "dead" });
  });

  it("does as its options say", () => {
    const options = { maxAttempts: 2, maxConflicts: 3, baseMs: 10, capMs: 15 };
    assert.deepEqual(range("unknown", 1, options)[1], { do: "retry", delayMs: 10 });
    assert.deepEqual(decide({ class: "unknown" }, 2, options), { do: "dead" });
    assert.deepEqual(decide({ class: "conflict" }, 3, options), { do: "dead" });
    assert.deepEqual(range("dependency", 1, { ...options, baseMs: 100 })[1], { do: "retry", delayMs: 15 });
  });

  it("never waits a negative, fractional or longer time than the cap", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<FailureClass>("conflict", "dependency", "unknown"),
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failureClass, attempt, chance) => {
          const decision = decide(
            { class: failureClass },
            attempt,
            { maxAttempts: 9_999, maxConflicts: 9_999 },
            () => chance,
          );
          assert.ok(decision.do === "retry" && Number.isInteger(decision.delayMs));
          assert.ok(decision.delayMs >= 0 && decision.delayMs <= 600_000);
        },
      ),
      { seed: 20_261 },
    );
  });

  it("becomes the outcome to settle with", () => {
    const failure: Failure = { class: "unknown", code: "boom", message: "It broke.", source: "test", at: 1 };
    assert.deepEqual(outcomeOf({ do: "retry", delayMs: 5 }, failure, 100), { to: "retry", at: 105, failure });
    assert.deepEqual(outcomeOf({ do: "defer", delayMs: 5 }, failure, 100), { to: "defer", at: 105, failure });
    assert.deepEqual(outcomeOf({ do: "hold" }, failure, 100), { to: "hold", failure });
    assert.deepEqual(outcomeOf({ do: "dead" }, failure, 100), { to: "dead", failure });
  });
});
