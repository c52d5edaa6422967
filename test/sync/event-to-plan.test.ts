import assert from "node:assert/strict";
import { HoldfastError } from "../../src/failure.ts";
import type { ExternalReference } from "../../src/import-plan.ts";
import { eventToPlan, mappedTopics } from "../../src/sync/event-to-plan.ts";
import type { OrderMappingSettings } from "../../src/sync/order-options.ts";
import { ann, annsHome, fulfilled, item, order, refunded } from "./order-builder.ts";
import { partnersOf, stepTexts } from "./plan-text.ts";

const store = {
  shopify: { id: "70000000001", name: "Harbour Street Store" },
  odoo: { warehouseId: 3, locationId: 28, code: "HARB" },
};
const anOrder = order({
  items: [item({ price: "20.00" })],
  total: "20.00",
  more: { financial_status: "paid" },
});

describe("what each topic becomes", () => {
  it("all topics that carry the order give the same plan: the order's state", () => {
    const [first, ...others] = [
      "orders/create",
      "orders/updated",
      "orders/paid",
      "orders/cancelled",
      "orders/fulfilled",
      "orders/partially_fulfilled",
    ].map((topic) => eventToPlan(topic, anOrder, { confirm: "paid" }, store));
    assert.deepEqual(first?.version, { externalId: "order_5678", at: "2026-11-02T09:15:31Z" });
    assert.equal(first.records.at(-1)?.write, "always");
    for (const other of others) assert.deepEqual(other, first);
  });

  it("an order that was cancelled is cancelled, whichever topic tells of it first", () => {
    const cancelled = { ...anOrder, cancelled_at: "2026-11-03T08:00:00Z" };
    for (const topic of ["orders/create", "orders/updated", "orders/cancelled"])
      assert.deepEqual(stepTexts(eventToPlan(topic, cancelled, { confirm: "always" })), [
        "cancel order_5678",
      ]);
  });

  for (const [topic, payload, why] of [
    ["orders/edited", { order_edit: { id: 1, order_id: 5678 } }, /orders\/updated/],
    ["returns/request", { id: 3, order: { id: 5678 }, name: "#1001-R1" }, /no goods have moved/],
    ["returns/approve", { id: 3, order: { id: 5678 }, name: "#1001-R1" }, /no goods have moved/],
    ["returns/close", { id: 3, order_id: 5678 }, /refund/],
    ["returns/process", {}, /refund/],
    ["products/update", { id: 31, title: "Shirt", variants: [] }, /kept in Odoo/],
    ["products/delete", { id: 31 }, /by hand/],
    ["orders/risk_assessment_changed", { order_id: 5678, risk_level: "LOW" }, /low/],
  ] as const)
    it(`${topic} rightly changes nothing, and says why`, () => {
      const plan = eventToPlan(topic, payload, {});
      assert.deepEqual(plan.records, []);
      assert.equal(plan.steps, undefined);
      assert.match(plan.nothing ?? "", why);
    });

  for (const [topic, code, payload] of [
    ["app/uninstalled", "app_uninstalled", { id: 1, domain: "example.myshopify.com" }],
    ["customers/data_request", "data_request", { customer: { id: 7001, email: "ann.lee@example.com" } }],
    ["shop/redact", "shop_redact", { shop_domain: "example.myshopify.com" }],
    ["reverse_fulfillment_orders/dispose", "topic_not_mapped", { id: 1, dispositions: [] }],
    ["carts/update", "topic_not_mapped", {}],
  ] as const)
    it(`${topic} ends with a person: ${code}, with what to do, and without anybody's e-mail`, () => {
      const failure = refusedBy(() => eventToPlan(topic, payload, {}));
      assert.equal(failure.class, "rejected");
      assert.equal(failure.code, code);
      assert.ok(failure.hint);
      assert.doesNotMatch(`${failure.message} ${failure.hint}`, /@/);
    });

  it("a high risk that comes after the order becomes a note on it", () => {
    const plan = eventToPlan("orders/risk_assessment_changed", { order_id: 5678, risk_level: "HIGH" }, {});
    assert.match(stepTexts(plan)[0] ?? "", /^note on order_5678: .*high/);
  });

  it("test orders are left out where the mapping says so", () => {
    const plan = eventToPlan("orders/create", { ...anOrder, test: true }, { testOrders: "skip" });
    assert.deepEqual(plan.records, []);
    assert.match(plan.nothing ?? "", /test order/);
  });

  it("nothing of another topic passes for an order, a refund, a fulfillment or a customer", () => {
    const bodies = [anOrder, refunded([]), fulfilled([{ id: 1, quantity: 1 }]), ann, "text", null, []];
    for (const topic of mappedTopics)
      for (const body of bodies) {
        try {
          const plan = eventToPlan(topic, body, {});
          assert.equal(plan.kind, "import-plan");
        } catch (thrown) {
          if (!(thrown instanceof HoldfastError)) throw thrown;
          assert.equal(thrown.failure.class, "rejected", topic);
        }
      }
  });
});

describe("fulfillments", () => {
  const plan = (more: object, location: typeof store | null = store) =>
    stepTexts(
      eventToPlan("fulfillments/create", fulfilled([{ id: 1, quantity: 2 }], { ...more }), {}, location),
    );

  it("deliver what left the shop, from the location's warehouse", () => {
    assert.deepEqual(plan({}), ["deliver fulfillment_6001 of order_5678: 2 of line_1 from 3"]);
    assert.deepEqual(plan({}, null), ["deliver fulfillment_6001 of order_5678: 2 of line_1"]);
  });

  it("carry the parcel's number, also when it comes later", () => {
    const parcel = { tracking_company: "DHL", tracking_number: "JD01", tracking_numbers: ["JD01", "JD02"] };
    const [deliver, track] = plan(parcel);
    assert.match(deliver ?? "", /^deliver/);
    assert.equal(track, "track fulfillment_6001: DHL JD01 JD02");
  });

  it("come back when they are called off, and wait while they are under way", () => {
    assert.deepEqual(plan({ status: "cancelled" }), ["undeliver fulfillment_6001"]);
    for (const status of ["pending", "open", "error", "failure"]) {
      const waiting = eventToPlan("fulfillments/update", fulfilled([{ id: 1, quantity: 1 }], { status }), {});
      assert.match(waiting.nothing ?? "", new RegExp(status));
    }
  });

  it("carry Shopify's updated_at as their version; within one second a cancellation is the last word", () => {
    const version = (more: object) =>
      eventToPlan("fulfillments/update", fulfilled([{ id: 1, quantity: 2 }], { ...more }), {}).version;
    const updated_at = "2026-11-24T11:00:00+01:00";
    assert.deepEqual(version({ updated_at }), { externalId: "fulfillment_6001", at: "2026-11-24T10:00:00Z" });
    const cancelled = version({ updated_at, status: "cancelled" });
    assert.equal(cancelled?.at, "2026-11-24T10:00:00.999Z");
    for (const unknown of [undefined, null, "yesterday"])
      assert.equal(version({ updated_at: unknown }), undefined);
  });

  it("tell, called off, what they held, so that a person's delivery of it is found", () => {
    const lines = (some: { id: number; quantity: number }[]) =>
      eventToPlan("fulfillments/update", fulfilled(some, { status: "cancelled" }), {}).steps;
    assert.deepEqual(lines([{ id: 1, quantity: 2 }]), [
      {
        kind: "undeliver",
        order: "order_5678",
        externalId: "fulfillment_6001",
        lines: [{ line: "line_1", quantity: "2" }],
      },
    ]);
    assert.deepEqual(lines([]), [{ kind: "undeliver", order: "order_5678", externalId: "fulfillment_6001" }]);
  });

  it("hold no gift cards and no tips: Odoo has no picking for them", () => {
    const card = fulfilled([], {
      line_items: [
        { id: 1, quantity: 1, gift_card: true },
        { id: 2, quantity: 1, tip_payment_gateway: null },
      ],
    });
    assert.match(eventToPlan("fulfillments/create", card, {}).nothing ?? "", /stocked/);
  });
});

describe("customers and products", () => {
  it("a changed customer is brought up to date, and a late event is not", () => {
    const plan = eventToPlan(
      "customers/update",
      { ...ann, updated_at: "2026-11-04T12:00:00-05:00", default_address: annsHome },
      { externalIdPrefix: "uk_" },
    );
    const [partner] = partnersOf(plan);
    assert.equal(partner?.externalId, "uk_customer_7001");
    assert.equal(partner.write, "always");
    assert.equal(partner.values.street, "1 Harbour Street");
    assert.deepEqual(plan.version, { externalId: "uk_customer_7001", at: "2026-11-04T17:00:00Z" });
  });

  it("a customer to erase loses every personal field, and a note says what remains", () => {
    const plan = eventToPlan(
      "customers/redact",
      { shop_domain: "x", customer: { id: 7001, email: "ann.lee@example.com" }, orders_to_redact: [5678] },
      {},
    );
    assert.doesNotMatch(JSON.stringify(plan), /ann|example/i);
    const [partner] = partnersOf(plan);
    assert.equal(partner?.values.email, null);
    assert.match(stepTexts(plan)[0] ?? "", /5678.*Privacy Lookup/);
  });

  it("each variant becomes a product, where products are made in Shopify", () => {
    const product = {
      id: 31,
      title: "Shirt",
      status: "active",
      updated_at: "2026-11-04T12:00:00Z",
      variants: [
        { id: 41, title: "Red", sku: "SH-R", barcode: "2000000000015", price: "20.00", grams: 250 },
        { id: 42, title: "Default Title", sku: null, price: "21.00" },
      ],
    };
    const plan = eventToPlan("products/update", product, { products: "write" });
    assert.deepEqual(
      plan.records.map(({ externalId, values }) => [
        externalId,
        values.name,
        values.default_code,
        values.list_price,
      ]),
      [
        ["variant_41", "Shirt - Red", "SH-R", "20"],
        ["variant_42", "Shirt", undefined, "21"],
      ],
    );
    assert.equal(plan.records[0]?.values.weight, "0.25");
  });
});

describe("what the mapping's settings change on an order", () => {
  const values = (settings: OrderMappingSettings, more: object = {}) =>
    eventToPlan("orders/create", { ...anOrder, ...more }, settings).records.at(-1)!.values;

  it("who sells, and under which tags and campaign", () => {
    const settings = { salesperson: "sam", team: "Web", tags: true, utm: true, pricelist: "Retail" };
    const all = values(settings, {
      tags: "vip, summer",
      landing_site: "/?utm_source=newsletter&utm_campaign=Spring%20sale",
      source_name: "web",
    });
    const where = (value: unknown) => (value as { find: { where: unknown } }).find.where;
    assert.deepEqual(where(all.user_id), { login: "sam" });
    assert.deepEqual(where(all.team_id), { name: "Web" });
    assert.deepEqual(where(all.pricelist_id), { name: "Retail" });
    assert.deepEqual((all.tag_ids as unknown[]).map(where), [{ name: "vip" }, { name: "summer" }]);
    assert.deepEqual(where(all.source_id), { name: "newsletter" });
    assert.deepEqual(where(all.campaign_id), { name: "Spring sale" });
    assert.equal("medium_id" in all, false);
    assert.deepEqual(where(values({ utm: true }, { source_name: "pos" }).source_id), { name: "Shopify pos" });
    assert.equal("source_id" in values({ utm: true }, { source_name: "580111" }), false);
  });

  it("a missing product: refused, made, or stood in for by one", () => {
    const product = (settings: OrderMappingSettings) => {
      const plan = eventToPlan("orders/create", anOrder, settings);
      const line = plan.records.at(-1)!.children!.order_line![0]!;
      return {
        plan,
        line,
        missing: (line.values.product_id as { find?: { missing: unknown } }).find?.missing,
      };
    };
    assert.match(JSON.stringify(product({}).missing), /sku_not_found/);
    const made = product({ missingProduct: "create" }).missing as {
      create: { externalId: string; values: object };
    };
    assert.equal(made.create.externalId, "variant_4001");
    assert.deepEqual(made.create.values, {
      name: "Shirt",
      type: "consu",
      is_storable: true,
      default_code: "SH-1",
      list_price: "20.00",
    });
    const standIn = product({ missingProduct: "stand_in" });
    assert.match(JSON.stringify(standIn.missing), /stand_in_product/);
    assert.match(String(standIn.line.values.name), /SKU: SH-1/);
    const byVariant = product({ productsBy: "external_id", missingProduct: "create" });
    assert.deepEqual(byVariant.line.values.product_id, { externalId: "variant_4001" });
    assert.ok(byVariant.plan.records.some(({ externalId }) => externalId === "variant_4001"));
  });

  it("a missing product that is found by its variant: which, of which order, and what to do", () => {
    for (const missingProduct of ["reject", "stand_in"] as const) {
      const settings = { productsBy: "external_id", missingProduct, externalIdPrefix: "a_" } as const;
      const line = eventToPlan("orders/create", anOrder, settings).records.at(-1)!.children!.order_line![0]!;
      const product = line.values.product_id as ExternalReference;
      assert.equal(product.externalId, "a_variant_4001");
      const { class: kind, code, message, hint } = product.missing!;
      // A products/create may be on its way.
      assert.deepEqual([kind, code], ["dependency", "variant_not_found"]);
      assert.match(message, /^Order #1001: variant 4001 \("Shirt", SKU SH-1\) is not in Odoo/);
      assert.match(hint, /products\/update.*no stand-in.*__shopify__\.a_variant_4001/);
    }
  });

  it("a payment gateway without a journal stops the order and names it", () => {
    const settings = { confirm: "paid", invoice: "invoice_and_payment" } as const;
    const paid = { ...anOrder, payment_gateway_names: ["klarna"], total_outstanding: "0.00" };
    const failure = refusedBy(() => eventToPlan("orders/paid", paid, settings));
    assert.equal(failure.code, "journal_not_mapped");
    assert.match(`${failure.message} ${failure.hint}`, /#1001.*klarna/);
    const unnamed = refusedBy(() =>
      eventToPlan("orders/paid", { ...paid, payment_gateway_names: [] }, settings),
    );
    assert.match(
      `${unnamed.message} ${unnamed.hint}`,
      /#1001: it is paid, but names no payment gateway.*add \* /,
    );
    const any = { ...settings, journals: [{ gateway: "*", journal: "BNK1" }] };
    assert.deepEqual(stepTexts(eventToPlan("orders/paid", paid, any)), [
      "confirm order_5678",
      "invoice order_5678, 20.00 to BNK1",
    ]);
  });

  it("the VAT number makes the invoice address a company of its own", () => {
    const plan = eventToPlan(
      "orders/create",
      { ...anOrder, note_attributes: [{ name: "VAT number", value: "fr 40-303" }] },
      { vatAttribute: "vat NUMBER" },
    );
    const company = partnersOf(plan).find(({ values: { vat } }) => vat !== undefined);
    assert.equal(company?.values.vat, "FR40303");
    assert.equal(company.values.is_company, true);
    assert.equal(company.values.type, "invoice");
  });
});

function refusedBy(run: () => unknown) {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return thrown.failure;
    throw thrown;
  }
  throw new Error("nothing was refused");
}
