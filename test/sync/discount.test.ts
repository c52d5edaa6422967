import assert from "node:assert/strict";
import fc from "fast-check";
import type { ImportPlan } from "../../src/import-plan.ts";
import { type Decimal, decimal, decimalText, roundTo, sum } from "../../src/money.ts";
import { chargeToLines } from "../../src/sync/charge.ts";
import { type ChargedTax, writeDiscount } from "../../src/sync/discount.ts";
import { taxesOn } from "../../src/sync/odoo-rounding.ts";
import { odooTotals } from "../support/odoo-arithmetic.ts";

interface Case {
  digits: number;
  price: Decimal;
  quantity: number;
  discount: Decimal;
}

/** Any price up to 100,000.00 (or 100,000.000 or 100,000), 1 to 500 pieces, and any discount up to the whole. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    digits: fc.constantFrom(0, 2, 2, 2, 3),
    units: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 10_000_000 })),
    quantity: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 500 })),
    share: fc.oneof(
      fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
  })
  .map(({ digits, units, quantity, share }) => {
    const price = decimal(units).times(`1e-${digits}`);
    const gross = price.times(quantity);
    return { digits, price, quantity, discount: roundTo(gross.times(share), digits) };
  });

describe("writeDiscount", () => {
  it("gives Shopify's net to the last digit, for any price, quantity and discount", () => {
    fc.assert(
      fc.property(cases, ({ digits, price, quantity, discount }) => {
        const plan = planOf({ digits, price, quantity, discount }, []);
        const net = price.times(quantity).minus(discount);
        assert.equal(odooTotals(plan, { price: Math.max(2, digits) }).total, net.toFixed(digits));
      }),
      { numRuns: 5000 },
    );
  });

  it("gives it with two digits of a price, too, where the currency has three", () => {
    fc.assert(
      fc.property(
        cases.filter(({ digits }) => digits === 3),
        (given) => {
          const plan = planOf(given, [], false, 2);
          const net = given.price.times(given.quantity).minus(given.discount);
          assert.equal(odooTotals(plan, { price: 2 }).total, net.toFixed(3));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("writes only numbers that Odoo can store: prices and percentages with two digits, 0 to 100 %", () => {
    fc.assert(
      fc.property(cases, ({ digits, price, quantity, discount }) => {
        const { main, extra } = writeDiscount(
          { price, quantity: decimal(quantity), discount },
          [],
          false,
          accuracy(digits),
        );
        const priceDigits = Math.max(2, digits);
        assert.ok(roundTo(main.priceUnit, priceDigits).eq(main.priceUnit));
        assert.ok(roundTo(main.discount, 2).eq(main.discount));
        assert.ok(main.discount.gte(0) && main.discount.lte(100));
        assert.ok(extra === null || roundTo(extra, digits).eq(extra));
        assert.ok(main.quantity.eq(quantity));
      }),
      { numRuns: 3000 },
    );
  });

  it("holds in the binary floating point that Odoo calculates in", () => {
    fc.assert(
      fc.property(cases, ({ digits, price, quantity, discount }) => {
        const { main, extra } = writeDiscount(
          { price, quantity: decimal(quantity), discount },
          [],
          false,
          accuracy(digits),
        );
        const each = Number(decimalText(main.priceUnit)) * (1 - Number(decimalText(main.discount)) / 100);
        const odoo = odooRound(each * quantity, digits) + Number(decimalText(extra ?? decimal(0)));
        assert.equal(odoo.toFixed(digits), price.times(quantity).minus(discount).toFixed(digits));
      }),
      { numRuns: 5000 },
    );
  });

  it("charges the same tax as on the net, wherever there is a way to write it", () => {
    let exact = 0;
    let all = 0;
    fc.assert(
      fc.property(
        cases,
        fc.constantFrom("19", "20", "7.7", "8.875", "25"),
        fc.boolean(),
        (given, percent, included) => {
          const net = given.price.times(given.quantity).minus(given.discount);
          const taxes = [
            {
              percent: decimal(percent),
              amount: sum(taxesOn(net, [decimal(percent)], included, given.digits)),
            },
          ];
          const plan = planOf(given, taxes, included);
          const totals = odooTotals(plan, { price: Math.max(2, given.digits) });
          const untaxed = included ? net.minus(taxes[0]!.amount) : net;
          all++;
          if (decimal(totals.tax).eq(taxes[0]!.amount) && decimal(totals.untaxed).eq(untaxed)) exact++;
          // With included taxes the total is the gross, whatever becomes of the tax.
          if (included) assert.ok(decimal(totals.total).eq(net));
        },
      ),
      { numRuns: 3000 },
    );
    assert.ok(exact / all > 0.995, `${all - exact} of ${all} taxes differ`);
  });

  const examples: [string, Case, string][] = [
    ["keeps a round percentage round", of("20.00", 3, "6.00"), "20 × 3 -10%"],
    ["prefers the percentage with fewer digits", of("24.90", 1, "5.00"), "24.9 × 1 -20.1%"],
    ["gives everything away", of("0.01", 500, "5.00"), "0.01 × 500 -100%"],
    ["leaves a line without a discount alone", of("19.99", 3, "0.00"), "19.99 × 3"],
    [
      "keeps away from halves that floating point may round either way",
      of("19.95", 1, "1.99"),
      "19.95 × 1 -9.97%",
    ],
    ["writes the net price where it divides evenly", of("1299.00", 3, "99.99"), "1265.67 × 3"],
    ["writes the discount as an amount where nothing divides", of("1299.00", 3, "100.00"), "1299 × 3, -100"],
    ["knows yen", { ...of("1980", 3, "594"), digits: 0 }, "1980 × 3 -10%"],
    ["copes with a discount on nothing", of("20.00", 0, "1.00"), "20 × 0, -1"],
  ];
  for (const [title, { digits, price, quantity, discount }, expected] of examples)
    it(title, () => {
      const { main, extra } = writeDiscount(
        { price, quantity: decimal(quantity), discount },
        [],
        false,
        accuracy(digits),
      );
      const percent = main.discount.eq(0) ? "" : ` -${main.discount.toFixed()}%`;
      const second = extra === null ? "" : `, ${extra.toFixed()}`;
      assert.equal(`${main.priceUnit.toFixed()} × ${main.quantity.toFixed()}${percent}${second}`, expected);
    });
});

function of(price: string, quantity: number, discount: string): Case {
  return { digits: 2, price: decimal(price), quantity, discount: decimal(discount) };
}

function accuracy(digits: number) {
  return { money: digits, price: Math.max(2, digits), discount: 2 };
}

function planOf(
  { digits, price, quantity, discount }: Case,
  taxes: ChargedTax[],
  included = false,
  priceDigits = Math.max(2, digits),
): ImportPlan {
  const product = { id: 1 };
  const lines = chargeToLines(
    {
      externalId: "line_1",
      product,
      name: "Shirt",
      price,
      quantity: decimal(quantity),
      discount,
      discountName: null,
      taxes,
      taxesIncluded: included,
      taxReferences: taxes.map(({ percent }) => ({
        find: { model: "account.tax", where: { amount: percent.toNumber(), price_include: included } },
      })),
    },
    { accuracy: { ...accuracy(digits), price: priceDigits }, discountProduct: product },
  );
  const currency = digits === 0 ? "JPY" : digits === 3 ? "KWD" : "EUR";
  return {
    kind: "import-plan",
    reference: "#1",
    records: [{ model: "sale.order", externalId: "order_1", values: {}, children: { order_line: lines } }],
    totals: { model: "sale.order", externalId: "order_1", currency, total: "", tax: "" },
  };
}

/** Odoo's float_round, HALF-UP, as in odoo/tools/float_utils.py up to 16. */
function odooRound(value: number, digits: number): number {
  const factor = 10 ** -digits;
  let normalised = value / factor;
  if (normalised === 0) return 0;
  normalised += Math.sign(normalised) * 2 ** (Math.log2(Math.abs(normalised)) - 52);
  return Math.sign(normalised) * Math.floor(Math.abs(normalised) + 0.5) * factor;
}
