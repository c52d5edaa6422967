import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { createRates } from "../../src/queue/rates.ts";

const MINUTE = 60_000;

describe("events by minute", () => {
  it("are counted apart by what they are, the running minute last", () => {
    const rates = createRates(3);
    rates.count("in", 10 * MINUTE);
    rates.count("in", 11 * MINUTE - 1);
    rates.count("in", 12 * MINUTE);
    rates.count("out", 12 * MINUTE + 5);
    assert.deepEqual(rates.perMinute("in", 12 * MINUTE + 30_000), [2, 0, 1]);
    assert.deepEqual(rates.perMinute("out", 12 * MINUTE + 30_000), [0, 0, 1]);
    assert.deepEqual(rates.perMinute("nothing", 12 * MINUTE), [0, 0, 0]);
  });

  it("move on while nothing comes, and are forgotten", () => {
    const rates = createRates(3);
    rates.count("in", 10 * MINUTE);
    assert.deepEqual(rates.perMinute("in", 12 * MINUTE), [1, 0, 0]);
    assert.deepEqual(rates.perMinute("in", 13 * MINUTE), [0, 0, 0]);
    for (let minute = 20; minute < 40; minute++) rates.count("in", minute * MINUTE);
    assert.deepEqual(rates.perMinute("in", 39 * MINUTE), [1, 1, 1]);
    assert.deepEqual(rates.perMinute("in", 12 * MINUTE), [0, 0, 0]);
  });
});
