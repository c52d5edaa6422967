import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { makeOrders } from "../../sandbox/shopify/orders.ts";
import { parseExactJson } from "../../src/json.ts";
import {
  type RedactableEvent,
  type RedactRequest,
  readRedactRequest,
  redactCustomer,
} from "../../src/shopify/redact.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { odooTotals } from "../support/odoo-arithmetic.ts";

const shop = "holdfast-test.myshopify.com";
const event = (topic: string, payload: string, more: Record<string, unknown> = {}): RedactableEvent => ({
  payload,
  properties: { topic, shopify: { topic, shop }, ...more },
  reference: "#1001",
});
const request = (given: Partial<RedactRequest> & { id?: string | null } = {}): RedactRequest => {
  const { id = "9100000000000007", ...rest } = given;
  return { shop, customer: { id, email: null, phone: null }, orderIds: [], ...rest };
};

const order = `{"id":450789469000000001,"admin_graphql_api_id":"gid://shopify/Order/450789469000000001","name":"#1001","email":"Ann.Lee@example.com","phone":"+15550100",
  "note":"Ring at the blue door","total_price":"10.10","weight":1.0,"customer":{"id":9100000000000007,"first_name":"Ann","last_name":"Lee","email":"ann.lee@example.com","tags":"vip","default_address":{"id":9,"name":"Ann Lee","company":"Lee & Co","address1":"1 High St","city":"York","zip":"YO1","country_code":"GB","province_code":"ENG","phone":"+15550100"}},
  "billing_address":{"name":"Ann Lee","address1":"1 High St","city":"York","country_code":"GB"},"company":{"id":3,"location_id":4},"tags":"wholesale","browser_ip":"192.0.2.1",
  "note_attributes":[{"name":"gift-for","value":"Bob Lee"}],
  "line_items":[{"id":866550311766439020,"sku":"SH-1","name":"Shoe - 42","properties":[{"name":"engraving","value":"Ann 4ever"}],"price":"10.10"}]}`;

describe("a customer's data", () => {
  it("goes: names, addresses, contacts, notes, what was typed in, traces of the browser", () => {
    const redacted = redactCustomer(event("orders/create", order), request())!;
    for (const word of [
      "Ann",
      "Lee",
      "example.com",
      "5550100",
      "blue door",
      "High St",
      "York",
      "YO1",
      "Bob",
      "4ever",
      "192.0.2.1",
      "vip",
    ])
      assert.equal(redacted.payload.includes(word), false, word);
  });

  it("stays as far as the event needs it: ids to the digit, numbers, lines, money, country", () => {
    const { payload } = redactCustomer(event("orders/create", order), request())!;
    for (const kept of [
      '"id":450789469000000001',
      '"name":"#1001"',
      '"total_price":"10.10"',
      '"weight":1.0',
      '"id":9100000000000007',
      '"country_code":"GB"',
      '"province_code":"ENG"',
      '"id":866550311766439020',
      '"sku":"SH-1"',
      '"name":"Shoe - 42"',
      '"company":{"id":3,"location_id":4}',
      '"tags":"wholesale"',
    ])
      assert.ok(payload.includes(kept), kept);
  });

  it("is told as words, so that failures lose it too", () => {
    const { words } = redactCustomer(event("orders/create", order), request())!;
    for (const word of ["Ann.Lee@example.com", "Ann", "Lee & Co", "+15550100", "Bob Lee"])
      assert.ok(words.includes(word), word);
    assert.equal(words.includes("vip") || words.includes("#1001"), false);
  });

  it("goes from what else the message carried, but not from who sent it", () => {
    const more = {
      mail: "to ann.lee@EXAMPLE.com!",
      address: { name: "Ann Lee", zip: "YO1", country_code: "GB" },
      n: 1,
    };
    const wish = request({ customer: { id: "9100000000000007", email: "ann.lee@example.com", phone: null } });
    const { properties } = redactCustomer(event("orders/create", order, more), wish)!;
    assert.deepEqual(properties, {
      topic: "orders/create",
      shopify: { topic: "orders/create", shop },
      mail: "to [removed]!",
      address: { name: null, zip: null, country_code: "GB" },
      n: 1,
    });
  });

  it("can be removed twice, with nothing left to do", () => {
    const once = redactCustomer(event("orders/create", order), request())!;
    const twice = redactCustomer({ ...once, reference: "#1001" }, request())!;
    assert.equal(twice.payload, once.payload);
    assert.deepEqual(twice.words, []);
  });

  const about: [string, string, string, Partial<RedactRequest> & { id?: string | null }, boolean][] = [
    ["another customer's order", "orders/create", order, { id: "9100000000000008" }, false],
    ["an order by its id", "orders/updated", order, { id: null, orderIds: ["450789469000000001"] }, true],
    [
      "a product with the number of an order",
      "products/update",
      '{"id":5,"variants":[],"title":"x"}',
      { id: null, orderIds: ["5"] },
      false,
    ],
    [
      "a product with the number of a customer",
      "products/update",
      '{"id":5,"variants":[]}',
      { id: "5" },
      false,
    ],
    [
      "a refund of one of the orders",
      "refunds/create",
      '{"id":1,"order_id":5,"note":"Ann asked"}',
      { id: null, orderIds: ["5"] },
      true,
    ],
    ["the customer's own event", "customers/update", '{"id":5,"first_name":"Ann"}', { id: "5" }, true],
    [
      "Shopify's request itself",
      "customers/redact",
      '{"shop_domain":"x","customer":{"id":5,"email":"a@example.com"}}',
      { id: "5" },
      true,
    ],
    [
      "an e-mail address anywhere",
      "orders/create",
      '{"id":1,"line_items":[{"properties":[{"name":"to","value":"for A@Example.com"}]}]}',
      { customer: { id: null, email: "a@example.com", phone: null } },
      true,
    ],
    ["an event of another shop", "orders/create", order, { shop: "other.myshopify.com" }, false],
    ["everything of the shop, when the shop goes", "orders/create", order, { customer: null }, true],
    [
      "text that is no JSON",
      "mail",
      "from a@example.com",
      { customer: { id: null, email: "a@example.com", phone: null } },
      true,
    ],
  ];
  for (const [what, topic, payload, given, expected] of about)
    it(`${expected ? "is found in" : "is not taken out of"} ${what}`, () => {
      const redacted = redactCustomer(event(topic, payload), request(given));
      assert.equal(redacted !== null, expected);
      if (redacted) assert.doesNotMatch(redacted.payload, /Ann|a@example/i);
    });

  it("goes from orders that can still be applied afterwards, to the cent", () => {
    for (const { body, name, total, tax } of makeOrders({ seed: 5, count: 200 })) {
      const original = JSON.parse(body) as {
        email: string | null;
        shipping_address: { address1: string; last_name: string } | null;
      };
      const { payload } = redactCustomer(event("orders/create", body), request({ customer: null }))!;
      for (const word of [original.email, original.shipping_address?.address1])
        if (word) assert.equal(payload.includes(word), false, `${name}: ${word}`);
      const plan = orderToPlan(parseExactJson(payload));
      const odoo = odooTotals(plan);
      assert.deepEqual([plan.reference, odoo.total, odoo.tax], [name, total, tax]);
    }
  });
});

describe("a request to redact", () => {
  it("is read as Shopify sends it", () => {
    const body = {
      shop_id: 1,
      shop_domain: "Holdfast-Test.myshopify.com",
      customer: { id: 207119551, email: "John@example.com", phone: "555-625-1199" },
      orders_to_redact: [299938, 280263, "gid://shopify/Order/220458"],
    };
    assert.deepEqual(readRedactRequest(body), {
      shop,
      customer: { id: "207119551", email: "john@example.com", phone: "555-625-1199" },
      orderIds: ["299938", "280263", "220458"],
    });
    assert.deepEqual(readRedactRequest({ shop_id: 1, shop_domain: shop }), {
      shop,
      customer: null,
      orderIds: [],
    });
  });

  for (const body of [
    null,
    "x",
    {},
    { customer: {} },
    { customer: null, shop_domain: shop },
    { shop_domain: shop, orders_to_redact: [] },
  ])
    it(`is refused when it names nobody: ${JSON.stringify(body)}`, () => {
      assert.equal(readRedactRequest(body), null);
    });
});
