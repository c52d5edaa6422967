import assert from "node:assert/strict";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import type { Failure, HoldfastError } from "../../src/failure.ts";
import { missingScopes, testConnection } from "../../src/shopify/connection.ts";
import { doFulfillment } from "../../src/shopify/fulfillment-command.ts";
import { runGraphql } from "../../src/shopify/graphql-command.ts";
import type { StockResult } from "../../src/shopify/inventory.ts";
import { failureAmong, readStockRows, setStockOfAll } from "../../src/shopify/stock-command.ts";
import {
  availableAt,
  inventoryItemId,
  locationId,
  startShopify,
  stockUp,
  stopShopify,
} from "../support/shopify-admin.ts";

const rejects = (work: Promise<unknown>, code: string) =>
  assert.rejects(work, ({ failure }: HoldfastError) => {
    assert.equal(failure.code, code);
    return true;
  });

describe("what a flow asks of Shopify", () => {
  afterEach(stopShopify);

  it("a test of the connection says who the shop is, what is granted and what is missing", async () => {
    const { client, clientWith } = await startShopify({ scopes: ["read_orders", "write_inventory"] });
    const report = await testConnection(client);
    assert.deepEqual(
      [report.shop, report.domain, report.currency, report.servedVersion],
      ["Holdfast Outdoor", "holdfast-sandbox.myshopify.com", "USD", "2026-10"],
    );
    assert.deepEqual(report.missing, [
      "read_customers",
      "read_fulfillments",
      "read_locations",
      "read_products",
      "read_returns",
      "write_merchant_managed_fulfillment_orders",
    ]);
    const old = await testConnection(clientWith({ apiVersion: "2024-04" }));
    assert.deepEqual([old.apiVersion, old.servedVersion], ["2024-04", "2026-01"]);
  });

  it("who may write may read, not the other way round", () => {
    assert.deepEqual(missingScopes(["write_orders", "read_inventory"], ["read_orders", "write_inventory"]), [
      "write_inventory",
    ]);
  });

  describe("stock", () => {
    const result = (failure: Partial<Failure> | null): StockResult => {
      const row = { inventoryItemId: "1", locationId: "1", quantity: 1 };
      if (!failure) return { row, state: "set", before: 0, after: 1 };
      const said = { class: "rejected", code: "c", message: "m", source: "shopify", at: 0, ...failure };
      return { row, state: "failed", failure: said as Failure };
    };

    it("finds items by SKU or barcode, and leaves alone what the shop does not have", async () => {
      const shopify = await startShopify();
      const at = locationId(shopify);
      const { barcode } = shopify.shop.stock.itemBySku("MAT-FEATHER")!;
      const rows = [
        { sku: "TENT-RIDGE-2", locationId: at, quantity: 3 },
        { barcode: barcode!, locationId: at, quantity: 4 },
        { sku: "NOT-HERE", locationId: at, quantity: 5 },
        { sku: "tent-ridge-2", locationId: at, quantity: 6 },
      ];
      const [results] = await setStockOfAll(shopify.client, [rows], {});
      assert.deepEqual(
        results!.map(({ state }) => state),
        ["set", "set", "absent", "absent"],
      );
      assert.equal(failureAmong(results!), null);
      assert.equal(availableAt(shopify, "TENT-RIDGE-2"), 3);
      assert.equal(availableAt(shopify, "MAT-FEATHER"), 4);
      await setStockOfAll(shopify.client, [rows], {});
      assert.equal(shopify.calls("productVariants"), 1, "all in one search, remembered afterwards");
    });

    it("of a SKU that several variants carry is nobody's; of a variant made anew it is the new one's", async () => {
      const shopify = await startShopify();
      const { items } = shopify.shop.stock;
      const rows = [{ sku: "TENT-RIDGE-2", locationId: locationId(shopify), quantity: 3 }];
      const set = async () => (await setStockOfAll(shopify.client, [rows], {}))[0]![0]!;
      assert.equal((await set()).state, "set");
      const tent = shopify.shop.stock.itemBySku("TENT-RIDGE-2")!;
      items.splice(items.indexOf(tent), 1, { ...tent, id: "777" });
      assert.equal((await set()).state, "set");
      assert.equal(shopify.shop.stock.level("777", shopify.shop.stock.locations[0]!.id)?.available, 3);
      const other = await startShopify();
      other.shop.stock.items.push({ ...tent, id: "778" });
      const [[both]] = (await setStockOfAll(other.client, [rows], {})) as [[StockResult]];
      assert.deepEqual(
        [both.state, both.state === "failed" && both.failure.code],
        ["failed", "item_ambiguous"],
      );
    });

    it("of several messages goes in one call, and each gets its own results", async () => {
      const shopify = await startShopify();
      for (const sku of ["TENT-RIDGE-2", "MAT-FEATHER"]) stockUp(shopify, sku, 0, 9);
      const row = (sku: string, quantity: number) => ({
        inventoryItemId: inventoryItemId(shopify, sku),
        locationId: locationId(shopify),
        quantity,
      });
      const [first, none, last] = await setStockOfAll(
        shopify.client,
        [[row("TENT-RIDGE-2", 3)], [], [row("MAT-FEATHER", 4), { ...row("MAT-FEATHER", 4), quantity: 0.5 }]],
        {},
      );
      assert.deepEqual(
        [first, none, last].map((results) => results!.map(({ state }) => state)),
        [["set"], [], ["set", "failed"]],
      );
      assert.equal(shopify.calls("inventorySetQuantities"), 1);
      assert.equal(availableAt(shopify, "MAT-FEATHER"), 4);
    });

    it("rows come alone, in a list, or under `rows`; anything else is rejected", () => {
      const row = { inventoryItemId: "1", locationId: "2", quantity: 3 };
      for (const payload of [row, [row], { rows: [row] }]) assert.deepEqual(readStockRows(payload), [row]);
      for (const payload of [null, "x", [1], { rows: 5 }])
        assert.throws(() => readStockRows(payload), /no stock rows/);
    });

    it("a message fails by the row that passes soonest, and says how many failed", () => {
      assert.equal(failureAmong([result(null), result(null)]), null);
      assert.equal(failureAmong([result(null), result({ message: "alone" })])!.message, "alone");
      const both = failureAmong([
        result({}),
        result({ class: "unavailable", message: "away" }),
        result(null),
      ]);
      assert.deepEqual([both!.class, both!.message], ["unavailable", "away (So 2 of 3 rows failed.)"]);
    });
  });

  it("a delivery, its tracking, and taking it back, told by their payloads", async () => {
    const shopify = await startShopify();
    const order = shopify.shop.orders.place(makeOrders({ seed: 5, count: 1 })[0]!.body);
    const lines = order.fulfillmentOrders
      .flatMap((one) => one.lines)
      .map(({ line, total }) => ({ lineItemId: String(line.id), quantity: total, deliveredTotal: total }));
    const made = await doFulfillment(shopify.client, { orderId: order.id, reference: "WH/OUT/1", lines });
    assert.deepEqual([made.changed, made.orderName], [true, order.payload.name]);
    const fulfillmentId = made.fulfillmentIds[0];
    const tracking = { numbers: ["JD1"] };
    assert.equal((await doFulfillment(shopify.client, { fulfillmentId, tracking })).changed, true);
    assert.equal((await doFulfillment(shopify.client, { fulfillmentId, cancel: true })).changed, true);
    assert.equal((await doFulfillment(shopify.client, { fulfillmentId, cancel: true })).changed, false);
    for (const payload of [null, {}, { fulfillmentId }, "x"])
      await rejects(doFulfillment(shopify.client, payload), "bad_delivery");
  });

  it("any GraphQL: its data, and userErrors as a failure", async () => {
    const { client } = await startShopify();
    assert.deepEqual(await runGraphql(client, "{ shop { name } }"), { shop: { name: "Holdfast Outdoor" } });
    const byId = "query One($id: ID!) { location(id: $id) { name } }";
    assert.deepEqual(
      await runGraphql(client, { query: byId, variables: { id: "gid://shopify/Location/70000000002" } }),
      {
        location: { name: "Outlet" },
      },
    );
    const cancel =
      'mutation { fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { message } } }';
    await rejects(runGraphql(client, cancel), "user_error");
    for (const payload of [null, {}, { query: " " }, { query: "{ shop { name } }", variables: 3 }])
      await rejects(runGraphql(client, payload), "bad_query");
  });

  it("a mutation of the flow's own is never sent twice, unless it carries a key", async () => {
    const shopify = await startShopify();
    const mutation =
      'mutation { fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { message } } }';
    shopify.faults.set({ applyThenDrop: 1 });
    await rejects(runGraphql(shopify.client, mutation), "connection_reset");
    assert.equal(shopify.asked.length, 1);
  });
});
