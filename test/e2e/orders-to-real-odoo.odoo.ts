import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { makeOrders, playFlashSale } from "../../sandbox/shopify/index.ts";
import { createOdooClient } from "../../src/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow } from "../support/flow.ts";
import { isAtWork, type Queue } from "../support/stock-scene.ts";
import { temporaryFolder } from "../support/temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";
const rig = process.env.ODOO_RIG;
const odooEnv = Object.fromEntries(
  ["ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_API_KEY"].map((name) => [name, process.env[name] ?? ""]),
) as Record<"ODOO_URL" | "ODOO_DB" | "ODOO_LOGIN" | "ODOO_API_KEY", string>;

function odooServer(...command: string[]): void {
  const { status, stderr } = spawnSync(rig!, command, { encoding: "utf8" });
  assert.equal(status, 0, `${command.join(" ")}: ${stderr}`);
}

describe("the example flow against a real Odoo", function () {
  this.timeout(480_000);
  const folder = temporaryFolder();
  let nodeRed: NodeRedProcess;
  const client = createOdooClient({
    url: odooEnv.ODOO_URL,
    db: odooEnv.ODOO_DB,
    login: odooEnv.ODOO_LOGIN,
    apiKey: odooEnv.ODOO_API_KEY,
  });
  const launch = (port?: number): Promise<NodeRedProcess> =>
    launchNodeRed({
      userDir: folder.path,
      ...(port !== undefined && { port }),
      env: {
        SHOPIFY_SHOP: shop,
        SHOPIFY_WEBHOOK_SECRET: secret,
        SHOPIFY_ADMIN_TOKEN: "",
        SHOPIFY_ADMIN_URL: "",
        ...odooEnv,
      },
    });
  after(async () => {
    await nodeRed?.stop();
    await client.close();
    folder.remove();
  });

  it("brings 50 orders in once each, though Odoo is stopped in the middle and Node-RED is killed twice", async () => {
    // A number nobody used before, so that the test can run again on the same database.
    const seed = Math.floor(Date.now() / 1000) % 100_000;
    const orders = makeOrders({ seed, count: 50, firstNumber: seed * 100 });
    const names = orders.map((order) => order.name);
    const found = async (): Promise<{ client_order_ref: string; amount_total: number }[]> =>
      (await client.call("sale.order", "search_read", {
        args: { domain: [["client_order_ref", "in", names]], fields: ["client_order_ref", "amount_total"] },
      })) as { client_order_ref: string; amount_total: number }[];

    nodeRed = await launch();
    await nodeRed.deploy(exampleFlow());
    const port = nodeRed.port;
    const sale = playFlashSale({
      target: `${nodeRed.url}/shopify/webhooks`,
      secret,
      shop,
      orders,
      seed,
      ratePerSecond: 5,
      duplicateShare: 0.4,
      reorder: 0.2,
      retryDelaysMs: [500, 1000, 2000, 4000, 4000, 8000, 8000, 8000],
    });
    const pullThePlug = async (): Promise<void> => {
      await nodeRed.kill();
      nodeRed = await launch(port);
    };

    await eventually("some orders are in Odoo", async () => (await found()).length >= 3, 60_000);
    await pullThePlug();
    if (rig) {
      odooServer("kill", "TERM");
      await sleep(4_000);
      odooServer("start");
    }
    await eventually("more orders are in Odoo", async () => (await found()).length >= 15, 120_000);
    await pullThePlug();

    const tally = await sale;
    assert.equal(tally.acknowledged, orders.length);
    await eventually("all orders are in Odoo", async () => (await found()).length >= orders.length, 180_000);
    const counts = await eventually(
      "the queue is empty",
      async () => {
        const [queue] = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as Queue[];
        if (!queue || isAtWork(queue)) throw new Error(JSON.stringify(queue?.counts ?? null));
        return queue.counts!;
      },
      180_000,
    );

    const totals = (await found()).map((row) => [row.client_order_ref, row.amount_total]).toSorted();
    assert.deepEqual(totals, orders.map((order) => [order.name, Number(order.total)]).toSorted());
    assert.equal(counts.dead, 0);
    console.log(
      `      ${tally.deliveries} deliveries of ${orders.length} orders; orders found in Odoo: ${totals.length}`,
    );
  });
});
