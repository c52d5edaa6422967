import assert from "node:assert/strict";
import fc from "fast-check";
import { HoldfastError } from "../../src/failure.ts";
import type { ImportPlan, ImportRecord, ImportValue } from "../../src/import-plan.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { odooTotals } from "../support/odoo-arithmetic.ts";
import { item, type Json, order, tax } from "./order-builder.ts";
import { orderFixtures } from "./order-fixtures.ts";
import { stateFixtures } from "./order-state-fixtures.ts";
import { linesOf, lineTexts, orderOf, stepTexts } from "./plan-text.ts";

const fixtures = [...orderFixtures, ...stateFixtures];

describe("orderToPlan", () => {
  for (const fixture of fixtures)
    it(`maps ${fixture.title}; Odoo arrives at the total`, () => {
      const { payload, settings, location, lines, steps } = fixture;
      const plan = orderToPlan(payload, settings, location);
      assert.deepEqual(lineTexts(plan), lines);
      if (steps) assert.deepEqual(stepTexts(plan), steps);
      assertWellFormed(plan);
      const expected = expectedOf(fixture);
      if (expected === null) {
        assert.equal(plan.totals, undefined);
        return;
      }
      const { total, tax, currency } = plan.totals!;
      assert.deepEqual({ total, tax, currency }, expected);
      assert.deepEqual(odooTotals(plan), {
        total,
        tax,
        untaxed: (Number(total) - Number(tax)).toFixed(decimalsOf(total)),
      });
    });

  it("is held to at least sixty orders, each of another kind", () => {
    const distinct = new Set(fixtures.map(({ payload }) => JSON.stringify(payload)));
    assert.ok(distinct.size >= 60, `${distinct.size} distinct orders`);
  });

  it("names the order in Odoo as people do in Shopify", () => {
    const plan = orderToPlan(order({ items: [item({ price: "20.00" })], total: "20.00" }));
    const { externalId, values } = orderOf(plan);
    assert.equal(plan.reference, "#1001");
    assert.equal(externalId, "order_5678");
    assert.equal(values.client_order_ref, "#1001");
    assert.equal(values.origin, "Shopify #1001 (2026-11-02T09:15:31Z)");
    assert.deepEqual(plan.version, { externalId: "order_5678", at: "2026-11-02T09:15:31Z" });
    assert.equal(values.date_order, "2026-11-02 09:15:30");
  });

  it("sends the goods from the mapped location's warehouse, and leaves it to Odoo without one", () => {
    const payload = order({ items: [item({ price: "20.00" })], total: "20.00" });
    const location = {
      shopify: { id: "9", name: "Store" },
      odoo: { warehouseId: 3, locationId: 28, code: "ST" },
    };
    assert.deepEqual(orderOf(orderToPlan(payload, {}, location)).values.warehouse_id, { id: 3 });
    assert.equal("warehouse_id" in orderOf(orderToPlan(payload)).values, false);
    assert.equal("warehouse_id" in orderOf(orderToPlan(payload, {}, null)).values, false);
  });

  it("takes over notes as they are, and touches Odoo's own note only then", () => {
    const payload = order({
      items: [],
      total: "0.00",
      more: {
        note: "Ring <twice>\nThanks",
        note_attributes: [
          { name: "Date & time", value: "2026-12-24" },
          { name: "_internal", value: "x" },
        ],
      },
    });
    assert.equal(
      orderOf(orderToPlan(payload)).values.note,
      "<p>Ring &lt;twice&gt;<br>Thanks<br>Date &amp; time: 2026-12-24</p>",
    );
    assert.equal("note" in orderOf(orderToPlan(order({ items: [], total: "0.00" }))).values, false);
  });

  it("keeps what a customer had engraved on the line", () => {
    const properties = [
      { name: "Engraving", value: "For Ann" },
      { name: "_bundle", value: "7" },
    ];
    const payload = order({
      items: [item({ title: "Cup", price: "20.00", more: { properties } })],
      total: "20.00",
    });
    assert.equal(linesOf(orderToPlan(payload))[0]?.values.name, "Cup\nEngraving: For Ann");
  });

  it("takes a pricelist in the currency the customer paid in, only when that is not the shop's", () => {
    const paidIn = { currency: "USD", total: "22.00", tax: "0.00" };
    const payload = order({ paidIn, items: [item({ price: "20.00", paid: "22.00" })], total: "20.00" });
    const pricelist = orderOf(orderToPlan(payload, { money: "presentment" })).values.pricelist_id;
    assert.deepEqual((pricelist as { find: { where: unknown } }).find.where, { "currency_id.name": "USD" });
    assert.equal("pricelist_id" in orderOf(orderToPlan(payload)).values, false);
    const atHome = order({ items: [item({ price: "20.00" })], total: "20.00" });
    assert.equal("pricelist_id" in orderOf(orderToPlan(atHome, { money: "presentment" })).values, false);
  });

  it("an order in the buyer's currency is paid in it", () => {
    const payload = order({
      paidIn: { currency: "USD", total: "18.40", tax: "0.00" },
      items: [item({ price: "20.00", paid: "18.40" })],
      total: "20.00",
      more: { financial_status: "paid", payment_gateway_names: ["paypal"], total_outstanding: "0.00" },
    });
    const plan = orderToPlan(payload, {
      money: "presentment",
      confirm: "paid",
      invoice: "invoice_and_payment",
      journals: [{ gateway: "*", journal: "BNK1" }],
    });
    const [, invoice] = plan.steps ?? [];
    assert.ok(invoice?.kind === "invoice");
    assert.deepEqual(
      invoice.payments.map(({ amount }) => amount),
      ["18.40"],
    );
  });

  it("tells an operator which SKU is missing and where to set it", () => {
    const plan = orderToPlan(
      order({ items: [item({ title: "Shirt - Red", price: "20.00" })], total: "20.00" }),
    );
    const product = linesOf(plan)[0]!.values.product_id as { find: { missing: unknown } };
    assert.deepEqual(product.find.missing, {
      class: "rejected",
      code: "sku_not_found",
      message: 'Order #1001: variant SKU SH-1 ("Shirt - Red") is not in Odoo.',
      hint: "Set Internal Reference SH-1 on the product, then retry.",
    });
  });

  it("always gives taxes and discount, so that Odoo's defaults never add to a total", () => {
    for (const { payload, settings } of fixtures)
      for (const line of linesOf(orderToPlan(payload, settings))) {
        assert.ok(Array.isArray(line.values.tax_ids), line.externalId);
        assert.equal(typeof line.values.discount, "string", line.externalId);
      }
  });

  it("hands numbers that do not add up to the totals check, and does not bend them", () => {
    // Shopify says 25.00 where its own line says 20.00: the plan keeps both, and odoo-write will refuse it by name.
    const plan = orderToPlan(order({ items: [item({ price: "20.00" })], total: "25.00" }));
    assert.equal(plan.totals?.total, "25.00");
    assert.equal(odooTotals(plan).total, "20.00");
  });

  it("hands a tax that Odoo would round otherwise to the totals check", () => {
    // 19 % of 9.99 is 1.8981; a channel that charged 1.89 can't be written as 19 %.
    const plan = orderToPlan(
      order({ items: [item({ price: "9.99", taxes: [tax(0.19, "1.89")] })], total: "11.88", tax: "1.89" }),
    );
    assert.equal(plan.totals?.total, "11.88");
    assert.equal(odooTotals(plan).total, "11.89");
  });

  it("gives the same plan for the same order, and changes neither order nor options", () => {
    for (const { payload, settings, location } of fixtures) {
      const before = structuredClone(payload);
      assert.deepEqual(orderToPlan(payload, settings, location), orderToPlan(before, settings, location));
      assert.deepEqual(payload, before);
    }
  });

  describe("refuses, naming the order,", () => {
    const good = (): Json => order({ items: [item({ price: "20.00" })], total: "20.00" });
    const withItem = (more: Json): Json => order({ items: [item({ price: "20.00", more })], total: "20.00" });
    const cases: [string, unknown, string, RegExp][] = [
      ["a text", "hello", "not_an_order", /not a Shopify order/],
      ["nothing", undefined, "not_an_order", /not a Shopify order/],
      ["a list", [], "not_an_order", /not a Shopify order/],
      ["a customer", { id: 1, email: "ann@example.com" }, "not_an_order", /no line_items/],
      [
        "an order without an id",
        { ...good(), id: null, admin_graphql_api_id: null },
        "malformed_payload",
        /#1001.*no id/,
      ],
      [
        "an order without a currency",
        { ...good(), currency: null, presentment_currency: null },
        "malformed_payload",
        /#1001.*currency/,
      ],
      [
        "an order without a total",
        { ...good(), total_price: null, total_price_set: null },
        "malformed_payload",
        /#1001.*total_price/,
      ],
      [
        "a date without an offset",
        { ...good(), created_at: "2026-11-02T10:15:30" },
        "malformed_payload",
        /#1001.*created_at/,
      ],
      [
        "a variant without a SKU",
        withItem({ sku: "  " }),
        "sku_missing",
        /#1001.*"Shirt" has no SKU.*Shopify/,
      ],
      ["a line without an id", withItem({ id: undefined }), "malformed_payload", /#1001.*no id/],
      [
        "a negative quantity",
        withItem({ quantity: -1 }),
        "malformed_payload",
        /#1001.*"Shirt".*quantity: -1/,
      ],
      ["half a piece", withItem({ quantity: 0.5 }), "malformed_payload", /#1001.*"Shirt".*quantity/],
      [
        "a negative price",
        withItem({ price_set: null, price: "-3.00" }),
        "malformed_payload",
        /#1001.*Shirt.*negative/,
      ],
      [
        "a price that is a word",
        withItem({ price_set: null, price: "free" }),
        "malformed_payload",
        /#1001.*price is not an amount: "free"/,
      ],
      [
        "a price with a comma",
        withItem({ price_set: null, price: "3,50" }),
        "malformed_payload",
        /#1001.*"3,50"/,
      ],
      [
        "no price at all",
        withItem({ price_set: null, price: null }),
        "malformed_payload",
        /#1001.*"Shirt" has no price/,
      ],
      ["a line that is a number", { ...good(), line_items: [7] }, "malformed_payload", /#1001.*line_items/],
      [
        "a negative discount",
        withItem({ discount_allocations: [{ amount: "-1.00" }] }),
        "malformed_payload",
        /#1001.*discount/,
      ],
      [
        "a tax without a rate",
        withItem({ tax_lines: [{ price: "1.00" }] }),
        "malformed_payload",
        /#1001.*rate/,
      ],
    ];
    for (const [what, payload, code, message] of cases)
      it(what, () => {
        const failure = failureOf(() => orderToPlan(payload));
        assert.equal(failure.class, "rejected");
        assert.equal(failure.code, code);
        assert.match(`${failure.message} ${failure.hint}`, message);
        assert.ok(failure.hint);
      });

    it("an amount that Shopify sent in the other currency only", () => {
      const paidIn = { currency: "USD", total: "25.00", tax: "0.00" };
      const payload = order({
        paidIn,
        items: [item({ price: "20.00", paid: "22.00" })],
        total: "23.00",
        more: { total_tip_received: "3.00" },
      });
      assert.equal(
        failureOf(() => orderToPlan(payload, { money: "presentment" })).code,
        "no_presentment_amount",
      );
    });

    it("a prefix that no external id may have", () => {
      assert.equal(failureOf(() => orderToPlan(good(), { externalIdPrefix: "my.shop " })).code, "bad_prefix");
    });
  });

  it("maps or refuses whatever stands where, and never breaks", () => {
    const junk = fc.oneof(
      fc.constantFrom(
        null,
        undefined,
        "",
        "x",
        -1,
        0,
        1e300,
        Number.NaN,
        true,
        [],
        {},
        [null],
        [[]],
        "__proto__",
      ),
      fc.jsonValue(),
    );
    const base = fixtures.map(({ payload }) => payload);
    fc.assert(
      fc.property(fc.constantFrom(...base), fc.nat(), junk, (payload, place, value) => {
        const broken = structuredClone(payload);
        const places = placesIn(broken);
        const [holder, key] = places[place % places.length]!;
        (holder as Record<string, unknown>)[key] = value;
        try {
          assertWellFormed(orderToPlan(broken));
        } catch (thrown) {
          if (!(thrown instanceof HoldfastError)) throw thrown;
          assert.equal(thrown.failure.class, "rejected");
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** What Odoo must come to, by the fixture, or else by Shopify's first total. */
function expectedOf({ payload, settings, total, tax }: (typeof fixtures)[number]) {
  if (total === null) return null;
  const side = settings?.money === "presentment" ? "presentment_money" : "shop_money";
  const told = (field: string) => (payload[field] as Record<string, Record<string, string>>)[side]!;
  return {
    total: total ?? told("total_price_set").amount,
    tax: tax ?? told("total_tax_set").amount,
    currency: told("total_price_set").currency_code,
  };
}

function failureOf(run: () => unknown) {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return thrown.failure;
    throw thrown;
  }
  throw new Error("nothing was refused");
}

/** Every place in a payload where something stands. */
function placesIn(value: unknown): [object, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [value, key] as [object, string],
    ...placesIn(inner),
  ]);
}

function decimalsOf(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

/** What odoo-write relies on: plain data, every external id once, references only to what came before. */
function assertWellFormed(plan: ImportPlan): void {
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
  const known = new Set<string>();
  const check = (record: ImportRecord): void => {
    assert.match(record.externalId, /^[A-Za-z0-9_]+$/);
    assert.equal(known.has(record.externalId), false, `${record.externalId} twice`);
    for (const value of Object.values(record.values))
      for (const reference of referencesIn(value))
        assert.ok(known.has(reference), `${reference} is not there yet`);
    for (const child of Object.values(record.children ?? {}).flat()) check(child);
    known.add(record.externalId);
  };
  for (const record of plan.records) check(record);
  if (plan.totals) assert.ok(known.has(plan.totals.externalId));
}

function referencesIn(value: ImportValue): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((each) =>
    typeof each === "object" && each !== null && "externalId" in each ? [each.externalId] : [],
  );
}
