import assert from "node:assert/strict";
import { Queue, QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import type { Failure } from "../../../src/failure.ts";
import type { QueueDatabase } from "../../../src/queue/database.ts";
import type { EventStore } from "../../../src/queue/event-store.ts";
import { openRedisDatabase } from "../../../src/queue/redis/database.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { eventually } from "../../support/eventually.ts";
import { needsRedis, type RedisProcess, startRedis } from "../../support/redis-server.ts";

const failure: Failure = {
  class: "rejected",
  code: "no_sku",
  message: "SKU is not in Odoo.",
  source: "odoo",
  at: 1,
};

/** What Bull Board and others do, they do through BullMQ's own classes. */
describe("BullMQ's tools on a queue of ours", function () {
  this.timeout(30_000);
  let server: RedisProcess;
  let database: QueueDatabase;
  let store: EventStore;
  let tool: Queue;
  let queues = 0;
  before(async function () {
    needsRedis(this);
    server = await startRedis();
    database = await openRedisDatabase({ url: server.url });
  });
  beforeEach(() => {
    const name = `tools-${++queues}`;
    store = database.queue(name);
    tool = new Queue(name, { prefix: "{holdfast}", connection: { host: "127.0.0.1", port: server.port } });
  });
  afterEach(async () => {
    await tool?.close();
    await store?.close();
  });
  after(async () => {
    await database?.close();
    await server?.remove();
  });

  let now = 1_000;
  const append = async (key: string | null, payload = "{}") =>
    (await store.append([newEvent({ key, payload, topic: "orders/create", reference: "#1001" })], now))[0]!
      .id;
  const claim = async () => (await store.claim({ max: 10, leaseMs: 30_000, now: ++now })).events;
  const ids = async () => (await claim()).map(({ id }) => id);
  const settle = (events: { id: string; fence: number }[], to: "done" | "dead") =>
    store.settle(
      events.map(({ id, fence }) => ({
        ref: { id, fence },
        outcome: to === "done" ? { to } : { to, failure },
      })),
      now,
    );
  const counts = async () => {
    const { blocked, ready, leased, done, dead } = await store.counts();
    return { blocked, ready, leased, done, dead };
  };

  it("see every event in the state it is in", async () => {
    const first = await append("a", '{"id":1}');
    const behind = await append("a");
    const other = await append("b");
    const last = await append(null);
    await settle((await claim()).slice(0, 1), "dead");
    const [b, none] = (await store.list({ states: ["leased"] })).events;
    assert.deepEqual([b!.id, none!.id], [other, last]);
    const seen = async (id: string) => (await tool.getJob(id))!.getState();
    assert.deepEqual(await Promise.all([first, behind, other].map(seen)), [
      "failed",
      "waiting-children",
      "active",
    ]);
    const [failed] = await tool.getFailed();
    assert.equal(failed!.id, first);
    assert.equal(failed!.name, "orders/create");
    assert.equal(failed!.failedReason, failure.message);
    assert.equal(failed!.attemptsMade, 1);
    assert.equal(failed!.data.payload, '{"id":1}');
    const { logs } = await tool.getJobLogs(first);
    assert.equal(JSON.parse(logs.at(-1)!).what, "dead");
    const all = await tool.getJobCounts();
    assert.deepEqual(
      [all.failed, all["waiting-children"], all.active, all.completed, all.prioritized],
      [1, 1, 2, 0, 0],
    );
    assert.match(await tool.exportPrometheusMetrics(), /bullmq_job_count\{[^}]*state="failed"[^}]*\} 1/);
  });

  it("retry a dead letter, at its place in its key's order", async () => {
    const first = await append("a");
    const second = await append("a");
    await settle(await claim(), "dead");
    await (await tool.getJob(first))!.retry("failed");
    assert.deepEqual(await ids(), [first]);
    assert.deepEqual(await counts(), { blocked: 1, ready: 0, leased: 1, done: 0, dead: 0 });
    await settle(
      (await store.list({ ids: [first] })).events.map((e) => ({ id: e.id, fence: 2 })),
      "done",
    );
    assert.deepEqual(await ids(), [second]);
  });

  it("can't promote an event past an earlier one of its key", async () => {
    const first = await append("a");
    const second = await append("a");
    const [working] = await claim();
    await store.settle([{ ref: working!, outcome: { to: "retry", at: 9_000_000_000_000, failure } }], now);
    await (await tool.getJob(first))!.promote();
    const [again] = await claim();
    assert.equal(again!.id, first);
    // As if somebody moved the second one by hand.
    const client = new Redis(server.port);
    await client.lpush(tool.toKey("wait"), second);
    client.disconnect();
    assert.deepEqual(await ids(), []);
    await settle([again!], "done");
    assert.deepEqual(await ids(), [second]);
  });

  it("remove a dead letter that holds its key, or an event that waits", async () => {
    const first = await append("a");
    const second = await append("a");
    const third = await append("a");
    await settle(await claim(), "dead");
    await (await tool.getJob(first))!.remove();
    await store.recover({ now, maxStalls: 5 });
    assert.deepEqual(await counts(), { blocked: 1, ready: 1, leased: 0, done: 0, dead: 0 });
    await (await tool.getJob(second))!.remove();
    await store.recover({ now, maxStalls: 5 });
    assert.deepEqual(await ids(), [third]);
    assert.equal((await store.list({})).events.length, 1);
  });

  it("leave alone what is being worked on", async () => {
    const id = await append("a");
    await claim();
    await assert.rejects((await tool.getJob(id))!.remove(), /locked/);
  });

  it("add events", async () => {
    await tool.add("orders/create", { id: 7 });
    const [event] = await claim();
    assert.deepEqual([event!.topic, event!.payload, event!.key], ["orders/create", '{"id":7}', null]);
    await settle([event!], "done");
    assert.equal((await counts()).done, 1);
  });

  it("pause and resume it", async () => {
    await append(null);
    await tool.pause();
    assert.notEqual(await store.paused(), null);
    assert.deepEqual(await ids(), []);
    await tool.resume();
    assert.equal(await store.paused(), null);
    assert.equal((await ids()).length, 1);
    await store.pause("stocktaking", 1);
    assert.equal(await tool.isPaused(), true);
  });

  it("hear its events", async () => {
    const events = new QueueEvents(tool.name, {
      prefix: "{holdfast}",
      connection: { host: "127.0.0.1", port: server.port },
      // From the beginning: it may be ready before it listens.
      lastEventId: "0",
    });
    await events.waitUntilReady();
    const heard: string[] = [];
    for (const name of ["added", "active", "completed"] as const) events.on(name, () => heard.push(name));
    await append("a");
    await settle(await claim(), "done");
    await eventually("they are heard", () => heard.join().endsWith("added,active,completed"), 5_000).finally(
      () => events.close(),
    );
  });
});
