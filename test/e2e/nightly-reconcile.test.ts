import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { type NodeStatuses, watchStatuses } from "../support/node-status.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";
import { temporaryFolder } from "../support/temporary.ts";

const topics = [
  "fulfillments/create",
  "fulfillments/update",
  "orders/cancelled",
  "orders/create",
  "orders/updated",
  "refunds/create",
];

describe("the example “Nightly reconcile”", function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let shopify: Shopify;
  let odoo: OdooStandIn;
  let nodeRed: NodeRedProcess;
  let statuses: NodeStatuses;
  let placed: Order[];

  before(async () => {
    shopify = await startShopify({ bucket: { maximum: 20_000, restoreRate: 10_000 } });
    odoo = await startOdooStandIn({});
    await start();
    const example = withNode(exampleFlow("nightly-reconcile"), "nr-report", { console: true });
    const flow = withNode(withNode(example, "nr-backfill", { settleMinutes: 0.02 }), "nr-in", {
      publicUrl: nodeRed.url,
    });
    await nodeRed.deploy(withNode(flow, "nr-retry", { baseSeconds: 0.1, capSeconds: 1 }));
  });
  const start = async (port?: number): Promise<void> => {
    nodeRed = await launchNodeRed({
      userDir: folder.path,
      ...(port !== undefined && { port }),
      env: {
        SHOPIFY_SHOP: shopify.domain,
        SHOPIFY_ADMIN_URL: shopify.url,
        SHOPIFY_ADMIN_TOKEN: shopify.token,
        SHOPIFY_WEBHOOK_SECRET: shopify.webhookSecret,
        ODOO_URL: odoo.url,
        ODOO_DB: odoo.db,
        ODOO_LOGIN: odoo.login,
        ODOO_API_KEY: odoo.apiKey,
      },
    });
    statuses = await watchStatuses(nodeRed.url);
  };
  after(async () => {
    statuses?.close();
    await nodeRed?.stop();
    await odoo?.close();
    await stopShopify();
    folder.remove();
  });

  const press = async (id: string) =>
    assert.equal((await fetch(`${nodeRed.url}/inject/${id}`, { method: "POST" })).status, 200);
  const counts = async () => {
    const [queue] = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
      counts: Record<string, number> | null;
    }[];
    return queue!.counts!;
  };
  const settled = () =>
    eventually("the queue is settled", async () => {
      const now = await counts();
      return now.ready! + now.leased! + now.blocked! === 0 ? now : null;
    });
  const reports = (): number =>
    nodeRed.log.filter((line) => line.includes("[debug:Report of each run]")).length;
  const reconcile = async (expected: RegExp, button = "nr-now"): Promise<void> => {
    // What is younger than the node's setting is left alone, and Shopify's times are whole seconds.
    await sleep(2_500);
    const before = reports();
    await press(button);
    await eventually("it reports", () => reports() > before);
    await eventually(`it says ${expected}`, () => expected.test(statuses.of("nr-backfill")?.text ?? ""));
  };
  const differences = (): string[] => {
    const inOdoo = new Map(odoo.snapshot().orders.map((order) => [order.client_order_ref, order]));
    return placed.flatMap(({ payload }) => {
      const { name } = payload;
      const order = inOdoo.get(name);
      if (!order) return [`${name} is missing`];
      const state = payload.cancelled_at === null ? "draft" : "cancel";
      const total = String(payload.total_price);
      return Number(order.amount_total) === Number(total) &&
        (order.state === "cancel") === (state === "cancel")
        ? []
        : [`${name}: ${order.amount_total} ${order.state}, not ${total} ${state}`];
    });
  };

  const subscribed = (): string[] => shopify.shop.outbox.subscriptions.map(({ topic }) => topic).sort();
  const ask = async (work: string) =>
    (await (
      await fetch(`${nodeRed.url}/holdfast/shopify-webhook-in/nr-in/${work}`, { method: "POST" })
    ).json()) as { ok: boolean; address: string; rows: { topic: string; state: string; changed?: true }[] };

  it("registers its webhooks at the start, and again at the press of the button", async () => {
    await eventually("all are registered", () => subscribed().length === topics.length);
    assert.deepEqual(subscribed(), topics);
    const address = `${nodeRed.url}/shopify/webhooks`;
    assert.ok(shopify.shop.outbox.subscriptions.every(({ uri }) => uri === address));

    shopify.shop.outbox.unsubscribe(shopify.shop.outbox.subscriptions[0]!.id);
    const missing = await ask("webhooks");
    assert.equal(missing.address, address);
    assert.equal(missing.rows.filter(({ state }) => state === "missing").length, 1);
    const made = await ask("register");
    assert.equal(made.rows.filter(({ changed }) => changed).length, 1);
    assert.ok(made.rows.every(({ state }) => state === "registered"));
    assert.deepEqual(subscribed(), topics);
  });

  it("brings in what Shopify never delivered, once, with equal totals", async () => {
    const { orders, outbox } = shopify.shop;
    outbox.settings.lossShare = 0.35;
    placed = makeOrders({ seed: 21, count: 40 }).map((made) => orders.place(made.body));
    await outbox.idle();
    await settled();
    shopify.pass(1_000);
    for (const order of placed.slice(0, 8)) orders.cancel(order);
    await outbox.idle();
    await settled();
    assert.ok(outbox.tally.lost > 10);
    assert.ok(differences().length > 5, "some orders are missing, or not cancelled, in Odoo");

    await reconcile(/^[1-9]\d* missing events brought, 40 orders checked$/);
    assert.equal((await settled()).dead, 0);
    assert.deepEqual(differences(), []);
    assert.equal(odoo.snapshot().orders.length, placed.length);
    assert.equal(odoo.snapshot().duplicates, 0);
  });

  it("adds nothing when it is run again, and nothing when a webhook comes after all", async () => {
    const before = await counts();
    await reconcile(/^nothing missing in 40 orders$/);
    await reconcile(/^nothing missing in 40 orders$/, "nr-dry");
    assert.deepEqual(await counts(), before);

    const snapshot = odoo.snapshot();
    shopify.shop.outbox.settings.lossShare = 0;
    for (const { payload } of placed) shopify.shop.outbox.announce("orders/create", payload);
    await shopify.shop.outbox.idle();
    const after = await settled();
    assert.equal(after.done! - before.done!, placed.length);
    assert.equal(after.dead, 0);
    assert.deepEqual(odoo.snapshot(), snapshot);
  });

  it("registers what Shopify deleted while it was away, and brings in what happened meanwhile", async () => {
    const { orders, outbox } = shopify.shop;
    const { port } = nodeRed;
    statuses.close();
    await nodeRed.kill();
    Object.assign(outbox.settings, { retryDelaysMs: [5, 5, 5, 5, 5, 5, 5, 5] });
    shopify.pass(1_000);
    const unheard = makeOrders({ seed: 21, count: 3, firstNumber: 1041 }).map((made) =>
      orders.place(made.body),
    );
    for (const order of placed.slice(8, 10)) orders.cancel(order);
    placed.push(...unheard);
    await outbox.idle();
    assert.deepEqual(outbox.tally.deletedSubscriptions.toSorted(), [
      "orders/cancelled",
      "orders/create",
      "orders/updated",
    ]);

    await start(port);
    await eventually("they are registered again", () => subscribed().length === topics.length);
    assert.deepEqual(subscribed(), topics);
    assert.ok(
      await eventually("the log says so", () =>
        nodeRed.log.some((line) =>
          /Registered in Shopify, which did not have them: .*orders\/create/.test(line),
        ),
      ),
    );
    await reconcile(/^5 missing events brought/);
    assert.equal((await settled()).dead, 0);
    assert.deepEqual(differences(), []);
    assert.equal(odoo.snapshot().orders.length, placed.length);
    assert.equal(odoo.snapshot().duplicates, 0);
  });
});
