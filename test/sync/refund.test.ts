import assert from "node:assert/strict";
import fc from "fast-check";
import type { CreditStep, FindReference, ImportPlan, RecordReference } from "../../src/import-plan.ts";
import { type Decimal, decimal, roundTo, sum } from "../../src/money.ts";
import { locationIdsOf } from "../../src/sync/locations.ts";
import type { OrderMappingSettings, TaxRow } from "../../src/sync/order-options.ts";
import { refundToPlan } from "../../src/sync/refund.ts";
import { odooTotals } from "../support/odoo-arithmetic.ts";
import { both, item, type Json, off, paidBack, refunded, tax } from "./order-builder.ts";
import { stepTexts } from "./plan-text.ts";

const journals = [{ gateway: "shopify_payments", journal: "SHPAY" }];
const withInvoices = { confirm: "paid", invoice: "invoice_and_payment", journals } as const;
const shirt = item({
  price: "20.00",
  quantity: 2,
  taxes: [tax(0.19, "7.60")],
  more: { fulfillable_quantity: 0 },
});
const store = {
  shopify: { id: "70000000001", name: "Harbour Street Store" },
  odoo: { warehouseId: 3, locationId: 28, code: "HARB" },
};

/** Steps, and what Odoo will make of the credit note. */
function refundOf(payload: Json, settings: OrderMappingSettings = withInvoices) {
  const plan = refundToPlan(payload, settings, store);
  return { plan, steps: stepTexts(plan), odoo: creditTotals(plan) };
}

function creditOf(plan: ImportPlan): CreditStep | undefined {
  return plan.steps?.find((step): step is CreditStep => step.kind === "credit");
}

function creditTotals(plan: ImportPlan) {
  const credit = creditOf(plan);
  if (!credit) return null;
  const lines = (credit.record.children?.invoice_line_ids ?? []).map((line) => ({
    ...line,
    values: { ...line.values, product_uom_qty: line.values.quantity! },
  }));
  return odooTotals({
    ...plan,
    records: [{ ...credit.record, model: "sale.order", children: { order_line: lines } }],
    totals: credit.totals,
  });
}

describe("refunds", () => {
  it("goods that came back: a return to where they went, a credit note, the money by its gateway", () => {
    const { steps, odoo } = refundOf(
      refunded(
        [
          {
            id: 1,
            quantity: 1,
            restock: "return",
            net: "20.00",
            tax: "3.80",
            location: 70000000001,
            of: shirt,
          },
        ],
        { transactions: [paidBack("23.80")] },
      ),
    );
    assert.deepEqual(steps, [
      "return return_8001 of order_5678: 1 of line_1 to 28",
      "credit refund_8001 of order_5678: 23.80, tax 3.80, 23.80 from SHPAY",
    ]);
    assert.deepEqual(odoo, { untaxed: "20.00", tax: "3.80", total: "23.80" });
  });

  it("before it was shipped: less to ship, nothing to return", () => {
    const left = { ...shirt, fulfillable_quantity: 1, fulfillment_status: null };
    const { steps } = refundOf(
      refunded([{ id: 1, quantity: 1, restock: "cancel", net: "20.00", tax: "3.80", of: left }], {
        transactions: [paidBack("23.80")],
      }),
    );
    assert.deepEqual(steps, [
      "reduce order_5678: 1 of line_1 to come",
      "credit refund_8001 of order_5678: 23.80, tax 3.80, 23.80 from SHPAY",
    ]);
  });

  it("refunded without a return: money only", () => {
    const kept = { ...shirt, fulfillment_status: "fulfilled" };
    const { steps } = refundOf(
      refunded([{ id: 1, quantity: 2, restock: "no_restock", net: "40.00", tax: "7.60", of: kept }], {
        transactions: [paidBack("47.60")],
      }),
    );
    assert.deepEqual(steps, ["credit refund_8001 of order_5678: 47.60, tax 7.60, 47.60 from SHPAY"]);
  });

  it("shipping only, with its own tax", () => {
    const { steps, odoo } = refundOf(
      refunded([], {
        refund_shipping_lines: [
          {
            id: 1,
            shipping_line: { id: 80, title: "Standard", tax_lines: [tax(0.19, "0.93")] },
            subtotal_amount_set: both("4.90", "EUR"),
            tax_amount_set: both("0.93", "EUR"),
          },
        ],
        transactions: [paidBack("5.83")],
      }),
    );
    assert.deepEqual(steps, ["credit refund_8001 of order_5678: 5.83, tax 0.93, 5.83 from SHPAY"]);
    assert.deepEqual(odoo, { untaxed: "4.90", tax: "0.93", total: "5.83" });
  });

  it("an amount without goods is a discount given later", () => {
    const { plan, odoo } = refundOf(refunded([], { transactions: [paidBack("5.00")] }));
    assert.equal(odoo?.total, "5.00");
    assert.match(JSON.stringify(plan), /Refunded amount/);
  });

  it("goods and an amount together: every line says which order line it is of, or none", () => {
    const { plan } = refundOf(
      refunded([{ id: 1, quantity: 1, restock: "return", net: "20.00", tax: "3.80", of: shirt }], {
        transactions: [paidBack("28.80")],
      }),
    );
    const credit = plan.steps?.find((step): step is CreditStep => step.kind === "credit");
    assert.deepEqual(
      credit?.record.children?.invoice_line_ids?.map(({ values }) => values.sale_line_ids),
      [[{ externalId: "line_1" }], []],
    );
  });

  it("what an order may be invoiced without is credited as far as it was invoiced: units never shipped, and shipping", () => {
    const left = { ...shirt, fulfillable_quantity: 1, fulfillment_status: null };
    const { plan } = refundOf(
      refunded(
        [
          { id: 1, quantity: 1, restock: "cancel", net: "20.00", tax: "3.80", of: left },
          { id: 2, quantity: 1, restock: "return", net: "20.00", tax: "3.80", of: shirt },
        ],
        {
          refund_shipping_lines: [
            {
              id: 1,
              shipping_line: { id: 80, title: "Standard", tax_lines: [tax(0.19, "0.93")] },
              subtotal_amount_set: both("4.90", "EUR"),
              tax_amount_set: both("0.93", "EUR"),
            },
          ],
          transactions: [paidBack("53.43")],
        },
      ),
    );
    const credit = plan.steps?.find((step): step is CreditStep => step.kind === "credit");
    assert.equal(credit?.at, "2026-11-05T08:00:00Z");
    assert.deepEqual(credit?.asInvoiced, [
      {
        ...{ line: "line_1", quantity: "1", of: "2", credits: ["refund_8001_line_1_1"] },
        ...{ total: "23.80", tax: "3.80" },
      },
      {
        ...{ line: "shipping_80", quantity: "1", of: "1", credits: ["refund_8001_shipping_80"] },
        ...{ total: "5.83", tax: "0.93" },
      },
    ]);
  });

  it("where the mapping confirms no orders, it invoices none: a note", () => {
    const { steps } = refundOf(refunded([], { transactions: [paidBack("5.00")] }), {
      ...withInvoices,
      confirm: "never",
    });
    assert.deepEqual(steps, ["note on order_5678: Refunded in Shopify: 5.00 EUR (shopify_payments 9001)."]);
  });

  it("less money than the goods were worth: the rest is kept back, visibly", () => {
    const { plan, odoo } = refundOf(
      refunded([{ id: 1, quantity: 1, restock: "return", net: "20.00", tax: "3.80", of: shirt }], {
        order_adjustments: [{ kind: "refund_discrepancy", amount: "4.00", amount_set: both("4.00", "EUR") }],
        transactions: [paidBack("19.80")],
      }),
    );
    assert.equal(odoo?.total, "19.80");
    assert.match(JSON.stringify(plan), /Kept back from the refund/);
  });

  it("taxes inside the price are found out by the money that went back", () => {
    const gross = item({ price: "23.80", quantity: 2, taxes: [tax(0.19, "7.60")] });
    const { odoo } = refundOf(
      refunded([{ id: 1, quantity: 1, restock: "return", net: "23.80", tax: "3.80", of: gross }], {
        transactions: [paidBack("23.80")],
      }),
    );
    assert.deepEqual(odoo, { untaxed: "20.00", tax: "3.80", total: "23.80" });
  });

  it("a discounted piece is credited at what was paid for it", () => {
    const cheap = item({ price: "19.95", quantity: 3, off: [off("5.99")] });
    const { odoo } = refundOf(
      refunded([{ id: 1, quantity: 1, restock: "return", net: "17.95", of: cheap }], {
        transactions: [paidBack("17.95")],
      }),
    );
    assert.equal(odoo?.total, "17.95");
  });

  it("money that is still on its way is credited, and registered by nobody yet", () => {
    const { steps } = refundOf(refunded([], { transactions: [paidBack("5.00", { status: "pending" })] }));
    assert.deepEqual(steps, ["credit refund_8001 of order_5678: 5.00, tax 0.00"]);
  });

  it("two gateways give back through two journals", () => {
    const { steps } = refundOf(
      refunded([], {
        transactions: [paidBack("5.00"), paidBack("10.00", { id: 9002, gateway: "gift_card" })],
      }),
      { ...withInvoices, journals: [...journals, { gateway: "gift_card", journal: "GIFTC" }] },
    );
    assert.deepEqual(steps, [
      "credit refund_8001 of order_5678: 15.00, tax 0.00, 5.00 from SHPAY, 10.00 from GIFTC",
    ]);
  });

  it("without invoices, the order says in a note what was refunded and how", () => {
    const { steps } = refundOf(
      refunded(
        [
          {
            id: 1,
            quantity: 1,
            restock: "no_restock",
            net: "20.00",
            tax: "3.80",
            of: { ...shirt, fulfillment_status: "fulfilled" },
          },
        ],
        {
          note: "Too small",
          transactions: [paidBack("23.80")],
        },
      ),
      {},
    );
    assert.deepEqual(steps, [
      "note on order_5678: Refunded in Shopify: 23.80 EUR for 1 × Shirt (shopify_payments 9001). Reason: Too small",
    ]);
  });

  it("the removal of an edit moves no money: the order's own event carries it", () => {
    const removed = { ...shirt, fulfillment_status: "fulfilled" };
    const { plan } = refundOf(
      refunded([{ id: 1, quantity: 1, restock: "no_restock", net: "20.00", of: removed }]),
    );
    assert.match(plan.nothing ?? "", /order's own event/);
  });

  it("goods go back to the location they came to, and to where they came from where that is not mapped", () => {
    const line = (id: number, location: number) => ({
      ...{ id, location, of: shirt },
      ...{ quantity: 1, restock: "return" as const, net: "20.00" },
    });
    const payload = refunded([line(1, 70000000001), line(2, 70000000002), line(3, 70000000003)]);
    assert.deepEqual(locationIdsOf("refunds/create", payload), ["70000000001", "70000000002", "70000000003"]);
    const outlet = {
      shopify: { id: "70000000002", name: "Outlet" },
      odoo: { ...store.odoo, locationId: 31 },
    };
    const plan = refundToPlan(payload, {}, store, [store, outlet]);
    assert.deepEqual(
      plan.steps?.flatMap((step) =>
        step.kind === "return" ? step.lines.map(({ locationId }) => locationId) : [],
      ),
      [28, 31, null],
    );
  });

  describe("taxes of the table", () => {
    const back = (of: Json, net: string, taxed?: string) =>
      refunded([{ id: 1, quantity: 1, restock: "return", net, ...(taxed && { tax: taxed }), of }], {
        transactions: [
          paidBack(
            decimal(net)
              .plus(taxed ?? "0")
              .toFixed(2),
          ),
        ],
      });
    const taxesOf = (payload: Json, taxes: TaxRow[]) => {
      const plan = refundToPlan(payload, { ...withInvoices, taxes }, store);
      const [line] = creditOf(plan)!.record.children!.invoice_line_ids!;
      return (line!.values.tax_ids as RecordReference[]).map((each) =>
        "find" in each ? (each.find.where.name ?? `${each.find.where.amount} %`) : each,
      );
    };

    it("fit by title and percent alone: a refund does not tell its country", () => {
      const taxes = [
        { country: "DE", title: "MwSt", rate: "19", tax: "USt 19" },
        { country: "FR", rate: "20", tax: "TVA 20" },
      ];
      const fifth = item({ price: "20.00", quantity: 2, taxes: [tax(0.2, "8.00")] });
      assert.deepEqual(taxesOf(back(fifth, "20.00", "4.00"), taxes), ["TVA 20"]);
      assert.deepEqual(taxesOf(back(shirt, "20.00", "3.80"), taxes), ["19 %"]);
    });

    it("of several that fit, one without a country comes first, else the first", () => {
      const german = { country: "DE", rate: "19", tax: "USt 19" };
      const cypriot = { country: "CY", rate: "19", tax: "CY 19" };
      const any = { rate: "19", tax: "VAT 19" };
      const goods = back(shirt, "20.00", "3.80");
      assert.deepEqual(taxesOf(goods, [german, cypriot, any]), ["VAT 19"]);
      assert.deepEqual(taxesOf(goods, [cypriot, german]), ["CY 19"]);
    });

    const abroad = [
      { country: "CH", rate: "0", tax: "Export" },
      { title: "exempt", tax: "Exempt" },
    ];
    it("a rate of zero keeps the tax that its invoice has", () => {
      const exported = item({ price: "20.00", quantity: 2, taxes: [tax(0, "0.00")] });
      assert.deepEqual(taxesOf(back(exported, "20.00"), abroad), ["Export"]);
      assert.deepEqual(taxesOf(back(exported, "20.00"), []), []);
    });

    it("so does a tax that was waived, as far as the table names one tax for it", () => {
      const waived = item({ price: "20.00", quantity: 2, taxes: [tax(0.19, "0.00")] });
      const reverse = { title: "EU_REVERSE_CHARGE_EXEMPTION_RULE", tax: "Reverse charge" };
      assert.deepEqual(taxesOf(back(waived, "20.00"), abroad), ["Exempt"]);
      assert.deepEqual(taxesOf(back(waived, "20.00"), [reverse]), ["Reverse charge"]);
      // Which of them was the reason, the order alone says.
      assert.deepEqual(taxesOf(back(waived, "20.00"), [reverse, ...abroad]), []);
      assert.deepEqual(taxesOf(back(item({ price: "20.00" }), "20.00"), abroad), []);
    });

    it("a tax that was charged and not refunded stays away", () => {
      assert.deepEqual(taxesOf(back(shirt, "20.00"), [{ rate: "19", tax: "USt 19" }]), []);
    });
  });

  describe("what has no product", () => {
    const lineOf = (plan: ImportPlan, at = 0) => {
      const { values } = creditOf(plan)!.record.children!.invoice_line_ids![at]!;
      const product = (values.product_id as FindReference).find.where.default_code;
      return [product, values.name, values.quantity, values.price_unit];
    };

    it("duties are credited with the tax that the order put on them", () => {
      const duty = (id: string, amount: string, taxes: Json[]) => ({
        ...{ id, harmonized_system_code: null, tax_lines: taxes },
        ...both(amount, "EUR"),
      });
      const taxed = item({
        price: "100.00",
        quantity: 2,
        taxes: [tax(0.2, "40.00")],
        more: { duties: [duty("901", "12.50", [tax(0.2, "2.50")]), duty("902", "7.50", [tax(0.2, "1.50")])] },
      });
      const { plan, odoo } = refundOf(
        refunded([{ id: 1, quantity: 1, restock: "return", net: "100.00", tax: "20.00", of: taxed }], {
          total_duties_set: both("10.00", "EUR"),
          transactions: [paidBack("132.00")],
        }),
      );
      assert.deepEqual(lineOf(plan, 1), ["DUTIES", "Duties: Shirt", "1", "6.25"]);
      assert.deepEqual(lineOf(plan, 2), ["DUTIES", "Duties: Shirt", "1", "3.75"]);
      assert.deepEqual(odoo, { untaxed: "110.00", tax: "22.00", total: "132.00" });
      assert.equal(creditOf(plan)!.record.children!.invoice_line_ids!.length, 3);
    });

    it("duties whose tax the refund does not tell are credited as they are", () => {
      const { plan, odoo } = refundOf(
        refunded([], { total_duties_set: both("6.25", "EUR"), transactions: [paidBack("6.25")] }),
      );
      assert.deepEqual(lineOf(plan), ["DUTIES", "Duties", "1", "6.25"]);
      assert.deepEqual(odoo, { untaxed: "6.25", tax: "0.00", total: "6.25" });
    });

    // What is never shipped leaves the order as units do that won't be; a gift card was sent as it was sold.
    for (const [what, product, more, left] of [
      ["Tip", "TIP", { tip_payment_gateway: null }, ["reduce order_5678: 0 of line_1 to come"]],
      ["Gift card", "GIFT-CARD", { gift_card: true }, []],
    ] as const)
      it(`${what}: credited on the product that it was sold as`, () => {
        const unshipped = { variant_id: null, fulfillable_quantity: 0, fulfillment_status: null };
        const sold = item({ title: what, sku: null, price: "5.00", more: { ...unshipped, ...more } });
        const { plan, steps, odoo } = refundOf(
          refunded([{ id: 1, quantity: 1, restock: "no_restock", net: "5.00", of: sold }], {
            transactions: [paidBack("5.00")],
          }),
        );
        assert.deepEqual(steps, [
          ...left,
          "credit refund_8001 of order_5678: 5.00, tax 0.00, 5.00 from SHPAY",
        ]);
        assert.deepEqual(lineOf(plan), [product, what, "1", "5"]);
        assert.equal(odoo?.total, "5.00");
      });
  });

  it("every credit note comes to the money that went back, to the cent without taxes, else within one for each line", () => {
    const lines = fc.array(
      fc.record({
        cents: fc.integer({ min: 1, max: 50_000 }),
        quantity: fc.integer({ min: 1, max: 5 }),
        refunded: fc.integer({ min: 1, max: 5 }),
        share: fc.constantFrom(0, 0.1, 0.333),
        rate: fc.constantFrom("0", "0.19", "0.0825"),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(
        lines,
        fc.boolean(),
        fc.integer({ min: -300, max: 300 }),
        (given, included, discrepancy) => {
          const { payload, money, taxed } = someRefund(given, included, discrepancy);
          if (money.lte(0)) return;
          const { odoo, plan } = refundOf(payload);
          assert.equal(creditOf(plan)?.totals.total, money.toFixed(2));
          const off = decimal(odoo!.total).minus(money).abs();
          const allowed = decimal("0.01").times(taxed ? given.length : 0);
          assert.ok(off.lte(allowed), `${odoo!.total} for ${money.toFixed(2)}`);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

function someRefund(
  given: { cents: number; quantity: number; refunded: number; share: number; rate: string }[],
  included: boolean,
  discrepancy: number,
): { payload: Json; money: Decimal; taxed: boolean } {
  const lines = given.map(({ cents, quantity, refunded: count, share, rate }, at) => {
    const price = decimal(cents).times("0.01");
    const discount = roundTo(price.times(quantity).times(share), 2);
    const units = Math.min(count, quantity);
    const whole = price.times(quantity).minus(discount);
    const net = roundTo(whole.times(units).div(quantity), 2);
    const taxOn = (amount: Decimal): Decimal =>
      roundTo(included ? amount.times(rate).div(decimal(rate).plus(1)) : amount.times(rate), 2);
    const of = item({
      id: at + 1,
      price: price.toFixed(2),
      quantity,
      off: discount.eq(0) ? [] : [off(discount.toFixed(2))],
      taxes: rate === "0" ? [] : [tax(Number(rate), taxOn(whole).toFixed(2))],
    });
    return { id: at + 1, quantity: units, restock: "return" as const, net, tax: taxOn(net), of };
  });
  const worth = sum(lines.map(({ net, tax }) => (included ? net : net.plus(tax))));
  const money = worth.plus(decimal(discrepancy).times("0.01"));
  return {
    payload: refunded(
      lines.map((line) => ({ ...line, net: line.net.toFixed(2), tax: line.tax.toFixed(2) })),
      { transactions: money.gt(0) ? [paidBack(money.toFixed(2))] : [] },
    ),
    money,
    taxed: lines.some(({ tax }) => !tax.eq(0)),
  };
}
