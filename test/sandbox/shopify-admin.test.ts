import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { isSigned } from "../../src/shopify/verify.ts";
import {
  availableAt,
  inventoryItemId,
  locationId,
  type Shopify,
  startShopify,
  stockUp,
  stopShopify,
} from "../support/shopify-admin.ts";

const sku = "TENT-RIDGE-2";

interface Reply {
  data?: Record<
    string,
    { userErrors?: { code?: string; message: string; field?: string[] }[] } & Record<string, unknown>
  >;
  errors?: { message: string; extensions?: { code?: string } }[];
  extensions?: { cost: { requestedQueryCost: number; actualQueryCost: number | null } };
}

async function ask(shopify: Shopify, query: string, variables: object = {}): Promise<Reply> {
  const response = await fetch(`${shopify.url}/admin/api/2026-10/graphql.json`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-shopify-access-token": shopify.token },
    body: JSON.stringify({ query, variables }),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as Reply;
}

const set = `mutation ($quantities: [InventoryQuantityInput!]!, $key: String!) {
  inventorySetQuantities(input: { name: "available", reason: "correction", quantities: $quantities }) @idempotent(key: $key) {
    inventoryAdjustmentGroup { changes { delta } }
    userErrors { code field message }
  }
}`;

describe("sandbox: Shopify's Admin API", () => {
  let shopify: Shopify;
  beforeEach(async () => {
    shopify = await startShopify();
    stockUp(shopify, sku, 0, 10);
  });
  afterEach(stopShopify);

  const row = (quantity: number, changeFromQuantity?: number | null) => ({
    inventoryItemId: inventoryItemId(shopify, sku),
    locationId: locationId(shopify),
    quantity,
    ...(changeFromQuantity !== undefined && { changeFromQuantity }),
  });
  const codes = async (key: string, ...quantities: object[]) => {
    const { data } = await ask(shopify, set, { quantities, key });
    return data!.inventorySetQuantities!.userErrors!.map(({ code }) => code);
  };

  it("sets a quantity only from the one it is compared with", async () => {
    assert.deepEqual(await codes("a", row(7, 9)), ["CHANGE_FROM_QUANTITY_STALE"]);
    assert.equal(availableAt(shopify, sku), 10);
    assert.deepEqual(await codes("b", row(7, 10)), []);
    assert.equal(availableAt(shopify, sku), 7);
    assert.deepEqual(await codes("c", row(3, null)), []);
    assert.equal(availableAt(shopify, sku), 3);
  });

  it("refuses a whole call for one bad row, and says which", async () => {
    stockUp(shopify, "MAT-FEATHER", 0, 4);
    const other = { ...row(1, 4), inventoryItemId: inventoryItemId(shopify, "MAT-FEATHER") };
    const { data } = await ask(shopify, set, { quantities: [other, row(7, 9)], key: "a" });
    assert.deepEqual(data!.inventorySetQuantities!.userErrors![0]!.field, [
      "input",
      "quantities",
      "1",
      "changeFromQuantity",
    ]);
    assert.equal(availableAt(shopify, "MAT-FEATHER"), 4);
  });

  it("insists on changeFromQuantity and on a key", async () => {
    const without = await ask(shopify, set, { quantities: [row(7)], key: "a" });
    assert.match(without.errors![0]!.message, /changeFromQuantity/);
    const keyless = await ask(
      shopify,
      set.replace("@idempotent(key: $key)", "").replace(", $key: String!", ""),
      {
        quantities: [row(7, 10)],
      },
    );
    assert.match(keyless.errors![0]!.message, /@idempotent/);
    assert.equal(availableAt(shopify, sku), 10);
  });

  it("gives the first result again for a key, for a day, and only for the same parameters", async () => {
    assert.deepEqual(await codes("a", row(7, 10)), []);
    stockUp(shopify, sku, 0, 10);
    assert.deepEqual(await codes("a", row(7, 10)), [], "the first result, not a second write");
    assert.equal(availableAt(shopify, sku), 10);
    assert.deepEqual(await codes("a", row(8, 10)), ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]);
    assert.deepEqual(await codes("b", row(7, 9)), ["CHANGE_FROM_QUANTITY_STALE"]);
    assert.deepEqual(await codes("b", row(7, 9)), ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]);
    shopify.pass(24 * 3_600_000 + 1);
    assert.deepEqual(await codes("a", row(7, 10)), []);
    assert.equal(availableAt(shopify, sku), 7);
  });

  it("takes more than 250 rows for an error, and a query over 1,000 points too", async () => {
    const many = await ask(shopify, set, { quantities: Array(251).fill(row(1, 10)), key: "a" });
    assert.match(many.errors![0]!.message, /250/);
    const dear = await ask(
      shopify,
      "{ inventoryItems(first: 250) { nodes { inventoryLevels(first: 10) { nodes { id } } } } }",
    );
    assert.equal(dear.errors![0]!.extensions!.code, "MAX_COST_EXCEEDED");
  });

  it("reckons what was asked for, and gives back what did not come", async () => {
    const { extensions } = await ask(shopify, "{ locations(first: 100) { nodes { id } } }");
    assert.deepEqual(
      [extensions!.cost.requestedQueryCost, extensions!.cost.actualQueryCost],
      [101, 1 + shopify.shop.stock.locations.length],
    );
  });

  it("answers THROTTLED inside a 200 when the bucket is empty", async () => {
    const dry = await startShopify({ bucket: { maximum: 5, restoreRate: 0.001 } });
    dry.bucket.take(5);
    const reply = await ask(dry, "{ shop { name } }");
    assert.equal(reply.errors![0]!.extensions!.code, "THROTTLED");
    assert.equal(reply.extensions!.cost.actualQueryCost, null);
  });

  it("an order takes available stock into committed, a fulfillment takes it away, a cancel gives it back", () => {
    const { stock, orders } = shopify.shop;
    const order = makeOrders({ seed: 3, count: 60 }).find(({ body }) => body.includes(`"sku":"${sku}"`))!;
    const placed = orders.place(order.body, stock.locations[0]!.id);
    const line = placed.payload.line_items.find((one) => one.sku === sku)!;
    const level = stock.level(stock.itemBySku(sku)!.id, stock.locations[0]!.id)!;
    assert.deepEqual([level.available, level.committed], [10 - line.quantity, line.quantity]);
    const of = placed.fulfillmentOrders[0]!;
    const from = of.lines.find((one) => one.line === line)!;
    const fulfillment = orders.fulfil([{ from, of, quantity: line.quantity }], { number: "Z1" });
    assert.deepEqual([level.available, level.committed], [10 - line.quantity, 0]);
    orders.cancelFulfillment(fulfillment);
    assert.deepEqual([level.available, level.committed], [10 - line.quantity, line.quantity]);
    orders.cancel(placed);
    assert.deepEqual([level.available, level.committed], [10, 0]);
  });

  describe("its webhooks", () => {
    let server: http.Server;
    let uri: string;
    let seen: { topic: string; body: string; signed: boolean }[];
    let status: number;

    beforeEach(async () => {
      seen = [];
      status = 200;
      server = http.createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const raw = Buffer.concat(chunks);
        seen.push({
          topic: String(request.headers["x-shopify-topic"]),
          body: raw.toString(),
          signed: isSigned(raw, request.headers["x-shopify-hmac-sha256"], [shopify.webhookSecret]),
        });
        response.writeHead(status).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    const subscribe = (topic: string, to = uri) =>
      ask(
        shopify,
        `mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) {
          webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri }) { userErrors { message } }
        }`,
        { topic, uri: to },
      ).then(({ data }) => data!.webhookSubscriptionCreate!.userErrors!.map(({ message }) => message));

    it("go, signed, to whoever subscribed to their topic, once", async () => {
      assert.deepEqual(await subscribe("INVENTORY_LEVELS_UPDATE"), []);
      assert.match((await subscribe("INVENTORY_LEVELS_UPDATE"))[0]!, /already been taken/);
      assert.match((await subscribe("ORDERS_CREATE", "http://192.0.2.1/hooks"))[0]!, /not allowed/);
      stockUp(shopify, sku, 0, 4);
      await shopify.shop.outbox.idle();
      assert.equal(seen.length, 1);
      assert.deepEqual([seen[0]!.topic, seen[0]!.signed], ["inventory_levels/update", true]);
      assert.equal(JSON.parse(seen[0]!.body).available, 4);
    });

    it("keep every digit of an order's ids", async () => {
      await subscribe("ORDERS_CREATE");
      const order = makeOrders({ seed: 3, count: 9 }).find(({ id }) => id.length > 16)!;
      shopify.shop.orders.place(order.body);
      await shopify.shop.outbox.idle();
      assert.ok(seen[0]!.body.startsWith(`{"id":${order.id},`));
    });

    it("that fail eight retries cost the subscription", async () => {
      await subscribe("INVENTORY_LEVELS_UPDATE");
      shopify.shop.outbox.settings.retryDelaysMs = Array(8).fill(1);
      status = 500;
      stockUp(shopify, sku, 0, 4);
      await shopify.shop.outbox.idle();
      assert.equal(seen.length, 9);
      const { data } = await ask(shopify, "{ webhookSubscriptions(first: 5) { nodes { topic } } }");
      assert.deepEqual(data!.webhookSubscriptions, { nodes: [] });
    });
  });
});
