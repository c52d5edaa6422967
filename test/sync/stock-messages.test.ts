import assert from "node:assert/strict";
import type { LocationRow } from "../../src/sync/locations.ts";
import {
  deliveryMessage,
  type ReadDelivery,
  stockLocations,
  stockMessages,
} from "../../src/sync/stock-messages.ts";

const row = (shopifyId: string, locationId: number, more: Partial<LocationRow> = {}): LocationRow => ({
  shopifyId,
  shopifyName: `Shop ${shopifyId}`,
  warehouseId: locationId,
  locationId,
  code: `W${locationId}`,
  name: "",
  ...more,
});
const held = (locationId: number, free: number, reservedForShopify = 0) => ({
  productId: 7,
  locationId,
  free,
  reservedForShopify,
});
const delivery: ReadDelivery = {
  pickingId: 12,
  reference: "WH/OUT/00012",
  orderId: "5678",
  lines: [{ lineItemId: "9", quantity: 1, deliveredTotal: 1 }],
  tracking: { company: "DHL", numbers: ["JD1"], urls: [] },
  locationId: 1,
  fulfillmentId: null,
  takenBack: false,
  productIds: [7],
  changedAt: "2026-11-24 10:00:00",
};
const quiet = { notifyCustomer: false, returned: "leave" as const };

describe("messages about stock", () => {
  const table = [
    row("100", 1, { stockLocationIds: [1, 2], buffer: 1 }),
    row("200", 3),
    row("300", 4, { direction: "shopify" }),
  ];

  it("tell each Shopify location the sum of its Odoo locations, less what is kept back; those that lead are not told", () => {
    assert.deepEqual(stockLocations(table), [1, 2, 3]);
    const reading = {
      cause: "push" as const,
      products: [{ productId: 7, sku: "TENT" }],
      held: [held(1, 4, 1), held(2, 3), held(3, 5), held(4, 9)],
    };
    const messages = stockMessages(table, reading, new Map([["TENT", 2]]));
    assert.deepEqual(
      messages.map(({ payload, stock, location }) => [
        stock.key,
        payload.quantity,
        payload.knownCommitted,
        location.odoo.code,
      ]),
      [
        ["stock:TENT:100", 4, 1, "W1"],
        ["stock:TENT:200", 3, 0, "W3"],
      ],
    );
  });

  it("say of a compare's rows that they are one's, so that drift is told", () => {
    const reading = { products: [{ productId: 7, sku: "TENT" }], held: [held(3, 5)] };
    const of = (cause: "compare" | "asked") =>
      stockMessages([row("200", 3)], { ...reading, cause }).map(({ payload }) => payload.compared);
    assert.deepEqual([of("compare"), of("asked")], [[true], [undefined]]);
  });

  it("tell a delivery with what shopify-write needs, where it left from, and the same id for the same state", () => {
    const message = deliveryMessage(table, delivery, quiet);
    assert.equal(message?.topic, "delivery/done");
    assert.deepEqual(message?.payload, {
      orderId: "5678",
      reference: "WH/OUT/00012",
      lines: delivery.lines,
      tracking: delivery.tracking,
      locationId: "100",
      notifyCustomer: false,
    });
    assert.deepEqual(message?.delivery, {
      key: "order:5678",
      dedupe: "odoo-delivery:12:2026-11-24 10:00:00:JD1",
      productIds: [7],
    });
    assert.equal(deliveryMessage(table, { ...delivery, locationId: 99 }, quiet)?.payload.locationId, null);
  });

  it("tell only a new number of what Shopify knows, and nothing where there is none", () => {
    const known = { ...delivery, fulfillmentId: "77" };
    assert.deepEqual(deliveryMessage(table, known, quiet)?.payload, {
      fulfillmentId: "77",
      tracking: delivery.tracking,
      notifyCustomer: false,
    });
    assert.equal(deliveryMessage(table, { ...known, tracking: null }, quiet), null);
  });

  it("take a fulfillment back only where that is wanted", () => {
    const back = { ...delivery, takenBack: true };
    assert.equal(deliveryMessage(table, back, quiet), null);
    const message = deliveryMessage(
      table,
      { ...back, fulfillmentId: "77" },
      { ...quiet, returned: "cancel" },
    );
    assert.deepEqual(
      [message?.topic, message?.payload.fulfillmentId, message?.payload.cancel],
      ["delivery/taken-back", "77", true],
    );
  });

  it("tell a delivery that is taken back within its second as another event, not as a second copy", () => {
    const cancelling = { ...quiet, returned: "cancel" } as const;
    const idOf = (takenBack: boolean) =>
      deliveryMessage(table, { ...delivery, takenBack }, cancelling)?.delivery.dedupe;
    assert.notEqual(idOf(true), idOf(false));
  });
});
