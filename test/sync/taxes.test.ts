import assert from "node:assert/strict";
import type { ImportRecord, RecordReference } from "../../src/import-plan.ts";
import { decimal } from "../../src/money.ts";
import type { MoneyView } from "../../src/sync/money-view.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { type OrderMappingSettings, orderMappingDefaults } from "../../src/sync/order-options.ts";
import { chargedTaxes } from "../../src/sync/taxes.ts";
import { item, type Json, order, tax } from "./order-builder.ts";
import { linesOf } from "./plan-text.ts";

const rules = { included: true, country: null, options: orderMappingDefaults };

describe("a tax's rate", () => {
  for (const rate of ["", -0.2, 101, 1.8e306])
    it(`${JSON.stringify(rate)} is refused, with the order's name`, () => {
      assert.throws(
        () => chargedTaxes([{ rate, price: "1.00" }], decimal(10), rules, {} as MoneyView, "Order #1001"),
        /Order #1001.*no usable rate/,
      );
    });
});

describe("the table of taxes", () => {
  const sold = (taxes: Json[], more: Json = {}): Json =>
    order({ items: [item({ price: "100.00", taxes })], total: "119.00", tax: "19.00", more });
  const taxesOf = (payload: Json, settings: OrderMappingSettings): RecordReference[] =>
    linesOf(orderToPlan(payload, settings))[0]!.values.tax_ids as RecordReference[];
  const names = (references: RecordReference[]) =>
    references.map((each) => ("find" in each ? (each.find.where.name ?? each.find.where.amount) : each));

  it("names a tax by country, title and rate; the first row that fits counts, what none fits goes by its rate", () => {
    const taxes = [
      { country: "FR", title: "", rate: "19", tax: "TVA 19" },
      { country: "", title: "vat", rate: "7", tax: "Reduced" },
      { country: "gb", title: "", rate: "19 %", tax: "42" },
    ];
    assert.deepEqual(names(taxesOf(sold([tax(0.19, "19.00")]), { taxes })), [{ id: 42 }]);
    assert.deepEqual(names(taxesOf(sold([tax(0.07, "7.00")]), { taxes })), ["Reduced"]);
    assert.deepEqual(names(taxesOf(sold([tax(0.05, "5.00")]), { taxes })), [5]);
  });

  it("can tell two taxes of one rate apart, and adds up lines that mean the same", () => {
    const state = { ...tax(0.04, "4.00"), title: "State" };
    const county = { ...tax(0.04, "4.00"), title: "County" };
    const apart = [
      { title: "State", tax: "S4" },
      { title: "County", tax: "C4" },
    ];
    assert.deepEqual(names(taxesOf(sold([state, county]), { taxes: apart })), ["S4", "C4"]);
    assert.deepEqual(names(taxesOf(sold([state, county]), { taxes: [{ tax: "Sales tax" }] })), ["Sales tax"]);
  });

  it("gives a tax of nothing its place in Odoo's tax report: a zero rate, and an order without any tax", () => {
    const taxes = [
      { title: "exempt", tax: "Exempt" },
      { rate: "0", tax: "Export 0 %" },
    ];
    assert.deepEqual(names(taxesOf(sold([tax(0, "0.00")]), { taxes })), ["Export 0 %"]);
    assert.deepEqual(names(taxesOf(sold([], { tax_exempt: true }), { taxes })), ["Exempt"]);
    assert.deepEqual(taxesOf(sold([]), { taxes }), []);
  });

  it("knows why a customer pays none, as Shopify names it, before the one row for all others", () => {
    const taxes = [
      { title: "exempt", tax: "Exempt" },
      { country: "FR", title: "EU_REVERSE_CHARGE_EXEMPTION_RULE", tax: "Autoliquidation" },
      { title: "eu_reverse_charge_exemption_rule", tax: "Reverse charge" },
    ];
    const buyer = { id: 7001, first_name: "Ann", tax_exemptions: ["EU_REVERSE_CHARGE_EXEMPTION_RULE"] };
    const reverse = { customer: buyer, tax_exempt: true };
    assert.deepEqual(names(taxesOf(sold([], reverse), { taxes })), ["Reverse charge"]);
    assert.deepEqual(names(taxesOf(sold([], { customer: buyer }), { taxes })), ["Reverse charge"]);
    assert.deepEqual(names(taxesOf(sold([tax(0.05, "5.00")], reverse), { taxes })), [5]);
    assert.deepEqual(names(taxesOf(sold([], reverse), { taxes: taxes.slice(0, 2) })), ["Exempt"]);
    const other = { customer: { ...buyer, tax_exemptions: ["CA_STATUS_CARD_EXEMPTION"] } };
    assert.deepEqual(taxesOf(sold([], other), { taxes }), []);
  });

  it("makes a missing tax where it may, else says which one to add and where", () => {
    const missing = (settings: OrderMappingSettings) => {
      const [reference] = taxesOf(sold([tax(0.19, "19.00")]), settings);
      return (reference as { find: { missing: unknown } }).find.missing;
    };
    const { create } = missing({ missingTax: "create" }) as { create: ImportRecord };
    assert.equal(create.externalId, "tax_19");
    assert.equal(create.values.amount, "19");
    assert.match(JSON.stringify(missing({})), /tax_not_found.*table of taxes/);
  });
});
