import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { type NodeStatuses, watchStatuses } from "../support/node-status.ts";
import {
  availableAt,
  inventoryItemId,
  locationId,
  type Shopify,
  startShopify,
  stockUp,
  stopShopify,
} from "../support/shopify-admin.ts";
import { temporaryFolder } from "../support/temporary.ts";

const sku = "TENT-RIDGE-2";

describe("the example “stock and deliveries to Shopify”", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let shopify: Shopify;
  let nodeRed: NodeRedProcess;
  let statuses: NodeStatuses;
  let order: ReturnType<Shopify["shop"]["orders"]["place"]>;

  before(async () => {
    shopify = await startShopify();
    stockUp(shopify, sku, 0, 10);
    order = shopify.shop.orders.place(makeOrders({ seed: 5, count: 1 })[0]!.body);
    nodeRed = await launchNodeRed({
      userDir: folder.path,
      env: {
        SHOPIFY_SHOP: shopify.domain,
        SHOPIFY_ADMIN_URL: shopify.url,
        SHOPIFY_CLIENT_ID: shopify.clientId,
        SHOPIFY_CLIENT_SECRET: shopify.clientSecret,
        SHOPIFY_WEBHOOK_SECRET: shopify.webhookSecret,
        SHOPIFY_ADMIN_TOKEN: "",
      },
    });
    const row = {
      inventoryItemId: inventoryItemId(shopify, sku),
      locationId: locationId(shopify),
      quantity: 3,
    };
    const delivery = {
      orderId: order.id,
      reference: "WH/OUT/00012",
      lines: order.fulfillmentOrders
        .flatMap((one) => one.lines)
        .map(({ line, total }) => ({ lineItemId: String(line.id), quantity: total, deliveredTotal: total })),
      tracking: { company: "DHL", numbers: ["JD0001"], urls: [] },
    };
    const flow = withNode(
      withNode(exampleFlow("stock-and-deliveries-to-shopify"), "hs-stock", { payload: JSON.stringify(row) }),
      "hs-delivery",
      { payload: JSON.stringify(delivery) },
    );
    await nodeRed.deploy(withNode(flow, "hs-retry", { baseSeconds: 0.1, capSeconds: 1 }));
    statuses = await watchStatuses(nodeRed.url);
  });
  after(async () => {
    statuses?.close();
    await nodeRed?.stop();
    await stopShopify();
    folder.remove();
  });

  const press = async (id: string) =>
    assert.equal((await fetch(`${nodeRed.url}/inject/${id}`, { method: "POST" })).status, 200);

  it("tests the connection at the press of its button, with what is deployed", async () => {
    const test = (id: string) =>
      fetch(`${nodeRed.url}/holdfast/shopify-store/${id}/test`, { method: "POST" });
    const report = (await (await test("hs-shop")).json()) as Record<string, unknown>;
    assert.deepEqual(
      [report.ok, report.shop, report.domain, report.missing],
      [true, "Holdfast Outdoor", shopify.domain, []],
    );
    assert.ok(!JSON.stringify(report).includes(shopify.clientSecret));
    assert.equal((await test("hs-nowhere")).status, 404);
    assert.equal((await test("hs-stock")).status, 404);
  });

  const shopAsSeen = async () => {
    const { destinations, health } = (await (await fetch(`${nodeRed.url}/holdfast/overview`)).json()) as {
      destinations: { kind: string; answers: boolean | null; budget: Record<string, number> | null }[];
      health: { reasons: { what: string }[] };
    };
    return { ...destinations.find(({ kind }) => kind === "shopify")!, reasons: health.reasons };
  };

  it("sets stock, and what waits through an outage is set when Shopify is back", async () => {
    await press("hs-stock");
    await eventually("it is set", () => availableAt(shopify, sku) === 3);
    const up = await shopAsSeen();
    assert.equal(up.answers, true);
    assert.ok(up.budget!.available! > 0 && up.budget!.available! <= up.budget!.maximum!, "points are left");
    shopify.faults.set({ status: 503 });
    stockUp(shopify, sku, 0, 9);
    await press("hs-stock");
    await eventually("the queue holds", () => /^on hold/.test(statuses.of("hs-stock-queue")?.text ?? ""));
    assert.equal(availableAt(shopify, sku), 9);
    const away = await shopAsSeen();
    assert.equal(away.answers, false);
    assert.ok(away.reasons.some(({ what }) => what === "away"));
    shopify.faults.clear();
    await eventually("it is set again", () => availableAt(shopify, sku) === 3, 60_000);
    assert.equal((await shopAsSeen()).answers, true);
  });

  it("fulfills a delivery once, though it comes twice and its first answer is lost", async () => {
    shopify.faults.set({ applyThenDrop: 1 });
    await press("hs-delivery");
    await press("hs-delivery");
    await eventually(
      "both are settled",
      async () => {
        const queues = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
          name: string;
          counts: Record<string, number> | null;
        }[];
        return queues.find(({ name }) => name === "deliveries-to-shopify")?.counts?.done === 2;
      },
      60_000,
    );
    assert.equal(order.fulfillments.length, 1);
    assert.deepEqual(order.fulfillments[0]!.payload.tracking_numbers, ["JD0001"]);
  });
});
