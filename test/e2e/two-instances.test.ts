import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { makeOrders, playFlashSale } from "../../sandbox/shopify/index.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { needsRedis, type RedisProcess, startRedis } from "../support/redis-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";
const redisPassword = "a-redis-secret";

type Role = "receive" | "work";

describe("three Node-RED processes on one Redis", function () {
  this.timeout(180_000);
  const folders: ReturnType<typeof temporaryFolder>[] = [];
  const processes: NodeRedProcess[] = [];
  let odoo: OdooStandIn;
  let redis: RedisProcess;
  before(async function () {
    needsRedis(this);
    [odoo, redis] = await Promise.all([
      startOdooStandIn({}),
      startRedis({ appendonly: "yes", appendfsync: "always", save: "", requirepass: redisPassword }),
    ]);
  });
  after(async () => {
    for (const nodeRed of processes) await nodeRed.kill();
    await odoo?.close();
    await redis?.remove();
    for (const folder of folders) folder.remove();
  });

  const launch = async (role: Role): Promise<NodeRedProcess> => {
    const folder = temporaryFolder();
    folders.push(folder);
    const nodeRed = await launchNodeRed({
      version: 5,
      userDir: folder.path,
      env: {
        REDIS_URL: redis.url,
        REDIS_PASSWORD: redisPassword,
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
    processes.push(nodeRed);
    const env = (name: string) => ["$", "{", name, "}"].join("");
    const onRedis = withNode(exampleFlow(), "hf-store", {
      engine: "redis",
      mode: "single",
      url: env("REDIS_URL"),
      credentials: { password: env("REDIS_PASSWORD") },
    });
    await nodeRed.deploy(withNode(onRedis, "hf-queue", { role, leaseSeconds: 3, concurrency: 8 }));
    return nodeRed;
  };
  const countsAt = async ({ url }: NodeRedProcess): Promise<Record<string, number>> => {
    const [queue] = (await (await fetch(`${url}/holdfast/queues`)).json()) as {
      counts: Record<string, number>;
    }[];
    return queue!.counts;
  };

  it("one that receives, two that work, one of them killed: every order is written once", async () => {
    const [receiver, doomed, survivor] = await Promise.all([
      launch("receive"),
      launch("work"),
      launch("work"),
    ]);
    const written = (): number => odoo.snapshot().orders.length;
    const orders = makeOrders({ seed: 23, count: 80 });
    // Slow enough to be killed in the middle of it.
    odoo.faults.slow(150);
    const sale = playFlashSale({
      target: `${receiver!.url}/shopify/webhooks`,
      secret,
      shop,
      orders,
      ratePerSecond: 20,
      duplicateShare: 0.2,
      reorder: 0.2,
      retryDelaysMs: [500, 1000, 2000, 4000],
    });
    await eventually("the doomed one has events under way", async () => {
      return written() >= 15 && (await countsAt(doomed!)).leased! > 0;
    });
    await doomed!.kill();
    const tally = await sale;
    assert.equal(tally.acknowledged, orders.length);
    await eventually("every order is in Odoo", () => written() >= orders.length, 60_000);
    const counts = await eventually("the queue is empty", async () => {
      const now = await countsAt(survivor!);
      return now.ready! + now.leased! + now.blocked! === 0 ? now : null;
    });
    assert.equal(counts.dead, 0);
    const inOdoo = odoo.snapshot().orders.map((order) => order.client_order_ref);
    assert.deepEqual(inOdoo.toSorted(), orders.map((order) => order.name).toSorted());
    // Both ends of the queue see the same.
    assert.deepEqual(await countsAt(receiver!), counts);
    const everything = processes.flatMap(({ log }) => log).join("\n");
    assert.ok(!everything.includes(redisPassword), "the password is in a log");
    assert.ok(!(await (await fetch(`${receiver!.url}/flows`)).text()).includes(redisPassword));
  });
});
