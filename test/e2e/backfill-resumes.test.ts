import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { watchStatuses } from "../support/node-status.ts";
import { type Shopify, startShopify, stopShopify } from "../support/shopify-admin.ts";
import { temporaryFolder } from "../support/temporary.ts";

describe("a first import that a restart cuts off", function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let shopify: Shopify;
  let odoo: OdooStandIn;
  let nodeRed: NodeRedProcess;

  before(async () => {
    shopify = await startShopify({ bucket: { maximum: 100_000, restoreRate: 100_000 }, callMs: 40 });
    odoo = await startOdooStandIn({});
  });
  after(async () => {
    await nodeRed?.stop();
    await odoo?.close();
    await stopShopify();
    folder.remove();
  });

  const start = async (port?: number) => {
    nodeRed = await launchNodeRed({
      userDir: folder.path,
      ...(port !== undefined && { port }),
      settings: { contextStorage: { default: { module: "localfilesystem" } } },
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
    return watchStatuses(nodeRed.url);
  };

  it("goes on by itself where it was, and brings every order once", async () => {
    const orders = makeOrders({ seed: 8, count: 70 }).map((made) => {
      shopify.pass(1_000);
      return shopify.shop.orders.place(made.body);
    });
    const range = { from: Date.now() - 86_400_000, to: Date.now() + 86_400_000, by: "created" };
    let statuses = await start();
    await nodeRed.deploy(
      withNode(exampleFlow("nightly-reconcile"), "nr-import", { payload: JSON.stringify(range) }),
    );
    const { port } = nodeRed;
    await fetch(`${nodeRed.url}/inject/nr-import`, { method: "POST" });
    await eventually("it is on its way", () =>
      /^50 orders checked/.test(statuses.of("nr-backfill")?.text ?? ""),
    );
    statuses.close();
    await nodeRed.stop();
    const readBefore = shopify.calls("order");
    assert.ok(readBefore < orders.length, "it was cut off");

    statuses = await start(port);
    await eventually(
      "it is done",
      () => /missing events brought/.test(statuses.of("nr-backfill")?.text ?? ""),
      60_000,
    );
    statuses.close();
    // The first page was not read again, but for the order at its end.
    assert.ok(shopify.calls("order") <= readBefore + orders.length - 50 + 1);
    await eventually("all are in Odoo", () => odoo.snapshot().orders.length === orders.length, 60_000);
    assert.equal(odoo.snapshot().duplicates, 0);
  });
});
