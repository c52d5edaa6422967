import assert from "node:assert/strict";
import { type ExampleStage, setStage } from "../../support/example-stage.ts";
import { smallOrder } from "../../support/small-order.ts";

describe("the examples for orders", function () {
  this.timeout(120_000);
  let stage: ExampleStage;
  before(async () => {
    stage = await setStage({
      env: {
        SHOP_A_SHOP: "shop-a.myshopify.com",
        SHOP_A_WEBHOOK_SECRET: "secret of a",
        SHOP_B_SHOP: "shop-b.myshopify.com",
        SHOP_B_WEBHOOK_SECRET: "secret of b",
      },
    });
  });
  after(() => stage?.close());

  const inOdoo = async (name: string) =>
    (
      await stage.read("sale.order", ["state", "warehouse_id", "origin"], [["client_order_ref", "=", name]])
    )[0];

  it("“orders only” brings an order and its cancellation to Odoo, and answers 404 to what it does not take", async () => {
    await stage.deploy("orders-only");
    const ids = { id: 101, name: "#101" };
    assert.equal(await stage.send({ body: smallOrder(ids) }), 200);
    await stage.settled("orders", 1);
    assert.equal((await inOdoo("#101"))!.state, "sale");
    const cancelled = smallOrder({
      ...ids,
      cancelled_at: "2026-11-02T12:00:00+01:00",
      updated_at: "2026-11-02T12:00:00+01:00",
      financial_status: "voided",
    });
    assert.equal(await stage.send({ topic: "orders/cancelled", body: cancelled }), 200);
    await stage.settled("orders", 2);
    assert.equal((await inOdoo("#101"))!.state, "cancel");
    assert.equal(await stage.send({ topic: "products/update", body: '{"id":1}' }), 404);
  });

  it("“several warehouses” finds each order's warehouse, and refuses a location that nobody entered", async () => {
    await stage.deploy("several-warehouses");
    const orders: [name: string, location: number | null][] = [
      ["#201", null],
      ["#202", 70000000001],
      ["#203", 70000000002],
      ["#204", 70000000003],
    ];
    for (const [at, [name, location_id]] of orders.entries())
      assert.equal(await stage.send({ body: smallOrder({ id: 201 + at, name, location_id }) }), 200);
    await stage.settled("orders", 5, 1);
    const warehouses = await Promise.all(
      ["#201", "#202", "#203"].map(async (name) => ((await inOdoo(name))!.warehouse_id as [number])[0]),
    );
    assert.deepEqual(warehouses, [1, 1, 2]);
    const [dead] = await stage.deadLetters("orders");
    assert.equal(dead!.reference, "#204");
    assert.equal(dead!.failure.code, "location_unmapped");
    assert.match(String(dead!.failure.hint), /Add it to the table/);
  });

  it("“several shops” keeps two orders of one number and one id apart", async () => {
    await stage.deploy("several-shops-one-odoo");
    const body = smallOrder({ id: 301, name: "#1001" });
    for (const [letter, other] of ["ab", "ba"]) {
      const shop = `shop-${letter}.myshopify.com`;
      const to = (path: string) => stage.send({ path, shop, secret: `secret of ${letter}`, body });
      assert.equal(await to(`/shopify/shop-${letter}`), 200);
      assert.equal(await to(`/shopify/shop-${other}`), 401);
    }
    await stage.settled("orders", 7, 1);
    assert.ok(await inOdoo("shop-a #1001"));
    assert.ok(await inOdoo("shop-b #1001"));
    const ids = stage.odoo.snapshot().orders.map(({ external_id }) => external_id);
    assert.ok(ids.includes("__shopify__.a_order_301") && ids.includes("__shopify__.b_order_301"));
  });
});
