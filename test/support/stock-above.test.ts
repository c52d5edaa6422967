import assert from "node:assert/strict";
import { type Above, explain, gapOf, type Pending } from "./stock-above.ts";

const above = (from: number, until: number): Above => ({
  sku: "A",
  at: 1,
  offers: 3,
  has: 2,
  from,
  until,
});
const pending = (from: number, until: number, more: Partial<Pending> = {}): Pending => ({
  sku: "A",
  at: 1,
  heard: false,
  what: "an event",
  from,
  until,
  ...more,
});
const held = (one: Above, ...all: Pending[]) =>
  explain([one], all, { hearing: { againMs: 1_000, latestMs: 5_000 }, nameOf: (at) => `place ${at}` });

describe("what explains that Shopify offered more than there was", () => {
  it("only what was pending about this product and place, at every moment of it", () => {
    const one = above(10_000, 12_000);
    assert.equal(held(one, pending(9_000, 11_000), pending(10_900, 12_000)).explained, 1);
    assert.equal(held(one, pending(9_000, 13_000, { sku: null, at: null })).explained, 1);
    for (const other of [{ sku: "B" }, { at: 0 }])
      assert.equal(held(one, pending(9_000, 13_000, other)).unexplained.length, 1);
    const [why] = held(one, pending(9_000, 10_500), pending(11_500, 13_000)).unexplained;
    assert.match(
      why ?? "",
      /A at place 1: Shopify offered 3, there were 2, for 2000 ms, 1000 of them with nothing on its way, 1000 ms after: an event/,
    );
    assert.equal(held(one).unexplained.length, 1);
  });

  it("a change in Odoo has its time to be heard of: until it is told, and once more", () => {
    const call = pending(9_000, 10_000, { heard: true });
    const told = (from: number, until: number) => pending(from, until, { tells: true });
    const one = held(above(10_000, 12_900), call, told(12_000, 13_000));
    assert.deepEqual([one.explained, one.longestHearingMs], [1, 2_000]);
    // Told at once, and it was too early: then it is read again.
    const [early, again] = [told(10_100, 10_200), told(11_500, 11_600)];
    assert.equal(held(above(10_000, 11_600), call, early, again).explained, 1);
    assert.equal(held(above(10_000, 12_900), call, early, again).unexplained.length, 1);
    assert.equal(held(above(10_000, 14_900), call).explained, 1);
    assert.equal(held(above(10_000, 15_900), call).unexplained.length, 1);
  });

  it("a gap is the longest part that nothing covers", () => {
    const span = { from: 0, until: 10 };
    const between = (from: number, until: number) => ({ from, until });
    assert.deepEqual(gapOf(span, []), span);
    assert.deepEqual(gapOf(span, [between(7, 20), between(-5, 3)]), between(3, 7));
    assert.deepEqual(gapOf(span, [between(1, 2)]), between(2, 10));
    assert.deepEqual(gapOf(span, [between(-1, 11)]), between(0, 0));
  });
});
