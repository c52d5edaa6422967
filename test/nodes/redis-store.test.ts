import assert from "node:assert/strict";
import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import { eventually } from "../support/eventually.ts";
import type { FlowNodeConfig } from "../support/flow.ts";
import { runFlow, startHelper, stopFlow, stopHelper, type TestFlow } from "../support/node-helper.ts";
import { startCluster } from "../support/redis-cluster.ts";
import { startSentinel } from "../support/redis-sentinel.ts";
import {
  durableSettings,
  freePort,
  needsRedis,
  type RedisProcess,
  startRedis,
} from "../support/redis-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

function flowOn(url: string, changes: object = {}, store: object = {}): FlowNodeConfig[] {
  return [
    { id: "tab", type: "tab", label: "test" },
    { id: "store", type: "queue-store", name: "", engine: "redis", mode: "single", url, ...store },
    {
      id: "queue",
      type: "durable-queue",
      z: "tab",
      x: 0,
      y: 0,
      store: "store",
      queue: "orders",
      keyType: "msg",
      key: "customer",
      wires: [["stored"], ["work"]],
      ...changes,
    },
    { id: "stored", type: "helper", z: "tab", x: 0, y: 0 },
    { id: "work", type: "queue-ack", z: "tab", x: 0, y: 0, wires: [["done"]] },
    { id: "done", type: "helper", z: "tab", x: 0, y: 0 },
  ];
}

describe("a durable queue on Redis", function () {
  this.timeout(30_000);
  let server: RedisProcess;
  let flow: TestFlow;
  const folder = temporaryFolder();
  before(async function () {
    needsRedis(this);
    await startHelper();
  });
  after(async () => {
    if (server) await stopHelper();
    folder.remove();
  });
  afterEach(async () => {
    await stopFlow();
    await server?.remove();
  });
  const status = () => flow.node("queue").status.lastCall?.args[0];
  // The helper's runtime shows keys instead of texts.
  const paused = () => status()?.text === "durable-queue.status.paused";
  const send = (payload: unknown) => flow.node("queue").receive({ topic: "test", payload, customer: "7" });

  it("stores, delivers and settles", async () => {
    server = await startRedis();
    flow = await runFlow(folder.path, flowOn(server.url));
    send(1);
    send(2);
    const done = await eventually("both are settled", () => {
      const received = flow.received("done");
      return received.length === 2 && received;
    });
    assert.deepEqual(
      done.map(({ payload }) => payload),
      [1, 2],
    );
    await eventually("it is at rest", () => status()?.fill === "green");
  });

  it("that only receives leaves the work to others, and shows what they do", async () => {
    server = await startRedis();
    flow = await runFlow(folder.path, flowOn(server.url, { role: "receive" }));
    send(1);
    await eventually("it is stored", () => flow.received("stored").length === 1);
    const other = await openRedisDatabase({ url: server.url });
    const theirs = other.queue("orders");
    await eventually("it shows", () => status()?.shape === "dot");
    const { events } = await theirs.claim({ max: 5, leaseMs: 30_000, now: Date.now() });
    assert.equal(events.length, 1);
    await theirs.settle([{ ref: events[0]!, outcome: { to: "done" } }], Date.now());
    await eventually("it shows", () => status()?.fill === "green" && status()?.shape === "ring");
    assert.equal(flow.received("done").length, 0);
    await other.close();
  });

  it("is paused and resumed by another process", async () => {
    server = await startRedis();
    const other = await openRedisDatabase({ url: server.url });
    const theirs = other.queue("orders");
    await theirs.pause("stocktaking", Date.now() - 60_000);
    flow = await runFlow(folder.path, flowOn(server.url));
    await eventually("it is open", paused);
    send(1);
    await eventually("it shows", async () => paused() && (await theirs.counts()).ready === 1);
    await theirs.resume();
    await eventually("it goes on", () => flow.received("done").length === 1);
    await theirs.pause("again", Date.now());
    send(2);
    await eventually("it shows again", async () => paused() && (await theirs.counts()).ready === 1);
    assert.equal(flow.received("done").length, 1);
    await other.close();
  });

  const losing: [string, Record<string, string>, RegExp][] = [
    ["without a file", { appendonly: "no", save: "" }, /set appendonly yes and appendfsync always/],
    [
      "by a policy that evicts",
      { ...durableSettings, "maxmemory-policy": "allkeys-lru" },
      /set maxmemory-policy noeviction/,
    ],
  ];
  for (const [how, settings, advice] of losing)
    it(`says in status and log that Redis can lose events, and what to set: ${how}`, async () => {
      server = await startRedis(settings);
      flow = await runFlow(folder.path, flowOn(server.url));
      await eventually("it is said", () => status()?.text === "durable-queue.status.not-durable");
      assert.match(String(flow.node("store").warn.lastCall?.args[0]), advice);
      send(1);
      await eventually("it works all the same", () => flow.received("done").length === 1);
    });

  it("opens behind a Sentinel and on a Cluster, as the dialog's servers say", async () => {
    const cluster = await startCluster();
    try {
      flow = await runFlow(folder.path, flowOn("", {}, { mode: "cluster", servers: cluster.servers }));
      send(1);
      await eventually("a Cluster does it", () => flow.received("done").length === 1);
      await stopFlow();
    } finally {
      await cluster.remove();
    }
    server = await startRedis();
    const replica = await startRedis({ ...durableSettings, replicaof: `127.0.0.1 ${server.port}` });
    const sentinel = await startSentinel(server.port);
    try {
      const settings = { mode: "sentinel", servers: sentinel.servers, masterName: "mymaster" };
      flow = await runFlow(folder.path, flowOn("", {}, settings));
      send(1);
      await eventually("the Sentinel's master does it", () => flow.received("done").length === 1);
      assert.equal(status()?.fill, "green");
      await stopFlow();
    } finally {
      await sentinel.remove();
      await replica.remove();
    }
  });

  it("says where Redis is missing, and begins when it comes", async () => {
    const port = await freePort();
    flow = await runFlow(folder.path, flowOn(`redis://127.0.0.1:${port}`));
    await eventually("it is said", () =>
      status()?.text?.startsWith(`The Redis server at 127.0.0.1:${port} can't be`),
    );
    assert.equal(status()?.fill, "red");
    server = await startRedis(undefined, port);
    await eventually("it opens", () => status()?.fill === "green");
  });

  it("turns red while Redis is away, though it only receives", async () => {
    server = await startRedis();
    flow = await runFlow(folder.path, flowOn(server.url, { role: "receive" }));
    await eventually("it is open", () => status()?.fill === "green");
    await server.kill();
    await eventually("it shows", () => status()?.fill === "red");
    await server.start();
    await eventually("it heals", () => status()?.fill === "green");
  });
});
