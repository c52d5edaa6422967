import assert from "node:assert/strict";
import fc from "fast-check";
import type { CreditedUnits, CreditStep } from "../../src/import-plan.ts";
import { type Decimal, decimal, sum } from "../../src/money.ts";
import { asInvoicedSequence, cutToInvoiced, unitsToCredit } from "../../src/odoo/steps/as-invoiced.ts";

const units = (quantity: number, of: number, more: Partial<CreditedUnits> = {}): CreditedUnits => ({
  line: "line_1",
  quantity: String(quantity),
  of: String(of),
  credits: ["credit_1"],
  total: (quantity * 10).toFixed(2),
  tax: "0.00",
  ...more,
});
const inOdoo = (invoiced: number, ordered: number, credited = 0) => ({
  invoiced: decimal(invoiced),
  ordered: decimal(ordered),
  credited: decimal(credited),
});
const numbers = (all: readonly Decimal[]): number[] => all.map(Number);

describe("units that are credited as far as they were invoiced", () => {
  it("all where the order was invoiced in full, however little Odoo knows of it", () => {
    assert.deepEqual(numbers(unitsToCredit([units(1, 3)], () => inOdoo(3, 2), false)), [1]);
    assert.deepEqual(numbers(unitsToCredit([units(1, 3)], () => inOdoo(3, 3), false)), [1]);
    assert.deepEqual(numbers(unitsToCredit([units(1, 3)], () => inOdoo(3, 2, 1), true)), [1]);
  });

  it("none where it was invoiced without them, or not at all", () => {
    assert.deepEqual(numbers(unitsToCredit([units(1, 3)], () => inOdoo(2, 2), true)), [0]);
    assert.deepEqual(numbers(unitsToCredit([units(3, 3)], () => inOdoo(0, 0), true)), [0]);
  });

  it("of two rows of one line no unit twice, of two lines each by itself", () => {
    const rows = [units(2, 4), units(1, 4)];
    assert.deepEqual(numbers(unitsToCredit(rows, () => inOdoo(3, 1), true)), [2, 0]);
    const apart = [units(2, 4), units(1, 4, { line: "line_2" })];
    assert.deepEqual(numbers(unitsToCredit(apart, () => inOdoo(3, 1), true)), [2, 1]);
  });

  it("in whatever order refunds are told, and how often: in the end as many as were invoiced and are ordered no more", () => {
    const refunds = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        refunds,
        fc.nat({ max: 3 }),
        fc.nat({ max: 4 }),
        fc.array(fc.record({ refund: fc.nat({ max: 3 }), version: fc.nat({ max: 4 }), late: fc.boolean() }), {
          maxLength: 12,
        }),
        (quantities, kept, before, told) => {
          const ever = quantities.reduce((all, one) => all + one, kept);
          const orderedAfter = (count: number) =>
            ever - quantities.slice(0, count).reduce((all, one) => all + one, 0);
          const first = Math.min(before, quantities.length);
          const invoiced = orderedAfter(first);
          const credited = new Map<number, number>();
          let version = first;
          let ordered = invoiced;
          const tell = (refund: number, late: boolean) => {
            // Units that were delivered meanwhile keep a refund that is told late from lowering the order.
            if (!late) ordered = Math.min(ordered, orderedAfter(refund + 1));
            const others = [...credited].reduce((all, [by, count]) => (by === refund ? all : all + count), 0);
            const quantity = quantities[refund]!;
            const [count] = numbers(
              unitsToCredit(
                [units(quantity, ever)],
                () => inOdoo(invoiced, ordered, others),
                version >= refund + 1,
              ),
            );
            // What is left out waits until the order is told as of then.
            if (count! < quantity && version < refund + 1) return;
            // What is posted stays as it is.
            if (!credited.has(refund) && count! > 0) credited.set(refund, count!);
          };
          for (const each of told) {
            version = Math.max(version, Math.min(each.version, quantities.length));
            ordered = Math.min(ordered, orderedAfter(version));
            tell(each.refund % quantities.length, each.late);
          }
          version = quantities.length;
          ordered = orderedAfter(version);
          quantities.forEach((_, refund) => {
            tell(refund, true);
          });
          assert.equal(
            [...credited.values()].reduce((all, one) => all + one, 0),
            invoiced - ordered,
          );
        },
      ),
      {
        numRuns: 3000,
        examples: [
          // The last refund is told before the order is told of it: what is ordered no more is the others'.
          [
            [1, 2, 2, 2],
            0,
            1,
            [
              { refund: 0, version: 3, late: false },
              { refund: 3, version: 0, late: true },
              { refund: 1, version: 0, late: false },
              { refund: 2, version: 0, late: false },
            ],
          ],
        ],
      },
    );
  });
});

describe("a credit note without what was never invoiced", () => {
  const line = (externalId: string, quantity: string, price: string) => ({
    model: "account.move.line",
    externalId,
    values: { quantity, price_unit: price },
  });
  const payment = (externalId: string, amount: string) => ({
    externalId,
    amount,
    journal: { id: 1 },
    date: "2026-03-05",
    memo: "",
  });
  /** Three of 10.00 with 1.00 off, and 5.00 more, paid back in two parts. */
  const step: CreditStep = {
    kind: "credit",
    order: "order_1",
    record: {
      model: "account.move",
      externalId: "refund_1",
      values: {},
      children: {
        invoice_line_ids: [
          line("credit_1", "3", "10.00"),
          line("credit_1_discount", "1", "-1.00"),
          line("amount", "1", "5.00"),
        ],
      },
    },
    totals: {
      ...{ model: "account.move", externalId: "refund_1", currency: "USD" },
      ...{ total: "34.00", tax: "2.40" },
    },
    payments: [payment("one", "14.00"), payment("two", "20.00")],
    asInvoiced: [units(3, 3, { credits: ["credit_1", "credit_1_discount"], total: "29.00", tax: "2.40" })],
  };
  const cut = (count: number, of = step) => {
    const { record, totals, payments } = cutToInvoiced(of, [decimal(count)]);
    return {
      lines: (record.children?.invoice_line_ids ?? []).map(({ externalId, values }) =>
        [externalId, values.quantity, values.price_unit].join(" "),
      ),
      totals: [totals.total, totals.tax],
      paid: payments.map(({ externalId, amount }) => `${externalId} ${amount}`),
    };
  };

  it("whole: as it is", () => {
    assert.deepEqual(cut(3), {
      lines: ["credit_1 3 10.00", "credit_1_discount 1 -1", "amount 1 5.00"],
      totals: ["34.00", "2.40"],
      paid: ["one 14.00", "two 20.00"],
    });
  });

  it("has its units below its other lines, by which they are known once it is posted", () => {
    const lines = cutToInvoiced(step, [decimal(1)]).record.children!.invoice_line_ids!;
    assert.deepEqual(
      lines.map(({ externalId, values }) => [externalId, values.sequence]),
      [
        ["credit_1", asInvoicedSequence],
        ["credit_1_discount", undefined],
        ["amount", undefined],
      ],
    );
  });

  it("in part: its share of discount, taxes and money", () => {
    assert.deepEqual(cut(1), {
      lines: ["credit_1 1 10.00", "credit_1_discount 1 -0.33", "amount 1 5.00"],
      totals: ["14.67", "0.80"],
      paid: ["one 14.00", "two 0.67"],
    });
  });

  it("not at all: the amount alone", () => {
    assert.deepEqual(cut(0), {
      lines: ["amount 1 5.00"],
      totals: ["5.00", "0.00"],
      paid: ["one 5.00"],
    });
  });

  describe("of which less money went back", () => {
    const keeping = (amount: string): CreditStep => ({
      ...step,
      record: {
        ...step.record,
        children: { invoice_line_ids: [line("credit_1", "3", "10.00"), line("kept", "1", `-${amount}`)] },
      },
      totals: { ...step.totals, total: decimal("30.00").minus(amount).toFixed(2) },
      payments: [payment("one", decimal("30.00").minus(amount).toFixed(2))],
      asInvoiced: [units(3, 3)],
      keptBack: { credit: "kept", amount },
    });

    it("all that is left out was never paid: what was paid goes back whole", () => {
      const lines = ["credit_1 1 10.00"];
      assert.deepEqual(cut(1, keeping("20.00")), { lines, totals: ["10.00", "2.40"], paid: ["one 10.00"] });
      assert.deepEqual(cut(1, keeping("23.00")), {
        ...{ lines: [...lines, "kept 1 -3"], totals: ["7.00", "2.40"], paid: ["one 7.00"] },
      });
    });

    it("less than what is left out: it stays kept back from the rest", () => {
      assert.deepEqual(cut(1, keeping("2.00")), {
        ...{
          lines: ["credit_1 1 10.00", "kept 1 -2.00"],
          totals: ["8.00", "2.40"],
          paid: ["one 8.00"],
        },
      });
      assert.deepEqual(cut(0, keeping("2.00")).totals, ["-2.00", "2.40"]);
    });

    it("whole: as it is", () => {
      assert.deepEqual(cut(3, keeping("2.00")).lines, ["credit_1 3 10.00", "kept 1 -2"]);
    });
  });

  it("any part of it: the payments never come to more than the note", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), (count) => {
        const { totals, payments } = cutToInvoiced(step, [decimal(count)]);
        assert.ok(sum(payments.map(({ amount }) => decimal(amount))).lte(totals.total));
      }),
    );
  });
});
