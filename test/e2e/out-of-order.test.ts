import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { type ExampleStage, setStage } from "../support/example-stage.ts";
import { smallOrder } from "../support/small-order.ts";
import { fulfilled } from "../sync/order-builder.ts";

describe("fulfillments that Shopify sends out of order", function () {
  this.timeout(120_000);
  let stage: ExampleStage;
  before(async () => {
    stage = await setStage();
    // A pause that no second retry fits into, so that one attempt more would be seen.
    await stage.deploy("order-and-inventory-sync", (flow) =>
      flow.map((node) =>
        node.type === "retry-backoff" ? { ...node, baseSeconds: 4, capSeconds: 60 } : node,
      ),
    );
  });
  after(() => stage?.close());

  it("before its order: it lets that go first, and is applied after it at its first retry", async () => {
    const id = 401;
    const order = smallOrder({ id, name: "#401", location_id: null });
    const lines = (JSON.parse(order) as { line_items: { id: number; quantity: number }[] }).line_items;
    const parcel = fulfilled(
      lines.map((line) => ({ id: line.id, quantity: line.quantity })),
      { id: 4011, order_id: id, name: "#401.1", location_id: null },
    );
    const inQueue = async () => {
      const answer = await fetch(`${stage.nodeRed.url}/holdfast/events?queue=orders`);
      const { events } = (await answer.json()) as {
        events: Record<"topic" | "attempts" | "state", unknown>[];
      };
      return events;
    };
    assert.equal(await stage.send({ topic: "fulfillments/create", body: JSON.stringify(parcel) }), 200);
    await eventually("it was tried, and waits for its order", async () => {
      const events = await inQueue();
      if (events.some(({ attempts }) => attempts === 1)) return true;
      throw new Error(JSON.stringify(events));
    });
    assert.equal(await stage.send({ body: order }), 200);
    await stage.settled("orders", 2);
    assert.deepEqual(
      (await inQueue()).map(({ topic, attempts, state }) => [topic, attempts, state]).toSorted(),
      [
        ["fulfillments/create", 1, "applied"],
        ["orders/create", 0, "applied"],
      ],
    );
    const [sold] = await stage.read("sale.order", ["state"], [["client_order_ref", "=", "#401"]]);
    assert.equal(sold!.state, "sale");
    const pickings = await stage.read(
      "stock.picking",
      ["state"],
      [["sale_id.client_order_ref", "=", "#401"]],
    );
    assert.deepEqual(
      pickings.map(({ state }) => state),
      ["done"],
    );
  });

  it("a second fulfillment comes before the first one's delivery and cancellation: delivered once", async () => {
    const id = 402;
    const order = smallOrder({ id, name: "#402", location_id: null });
    const lines = (JSON.parse(order) as { line_items: { id: number; quantity: number }[] }).line_items;
    const parcel = (number: number, status: string, second: string) => ({
      topic: status === "cancelled" ? "fulfillments/update" : "fulfillments/create",
      body: JSON.stringify(
        fulfilled(
          lines.map((line) => ({ id: line.id, quantity: line.quantity })),
          {
            ...{ id: number, order_id: id, name: `#402.${number % 10}`, location_id: null, status },
            updated_at: `2026-11-24T10:00:${second}Z`,
          },
        ),
      ),
    });
    const before = (await stage.counts("orders")).done!;
    assert.equal(await stage.send({ body: order }), 200);
    assert.equal(await stage.send(parcel(4022, "success", "09")), 200);
    assert.equal(await stage.send(parcel(4021, "success", "01")), 200);
    await eventually("the first waits for what calls it back", async () => {
      const { done, ready, dead } = await stage.counts("orders");
      return done === before + 2 && ready === 1 && dead === 0;
    });
    assert.equal(await stage.send(parcel(4021, "cancelled", "05")), 200);
    await stage.settled("orders", before + 4);
    const moves = await stage.read("stock.picking", ["state"], [["sale_id.client_order_ref", "=", "#402"]]);
    assert.deepEqual(
      moves.map(({ state }) => state),
      ["done"],
    );
  });
});
