import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { type NodeStatuses, watchStatuses } from "../support/node-status.ts";
import { realClient } from "../support/odoo-real.ts";
import { type OdooShelves, odooShelves } from "../support/odoo-shelves.ts";
import { sellableCatalogue, shopOrder } from "../support/shop-orders.ts";
import { availableAt, type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";
import { isAtWork, queues } from "../support/stock-scene.ts";
import { temporaryFolder } from "../support/temporary.ts";

const quickly = { askSeconds: 1 };

/** Stock as people move it in Odoo and sell it in Shopify; both sides are compared location by location. */
describe("stock and deliveries, from a real Odoo to Shopify, through the example flow", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const admin: OdooClient = realClient("admin", "json2");
  const catalogue = sellableCatalogue("SFO", 3);
  const [tent, mat, bag] = catalogue.map(({ sku }) => sku) as [string, string, string];
  let shelves: OdooShelves;
  let shopify: Shopify;
  let nodeRed: NodeRedProcess;
  let statuses: NodeStatuses;
  const webhooks = () => `${nodeRed.url}/shopify/webhooks`;

  before(async () => {
    shelves = await odooShelves(admin, { catalogue, warehouses: ["WH", "OUT", "POP"] });
    shopify = await startShopify({ catalogue });
    nodeRed = await launchNodeRed({
      userDir: folder.path,
      env: {
        SHOPIFY_SHOP: shopify.domain,
        SHOPIFY_ADMIN_URL: shopify.url,
        SHOPIFY_WEBHOOK_SECRET: shopify.webhookSecret,
        SHOPIFY_ADMIN_TOKEN: shopify.token,
        ODOO_URL: process.env.ODOO_URL ?? "",
        ODOO_DB: process.env.ODOO_DB ?? "",
        ODOO_LOGIN: process.env.ODOO_LOGIN ?? "",
        ODOO_API_KEY: process.env.ODOO_API_KEY ?? "",
      },
    });
    const [wh, out, pop] = shelves.places;
    // The second location offers what two warehouses have.
    const rows = [wh!, out!].map(({ warehouseId, locationId, code }, at) => ({
      shopifyId: shopify.shop.stock.locations[at]!.id,
      shopifyName: shopify.shop.stock.locations[at]!.name,
      warehouseId,
      locationId,
      code,
      isDefault: at === 0,
      stockLocationIds: at === 0 ? "" : `${locationId}, ${pop!.locationId}`,
    }));
    const token = { pushToken: "0123456789abcdef0123456789abcdef" };
    let flow = withNode(exampleFlow(), "hf-location", { rows });
    // Deliveries of other tests in this Odoo are another shop's.
    const externalIdPrefix = "sfo_";
    flow = withNode(flow, "hf-map", { confirm: "always", externalIdPrefix });
    flow = withNode(flow, "hf-alert", { console: true });
    flow = withNode(flow, "hf-stock-in", {
      ...quickly,
      returned: "cancel",
      credentials: token,
      externalIdPrefix,
    });
    await nodeRed.deploy(withNode(flow, "hf-retry", { baseSeconds: 0.1, capSeconds: 1 }));
    statuses = await watchStatuses(nodeRed.url);
    for (const topic of ["orders/create", "orders/updated", "orders/cancelled", "fulfillments/create"])
      shopify.shop.outbox.subscribe(topic, webhooks());
    shopify.shop.outbox.subscribe("inventory_levels/update", `${nodeRed.url}/shopify/stock`);
  });
  after(async () => {
    statuses?.close();
    await nodeRed?.stop();
    await stopShopify();
    admin.close();
    folder.remove();
  });

  const both = async (sku: string) => ({
    odoo: await shelves.free(sku).then(([wh, out, pop]) => [wh!, out! + pop!]),
    shopify: [availableAt(shopify, sku, 0) ?? 0, availableAt(shopify, sku, 1) ?? 0],
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
        `${error.message} Wanted ${expected}: ${JSON.stringify(await both(sku))} ${statuses.of("hf-stock-in")?.text}\n${nodeRed.log.slice(-12).join("\n")}`,
      );
    });

  it("goods that are received are offered, at the location they came to", async () => {
    await shelves.receive(tent, "WH", 10);
    await agree("ten tents", tent, [10, 0]);
    await shelves.receive(tent, "OUT", 4);
    await agree("four more at the outlet", tent, [10, 4]);
  });

  it("Odoo pushes once the rules are made, by an administrator's login that is used once", async () => {
    const press = async (sent: object) =>
      (await (
        await fetch(`${nodeRed.url}/holdfast/odoo-stock-in/hf-stock-in/push`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ address: nodeRed.url, ...sent }),
        })
      ).json()) as { ok: boolean; code?: string; message?: string; rules?: string[] };
    const refused = await press({});
    assert.deepEqual([refused.ok, refused.code], [false, "automation_not_allowed"]);
    for (let twice = 0; twice < 2; twice++) {
      const made = await press({
        login: process.env.ODOO_ADMIN_LOGIN,
        password: process.env.ODOO_ADMIN_PASSWORD,
      });
      assert.ok(made.ok, made.message);
      assert.equal(made.rules?.length, 2);
    }
    await shelves.count(mat, "WH", 7);
    await shelves.count(bag, "WH", 5);
    await agree("seven mats", mat, [7, 0]);
    await agree("five bags", bag, [5, 0]);
    await eventually("it hears of pushes", () => /pushes/.test(statuses.of("hf-stock-in")?.text ?? ""));
  });

  it("one location offers what several Odoo locations have, together", async () => {
    await shelves.receive(mat, "POP", 2);
    await shelves.receive(mat, "OUT", 1);
    await agree("three mats at the outlet and the pop-up", mat, [7, 3]);
    await shelves.move(mat, "POP", "OUT", 2);
    await shelves.count(mat, "OUT", 0);
    await agree("none is left there", mat, [7, 0]);
  });

  it("moved between warehouses, and counted: both sides follow", async () => {
    await shelves.move(tent, "WH", "OUT", 3);
    await agree("three moved", tent, [7, 7]);
    await shelves.count(tent, "OUT", 6);
    await agree("one was lost", tent, [7, 6]);
  });

  it("sold in Shopify: taken off once, while the order is on its way and when it is reserved", async () => {
    const order = shopify.shop.orders.place(
      shopOrder(catalogue, [{ sku: tent, quantity: 2 }]),
      shopify.shop.stock.locations[0]!.id,
    );
    await agree("two tents are sold", tent, [5, 6]);
    await shelves.deliver(order.payload.name, { tracking: "JD0001" });
    await eventually("the delivery is told, with its number", () =>
      order.fulfillments.some(({ payload }) => payload.tracking_numbers.includes("JD0001")),
    );
    await agree("delivered: the same is left", tent, [5, 6]);
    await eventually("nothing is committed", () => committed(tent) === 0);
    assert.equal(order.fulfillments.length, 1);
  });

  it("a delivery in two parts is two fulfillments, and a number that is corrected follows", async () => {
    const order = shopify.shop.orders.place(
      shopOrder(catalogue, [{ sku: mat, quantity: 3 }]),
      shopify.shop.stock.locations[0]!.id,
    );
    await agree("three mats are sold", mat, [4, 0]);
    await shelves.deliver(order.payload.name, { quantity: 1, tracking: "A1" });
    await eventually("one is on its way", () => order.fulfillments.length === 1);
    await shelves.deliver(order.payload.name, { tracking: "A2" });
    await eventually("the rest follows", () => order.fulfillments.length === 2);
    await agree("four are left", mat, [4, 0]);
    // Shopify tells its fulfillment back, with the number it has: that comes first.
    await eventually("nothing is on its way", async () => {
      await shopify.shop.outbox.idle();
      return !(await queues(nodeRed)).some(isAtWork);
    });
    await shelves.track(order.payload.name, "A2", "A2-NEW");
    await eventually("the new number is told", () =>
      order.fulfillments.some(({ payload }) => payload.tracking_numbers.includes("A2-NEW")),
    );
    assert.equal(order.fulfillments.length, 2);
  });

  it("a fulfillment that Shopify made is delivered in Odoo, and not told back", async () => {
    const order = shopify.shop.orders.place(
      shopOrder(catalogue, [{ sku: tent, quantity: 1 }]),
      shopify.shop.stock.locations[0]!.id,
    );
    await agree("one more tent is sold", tent, [4, 6]);
    const [of] = order.fulfillmentOrders;
    shopify.shop.orders.fulfil([{ from: of!.lines[0]!, of: of!, quantity: 1 }], { number: "S1" });
    await eventually(
      "Odoo has delivered it",
      async () => (await shelves.delivered(order.payload.name)) === 1,
    );
    await agree("four are left", tent, [4, 6]);
    assert.equal(order.fulfillments.length, 1);
  });

  it("a delivery that a person takes back whole in Odoo is cancelled in Shopify, and to be shipped again", async () => {
    const order = shopify.shop.orders.place(
      shopOrder(catalogue, [{ sku: bag, quantity: 2 }]),
      shopify.shop.stock.locations[0]!.id,
    );
    await agree("two bags are sold", bag, [3, 0]);
    await shelves.deliver(order.payload.name, { tracking: "B1" });
    await eventually("it is told", () => order.fulfillments.length === 1);
    await shelves.undo(order.payload.name);
    await eventually("it is cancelled", () => order.fulfillments[0]!.payload.status === "cancelled");
    assert.equal(order.fulfillments.length, 1);
  });

  it("goods that come back are offered again", async () => {
    await shelves.takeBack(tent, "WH", 1);
    await agree("five again", tent, [5, 6]);
  });

  it("a number that somebody changes in Shopify is set again, for Odoo leads here", async () => {
    const { stock } = shopify.shop;
    stock.change(stock.level(stock.itemBySku(tent)!.id, stock.locations[0]!.id)!, { available: 77 });
    await agree("five as before", tent, [5, 6]);
  });

  it("what changes while Shopify can't be told is told afterwards, the last of it", async () => {
    shopify.faults.set({ status: 503 });
    await shelves.count(tent, "WH", 9);
    await shelves.count(tent, "WH", 8);
    shopify.faults.clear();
    await agree("the last count counts", tent, [8, 6]);
  });

  function committed(sku: string): number {
    const { stock } = shopify.shop;
    return stock.levelsOf(stock.itemBySku(sku)!.id).reduce((sum, level) => sum + level.committed, 0);
  }
});
