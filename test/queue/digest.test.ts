import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import { createDigester, type Digest } from "../../src/queue/digest.ts";
import { handClock } from "../support/hand-clock.ts";

const MINUTE = 60_000;

const failure = (code: string, message = `About ${code}.`): Failure => ({
  class: "rejected",
  code,
  message,
  hint: `Correct ${code}.`,
  source: "odoo",
  at: 0,
});

describe("a digest of dead letters", () => {
  const start = () => {
    const clock = handClock();
    const told: { at: number; digest: Digest }[] = [];
    const digester = createDigester(10 * MINUTE, (digest) => told.push({ at: clock.now(), digest }), clock);
    return { clock, told, digester };
  };

  it("is told at most once in the time given, and misses none", () => {
    const { clock, told, digester } = start();
    for (let n = 0; n < 60; n++) {
      digester.add({ queue: "orders", reference: `#${n}`, failure: failure("sku_not_found") });
      clock.goOn(MINUTE);
    }
    clock.goOn(20 * MINUTE);
    const pauses = told.slice(1).map(({ at }, i) => at - told[i]!.at);
    assert.ok(
      pauses.every((pause) => pause >= 10 * MINUTE),
      String(pauses),
    );
    assert.equal(
      told.reduce((all, { digest }) => all + digest.count, 0),
      60,
    );
  });

  it("comes soon for the first, and says nothing while nothing dies", () => {
    const { clock, told, digester } = start();
    clock.goOn(60 * MINUTE);
    assert.deepEqual(told, []);
    digester.add({ queue: "orders", reference: "#1", failure: failure("a") });
    clock.goOn(10_000);
    assert.equal(told.length, 1);
    clock.goOn(60 * MINUTE);
    assert.equal(told.length, 1);
  });

  it("names the commonest reasons in the words of the first, and the orders", () => {
    const { clock, told, digester } = start();
    digester.add({ queue: "orders", reference: "#1", failure: failure("total_mismatch") });
    for (const n of [2, 3])
      digester.add({
        queue: "stock",
        reference: `#${n}`,
        failure: failure("sku_not_found", `SKU of #${n}.`),
      });
    clock.goOn(MINUTE);
    const { digest } = told[0]!;
    assert.deepEqual(digest.queues, { orders: 1, stock: 2 });
    assert.deepEqual(
      digest.reasons.map(({ code, count, message, references }) => [code, count, message, references]),
      [
        ["sku_not_found", 2, "SKU of #2.", ["#2", "#3"]],
        ["total_mismatch", 1, "About total_mismatch.", ["#1"]],
      ],
    );
  });

  it("tells what is left when it is stopped", () => {
    const { told, digester } = start();
    digester.add({ queue: "orders", reference: null, failure: failure("a") });
    digester.stop();
    assert.equal(told.length, 1);
    digester.stop();
    assert.equal(told.length, 1);
  });
});
