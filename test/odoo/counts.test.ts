import assert from "node:assert/strict";
import fc from "fast-check";
import { countsFor } from "../../src/odoo/steps/counts.ts";
import type { OnHand } from "../../src/odoo/stock-on-hand.ts";

const place = 8;
const product = { name: "TENT", byLot: false };

/** Rows of one product at a place and on shelves below it. */
function onHand(rows: readonly (readonly [locationId: number, quantity: number])[]): OnHand {
  return {
    quants: rows.map(([locationId, quantity], at) => ({
      id: at + 1,
      locationId,
      quantity,
      particular: false,
    })),
    total: rows.reduce((sum, [, quantity]) => sum + quantity, 0),
    reserved: 0,
    reservedForShopify: 0,
  } as OnHand;
}

function counted(has: OnHand, change: number): number[] {
  const counts = countsFor(place, has, change, product, "WH/Stock");
  const rows = has.quants.map(
    ({ id, quantity }) => counts.find((count) => count.id === id)?.quantity ?? quantity,
  );
  return [...rows, ...counts.filter(({ id }) => id === null).map(({ quantity }) => quantity)];
}
const sum = (rows: readonly number[]): number => rows.reduce((all, one) => all + one, 0);

describe("what is counted where", () => {
  const row = fc.tuple(fc.constantFrom(place, place, 9, 10), fc.integer({ min: -5, max: 20 }));

  it("comes to what is wanted in all, however Odoo has spread it over rows", () =>
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 0, max: 40 }), (rows, wanted) => {
        const has = onHand(rows);
        if (wanted !== has.total) assert.equal(sum(counted(has, wanted - has.total)), wanted);
      }),
    ));

  it("with two rows of one place, as two transactions at once leave them, is the sum of both", () => {
    const two = onHand([
      [place, -2],
      [place, 16],
    ]);
    assert.deepEqual(counted(two, 2), [-2, 18]);
    assert.deepEqual(counted(two, -4), [-2, 12]);
    assert.equal(sum(counted(two, -14)), 0);
  });
});
