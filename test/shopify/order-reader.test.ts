import assert from "node:assert/strict";
import { randomFrom } from "../../sandbox/random.ts";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import { exactJson } from "../../sandbox/shopify/exact-json.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { HoldfastError } from "../../src/failure.ts";
import { parseExactJson } from "../../src/json.ts";
import { shapeMismatch } from "../../src/shopify/body-shape.ts";
import { findOrders, findOrdersById, readOrder } from "../../src/shopify/order-reader.ts";
import { orderPayloads } from "../../src/shopify/order-reader-payload.ts";
import { fulfillmentToPlan } from "../../src/sync/fulfillment.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import type { OrderMappingSettings } from "../../src/sync/order-options.ts";
import { refundToPlan } from "../../src/sync/refund.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";

const plenty = { bucket: { maximum: 1_000_000, restoreRate: 1_000_000 } };

/** Everything that a mapping can read of an order is switched on in one of them. */
const settings: OrderMappingSettings[] = [
  {},
  {
    confirm: "always",
    invoice: "invoice_and_payment",
    journals: [{ gateway: "*", journal: "BNK1" }],
  },
  {
    money: "presentment",
    confirm: "paid",
    invoice: "invoice_and_payment",
    journals: [{ gateway: "*", journal: "BNK1" }],
    missingTax: "create",
    missingProduct: "create",
    tags: true,
    utm: true,
    holdTags: "vip",
    vatAttribute: "delivery-date",
  },
];

/** As a webhook brings it. */
const sent = (payload: unknown): unknown => parseExactJson(exactJson(payload));
/** As a queue delivers it. */
const stored = (payload: unknown): unknown => parseExactJson(JSON.stringify(payload));

function planOrRefusal(map: () => unknown): unknown {
  try {
    return map();
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    return { refused: thrown.message };
  }
}

/** What a shop does to an order in a week: parcels leave, one is called back, goods come back or never leave. */
function live({ shop }: Shopify, order: Order, seed: number): void {
  const random = randomFrom(seed, 0x9ea5);
  const { orders, stock } = shop;
  for (const of of order.fulfillmentOrders) {
    if (!random.chance(0.6)) continue;
    const wanted = of.lines.map((from) => ({ from, of, quantity: random.int(1, from.remaining) }));
    const tracking = random.chance(0.5)
      ? { company: "DHL", numbers: [`JD${seed}`], urls: [`https://example.com/JD${seed}`] }
      : {};
    const made = orders.fulfil(wanted, tracking);
    if (random.chance(0.2)) orders.cancelFulfillment(made);
  }
  for (const line of order.payload.line_items) {
    if ((line.duties as unknown[]).length > 0 || "tip_payment_gateway" in line || !random.chance(0.3))
      continue;
    const shipped = order.payload.fulfillments
      .filter(({ status }) => status === "success")
      .flatMap(({ line_items }) => line_items)
      .reduce((units, one) => units + (one.id === line.id ? one.quantity : 0), 0);
    if (shipped > 0 && random.chance(0.6))
      orders.refund(
        order,
        [{ line, quantity: 1, restock: "return", locationId: random.pick(stock.locations).id }],
        "Too small",
      );
    else if (line.fulfillable_quantity > 0 && line.requires_shipping)
      orders.refund(order, [{ line, quantity: 1, restock: random.pick(["cancel", "no_restock"]) }]);
  }
  if (random.chance(0.1) && order.payload.fulfillments.length === 0) orders.cancel(order);
}

describe("orders as the Admin API tells them", function () {
  this.timeout(60_000);
  afterEach(stopShopify);

  it("map to the very plans that their webhooks map to: 200 orders, their refunds and their fulfillments", async () => {
    const shopify = await startShopify(plenty);
    const tally = { orders: 0, refunds: 0, fulfillments: 0, tips: 0, foreign: 0, big: 0 };
    for (const [at, made] of makeOrders({ seed: 31, count: 200 }).entries()) {
      const order = shopify.shop.orders.place(made.body);
      live(shopify, order, at);
      const whole = await readOrder(shopify.client, `gid://shopify/Order/${order.id}`);
      const read = orderPayloads(whole!);
      const compare = (
        what: string,
        map: (payload: unknown, options: OrderMappingSettings) => unknown,
        webhook: unknown,
        topic: string,
        payload: unknown,
      ): void => {
        assert.equal(shapeMismatch(topic, stored(payload)), null);
        for (const options of settings)
          assert.deepEqual(
            planOrRefusal(() => map(stored(payload), options)),
            planOrRefusal(() => map(sent(webhook), options)),
            `${what} of ${made.name}`,
          );
      };
      compare("the order", orderToPlan, order.payload, "orders/updated", read.order);
      for (const refund of order.payload.refunds) {
        // A webhook tells a line as it was then; that is not what a mapping of the amounts may depend on.
        const now = {
          ...refund,
          refund_line_items: refund.refund_line_items.map((one) => ({
            ...one,
            line_item: order.payload.line_items.find(({ id }) => id === one.line_item_id),
          })),
        };
        const payload = read.refunds.get(refund.admin_graphql_api_id);
        compare("a refund", refundToPlan, now, "refunds/create", payload);
        tally.refunds++;
      }
      for (const fulfillment of order.payload.fulfillments) {
        const payload = read.fulfillments.get(fulfillment.admin_graphql_api_id);
        compare("a fulfillment", fulfillmentToPlan, fulfillment, "fulfillments/update", payload);
        tally.fulfillments++;
      }
      tally.orders++;
      if (made.body.includes("tip_payment_gateway")) tally.tips++;
      if (order.payload.presentment_currency !== order.payload.currency) tally.foreign++;
      if (typeof read.order.id === "string") tally.big++;
    }
    assert.equal(tally.orders, 200);
    for (const [what, count] of Object.entries(tally)) assert.ok(count >= 5, `only ${count} ${what}`);
  });

  it("carry the fields of a webhook under the same names, with the same values", async () => {
    const shopify = await startShopify(plenty);
    const order = shopify.shop.orders.place(makeOrders({ seed: 31, count: 3 })[2]!.body);
    const read = orderPayloads((await readOrder(shopify.client, `gid://shopify/Order/${order.id}`))!);
    const webhook = sent(order.payload) as Record<string, unknown>;
    const payload = stored(read.order) as Record<string, unknown>;
    const unknown = Object.keys(payload).filter((name) => !(name in webhook));
    assert.deepEqual(unknown, []);
    for (const name of Object.keys(payload))
      if (typeof payload[name] !== "object" || payload[name] === null)
        assert.deepEqual([name, payload[name]], [name, webhook[name]]);
  });

  it("are read page by page where they have many lines, and anew where they change meanwhile", async () => {
    const shopify = await startShopify(plenty);
    const { orders } = shopify.shop;
    const many = parseExactJson(makeOrders({ seed: 31, count: 1 })[0]!.body) as { line_items: object[] };
    const [line] = many.line_items;
    many.line_items = Array.from({ length: 38 }, (_, at) => ({ ...line, id: 9_000_000 + at }));
    const order = orders.place(JSON.stringify(many));
    const gid = `gid://shopify/Order/${order.id}`;
    const whole = await readOrder(shopify.client, gid);
    assert.equal(whole!.lines.length, 38);
    assert.equal(shopify.calls("order"), 3);

    shopify.faults.set({ slowMs: 30 });
    const reading = readOrder(shopify.client, gid);
    setTimeout(() => {
      shopify.pass(60_000);
      orders.fulfil(
        order.fulfillmentOrders[0]!.lines.map((from) => ({
          from,
          of: order.fulfillmentOrders[0]!,
          quantity: 1,
        })),
        {},
      );
    }, 45);
    const again = (await reading)!;
    assert.equal(again.order.updatedAt, `${new Date(order.payload.updated_at).toISOString().slice(0, 19)}Z`);
    assert.equal(again.fulfillments.length, 1);
    assert.equal(again.lines.length, 38);
  });

  it("are found by when they changed, in order, and by id", async () => {
    const shopify = await startShopify(plenty);
    const placed = makeOrders({ seed: 7, count: 120 }).map((made) => {
      shopify.pass(1000);
      return shopify.shop.orders.place(made.body);
    });
    const updatedAt = (at: number): number => Date.parse(placed[at]!.payload.updated_at);
    const found: string[] = [];
    for await (const page of findOrders(shopify.client, {
      by: "updated",
      from: updatedAt(5),
      to: updatedAt(114),
    }))
      found.push(...page.map(({ name }) => name));
    assert.deepEqual(
      found,
      placed.slice(5, 115).map(({ payload }) => payload.name),
    );
    assert.equal(shopify.calls("orders"), 3);
    const byId = await findOrdersById(shopify.client, [placed[3]!.id, "12345"]);
    assert.deepEqual(
      byId.map((one) => one?.name ?? null),
      [placed[3]!.payload.name, null],
    );
  });
});
