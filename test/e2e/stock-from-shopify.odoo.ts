import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, type FlowNodeConfig, withNode } from "../support/flow.ts";
import { type NodeStatuses, watchStatuses } from "../support/node-status.ts";
import { apply, fresh, product, realClient, stepsPlan } from "../support/odoo-real.ts";
import { availableAt, type Shopify, startShopify, stockUp, stopShopify } from "../support/shopify-admin.ts";
import { temporaryFolder } from "../support/temporary.ts";

const tent = "TENT-RIDGE-2";
const topics = ["update", "connect", "disconnect"].map((what) => `inventory_levels/${what}`);

/** Somebody counts in Shopify: at a location that leads, and at one that follows Odoo. */
describe("stock that changes in Shopify, through the example flow, in a real Odoo", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const admin = realClient("admin", "json2");
  let shopify: Shopify;
  let nodeRed: NodeRedProcess;
  let statuses: NodeStatuses;
  let leads: number;
  let follows: number;

  before(async () => {
    shopify = await startShopify();
    [leads, follows] = (await Promise.all([newPlace(), newPlace()])) as [number, number];
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
    await nodeRed.deploy(flow());
    statuses = await watchStatuses(nodeRed.url);
    for (const topic of topics) shopify.shop.outbox.subscribe(topic, `${nodeRed.url}/shopify/stock`);
  });
  after(async () => {
    statuses?.close();
    await nodeRed?.stop();
    await stopShopify();
    admin.close();
    folder.remove();
  });

  function flow(): FlowNodeConfig[] {
    const [first, second] = shopify.shop.stock.locations;
    const rows = [
      { shopifyId: first!.id, shopifyName: first!.name, warehouseId: 1, locationId: leads, code: "A" },
      { shopifyId: second!.id, shopifyName: second!.name, warehouseId: 1, locationId: follows, code: "B" },
    ];
    const changes: [string, object][] = [
      ["hf-location", { rows: [{ ...rows[0], stockDirection: "shopify" }, rows[1]] }],
      ["hf-map", { wires: [["hf-write"], ["hf-stock-in", "recheck"]] }],
      ["hf-stock-in", { askSeconds: 1 }],
    ];
    const changed = changes.reduce(
      (all, [id, change]) => withNode(all, id, change as Record<string, unknown>),
      exampleFlow(),
    );
    const common = { z: "hf-tab", x: 0, y: 0 };
    return [
      ...changed,
      {
        ...common,
        id: "compare",
        type: "inject",
        props: [{ p: "payload" }],
        payload: JSON.stringify({ levels: [first!.id] }),
        payloadType: "json",
        wires: [["counts"]],
      },
      {
        ...common,
        id: "counts",
        type: "shopify-backfill",
        store: "hf-shop",
        topics: "",
        queue: "stock-from-shopify",
        lookBackHours: 72,
        overlapMinutes: 60,
        settleMinutes: 5,
        wires: [["hf-levels-queue"], []],
      },
      {
        ...common,
        id: "recheck",
        type: "debug",
        active: true,
        console: true,
        complete: "payload",
        wires: [],
      },
    ];
  }

  async function newPlace(): Promise<number> {
    const made = await admin.call("stock.location", "create", {
      args: { vals_list: [{ name: fresh("shop"), usage: "internal", location_id: 5 }] },
    });
    return [made].flat()[0] as number;
  }

  async function onHand(locationId: number, sku = tent): Promise<number> {
    const rows = (await admin.call("stock.quant", "search_read", {
      args: {
        domain: [
          ["product_id.default_code", "=", sku],
          ["location_id", "=", locationId],
        ],
        fields: ["quantity"],
      },
    })) as { quantity: number }[];
    return rows.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  async function counts(): Promise<Record<string, number>> {
    const queues = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
      name: string;
      counts: Record<string, number> | null;
    }[];
    return queues.find(({ name }) => name === "stock-from-shopify")?.counts ?? {};
  }

  /** Waits until Shopify has sent all, and all of it is done. */
  async function settled(): Promise<void> {
    await shopify.shop.outbox.idle();
    const { dead } = await eventually(
      "all events are through",
      async () => {
        const now = await counts();
        return now.ready! + now.leased! + now.blocked! === 0 ? now : null;
      },
      60_000,
    );
    assert.equal(dead, 0, nodeRed.log.slice(-15).join("\n"));
  }

  const levelAt = (at: number) => {
    const { stock } = shopify.shop;
    return stock.level(stock.itemBySku(tent)!.id, stock.locations[at]!.id)!;
  };
  const asked = (): string[] => nodeRed.log.filter((line) => line.includes("inventoryItemId"));

  it("is counted in Odoo where Shopify leads, item by item, edits and sales alike", async () => {
    stockUp(shopify, tent, 0, 12);
    await settled();
    assert.equal(await onHand(leads), 12);
    shopify.shop.stock.change(levelAt(0), { available: 4 });
    await settled();
    assert.equal(await onHand(leads), 4);
    // Sold, and the order is not in Odoo yet: it still lies there.
    shopify.shop.stock.change(levelAt(0), { available: 1, committed: 3 });
    await settled();
    assert.equal(await onHand(leads), 4);
  });

  it("is counted as it is by then, however late, doubled and out of order its events come", async () => {
    shopify.shop.stock.change(levelAt(0), { available: 20, committed: 0 });
    const { settings } = shopify.shop.outbox;
    Object.assign(settings, { duplicateShare: 0.5, lateShare: 0.7, lateMs: 1500 });
    for (const available of [7, 30, 2, 11, 5, 16, 9]) shopify.shop.stock.change(levelAt(0), { available });
    Object.assign(settings, { duplicateShare: 0, lateShare: 0 });
    await settled();
    assert.equal(await onHand(leads), 9);
  });

  it("is zero in Odoo once the item is taken off the location, and back when it is stocked again", async () => {
    shopify.shop.stock.deactivate(levelAt(0));
    await settled();
    assert.equal(await onHand(leads), 0);
    stockUp(shopify, tent, 0, 9);
    await settled();
    assert.equal(await onHand(leads), 9);
  });

  it("waits through an outage of Shopify, and is counted after it", async () => {
    const failing = shopify.faults;
    failing.set({ status: 503 });
    shopify.shop.stock.change(levelAt(0), { available: 3 });
    await eventually("the queue holds", () => /^on hold/.test(statuses.of("hf-levels-queue")?.text ?? ""));
    assert.equal(await onHand(leads), 9);
    failing.clear();
    await settled();
    assert.equal(await onHand(leads), 3);
  });

  it("is set right by a compare where nobody told of it: in Odoo, as Shopify has it", async () => {
    const { items, locations } = shopify.shop.stock;
    const others = items.filter(({ sku, tracked }) => tracked && sku !== null && sku !== tent).slice(0, 8);
    for (const [at, item] of others.entries()) stockUp(shopify, item.sku!, 0, at + 1);
    await settled();
    // Somebody in the warehouse counts wrongly, and webhooks get lost.
    await count(leads, 50);
    shopify.shop.outbox.settings.lossShare = 1;
    for (const item of others)
      shopify.shop.stock.change(shopify.shop.stock.level(item.id, locations[0]!.id)!, { available: 21 });
    shopify.shop.outbox.settings.lossShare = 0;
    await settled();
    assert.equal(await onHand(leads), 50);
    const pressed = await fetch(`${nodeRed.url}/inject/compare`, { method: "POST" });
    assert.equal(pressed.status, 200);
    await eventually("the compare is through", () => /^9 /.test(statuses.of("counts")?.text ?? ""), 30_000);
    await settled();
    assert.equal(await onHand(leads), 3);
    for (const { sku } of others) assert.equal(await onHand(leads, sku!), 21);
  });

  it("is set again where Odoo leads and a stranger edits it; an echo and a sale are left alone", async () => {
    await count(follows, 8);
    await eventually("Odoo's count is in Shopify", () => availableAt(shopify, tent, 1) === 8, 60_000);
    await settled();
    const before = asked().length;
    shopify.shop.stock.change(levelAt(1), { available: 6, committed: 2 });
    await settled();
    assert.equal(asked().length, before, "nobody is asked for an echo or a sale");

    shopify.shop.stock.change(levelAt(1), { available: 60 });
    await settled();
    assert.equal(asked().length, before + 1);
    await eventually("it is set again", () => availableAt(shopify, tent, 1) === 6, 60_000);
    await settled();
    assert.equal(asked().length, before + 1);
    assert.equal(await onHand(follows), 8);
  });

  /** Counts the tent in Odoo, as somebody in the warehouse would. */
  async function count(locationId: number, quantity: number): Promise<void> {
    const plan = stepsPlan("stock", {
      kind: "adjust",
      product: product(tent),
      locationId,
      available: quantity,
      committed: 0,
    });
    const client = realClient("user", "json2");
    await apply(client, plan).finally(() => client.close());
  }
});
