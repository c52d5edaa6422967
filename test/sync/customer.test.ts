import assert from "node:assert/strict";
import { orderToPlan } from "../../src/sync/order.ts";
import { ann, annsHome, item, type Json, order } from "./order-builder.ts";
import { orderOf, partnersOf } from "./plan-text.ts";

const office: Json = {
  ...annsHome,
  name: "Ann Lee",
  company: "Lee & Daughters Ltd",
  address1: "2 Mill Lane",
  city: "York",
  zip: "YO1 1AA",
};

function planFor(more: Json) {
  return orderToPlan(order({ items: [item({ price: "20.00" })], total: "20.00", more }));
}

/** Invoice and delivery as external ids. */
function whoPaysWhoGets(more: Json): { customer: unknown; invoice: unknown; delivery: unknown } {
  const { values } = orderOf(planFor(more));
  const id = (value: unknown) => (value as { externalId: string }).externalId;
  return {
    customer: id(values.partner_id),
    invoice: id(values.partner_invoice_id),
    delivery: id(values.partner_shipping_id),
  };
}

describe("customer and addresses", () => {
  it("makes a customer from Shopify's, with the default address", () => {
    const [customer] = partnersOf(planFor({ customer: { ...ann, default_address: office } }));
    assert.equal(customer?.externalId, "customer_7001");
    assert.deepEqual(customer.values, {
      name: "Ann Lee",
      email: "ann.lee@example.com",
      phone: "+44 20 7946 0001",
      company_name: "Lee & Daughters Ltd",
      street: "2 Mill Lane",
      city: "York",
      zip: "YO1 1AA",
      country_id: { find: { model: "res.country", where: { code: "GB" }, missing: "empty" } },
      state_id: {
        find: {
          model: "res.country.state",
          where: { code: "ENG", "country_id.code": "GB" },
          missing: "empty",
        },
      },
    });
  });

  it("delivers to the order's own address, whatever stood in Odoo for that customer before", () => {
    const moved = { ...annsHome, address1: "9 New Road" };
    const before = whoPaysWhoGets({ customer: { ...ann, default_address: annsHome } });
    const after = whoPaysWhoGets({
      customer: { ...ann, default_address: moved },
      billing_address: moved,
      shipping_address: moved,
    });
    assert.equal(before.customer, after.customer);
    assert.notEqual(before.delivery, after.delivery);
    assert.notEqual(after.delivery, after.customer);
  });

  it("makes one contact of an address that is used for both", () => {
    const plan = planFor({});
    assert.equal(partnersOf(plan).length, 2);
    const { invoice, delivery } = whoPaysWhoGets({});
    assert.equal(invoice, delivery);
    const { values } = partnersOf(plan)[1]!;
    assert.equal(values.type, "delivery");
    assert.deepEqual(values.parent_id, { externalId: "customer_7001" });
  });

  it("makes two contacts of two addresses, with the company on the label", () => {
    const [, delivery, invoice] = partnersOf(planFor({ billing_address: office }));
    assert.equal(delivery?.values.type, "delivery");
    assert.equal(delivery?.values.street, "1 Harbour Street");
    assert.equal(invoice?.values.type, "invoice");
    assert.equal(invoice?.values.name, "Lee & Daughters Ltd, Ann Lee");
  });

  it("finds the same address again, whatever its spacing, case or Unicode form", () => {
    const written = { ...annsHome, city: "Düsseldorf", address1: "Königsallee 1" };
    const typed = { ...annsHome, city: "DU\u0308SSELDORF", address1: " königsallee  1" };
    assert.equal(
      whoPaysWhoGets({ shipping_address: written }).delivery,
      whoPaysWhoGets({ shipping_address: typed }).delivery,
    );
  });

  it("uses the customer where the order has no address", () => {
    for (const nothing of [null, undefined, {}, { ...annsHome, ...blank(annsHome) }])
      assert.deepEqual(whoPaysWhoGets({ billing_address: nothing, shipping_address: nothing }), {
        customer: "customer_7001",
        invoice: "customer_7001",
        delivery: "customer_7001",
      });
  });

  it("knows a guest by email, in any case", () => {
    const one = whoPaysWhoGets({ customer: null, email: "Guest@Example.com" }).customer;
    const two = whoPaysWhoGets({ customer: null, email: "guest@example.com " }).customer;
    const other = whoPaysWhoGets({ customer: null, email: "other@example.com" }).customer;
    assert.match(String(one), /^guest_[0-9a-f]{16}$/);
    assert.equal(one, two);
    assert.notEqual(one, other);
  });

  it("keeps an email address out of external ids", () => {
    assert.doesNotMatch(JSON.stringify(whoPaysWhoGets({ customer: null })), /ann|example/i);
  });

  it("knows a guest without email by phone, and one without either by the order", () => {
    const byPhone = (phone: string) => whoPaysWhoGets({ customer: null, email: null, phone }).customer;
    assert.equal(byPhone("+44 20 7946 0002"), byPhone("+442079460002"));
    assert.equal(whoPaysWhoGets({ customer: null, email: null }).customer, "guest_order_5678");
  });

  it("gives all nameless sales over the counter to one walk-in customer", () => {
    const plan = planFor({ customer: null, email: "", billing_address: null, shipping_address: null });
    assert.deepEqual(partnersOf(plan), [
      { model: "res.partner", externalId: "walk_in_customer", values: { name: "Walk-in customer" } },
    ]);
  });

  it("always has a name: the address's, the company's, the email", () => {
    const nameless = { id: 7001, first_name: null, last_name: " ", email: "ann.lee@example.com" };
    const name = (more: Json) => partnersOf(planFor({ customer: nameless, ...more }))[0]?.values.name;
    assert.equal(name({}), "Ann Lee");
    const noName = { name: null, first_name: null, last_name: null };
    assert.equal(name({ billing_address: { ...office, ...noName } }), "Lee & Daughters Ltd");
    assert.equal(name({ billing_address: null, shipping_address: null }), "ann.lee@example.com");
  });

  it("loses no order for an address without a country", () => {
    const nowhere = { ...annsHome, country_code: null, country: null };
    const values = partnersOf(planFor({ shipping_address: nowhere }))[1]?.values;
    assert.equal(values && "country_id" in values, false);
    assert.equal(values && "state_id" in values, false);
  });
});

function blank(address: Json): Json {
  return Object.fromEntries(Object.keys(address).map((key) => [key, ""]));
}
