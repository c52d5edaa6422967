import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { makeOrders, makeWebhook, planSale, playFlashSale, sign } from "../../sandbox/shopify/index.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "hush";
const orders = makeOrders({ seed: 1, count: 40 });

interface Seen {
  webhookId: string;
  eventId: string;
  body: string;
  signed: boolean;
}

describe("sandbox: webhooks", () => {
  let server: http.Server;
  let target: string;
  let seen: Seen[];
  let answer: (nth: number) => number;

  beforeEach(async () => {
    seen = [];
    answer = () => 200;
    server = http.createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks);
      seen.push({
        webhookId: String(request.headers["x-shopify-webhook-id"]),
        eventId: String(request.headers["x-shopify-event-id"]),
        body: raw.toString(),
        signed: request.headers["x-shopify-hmac-sha256"] === sign(raw, secret),
      });
      const status = answer(seen.length);
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("are signed as RFC 4231's test says HMAC-SHA256 is, in base64", () => {
    const vector = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert.equal(sign("what do ya want for nothing?", "Jefe"), Buffer.from(vector, "hex").toString("base64"));
  });

  it("carry Shopify's headers", () => {
    const { headers } = makeWebhook({ body: "{}", secret, shop });
    assert.equal(headers["X-Shopify-Topic"], "orders/create");
    assert.equal(headers["X-Shopify-Shop-Domain"], shop);
    assert.match(headers["X-Shopify-Webhook-Id"]!, /^[0-9a-f-]{36}$/);
  });

  it("go to this machine only", async () => {
    const sale = { secret, shop, orders, ratePerSecond: 100 };
    await assert.rejects(playFlashSale({ ...sale, target: "http://192.0.2.1/hooks" }), /this machine only/);
    await assert.rejects(
      playFlashSale({ ...sale, target: "http://127.0.0.1.example.com/" }),
      /this machine only/,
    );
  });

  it("a sale sends every order, counts duplicates truly and keeps ids on retries", async () => {
    answer = (nth) => (nth % 5 === 0 ? 503 : nth % 7 === 0 ? 0 : 200);
    const tally = await playFlashSale({
      target,
      secret,
      shop,
      orders,
      ratePerSecond: 4000,
      duplicateShare: 0.5,
      reorder: 0.3,
      seed: 9,
      retryDelaysMs: [5, 5, 5, 5, 5, 5, 5, 5],
    });
    assert.deepEqual([tally.orders, tally.acknowledged, tally.givenUp], [40, 40, 0]);
    assert.equal(tally.deliveries, seen.length);
    assert.equal(tally.failures, tally.retries);
    assert.ok(tally.failures > 5 && tally.statuses["503"]! > 0 && tally.statuses["0"]! > 0);
    assert.ok(seen.every(({ signed }) => signed));
    assert.equal(tally.webhooks, new Set(seen.map(({ webhookId }) => webhookId)).size);
    assert.ok(tally.webhooks > 40, "some orders came with a second webhook id");
    for (const { webhookId, body } of seen) {
      assert.ok(seen.every((other) => other.webhookId !== webhookId || other.body === body));
    }
    const events = new Map(seen.map(({ body, eventId }) => [body, eventId]));
    assert.equal(events.size, 40);
    assert.ok(seen.every(({ body, eventId }) => events.get(body) === eventId));
  });

  it("gives up after the last retry and says so", async () => {
    answer = () => 500;
    const tally = await playFlashSale({
      target,
      secret,
      shop,
      orders: orders.slice(0, 3),
      ratePerSecond: 1000,
      retryDelaysMs: [1, 1],
    });
    assert.deepEqual([tally.acknowledged, tally.givenUp, tally.deliveries], [0, 3, 9]);
  });

  it("plans the same sale for the same seed, and mixes the order up when asked", () => {
    const sale = {
      target,
      secret,
      shop,
      orders,
      ratePerSecond: 10,
      duplicateShare: 0.2,
      reorder: 0.5,
      seed: 4,
    };
    const names = planSale(sale).map(({ order }) => order.name);
    assert.deepEqual(
      names,
      planSale(sale).map(({ order }) => order.name),
    );
    assert.notDeepEqual(names, names.toSorted());
  });
});
