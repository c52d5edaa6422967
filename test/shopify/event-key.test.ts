import assert from "node:assert/strict";
import { dedupeId, eventKey, eventReference } from "../../src/shopify/event-key.ts";

const cases: [topic: string, payload: unknown, key: string | null, reference: string][] = [
  ["orders/create", { id: 5678, name: "#1001" }, "order:5678", "#1001"],
  ["orders/updated", { id: "866550311766439020", name: "#1002" }, "order:866550311766439020", "#1002"],
  ["orders/delete", { id: 5678 }, "order:5678", "order 5678"],
  ["orders/edited", { order_edit: { id: 9, order_id: 5678 } }, "order:5678", "order 5678"],
  ["refunds/create", { id: 1, order_id: 5678 }, "order:5678", "refund of order 5678"],
  ["fulfillments/create", { id: 2, order_id: 5678, name: "#1001.1" }, "order:5678", "fulfillment #1001.1"],
  ["fulfillments/update", { id: 2, order_id: 5678 }, "order:5678", "fulfillment of order 5678"],
  ["returns/close", { id: 3, order_id: 5678, status: "closed" }, "order:5678", "return of order 5678"],
  ["returns/approve", { id: 3, order: { id: 5678 } }, "order:5678", "return of order 5678"],
  ["returns/update", { admin_graphql_api_id: "gid://shopify/Return/3" }, null, "returns/update"],
  ["customers/update", { id: 7001, email: "ann@example.com" }, "customer:7001", "customer 7001"],
  ["customers/redact", { shop_id: 1, customer: { id: 7001 } }, "customer:7001", "customers/redact"],
  ["products/update", { id: 31, title: "Shirt" }, "product:31", "Shirt"],
  [
    "inventory_levels/update",
    { inventory_item_id: 6, location_id: 7 },
    "stock:6:7",
    "stock of item 6 at location 7",
  ],
  ["inventory_levels/update", { inventory_item_id: 6 }, null, "stock of item 6 at location ?"],
  ["shop/update", { id: 1 }, null, "shop/update 1"],
  [
    "orders/create",
    { id: 8.2e17, admin_graphql_api_id: "gid://shopify/Order/820982911946154508" },
    "order:820982911946154508",
    "order 820982911946154508",
  ],
  ["orders/create", "text", null, "orders/create"],
  ["", null, null, ""],
];

describe("event key and reference", () => {
  for (const [topic, payload, key, reference] of cases)
    it(`${topic || "no topic"} ${JSON.stringify(payload)} is ordered by ${key ?? "nothing"} and called ${reference}`, () => {
      assert.equal(eventKey(topic, payload), key);
      assert.equal(eventReference(topic, payload), reference);
    });

  it("tells deliveries apart by shop and webhook id", () => {
    assert.equal(dedupeId({ shop: "a.myshopify.com", webhookId: "1" }), "a.myshopify.com/1");
  });
});
