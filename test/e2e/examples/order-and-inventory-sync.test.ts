import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { fillShelves, stockFigures, withLocations } from "../../../sandbox/demo-stock.ts";
import { makeOrders } from "../../../sandbox/shopify/index.ts";
import { eventually } from "../../support/eventually.ts";
import { type ExampleStage, setStage } from "../../support/example-stage.ts";
import { type FlowNodeConfig, withNode } from "../../support/flow.ts";
import { type NodeStatuses, watchStatuses } from "../../support/node-status.ts";
import { type Shopify, startShopify, stopShopify } from "../../support/shopify-admin.ts";

const topics = [
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "fulfillments/create",
  "fulfillments/update",
  "refunds/create",
];

/** By night, the example alone: nobody but its own nodes asks what Shopify did not deliver. */
describe("the example “order and inventory sync” brings in what never arrived", function () {
  this.timeout(180_000);
  let shopify: Shopify;
  let stage: ExampleStage;
  let statuses: NodeStatuses;
  let order: ReturnType<Shopify["shop"]["orders"]["place"]>;

  before(async () => {
    shopify = await startShopify({ bucket: { maximum: 20_000, restoreRate: 10_000 } });
    stage = await setStage({
      env: {
        SHOPIFY_SHOP: shopify.domain,
        SHOPIFY_ADMIN_URL: shopify.url,
        SHOPIFY_ADMIN_TOKEN: shopify.token,
        SHOPIFY_WEBHOOK_SECRET: shopify.webhookSecret,
      },
    });
    await fillShelves(stage.odoo);
    statuses = await watchStatuses(stage.nodeRed.url);
    await stage.deploy("order-and-inventory-sync", (flow) =>
      withNode(withLocations(flow, shopify) as FlowNodeConfig[], "hf-backfill", { settleMinutes: 0.02 }),
    );
    for (const topic of topics) shopify.shop.outbox.subscribe(topic, `${stage.nodeRed.url}/shopify/webhooks`);
    await eventually("Odoo's stock is in the shop", async () => {
      const { differing, places } = await stockFigures(stage.odoo, shopify);
      return places > 0 && differing === 0;
    });
  });
  after(async () => {
    statuses?.close();
    await stage?.close();
    await stopShopify();
  });

  const look = async (expected: RegExp, button = "hf-missing-now"): Promise<void> => {
    // What is younger than the node's setting is left alone, and Shopify's times are whole seconds.
    await sleep(2_500);
    await stage.press(button);
    await eventually(`it says ${expected}`, () => {
      const { text } = statuses.of("hf-backfill") ?? {};
      if (expected.test(text ?? "")) return true;
      throw new Error(`it says ${text}`);
    });
  };
  const sold = async () =>
    (await stage.read("sale.order", ["state"], [["client_order_ref", "=", order.payload.name]])) as {
      state: string;
    }[];
  const transfers = async () =>
    (await stage.read(
      "stock.picking",
      ["state", "carrier_tracking_ref", "picking_type_id"],
      [["sale_id.client_order_ref", "=", order.payload.name]],
    )) as { state: string; carrier_tracking_ref: string | false }[];
  const stockAgrees = () =>
    eventually("stock is the same on both sides", async () => {
      const { differing } = await stockFigures(stage.odoo, shopify);
      return differing === 0;
    });

  it("asks nothing by itself when it is deployed", async () => {
    assert.equal(statuses.of("hf-backfill"), undefined);
    assert.deepEqual(await stage.read("sale.order", ["name"]), []);
  });

  it("what was sold before it went live is left alone, though the first night looks back three days", async () => {
    const { orders, outbox } = shopify.shop;
    outbox.settings.lossShare = 1;
    const older = orders.place(makeOrders({ seed: 6, count: 1 })[0]!.body);
    // So that its units are in stock again.
    orders.cancel(older);
    older.payload.updated_at = new Date(Date.now() - 2 * 86_400_000).toISOString();
    await outbox.idle();
    await look(/^nothing missing in 0 orders$/, "hf-missing-dry");
  });

  it("an order and its parcel come into Odoo, once", async () => {
    const { orders, outbox } = shopify.shop;
    outbox.settings.lossShare = 1;
    order = orders.place(makeOrders({ seed: 5, count: 1 })[0]!.body, shopify.shop.stock.locations[0]!.id);
    await sleep(1_100);
    orders.fulfil(
      order.fulfillmentOrders.flatMap((of) =>
        of.lines.map((from) => ({ of, from, quantity: from.remaining })),
      ),
      { company: "DHL", number: "JD77" },
    );
    await outbox.idle();
    assert.deepEqual(await sold(), []);

    await look(/^2 events missing in 1 orders$/, "hf-missing-dry");
    assert.deepEqual(await sold(), []);
    await look(/^2 missing events brought, 1 orders checked$/);
    await stage.settled("orders", 2);
    const [only, ...more] = await sold();
    assert.deepEqual([only?.state, more.length], ["sale", 0]);
    assert.deepEqual(
      (await transfers()).map(({ state, carrier_tracking_ref }) => [state, carrier_tracking_ref]),
      [["done", "JD77"]],
    );
    await stockAgrees();
  });

  it("nothing doubles: not by another look, nor when the webhooks come after all", async () => {
    const { outbox } = shopify.shop;
    await look(/^nothing missing in 1 orders$/);
    await stage.settled("orders", 2);
    const before = stage.odoo.snapshot();
    outbox.settings.lossShare = 0;
    outbox.announce("orders/create", order.payload);
    outbox.announce("fulfillments/create", order.fulfillments[0]!.payload);
    await outbox.idle();
    await stage.settled("orders", 4);
    assert.deepEqual(stage.odoo.snapshot(), before);
    assert.equal((await transfers()).length, 1);
    // And Shopify was told nothing of its own.
    assert.equal(order.fulfillments.length, 1);
    await stockAgrees();
    assert.deepEqual(await stage.deadLetters("deliveries"), []);
  });
});
