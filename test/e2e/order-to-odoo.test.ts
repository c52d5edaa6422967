import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { makeOrders, playFlashSale } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow } from "../support/flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";

for (const version of [4, 5] as const)
  describe(`the example flow on Node-RED ${version === 4 ? "4.1" : "5"}`, function () {
    this.timeout(180_000);
    const folder = temporaryFolder();
    let odoo: OdooStandIn;
    let nodeRed: NodeRedProcess;
    const launch = (port?: number): Promise<NodeRedProcess> =>
      launchNodeRed({
        version,
        userDir: folder.path,
        ...(port !== undefined && { port }),
        env: {
          SHOPIFY_SHOP: shop,
          SHOPIFY_WEBHOOK_SECRET: secret,
          SHOPIFY_ADMIN_TOKEN: "",
          SHOPIFY_ADMIN_URL: "",
          ODOO_URL: odoo.url,
          ODOO_DB: odoo.db,
          ODOO_LOGIN: odoo.login,
          ODOO_API_KEY: odoo.apiKey,
        },
      });
    before(async () => {
      odoo = await startOdooStandIn({});
      nodeRed = await launch();
      await nodeRed.deploy(exampleFlow());
    });
    after(async () => {
      await nodeRed?.stop();
      await odoo?.close();
      folder.remove();
    });

    it("brings every acknowledged order to Odoo once, through an outage and two pulled plugs", async () => {
      const orders = makeOrders({ seed: 11, count: 60 });
      const port = nodeRed.port;
      const sale = playFlashSale({
        target: `${nodeRed.url}/shopify/webhooks`,
        secret,
        shop,
        orders,
        ratePerSecond: 12,
        duplicateShare: 0.3,
        reorder: 0.2,
        retryDelaysMs: [500, 1000, 2000, 2000, 4000, 4000, 8000, 8000],
      });
      const written = (): number => odoo.snapshot().orders.length;
      for (const [after, trouble] of [
        [5, "kill"],
        [15, "outage"],
        [30, "kill"],
      ] as const) {
        await eventually(`${after} orders are written`, () => written() >= after, 60_000);
        if (trouble === "kill") {
          await nodeRed.kill();
          nodeRed = await launch(port);
        } else {
          odoo.faults.set({ status: 503 });
          setTimeout(() => odoo.faults.clear(), 3_000);
        }
      }
      const tally = await sale;
      assert.equal(tally.acknowledged, orders.length);
      await eventually("every order is in Odoo", () => written() >= orders.length, 90_000);

      const inOdoo = odoo.snapshot().orders.map((order) => order.client_order_ref);
      assert.deepEqual(inOdoo.toSorted(), orders.map((order) => order.name).toSorted());
      const counts = await eventually("the queue is empty", async () => {
        const [queue] = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
          counts: Record<string, number> | null;
        }[];
        return queue?.counts && queue.counts.ready! + queue.counts.leased! === 0 ? queue.counts : null;
      });
      assert.equal(counts.dead, 0);
      assert.equal(counts.blocked, 0);
    });
  });
