import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { HoldfastError } from "../../src/failure.ts";
import { createAdminClient } from "../../src/shopify/admin.ts";
import { createBudget } from "../../src/shopify/budget.ts";
import { html, json, type OddServer, startOddServer } from "../support/odoo-http.ts";
import {
  availableAt,
  inventoryItemId,
  locationId,
  readShop,
  startShopify,
  stopShopify,
} from "../support/shopify-admin.ts";

const setQuantity = {
  name: "SetQuantity",
  text: `mutation SetQuantity($input: InventorySetQuantitiesInput!, $key: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code } }
  }`,
  repeatable: true,
};

async function failureOf(work: Promise<unknown>): Promise<HoldfastError["failure"] & { text: string }> {
  try {
    await work;
  } catch (error) {
    const { failure } = error as HoldfastError;
    assert.ok(failure, String(error));
    return { ...failure, text: `${inspect(error, { depth: 9 })} ${JSON.stringify(failure)}` };
  }
  throw new Error("It did not fail.");
}

describe("Shopify Admin API client", () => {
  const servers: OddServer[] = [];
  afterEach(async () => {
    await stopShopify();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function odd(answer: Parameters<typeof startOddServer>[0]) {
    const server = await startOddServer(answer);
    servers.push(server);
    const client = createAdminClient({
      shop: "odd.myshopify.com",
      adminUrl: server.url,
      token: "shpat_0123456789abcdef",
      budget: createBudget(),
      timeoutMs: 500,
    });
    return { server, client };
  }

  it("asks the version it is told, and says which one Shopify used", async () => {
    const { clientWith } = await startShopify();
    const current = clientWith();
    assert.deepEqual(await current.run(readShop), {
      shop: { name: "Holdfast Outdoor", myshopifyDomain: "holdfast-sandbox.myshopify.com" },
    });
    assert.equal(current.servedVersion(), "2026-10");
    const old = clientWith({ apiVersion: "2025-01" });
    await old.run(readShop);
    assert.equal(old.servedVersion(), "2026-01");
  });

  it("keeps every digit of an id beyond 2^53", async () => {
    const { client } = await odd((_, response) => {
      response.setHeader("content-type", "application/json");
      response.end('{"data":{"shop":{"id":866550311766439020}}}');
    });
    assert.deepEqual(await client.run(readShop), { shop: { id: "866550311766439020" } });
  });

  describe("tokens", () => {
    it("client credentials: one token for many calls at once, none before the first", async () => {
      const { clientWith, tokens, clientId, clientSecret } = await startShopify();
      const client = clientWith({ token: "", clientId, clientSecret });
      assert.equal(tokens.granted, 0);
      await Promise.all(Array.from({ length: 12 }, () => client.run(readShop)));
      assert.equal(tokens.granted, 1);
    });

    it("are renewed before they end, once, while the old one still lets in", async () => {
      let skew = 0;
      const { clientWith, tokens, clientId, clientSecret, pass, faults } = await startShopify();
      const client = clientWith({ token: "", clientId, clientSecret, now: () => Date.now() + skew });
      await client.run(readShop);
      const later = 24 * 3_600_000 - 300_000;
      pass(later);
      skew = later;
      faults.set({ status: 503, statusTimes: 1 });
      await client.run(readShop);
      assert.equal(tokens.granted, 1, "renewing failed, and the old token did");
      await Promise.all([client.run(readShop), client.run(readShop)]);
      assert.equal(tokens.granted, 2);
    });

    it("that Shopify refuses are asked for anew, once", async () => {
      const { clientWith, tokens, clientId, clientSecret } = await startShopify();
      const client = clientWith({ token: "", clientId, clientSecret });
      await client.run(readShop);
      tokens.revokeAll();
      await client.run(readShop);
      assert.equal(tokens.granted, 2);
    });

    it("a wrong one holds the queue, with a hint that says where to set it", async () => {
      const { clientWith, clientId } = await startShopify();
      for (const wrong of [
        { token: "shpat_wrong_one" },
        { token: "" },
        { token: "", clientId, clientSecret: "shpss_wrong" },
        { token: "", clientId: "nobody", clientSecret: "shpss_sandbox" },
      ]) {
        const failure = await failureOf(clientWith(wrong).run(readShop));
        assert.equal(failure.class, "unavailable");
        assert.match(failure.hint ?? "", /shopify-store node/);
      }
    });

    it("names the organization when Shopify says shop_not_permitted", async () => {
      const { server } = await odd((_, response) => json(response, { error: "shop_not_permitted" }, 400));
      const client = createAdminClient({
        shop: "odd.myshopify.com",
        adminUrl: server.url,
        clientId: "a",
        clientSecret: "shpss_b",
        budget: createBudget(),
      });
      const failure = await failureOf(client.run(readShop));
      assert.equal(failure.code, "bad_token");
      assert.match(failure.message, /same organization/);
    });
  });

  describe("throttling", () => {
    it("never runs into it: eighty calls on a bucket of twenty are all answered, none refused", async () => {
      const { client, throttled } = await startShopify({ bucket: { maximum: 20, restoreRate: 60 } });
      await client.run(readShop);
      const results = await Promise.all(Array.from({ length: 80 }, () => client.run(readShop)));
      assert.equal(results.length, 80);
      assert.equal(throttled(), 0);
    });

    it("told THROTTLED all the same, because another process spent it: waits, and nothing fails", async () => {
      const { client, faults, throttled } = await startShopify();
      faults.set({ throttle: 2 });
      await client.run(readShop);
      assert.equal(throttled(), 2);
    });

    it("that does not end is the class throttled, with the wait", async () => {
      const { client, faults } = await startShopify({}, { budget: createBudget({ longestWaitMs: 500 }) });
      faults.set({ throttle: 99 });
      const failure = await failureOf(client.run(readShop));
      assert.equal(failure.class, "throttled");
      assert.ok(failure.retryAfterMs! > 500);
    });

    it("by 429 waits the header's seconds, not milliseconds", async () => {
      const { client } = await odd((_, response) => html(response, 429, { "retry-after": "2.0" }));
      const failure = await failureOf(client.run(readShop));
      assert.deepEqual([failure.class, failure.retryAfterMs], ["throttled", 2000]);
    });
  });

  describe("failures", () => {
    const statuses: [status: number, code: string][] = [
      [401, "bad_token"],
      [402, "shop_frozen"],
      [403, "bad_token"],
      [404, "shop_not_found"],
      [423, "shop_locked"],
      [430, "security_rejection"],
      [500, "http_500"],
      [503, "http_503"],
      [302, "not_shopify"],
    ];
    for (const [status, code] of statuses)
      it(`HTTP ${status} holds the queue`, async () => {
        const { client } = await odd((_, response) => html(response, status));
        const failure = await failureOf(client.run(readShop));
        assert.deepEqual([failure.class, failure.code, failure.source], ["unavailable", code, "shopify"]);
      });

    it("a web page, a broken answer, an answer without data are no answers", async () => {
      const pages = ["<html>", '{"data":', "[]", "{}", '{"data":null}'];
      for (const page of pages) {
        const { client } = await odd((_, response) => void response.end(page));
        assert.equal((await failureOf(client.run(readShop))).class, "unavailable", page);
      }
    });

    it("no answer in time, and no server at all", async () => {
      const { client } = await odd(() => {});
      assert.equal((await failureOf(client.run(readShop))).code, "answer_timeout");
      const nowhere = createAdminClient({
        shop: "a.myshopify.com",
        adminUrl: "http://127.0.0.1:1",
        token: "x",
        budget: createBudget(),
      });
      assert.equal((await failureOf(nowhere.run(readShop))).code, "connect_refused");
      const nonsense = createAdminClient({ shop: "a.myshopify.com", adminUrl: "nonsense", token: "x" });
      assert.equal((await failureOf(nonsense.run(readShop))).code, "bad_url");
    });

    it("a Shopify that never answers is given up after the client's time limit; a mutation may have been done", async () => {
      const shopify = await startShopify({}, { timeoutMs: 500 });
      const { client, faults } = shopify;
      faults.set({ hang: 2 });
      const unread = await failureOf(client.run(readShop));
      assert.deepEqual([unread.class, unread.code], ["unavailable", "answer_timeout"]);

      const { sku } = shopify.shop.stock.items[0]!;
      const place = { inventoryItemId: inventoryItemId(shopify, sku), locationId: locationId(shopify) };
      const variables = {
        input: {
          name: "available",
          reason: "correction",
          quantities: [{ ...place, quantity: 7, changeFromQuantity: null }],
        },
        key: "k",
      };
      const unsure = await failureOf(client.run(setQuantity, variables));
      assert.deepEqual([unsure.class, unsure.code], ["unavailable", "answer_timeout"]);
      assert.match(unsure.message, /may have done the work/);
      assert.equal(availableAt(shopify, sku), 7);
      assert.equal(shopify.calls("inventorySetQuantities"), 1, "it was not sent again at once");
    });

    it("a missing scope is rejected, and the hint names it", async () => {
      const { client } = await startShopify({ scopes: ["read_inventory"] });
      const failure = await failureOf(
        client.run(setQuantity, {
          input: { name: "available", reason: "correction", quantities: [] },
          key: "k",
        }),
      );
      assert.deepEqual([failure.class, failure.code], ["rejected", "access_denied"]);
      assert.match(failure.hint!, /write_inventory/);
    });

    it("an error of one operation inside a 200 does not hold the shop", async () => {
      const { client, faults } = await startShopify();
      faults.set({ internalError: 1 });
      assert.equal((await failureOf(client.run(readShop))).class, "unknown");
      await client.run(readShop);
    });

    it("a query that the schema does not know is rejected", async () => {
      const { client } = await startShopify();
      const wrong = { name: "Wrong", text: "query Wrong { shop { colour } }", repeatable: true };
      const failure = await failureOf(client.run(wrong));
      assert.deepEqual([failure.class, failure.code], ["rejected", "query_refused"]);
    });

    it("a lost answer to something repeatable is asked for again, to something else never", async () => {
      let cut = 0;
      const { client, server } = await odd((_, response) => {
        if (cut++ === 0) response.socket!.destroy();
        else json(response, { data: { shop: {} } });
      });
      await client.run(readShop);
      assert.equal(server.requests.length, 2);
      cut = 0;
      const failure = await failureOf(client.run({ ...readShop, repeatable: false }));
      assert.equal(failure.code, "connection_reset");
      assert.match(failure.message, /may have done the work/);
      assert.equal(server.requests.length, 3);
    });

    it("say no secret, wherever it came from", async () => {
      const token = "shpat_0123456789abcdef";
      const { client } = await odd((_, response) =>
        json(response, { errors: [{ message: `bad token ${token}, and shpss_fedcba` }] }),
      );
      const failure = await failureOf(client.run(readShop));
      assert.ok(!failure.text.includes(token) && !failure.text.includes("shpss_fedcba"), failure.text);
      assert.ok(!inspect(client, { depth: 9 }).includes(token) && !JSON.stringify(client).includes(token));
    });
  });
});
