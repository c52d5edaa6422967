import assert from "node:assert/strict";
import fc from "fast-check";
import { type Decimal, decimal, roundTo, sum, zero } from "../../src/money.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { odooTotals } from "../support/odoo-arithmetic.ts";
import { both, fulfilled, item, type Json, now, off, order, refunded, tax } from "./order-builder.ts";
import { linesOf } from "./plan-text.ts";

/**
 * A shop that keeps its own books: what of a line is still to be shipped, was shipped, came back, was refunded. It says so
 * in Shopify's fields; the mapping must read from them what the shop knows.
 */
interface Line {
  id: number;
  price: Decimal;
  quantity: number;
  discount: Decimal;
  rate: Decimal;
  toShip: number;
  shipped: number;
  onTheWay: number;
  returned: number;
  keptRefunded: number;
  removed: number;
}

type Happening = { kind: (typeof kinds)[number]; line: number; units: number };
const kinds = [
  "ship",
  "send",
  "removeByEdit",
  "cancelUnits",
  "takeBack",
  "refundShipped",
  "refundUnshipped",
] as const;

const shops = fc.record({
  lines: fc.array(
    fc.record({
      cents: fc.integer({ min: 1, max: 20_000 }),
      quantity: fc.integer({ min: 1, max: 6 }),
      share: fc.constantFrom(0, 0, 0.1, 0.333, 1),
      rate: fc.constantFrom("0", "0.19", "0.07"),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  included: fc.boolean(),
  happenings: fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      line: fc.integer({ min: 0, max: 2 }),
      units: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 8 },
  ) as fc.Arbitrary<Happening[]>,
});

describe("an order's life", () => {
  it("orders in Odoo exactly what was shipped and what still will be, whatever happened", () => {
    fc.assert(
      fc.property(shops, ({ lines, included, happenings }) => {
        const { payload, books } = play(lines, included, happenings);
        const plan = orderToPlan(payload);
        for (const line of books) {
          const written = linesOf(plan).find(({ externalId }) => externalId === `line_${line.id}`);
          assert.equal(
            written?.values.product_uom_qty,
            String(line.shipped + line.onTheWay + line.toShip),
            JSON.stringify(line),
          );
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("expects the total that Odoo will come to: to the cent without taxes, else within a cent for each refund", () => {
    fc.assert(
      fc.property(shops, ({ lines, included, happenings }) => {
        const { payload, refunds, taxes } = play(lines, included, happenings);
        const plan = orderToPlan(payload);
        const odoo = odooTotals(plan);
        const off = decimal(odoo.total).minus(plan.totals!.total).abs();
        const allowed = taxes ? decimal("0.01").times(refunds) : zero;
        assert.ok(off.lte(allowed), `Odoo ${odoo.total}, expected ${plan.totals!.total}`);
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps a line that lost its units, so that Odoo's line does not stay as it was", () => {
    const gone = item({
      price: "20.00",
      quantity: 2,
      more: { current_quantity: 0, fulfillable_quantity: 0 },
    });
    const plan = orderToPlan(
      order({
        items: [gone, item({ id: 2, price: "5.00" })],
        total: "45.00",
        more: {
          ...now("5.00", "0.00"),
          refunds: [refunded([{ id: 1, quantity: 2, restock: "no_restock", net: "40.00" }])],
        },
      }),
    );
    assert.deepEqual(
      linesOf(plan).map(({ values }) => values.product_uom_qty),
      ["0", "1"],
    );
    assert.equal(plan.totals?.total, "5.00");
  });

  it("takes the discount line back when the units it was for are gone", () => {
    const line = item({ price: "1299.00", quantity: 3, off: [off("100.00")] });
    const left = { ...line, current_quantity: 0, fulfillable_quantity: 0 };
    const texts = linesOf(orderToPlan(order({ items: [left], total: "3797.00", more: now("0.00", "0.00") })));
    assert.deepEqual(
      texts.map(({ externalId, values }) => [externalId, values.product_uom_qty]),
      [
        ["line_1", "0"],
        ["line_1_discount", "0"],
      ],
    );
  });

  it("says in a cancelled order what was ordered, cancels it, and lets no cent stand in the way", () => {
    const line = item({
      price: "20.00",
      quantity: 2,
      more: { current_quantity: 0, fulfillable_quantity: 0 },
    });
    const plan = orderToPlan(
      order({
        items: [line],
        total: "40.00",
        more: {
          ...now("0.00", "0.00"),
          cancelled_at: "2026-11-03T08:00:00Z",
          financial_status: "refunded",
          refunds: [refunded([{ id: 1, quantity: 2, restock: "cancel", net: "40.00" }])],
        },
      }),
      { confirm: "paid", invoice: "invoice" },
    );
    assert.equal(linesOf(plan)[0]?.values.product_uom_qty, "2");
    assert.deepEqual(plan.steps, [{ kind: "cancel", order: "order_5678" }]);
    assert.equal(plan.totals, undefined);
  });
});

function play(
  given: { cents: number; quantity: number; share: number; rate: string }[],
  included: boolean,
  happenings: Happening[],
): { payload: Json; books: Line[]; refunds: number; taxes: boolean } {
  const books: Line[] = given.map(({ cents, quantity, share, rate }, at) => {
    const price = decimal(cents).times("0.01");
    return {
      id: at + 1,
      price,
      quantity,
      discount: roundTo(price.times(quantity).times(share), 2),
      rate: decimal(rate),
      toShip: quantity,
      shipped: 0,
      onTheWay: 0,
      returned: 0,
      keptRefunded: 0,
      removed: 0,
    };
  });
  const fulfillments: Json[] = [];
  const refunds: Json[] = [];
  for (const { kind, line: at, units } of happenings) {
    const line = books[at];
    if (line === undefined) continue;
    const limit =
      kind === "takeBack" || kind === "refundShipped"
        ? line.shipped - line.returned - line.keptRefunded
        : line.toShip;
    const count = Math.min(units, limit);
    if (count <= 0) continue;
    if (kind === "ship" || kind === "send") {
      line.toShip -= count;
      if (kind === "ship") line.shipped += count;
      else line.onTheWay += count;
      fulfillments.push(
        fulfilled([{ id: line.id, quantity: count }], { status: kind === "ship" ? "success" : "open" }),
      );
      continue;
    }
    const before = worth(line, included);
    if (kind === "takeBack") line.returned += count;
    else if (kind === "refundShipped") line.keptRefunded += count;
    else {
      line.removed += count;
      line.toShip -= count;
    }
    const after = worth(line, included);
    const restock = kind === "takeBack" ? "return" : kind === "cancelUnits" ? "cancel" : "no_restock";
    refunds.push(
      refunded([
        {
          id: line.id,
          quantity: count,
          restock,
          net: before.net.minus(after.net).toFixed(2),
          tax: before.tax.minus(after.tax).toFixed(2),
        },
      ]),
    );
  }
  const total = (values: { net: Decimal; tax: Decimal }[]): string =>
    sum(values.map(({ net, tax }) => (included ? net : net.plus(tax)))).toFixed(2);
  const firsts = books.map((line) => worth({ ...line, removed: 0, returned: 0, keptRefunded: 0 }, included));
  const currents = books.map((line) => worth(line, included));
  const taxOf = (values: { tax: Decimal }[]): string => sum(values.map(({ tax }) => tax)).toFixed(2);
  const payload = order({
    taxesIncluded: included,
    items: books.map((line, at) =>
      item({
        id: line.id,
        price: line.price.toFixed(2),
        quantity: line.quantity,
        off: line.discount.eq(0) ? [] : [off(line.discount.toFixed(2))],
        taxes: line.rate.eq(0) ? [] : [tax(line.rate.toNumber(), firsts[at]!.tax.toFixed(2))],
        more: {
          current_quantity: unitsLeft(line),
          fulfillable_quantity: line.toShip,
        },
      }),
    ),
    total: total(firsts),
    tax: taxOf(firsts),
    more: {
      ...now(total(currents), taxOf(currents)),
      total_price_set: both(total(firsts), "EUR"),
      fulfillments,
      refunds,
    },
  });
  return { payload, books, refunds: refunds.length, taxes: books.some(({ rate }) => !rate.eq(0)) };
}

function unitsLeft(line: Line): number {
  return line.quantity - line.removed - line.returned - line.keptRefunded;
}

/** What the units that count are worth, by their share of the line. */
function worth(line: Line, included: boolean): { net: Decimal; tax: Decimal } {
  const whole = line.price.times(line.quantity).minus(line.discount);
  const net = roundTo(whole.times(unitsLeft(line)).div(line.quantity), 2);
  const tax = included ? net.times(line.rate).div(line.rate.plus(1)) : net.times(line.rate);
  return { net, tax: roundTo(tax, 2) };
}
