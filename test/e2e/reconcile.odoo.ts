import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { type NodeStatuses, watchStatuses } from "../support/node-status.ts";
import { read, realClient } from "../support/odoo-real.ts";
import { type OdooShelves, odooShelves } from "../support/odoo-shelves.ts";
import { sellableCatalogue, shopOrder } from "../support/shop-orders.ts";
import { availableAt, type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";
import { isAtWork, queues } from "../support/stock-scene.ts";
import { temporaryFolder } from "../support/temporary.ts";

const topics = [
  "orders/create",
  "orders/updated",
  "orders/paid",
  "orders/cancelled",
  "fulfillments/create",
  "fulfillments/update",
  "refunds/create",
];

/** A day on which Shopify delivered no webhook; by night the example's own nodes find what happened. */
describe("what never arrived is brought into a real Odoo, through the example flow", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const admin = realClient("admin", "json2");
  const catalogue = sellableCatalogue("RCN", 2);
  const [tent, mat] = catalogue.map(({ sku }) => sku) as [string, string];
  let shelves: OdooShelves;
  let shopify: Shopify;
  let nodeRed: NodeRedProcess;
  let statuses: NodeStatuses;
  let shipped: Order;
  let shortened: Order;
  let cancelled: Order;

  before(async () => {
    shelves = await odooShelves(admin, { catalogue, warehouses: ["WH", "OUT"] });
    shopify = await startShopify({ catalogue, bucket: { maximum: 20_000, restoreRate: 10_000 } });
    nodeRed = await launchNodeRed({
      userDir: folder.path,
      env: {
        SHOPIFY_SHOP: shopify.domain,
        SHOPIFY_ADMIN_URL: shopify.url,
        SHOPIFY_WEBHOOK_SECRET: shopify.webhookSecret,
        SHOPIFY_ADMIN_TOKEN: shopify.token,
        ODOO_URL: process.env.ODOO_URL ?? "",
        ODOO_DB: process.env.ODOO_DB ?? "",
        ODOO_LOGIN: process.env.ODOO_BILLING_LOGIN ?? "",
        ODOO_API_KEY: process.env.ODOO_BILLING_API_KEY ?? "",
      },
    });
    const rows = shelves.places.map(({ warehouseId, locationId, code }, at) => ({
      shopifyId: shopify.shop.stock.locations[at]!.id,
      shopifyName: shopify.shop.stock.locations[at]!.name,
      warehouseId,
      locationId,
      code,
      isDefault: at === 0,
    }));
    // Deliveries of other tests in this Odoo are another shop's.
    const externalIdPrefix = "rcn_";
    let flow = withNode(exampleFlow("order-and-inventory-sync"), "hf-location", { rows });
    flow = withNode(flow, "hf-map", {
      confirm: "always",
      invoice: "invoice_and_payment",
      journals: [{ gateway: "shopify_payments", journal: "SHPAY" }],
      externalIdPrefix,
    });
    flow = withNode(flow, "hf-backfill", { settleMinutes: 0.02 });
    flow = withNode(flow, "hf-stock-in", { askSeconds: 1, externalIdPrefix });
    flow = withNode(flow, "hf-alert", { console: true });
    await nodeRed.deploy(withNode(flow, "hf-retry", { baseSeconds: 0.1, capSeconds: 1 }));
    statuses = await watchStatuses(nodeRed.url);
    for (const topic of topics) shopify.shop.outbox.subscribe(topic, `${nodeRed.url}/shopify/webhooks`);
    for (const sku of [tent, mat]) {
      await shelves.count(sku, "WH", 10);
      await shelves.count(sku, "OUT", 4);
      await agree(`${sku} is offered`, sku, [10, 4]);
    }
  });
  after(async () => {
    statuses?.close();
    await nodeRed?.stop();
    await stopShopify();
    admin.close();
    folder.remove();
  });

  const both = async (sku: string) => ({
    odoo: await shelves.free(sku),
    shopify: [0, 1].map((at) => availableAt(shopify, sku, at) ?? 0),
  });
  const agree = (what: string, sku: string, expected: number[]) =>
    eventually(
      what,
      async () => {
        const { odoo, shopify: shop } = await both(sku);
        return String(odoo) === String(expected) && String(shop) === String(expected);
      },
      60_000,
    ).catch(async (error: Error) => {
      throw new Error(
        `${error.message} Wanted ${expected}: ${JSON.stringify(await both(sku))}\n${nodeRed.log.slice(-12).join("\n")}`,
      );
    });
  const place = (lines: { sku: string; quantity: number }[]): Order =>
    shopify.shop.orders.place(shopOrder(catalogue, lines), shopify.shop.stock.locations[0]!.id);
  /** The lines of an order's only fulfillment order, so many units of each. */
  const parcel = (order: Order, units: number[]) =>
    order.fulfillmentOrders.flatMap((of) =>
      of.lines.flatMap((from, at) => (units[at] ? [{ of, from, quantity: units[at] }] : [])),
    );
  const settled = () =>
    eventually(
      "all queues are settled",
      async () => {
        const found = await queues(nodeRed);
        return !found.some(isAtWork) && found;
      },
      60_000,
    );
  const noDeadLetters = async () => {
    const dead = (await settled()).filter(({ counts }) => counts!.dead! > 0);
    assert.deepEqual(dead, [], nodeRed.log.slice(-20).join("\n"));
  };
  const look = async (expected: RegExp): Promise<void> => {
    // What is younger than the node's setting is left alone, and Shopify's times are whole seconds.
    await sleep(2_500);
    await fetch(`${nodeRed.url}/inject/hf-missing-now`, { method: "POST" });
    await eventually(
      `it says ${expected}`,
      () => {
        const { text } = statuses.of("hf-backfill") ?? {};
        if (expected.test(text ?? "")) return true;
        throw new Error(`it says ${text}`);
      },
      60_000,
    );
  };
  /** All that Odoo has of an order: its state, its lines, where goods went and what was billed. */
  const inOdoo = async (order: Order) => {
    const ofOrder = ["client_order_ref", "=", order.payload.name];
    const orders = await read(admin, "sale.order", [ofOrder], ["state", "amount_total", "invoice_ids"]);
    const lines = await read(
      admin,
      "sale.order.line",
      [["order_id.client_order_ref", "=", order.payload.name]],
      ["product_uom_qty", "qty_delivered", "qty_invoiced"],
    );
    const moves = await read(
      admin,
      "stock.move",
      [
        ["sale_line_id.order_id.client_order_ref", "=", order.payload.name],
        ["state", "!=", "cancel"],
      ],
      ["state", "quantity", "product_id", "location_id", "location_dest_id"],
    );
    const pickings = await read(
      admin,
      "stock.picking",
      [["sale_id.client_order_ref", "=", order.payload.name]],
      ["state", "carrier_tracking_ref"],
    );
    const bills = await read(
      admin,
      "account.move",
      [["id", "in", orders.flatMap((row) => row.invoice_ids as number[])]],
      ["move_type", "state", "amount_total", "amount_residual"],
    );
    return { orders, lines, moves, pickings, bills };
  };

  it("a first order comes by webhook: the flow is live", async () => {
    const first = place([{ sku: tent, quantity: 1 }]);
    await agree("one tent is sold", tent, [9, 4]);
    assert.equal((await inOdoo(first)).orders.length, 1);
    await noDeadLetters();
  });

  it("then nothing arrives: orders, parcels, refunds and a cancellation stay unknown to Odoo", async () => {
    const { orders, outbox, stock } = shopify.shop;
    outbox.settings.lossShare = 1;
    shipped = place([
      { sku: tent, quantity: 3 },
      { sku: mat, quantity: 2 },
    ]);
    await sleep(1_100);
    orders.fulfil(parcel(shipped, [2, 1]), { company: "DHL", number: "R1" });
    await sleep(1_100);
    orders.fulfil(parcel(shipped, [1, 1]), { company: "DHL", number: "R2" });
    await sleep(1_100);
    orders.refund(shipped, [
      {
        line: shipped.payload.line_items[0]!,
        quantity: 1,
        restock: "return",
        locationId: stock.locations[1]!.id,
      },
    ]);
    shortened = place([{ sku: mat, quantity: 3 }]);
    await sleep(1_100);
    orders.refund(shortened, [{ line: shortened.payload.line_items[0]!, quantity: 1, restock: "cancel" }]);
    cancelled = place([{ sku: tent, quantity: 1 }]);
    await sleep(1_100);
    orders.cancel(cancelled);
    await outbox.idle();
    for (const order of [shipped, shortened, cancelled]) assert.deepEqual((await inOdoo(order)).orders, []);
  });

  it("brought: both parcels, the goods that came back where they came to, and the money, to the cent", async () => {
    await look(/missing events brought, 4 orders checked$/);
    await noDeadLetters();
    const { orders, lines, moves, pickings, bills } = await inOdoo(shipped);
    assert.deepEqual(
      orders.map(({ state }) => state),
      ["sale"],
    );
    assert.deepEqual(
      lines.map((line) => line.qty_delivered),
      [2, 2],
    );
    const [wh, out] = shelves.places.map(({ locationId }) => locationId);
    const went = moves.map(({ state, quantity, product_id, location_id, location_dest_id }) => {
      const ends = [location_id, location_dest_id].map((end) => (end as [number, string])[0]);
      const where = ends.includes(wh!) ? "WH" : ends.includes(out!) ? "OUT" : "elsewhere";
      const what = (product_id as [number, string])[0] === shelves.productId(tent) ? "tent" : "mat";
      return `${quantity} ${what} ${ends[0] === wh || ends[0] === out ? "from" : "to"} ${where}, ${state}`;
    });
    assert.deepEqual(went.toSorted(), [
      "1 mat from WH, done",
      "1 mat from WH, done",
      "1 tent from WH, done",
      "1 tent to OUT, done",
      "2 tent from WH, done",
    ]);
    assert.deepEqual(pickings.map((picking) => picking.carrier_tracking_ref).filter(Boolean), ["R1", "R2"]);
    assert.deepEqual(
      bills.map((bill) => [bill.move_type, bill.state, bill.amount_total, bill.amount_residual]),
      [
        ["out_invoice", "posted", 50, 0],
        ["out_refund", "posted", 10, 0],
      ],
    );
  });

  it("brought: what was refunded before it was shipped is not delivered, what was cancelled is not kept", async () => {
    const { orders, moves, bills } = await inOdoo(shortened);
    assert.deepEqual(
      orders.map(({ state }) => state),
      ["sale"],
    );
    assert.deepEqual(
      moves.map(({ state, quantity }) => [state, quantity]),
      [["assigned", 2]],
    );
    assert.deepEqual(
      bills.map((bill) => [bill.move_type, bill.state, bill.amount_total, bill.amount_residual]),
      [["out_invoice", "posted", 20, 0]],
    );
    const gone = await inOdoo(cancelled);
    assert.deepEqual(gone.bills, []);
    const states = gone.orders.map(({ state }) => state);
    assert.ok(states.length === 0 || String(states) === "cancel", String(states));
  });

  it("and stock is the same on both sides, location by location", async () => {
    await agree("tents", tent, [6, 5]);
    await agree("mats", mat, [6, 4]);
  });

  it("nothing doubles: not by another look, nor when every webhook comes after all, twice", async () => {
    await look(/^nothing missing in 4 orders$/);
    const before = await Promise.all([shipped, shortened, cancelled].map(inOdoo));
    const { outbox } = shopify.shop;
    outbox.settings.lossShare = 0;
    outbox.settings.duplicateShare = 1;
    for (const order of [shipped, shortened, cancelled]) {
      for (const refund of order.payload.refunds) outbox.announce("refunds/create", refund);
      for (const { payload } of order.fulfillments) outbox.announce("fulfillments/create", payload);
      outbox.announce("orders/updated", order.payload);
      outbox.announce("orders/create", order.payload);
    }
    await outbox.idle();
    await noDeadLetters();
    assert.deepEqual(await Promise.all([shipped, shortened, cancelled].map(inOdoo)), before);
    await agree("tents, as before", tent, [6, 5]);
    await agree("mats, as before", mat, [6, 4]);
    assert.deepEqual(
      [shipped, shortened, cancelled].map(({ fulfillments }) => fulfillments.length),
      [2, 0, 0],
    );
  });
});
