import assert from "node:assert/strict";
import { makeOrders } from "../../../sandbox/shopify/index.ts";
import { eventually } from "../../support/eventually.ts";
import { type ExampleStage, setStage } from "../../support/example-stage.ts";
import { withNode } from "../../support/flow.ts";
import { needsRedis, type RedisProcess, startRedis } from "../../support/redis-server.ts";

const password = "a-redis-secret";

describe("the examples with Redis", function () {
  this.timeout(120_000);
  let redis: RedisProcess;
  const stages: ExampleStage[] = [];
  before(async function () {
    needsRedis(this);
    redis = await startRedis({ appendonly: "yes", appendfsync: "always", save: "", requirepass: password });
  });
  after(async () => {
    for (const stage of stages) await stage.close();
    await redis?.remove();
  });
  const stageOnRedis = async (env: Record<string, string> = {}): Promise<ExampleStage> => {
    const stage = await setStage({ env: { REDIS_URL: redis.url, REDIS_PASSWORD: password, ...env } });
    stages.push(stage);
    return stage;
  };
  const written = ({ odoo }: ExampleStage): string[] =>
    odoo
      .snapshot()
      .orders.map(({ client_order_ref }) => client_order_ref ?? "")
      .sort();

  it("“receivers and workers”: one instance answers Shopify, another writes", async () => {
    const [receiver, worker] = await Promise.all([stageOnRedis(), stageOnRedis()]);
    const orders = makeOrders({ seed: 41, count: 12 });
    await receiver.deploy("receivers-and-workers");
    for (const { body } of orders) assert.equal(await receiver.send({ body }), 200);
    assert.deepEqual(written(receiver), []);
    await worker.deploy("receivers-and-workers", (flow) =>
      withNode(withNode(flow, "hr-tab", { disabled: true }), "hr-work-tab", { disabled: false }),
    );
    assert.equal(await worker.send({ body: orders[0]!.body }), 404);
    await worker.settled("orders", orders.length);
    assert.deepEqual(written(worker), orders.map(({ name }) => name).sort());
    assert.deepEqual(written(receiver), [], "the receiver wrote something");
  });

  it("“from the disk to Redis”: what the old file holds is worked on in Redis, once", async () => {
    const stage = await stageOnRedis();
    const orders = makeOrders({ seed: 42, count: 20 });
    const half = orders.length / 2;
    await stage.deploy("orders-only");
    stage.odoo.faults.set({ status: 503 });
    for (const { body } of orders.slice(0, half)) assert.equal(await stage.send({ body }), 200);
    await stage.deploy("from-the-disk-to-redis", (flow) =>
      withNode(flow, "he-tab", { env: [{ name: "NODE_RED_URL", value: stage.nodeRed.url, type: "str" }] }),
    );
    for (const { body } of orders.slice(half)) assert.equal(await stage.send({ body }), 200);
    await stage.press("he-press");
    const waiting = async () => {
      const { ready, leased, blocked } = await stage.counts("orders-on-redis");
      return ready! + leased! + blocked!;
    };
    await eventually("all of them are in Redis", async () => (await waiting()) === orders.length);
    await stage.press("he-press");
    stage.odoo.faults.clear();
    await stage.settled("orders-on-redis", orders.length);
    assert.deepEqual(written(stage), orders.map(({ name }) => name).sort());
    assert.ok(!stage.nodeRed.log.join("\n").includes(password), "the password is in the log");
  });
});
