import assert from "node:assert/strict";
import fc from "fast-check";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import type { HoldfastError } from "../../src/failure.ts";
import { dueLines, fulfilDelivery } from "../../src/shopify/fulfillment.ts";
import {
  cancelFulfillment,
  takeBackDelivery,
  updateTracking,
} from "../../src/shopify/fulfillment-changes.ts";
import type { Delivery } from "../../src/shopify/fulfillment-delivery.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";

describe("deliveries to Shopify", () => {
  let shopify: Shopify;
  let order: Order;
  beforeEach(async () => {
    shopify = await startShopify();
    order = place((lines) => lines.filter(({ quantity }) => quantity > 1).length >= 2);
  });
  afterEach(stopShopify);

  /** An order of the sandbox whose shippable lines are as wanted. */
  function place(wanted: (lines: Order["payload"]["line_items"]) => boolean, locationId?: string): Order {
    const { stock, orders } = shopify.shop;
    const lines = (body: string) =>
      (JSON.parse(body) as Order["payload"]).line_items.filter((line) => line.requires_shipping);
    const made = makeOrders({ seed: 5, count: 400 }).find(({ body }) => wanted(lines(body)))!;
    return orders.place(made.body, locationId ?? stock.locations[0]!.id);
  }

  /** All of it in one delivery, unless told otherwise. */
  function deliveryOf(from: Order, more: Partial<Delivery> = {}): Delivery {
    const open = from.fulfillmentOrders.flatMap(({ lines }) => lines);
    return {
      orderId: from.id,
      reference: "WH/OUT/00012",
      lines: open.map(({ line, total }) => ({
        lineItemId: String(line.id),
        quantity: total,
        deliveredTotal: total,
      })),
      ...more,
    };
  }
  const rejection = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      return (error as HoldfastError).failure;
    }
    throw new Error("It did not fail.");
  };

  it("a delivery becomes one fulfillment, with its tracking, and not a second one when it comes again", async () => {
    const delivery = deliveryOf(order, {
      tracking: { company: "DHL", numbers: ["JD1", "JD2"], urls: [] },
    });
    const first = await fulfilDelivery(shopify.client, delivery);
    assert.deepEqual([first.made, first.orderName, first.warnings], [true, order.payload.name, []]);
    assert.equal(order.payload.fulfillment_status, "fulfilled");
    assert.deepEqual(order.fulfillments[0]!.payload.tracking_numbers, ["JD1", "JD2"]);
    assert.equal(order.fulfillments[0]!.payload.tracking_company, "DHL");
    const second = await fulfilDelivery(shopify.client, delivery);
    assert.deepEqual([second.made, second.fulfillmentIds], [false, first.fulfillmentIds]);
    assert.equal(shopify.calls("fulfillmentCreate"), 1);
  });

  it("told again with another number, it is the same fulfillment with that number; taken back, it is cancelled once", async () => {
    const number = (one: string) =>
      deliveryOf(order, { tracking: { company: "DHL", numbers: [one], urls: [] } });
    await fulfilDelivery(shopify.client, number("JD1"));
    const corrected = await fulfilDelivery(shopify.client, number("JD2"));
    assert.deepEqual([corrected.made, order.fulfillments.length], [true, 1]);
    assert.deepEqual(order.fulfillments[0]!.payload.tracking_numbers, ["JD2"]);
    assert.equal((await takeBackDelivery(shopify.client, number("JD2"))).length, 1);
    assert.equal((await takeBackDelivery(shopify.client, number("JD2"))).length, 0);
    assert.equal(order.fulfillments[0]!.payload.status, "cancelled");
  });

  it("whose answer was lost is found again, without any tracking number", async () => {
    shopify.faults.set({ applyThenDrop: 1 });
    const failure = await rejection(fulfilDelivery(shopify.client, deliveryOf(order)));
    assert.equal(failure.class, "unavailable");
    assert.match(failure.message, /may have done the work/);
    const again = await fulfilDelivery(shopify.client, deliveryOf(order));
    assert.deepEqual([again.made, again.fulfillmentIds.length, order.fulfillments.length], [false, 1, 1]);
  });

  it("in parts: each part once, in whatever order they are repeated", async () => {
    const [first, ...rest] = deliveryOf(order).lines;
    const part = (quantity: number, deliveredTotal: number): Delivery =>
      deliveryOf(order, { lines: [{ ...first!, quantity, deliveredTotal }] });
    const one = part(1, 1);
    const two = part(first!.quantity - 1, first!.quantity);
    const last = deliveryOf(order, { lines: rest });
    for (const delivery of [one, one, two, one, two, last, two, last])
      await fulfilDelivery(shopify.client, delivery);
    assert.equal(order.fulfillments.length, 3);
    assert.equal(order.payload.fulfillment_status, "fulfilled");
  });

  it("what Shopify has fulfilled of it meanwhile is not fulfilled again", async () => {
    const { orders } = shopify.shop;
    const of = order.fulfillmentOrders[0]!;
    const from = of.lines.find(({ total }) => total > 1)!;
    orders.fulfil([{ from, of, quantity: 1 }], {});
    await fulfilDelivery(shopify.client, deliveryOf(order));
    assert.equal(order.payload.fulfillment_status, "fulfilled");
    const shipped = order.fulfillments.flatMap(({ taken }) => taken).filter((one) => one.from === from);
    assert.equal(
      shipped.reduce((sum, { quantity }) => sum + quantity, 0),
      from.total,
    );
  });

  it("from two locations becomes a fulfillment at each", async () => {
    const { stock } = shopify.shop;
    const [here, there] = stock.locations;
    const of = order.fulfillmentOrders[0]!;
    const moved = of.lines.splice(1);
    order.fulfillmentOrders.push({ ...of, id: "999", location: there!, lines: moved });
    const result = await fulfilDelivery(shopify.client, deliveryOf(order));
    assert.equal(result.fulfillmentIds.length, 2);
    assert.deepEqual(
      order.fulfillments.map(({ payload }) => String(payload.location_id)),
      [here!.id, there!.id],
    );
  });

  it("takes from the location it left, and warns when Shopify expected another", async () => {
    const { stock } = shopify.shop;
    const result = await fulfilDelivery(
      shopify.client,
      deliveryOf(order, { locationId: stock.locations[1]!.id }),
    );
    assert.equal(result.made, true);
    assert.match(result.warnings[0]!, /Harbour Street Store/);
  });

  it("of an order on hold waits, and says what holds it", async () => {
    shopify.shop.orders.hold(order, "address to be checked");
    const failure = await rejection(fulfilDelivery(shopify.client, deliveryOf(order)));
    assert.deepEqual([failure.class, failure.code], ["dependency", "fulfillment_on_hold"]);
    assert.match(failure.message, /address to be checked/);
    shopify.shop.orders.releaseHold(order);
    assert.equal((await fulfilDelivery(shopify.client, deliveryOf(order))).made, true);
  });

  it("of more than is left is rejected as a whole, with the order and both numbers", async () => {
    const delivery = deliveryOf(order);
    shopify.shop.orders.cancel(order);
    const failure = await rejection(fulfilDelivery(shopify.client, delivery));
    assert.deepEqual([failure.class, failure.code], ["rejected", "nothing_left_to_fulfil"]);
    assert.match(failure.message, new RegExp(`${order.payload.name}.*only 0 left.*cancelled`));
    assert.equal(shopify.calls("fulfillmentCreate"), 0);
  });

  it("of an order that Shopify does not have waits for it; nonsense is rejected", async () => {
    const unknown = await rejection(fulfilDelivery(shopify.client, deliveryOf(order, { orderId: "4" })));
    assert.deepEqual([unknown.class, unknown.code], ["dependency", "order_not_found"]);
    for (const wrong of [
      { orderId: "?" },
      { lines: [] },
      { lines: [{ lineItemId: "1", quantity: 2, deliveredTotal: 1 }] },
    ])
      assert.equal(
        (await rejection(fulfilDelivery(shopify.client, deliveryOf(order, wrong)))).code,
        "bad_delivery",
      );
  });

  it("of a large order reads page after page", async () => {
    const of = order.fulfillmentOrders[0]!;
    const template = of.lines[0]!;
    for (let n = 0; n < 120; n++) {
      const line = { ...template.line, id: 7_000 + n, quantity: 1, fulfillable_quantity: 1 };
      order.payload.line_items.push(line);
      of.lines.push({ id: String(8_000_000_000_000 + n), line, item: undefined, total: 1, remaining: 1 });
    }
    assert.equal((await fulfilDelivery(shopify.client, deliveryOf(order))).made, true);
    assert.equal((await fulfilDelivery(shopify.client, deliveryOf(order))).made, false);
    assert.equal(order.payload.fulfillment_status, "fulfilled");
  });

  it("tracking that changes is changed once; a cancelled one is left alone", async () => {
    const { fulfillmentIds } = await fulfilDelivery(shopify.client, deliveryOf(order));
    const change = {
      fulfillmentId: fulfillmentIds[0]!,
      tracking: { company: "UPS", numbers: ["1Z"], urls: [] },
    };
    assert.equal(await updateTracking(shopify.client, change), true);
    assert.equal(await updateTracking(shopify.client, change), false);
    assert.deepEqual(order.fulfillments[0]!.payload.tracking_numbers, ["1Z"]);
    assert.equal(await cancelFulfillment(shopify.client, fulfillmentIds[0]!), true);
    assert.equal(await updateTracking(shopify.client, { ...change, tracking: { numbers: ["2Z"] } }), false);
  });

  it("a cancelled delivery is taken back once, and can be delivered again", async () => {
    const { fulfillmentIds } = await fulfilDelivery(shopify.client, deliveryOf(order));
    assert.equal(await cancelFulfillment(shopify.client, fulfillmentIds[0]!), true);
    assert.equal(await cancelFulfillment(shopify.client, fulfillmentIds[0]!), false);
    assert.equal(order.payload.fulfillment_status, null);
    const totals = deliveryOf(order).lines.slice(0, order.fulfillments[0]!.taken.length);
    assert.equal((await fulfilDelivery(shopify.client, deliveryOf(order, { lines: totals }))).made, true);
    assert.equal((await rejection(cancelFulfillment(shopify.client, "12"))).code, "fulfillment_not_found");
  });

  it("whatever comes again in whatever order: Shopify never has more than was delivered", () => {
    const lineOf = fc.record({ quantity: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(
        fc.array(lineOf, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(7), { maxLength: 30 }),
        (parts, order) => {
          let total = 0;
          const deliveries = parts.map(({ quantity }) => {
            total += quantity;
            return { lineItemId: "9", quantity, deliveredTotal: total };
          });
          const done: Parameters<typeof dueLines>[1]["done"] = [];
          const deliver = (at: number): void => {
            const lines = dueLines([deliveries[at]!], { done });
            if (lines.length > 0)
              done.push({
                id: "",
                status: "SUCCESS",
                tracking: { company: null, numbers: [], urls: [] },
                lines,
              });
          };
          const fulfilled = () =>
            done.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);
          // The queue keeps an order's events in turn; repetitions may come at any time.
          deliveries.forEach((delivery, at) => {
            deliver(at);
            for (const again of order) if (again <= at) deliver(again);
            assert.equal(fulfilled(), delivery.deliveredTotal);
          });
        },
      ),
    );
  });
});
