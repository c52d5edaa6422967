import assert from "node:assert/strict";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { makeOrders, playFlashSale } from "../../sandbox/shopify/index.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow } from "../support/flow.ts";
import { temporaryFolder } from "../support/temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";

for (const version of [4, 5] as const)
  describe(`under load, Node-RED ${version === 4 ? "4.1" : "5"}`, function () {
    this.timeout(180_000);
    let folder: ReturnType<typeof temporaryFolder>;
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
    beforeEach(async () => {
      folder = temporaryFolder();
      odoo = await startOdooStandIn({});
      nodeRed = await launch();
      await nodeRed.deploy(exampleFlow());
    });
    afterEach(async () => {
      await nodeRed?.stop();
      await odoo?.close();
      folder.remove();
    });

    /** Sends orders while `disturb` goes on; then what is stored, in the queue's file, and what stands in Odoo must agree. */
    async function check(disturb: (written: () => number) => Promise<void>): Promise<void> {
      const orders = makeOrders({ seed: 23, count: 120 });
      // So slow that there is always something under way.
      odoo.faults.slow(120);
      const sale = playFlashSale({
        target: `${nodeRed.url}/shopify/webhooks`,
        secret,
        shop,
        orders,
        ratePerSecond: 20,
        duplicateShare: 0.2,
        retryDelaysMs: [300, 600, 1000, 2000, 2000, 4000, 4000, 8000],
      });
      const written = (): number => odoo.snapshot().orders.length;
      await disturb(written);
      const tally = await sale;
      assert.equal(tally.acknowledged, orders.length);
      await eventually("every order is in Odoo", () => written() >= orders.length, 90_000);
      await eventually("the queue is empty", async () => {
        const [queue] = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
          counts: Record<string, number> | null;
        }[];
        return queue?.counts && queue.counts.ready! + queue.counts.leased! + queue.counts.blocked! === 0;
      });
      await nodeRed.stop();

      const inOdoo = odoo.snapshot().orders.map((order) => order.client_order_ref);
      assert.deepEqual(inOdoo.toSorted(), orders.map(({ name }) => name).toSorted(), "each once");
      const database = await openEmbeddedDatabase({
        file: path.join(folder.path, "holdfast", "queue.db"),
      });
      const { events } = await database.queue("orders").list({ limit: 1_000 });
      await database.close();
      assert.equal(events.length, tally.webhooks, "each webhook stored once");
      for (const { reference, state, attempts, stalls } of events)
        assert.deepEqual(
          { reference, state, attempts, stalls },
          { reference, state: "done", attempts: 0, stalls: 0 },
        );
    }

    it("a redeploy loses nothing, doubles nothing, and counts against no event", async () => {
      await check(async (written) => {
        for (let round = 1; round <= 5; round++) {
          await eventually("orders are on their way", () => written() >= round * 10, 60_000);
          await nodeRed.deploy(exampleFlow());
        }
      });
    });

    it("nor does a shutdown in good order (SIGTERM)", async () => {
      await check(async (written) => {
        for (let round = 1; round <= 2; round++) {
          await eventually("orders are on their way", () => written() >= round * 20, 60_000);
          const { port } = nodeRed;
          await nodeRed.stop();
          await sleep(200);
          nodeRed = await launch(port);
        }
      });
    });
  });
