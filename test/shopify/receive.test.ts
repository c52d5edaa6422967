import assert from "node:assert/strict";
import { makeOrders } from "../../sandbox/shopify/orders.ts";
import { type Received, receiveWebhook, type WebhookRequest } from "../../src/shopify/receive.ts";
import { sign } from "../../src/shopify/verify.ts";

const secret = "invented-client-secret";
const shop = "holdfast-outdoor.myshopify.com";

const orderBody =
  '{"id":866550311766439020,"name":"#1001","line_items":[],"admin_graphql_api_id":"gid://shopify/Order/866550311766439020"}';

function request(
  body: string | Buffer,
  headers: Record<string, string | string[] | undefined> = {},
  more: Partial<WebhookRequest> = {},
): WebhookRequest {
  const bytes = Buffer.from(body);
  return {
    body: bytes,
    secrets: [secret],
    shop,
    topics: ["orders/create"],
    headers: {
      "x-shopify-topic": "orders/create",
      "x-shopify-shop-domain": shop,
      "x-shopify-webhook-id": "b54557e4-0000-4000-8000-000000000001",
      "x-shopify-event-id": "98880550-0000-4000-8000-000000000002",
      "x-shopify-api-version": "2026-10",
      "x-shopify-triggered-at": "2026-11-02T09:15:31.123Z",
      "x-shopify-hmac-sha256": sign(bytes, secret),
      ...headers,
    },
    ...more,
  };
}

function accepted(received: Received) {
  assert.ok(received.ok, received.ok ? "" : received.reason);
  return received.event;
}

function refused(received: Received) {
  assert.ok(!received.ok);
  return received;
}

describe("receiveWebhook", () => {
  it("makes an event of a signed delivery: headers, key, dedupe id, and what people call it", () => {
    assert.deepEqual(accepted(receiveWebhook(request(orderBody))), {
      topic: "orders/create",
      payload: {
        id: "866550311766439020",
        name: "#1001",
        line_items: [],
        admin_graphql_api_id: "gid://shopify/Order/866550311766439020",
      },
      text: orderBody,
      shopify: {
        topic: "orders/create",
        shop,
        webhookId: "b54557e4-0000-4000-8000-000000000001",
        eventId: "98880550-0000-4000-8000-000000000002",
        apiVersion: "2026-10",
        triggeredAt: "2026-11-02T09:15:31.123Z",
      },
      key: "order:866550311766439020",
      dedupeId: `${shop}/b54557e4-0000-4000-8000-000000000001`,
      reference: "#1001",
    });
  });

  it("takes every order of the sandbox shop, byte for byte", () => {
    for (const { body, id, name } of makeOrders({ seed: 3, count: 50 })) {
      const event = accepted(receiveWebhook(request(body)));
      assert.equal(event.text, body);
      assert.equal(event.key, `order:${id}`);
      assert.equal(event.reference, name);
    }
  });

  it("keeps the body verbatim, whatever its spacing and letters", () => {
    const body = '{ "id" : 1.0e0,\n"name":"#\\u0031 – Zoë 👕", "line_items":[ ] , "id":1 }';
    assert.equal(accepted(receiveWebhook(request(body))).text, body);
  });

  describe("signature", () => {
    it("takes either of two secrets while they are rotated", () => {
      const old = request(orderBody, {}, { secrets: ["the-new-secret", secret] });
      assert.ok(receiveWebhook(old).ok);
      assert.ok(receiveWebhook({ ...old, secrets: [secret, "the-old-secret"] }).ok);
    });

    it("refuses a body in which one byte changed", () => {
      const tampered = { ...request(orderBody), body: Buffer.from(orderBody.replace("#1001", "#1002")) };
      assert.match(refused(receiveWebhook(tampered)).reason, /wrong signature/);
      assert.equal(refused(receiveWebhook(tampered)).status, 401);
    });

    it("refuses every other kind of header, and reads nothing before", () => {
      const good = sign(orderBody, secret);
      const bad = [
        undefined,
        "",
        "x",
        "====",
        good.slice(0, -1),
        `${good}=`,
        good.toLowerCase(),
        "é".repeat(44),
        [good, good],
        `${good}, ${good}`,
      ];
      for (const header of bad) {
        // Everything else is wrong as well; only the signature is spoken of.
        const received = refused(
          receiveWebhook(
            request(orderBody, { "x-shopify-hmac-sha256": header, "x-shopify-topic": "no/topic" }),
          ),
        );
        assert.equal(received.status, 401);
        assert.match(received.reason, /sign/);
      }
    });

    it("never takes an empty secret for one", () => {
      const forged = request(
        orderBody,
        { "x-shopify-hmac-sha256": sign(orderBody, "") },
        { secrets: ["", ""] },
      );
      assert.match(refused(receiveWebhook(forged)).reason, /no client secret/);
    });

    it("finds headers in any case", () => {
      const { headers, ...rest } = request(orderBody);
      const shouted = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
      );
      assert.ok(receiveWebhook({ ...rest, headers: shouted }).ok);
    });
  });

  it("refuses a delivery for another shop, and says which", () => {
    const received = refused(
      receiveWebhook(request(orderBody, { "x-shopify-shop-domain": "other.myshopify.com" })),
    );
    assert.equal(received.status, 401);
    assert.match(received.reason, /signed for other\.myshopify\.com, not for holdfast-outdoor/);
  });

  it("takes the shop as people write it", () => {
    for (const written of [
      "holdfast-outdoor",
      "https://Holdfast-Outdoor.myshopify.com/admin",
      " holdfast-outdoor.myshopify.com ",
    ])
      assert.ok(receiveWebhook(request(orderBody, {}, { shop: written })).ok, written);
    assert.ok(!receiveWebhook(request(orderBody, {}, { shop: "" })).ok);
  });

  it("refuses a topic that is not wanted, loudly: acknowledging it would lose it", () => {
    const received = refused(receiveWebhook(request(orderBody, { "x-shopify-topic": "orders/paid" })));
    assert.equal(received.status, 404);
    assert.match(received.reason, /orders\/paid is not among the topics/);
  });

  it("takes every topic when none is named, or *", () => {
    for (const topics of [[], ["*"], ["orders/paid", "*"], ["Orders/Paid"]])
      assert.ok(receiveWebhook(request(orderBody, { "x-shopify-topic": "orders/paid" }, { topics })).ok);
  });

  it("says which header is missing", () => {
    const received = refused(
      receiveWebhook(request(orderBody, { "x-shopify-webhook-id": undefined, "x-shopify-topic": "" })),
    );
    assert.equal(received.status, 400);
    assert.match(received.reason, /without X-Shopify-Topic, X-Shopify-Webhook-Id/);
  });

  it("gets by without the headers that only inform", () => {
    const bare = {
      "x-shopify-event-id": undefined,
      "x-shopify-api-version": undefined,
      "x-shopify-triggered-at": undefined,
    };
    assert.equal(accepted(receiveWebhook(request(orderBody, bare))).shopify.eventId, "");
  });

  it("refuses a body that is no JSON, no object, or no UTF-8", () => {
    const bodies: [string | Buffer, RegExp][] = [
      ["{", /not JSON/],
      ["", /not JSON/],
      ["[1]", /not a JSON object/],
      ["null", /not a JSON object/],
      [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), /not valid UTF-8/],
    ];
    for (const [body, reason] of bodies) {
      const received = refused(receiveWebhook(request(body)));
      assert.equal(received.status, 400);
      assert.match(received.reason, reason);
    }
  });

  describe("topic against body", () => {
    const bodies: Record<string, object> = {
      order: { id: 1, admin_graphql_api_id: "gid://shopify/Order/1", line_items: [], cancelled_at: null },
      cancelled: { id: 1, line_items: [], cancelled_at: "2026-11-02T10:00:00Z" },
      refund: { id: 2, order_id: 1, refund_line_items: [] },
      fulfillment: { id: 3, order_id: 1, status: "success", line_items: [] },
      customer: { id: 4, admin_graphql_api_id: "gid://shopify/Customer/4", email: "ann@example.com" },
      product: { id: 5, title: "Shirt", variants: [] },
      stock: {
        inventory_item_id: 6,
        location_id: 7,
        available: 3,
        admin_graphql_api_id: "gid://shopify/InventoryLevel/7?inventory_item_id=6",
      },
      bare: { id: 1 },
      edited: { order_edit: { id: 8, order_id: 1 } },
    };
    const fitting: [string, string][] = [
      ["orders/create", "order"],
      ["orders/updated", "order"],
      ["orders/cancelled", "cancelled"],
      ["orders/delete", "bare"],
      ["orders/edited", "edited"],
      ["refunds/create", "refund"],
      ["fulfillments/create", "fulfillment"],
      ["customers/update", "customer"],
      ["products/update", "product"],
      ["products/delete", "bare"],
      ["inventory_levels/update", "stock"],
      ["shop/update", "bare"],
      ["constructor/toString", "bare"],
    ];
    const foreign: [string, string][] = [
      ["orders/create", "refund"],
      ["orders/create", "customer"],
      ["orders/create", "bare"],
      ["orders/cancelled", "order"],
      ["orders/delete", "order"],
      ["orders/edited", "order"],
      ["refunds/create", "order"],
      ["refunds/create", "fulfillment"],
      ["fulfillments/create", "order"],
      ["fulfillments/create", "refund"],
      ["customers/update", "order"],
      ["customers/update", "product"],
      ["products/update", "order"],
      ["products/delete", "product"],
      ["inventory_levels/update", "order"],
    ];
    const deliver = (topic: string, body: string) =>
      receiveWebhook(request(JSON.stringify(bodies[body]), { "x-shopify-topic": topic }, { topics: ["*"] }));

    for (const [topic, body] of fitting)
      it(`takes ${body} as ${topic}`, () => {
        accepted(deliver(topic, body));
      });
    for (const [topic, body] of foreign)
      it(`refuses ${body} sent again as ${topic}`, () => {
        const received = refused(deliver(topic, body));
        assert.equal(received.status, 400);
        assert.match(received.reason, new RegExp(`is not that of ${topic}`));
      });
  });
});
