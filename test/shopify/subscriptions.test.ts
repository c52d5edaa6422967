import assert from "node:assert/strict";
import { webhookAddress } from "../../src/shopify/subscription-address.ts";
import { absentTopics, checkWebhooks, registerWebhooks } from "../../src/shopify/subscriptions.ts";
import { startShopify, stopShopify } from "../support/shopify-admin.ts";

const address = "http://127.0.0.1:1880/shopify/webhooks";
const topics = ["orders/create", "refunds/create", "customers/redact"];

describe("webhook subscriptions", () => {
  afterEach(stopShopify);

  it("are made where they are missing, once, and what only the app's configuration can name is said", async () => {
    const { client, shop, calls } = await startShopify();
    const states = ({ rows }: Awaited<ReturnType<typeof checkWebhooks>>) => rows.map(({ state }) => state);
    assert.deepEqual(states(await checkWebhooks(client, { address, topics })), ["missing", "missing", "app"]);
    assert.equal(shop.outbox.subscriptions.length, 0);

    const made = await registerWebhooks(client, { address, topics });
    assert.deepEqual(made.rows, [
      { topic: "orders/create", state: "registered", detail: null, changed: true },
      { topic: "refunds/create", state: "registered", detail: null, changed: true },
      { topic: "customers/redact", state: "app", detail: null },
    ]);
    assert.deepEqual(
      shop.outbox.subscriptions.map(({ topic, uri }) => [topic, uri]),
      [
        ["orders/create", address],
        ["refunds/create", address],
      ],
    );
    const again = await registerWebhooks(client, { address: `${address}/`, topics });
    assert.deepEqual(states(again), ["registered", "registered", "app"]);
    assert.equal(calls("webhookSubscriptionCreate"), 2);
  });

  it("that Shopify deleted are seen, and made again", async () => {
    const { client, shop } = await startShopify();
    await registerWebhooks(client, { address, topics });
    shop.outbox.unsubscribe(shop.outbox.subscriptions[0]!.id);
    assert.deepEqual(absentTopics(await checkWebhooks(client, { address, topics })), ["orders/create"]);
    const { rows } = await registerWebhooks(client, { address, topics });
    assert.deepEqual(
      rows.map(({ changed }) => changed === true),
      [true, false, false],
    );
    assert.equal(shop.outbox.subscriptions.length, 2);
  });

  it("of another address are named; others are made beside them, or they are moved here", async () => {
    const { client, shop } = await startShopify();
    const old = "http://127.0.0.1:9/old";
    shop.outbox.subscribe("orders/create", old);
    shop.outbox.subscribe("refunds/create", old);
    const { rows } = await checkWebhooks(client, { address, topics });
    assert.deepEqual([rows[0]!.state, rows[0]!.detail], ["elsewhere", old]);
    await registerWebhooks(client, { address, topics: ["orders/create"] });
    await registerWebhooks(client, { address, topics: ["refunds/create"] }, { move: true });
    assert.deepEqual(
      shop.outbox.subscriptions.map(({ topic, uri }) => [topic, uri === old ? "old" : "here"]),
      [
        ["orders/create", "old"],
        ["refunds/create", "here"],
        ["orders/create", "here"],
      ],
    );
  });

  it("of another API version are named with it", async () => {
    const { client, clientWith } = await startShopify();
    await registerWebhooks(client, { address, topics });
    const { rows } = await checkWebhooks(clientWith({ apiVersion: "2026-07" }), { address, topics });
    assert.deepEqual([rows[0]!.state, rows[0]!.detail], ["version", "2026-10"]);
  });

  it("that the app may not have name the scope, and are not asked for", async () => {
    const { client, calls } = await startShopify({ scopes: ["write_orders"] });
    const { rows } = await registerWebhooks(client, {
      address,
      topics: ["orders/create", "fulfillments/create", "returns/approve", "*"],
    });
    assert.deepEqual(
      rows.map(({ state, detail }) => [state, detail]),
      [
        ["registered", null],
        ["scope", "read_fulfillments"],
        ["scope", "read_returns"],
        ["star", null],
      ],
    );
    assert.equal(calls("webhookSubscriptionCreate"), 1);
  });

  it("that Shopify refuses say why, and do not keep the others from being made", async () => {
    const { client } = await startShopify();
    const { rows } = await registerWebhooks(client, {
      address,
      topics: ["orders/invented", "orders/create"],
    });
    assert.deepEqual(
      rows.map(({ state }) => state),
      ["refused", "registered"],
    );
    assert.match(rows[0]!.detail!, /ORDERS_INVENTED/);
    const abroad = await registerWebhooks(client, { address: "https://example.com/hooks", topics });
    assert.deepEqual(
      abroad.rows.map(({ state, detail }) => [state, detail]),
      [
        ["refused", "Address is not allowed"],
        ["refused", "Address is not allowed"],
        ["app", null],
      ],
    );
  });
});

describe("the address that Shopify is told", () => {
  for (const [publicUrl, root, expected] of [
    ["https://hooks.example.com", "/", "https://hooks.example.com/shopify/webhooks"],
    ["https://hooks.example.com/", "/api/", "https://hooks.example.com/api/shopify/webhooks"],
    [" https://hooks.example.com:8443 ", "", "https://hooks.example.com:8443/shopify/webhooks"],
    ["https://example.com/node-red/in", "/api", "https://example.com/node-red/in"],
    ["hooks.example.com", "/", null],
    ["ftp://hooks.example.com", "/", null],
    ["", "/", null],
  ] as const)
    it(`${publicUrl || "nothing"} below ${root || "no root"} is ${expected}`, () => {
      assert.equal(webhookAddress(publicUrl, root, "/shopify/webhooks"), expected);
    });
});
