import assert from "node:assert/strict";
import type { QueueDatabase } from "../../../src/queue/database.ts";
import { openRedisDatabase } from "../../../src/queue/redis/database.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { eventually } from "../../support/eventually.ts";
import { type RedisCluster, startCluster } from "../../support/redis-cluster.ts";
import { needsRedis } from "../../support/redis-server.ts";

describe("a queue on a Redis Cluster", function () {
  this.timeout(60_000);
  let cluster: RedisCluster;
  let database: QueueDatabase;
  before(async function () {
    needsRedis(this);
    cluster = await startCluster();
    database = await openRedisDatabase({ mode: "cluster", url: cluster.servers });
  });
  after(async () => {
    await database?.close();
    await cluster?.remove();
  });

  it("promises what a single server does", () => {
    assert.equal(database.warning?.(), null);
  });

  it("stores, delivers in order, settles, finds, pauses", async () => {
    // Queues of several names lie on one server: the braces around the prefix see to that.
    for (const name of ["orders", "stock", "products"]) {
      const store = database.queue(name);
      const ids = [];
      for (const key of ["a", "a", "b"])
        ids.push((await store.append([newEvent({ key, dedupeId: `w${ids.length}` })], 1_000))[0]!.id);
      const claim = async () => (await store.claim({ max: 10, leaseMs: 30_000, now: 2_000 })).events;
      const first = await claim();
      assert.deepEqual(
        first.map(({ id }) => id),
        [ids[0], ids[2]],
      );
      assert.deepEqual(await store.extend(first, 30_000, 2_500), []);
      const done = first.map(({ id, fence }) => ({ ref: { id, fence }, outcome: { to: "done" } as const }));
      assert.deepEqual(await store.settle(done, 3_000), ["ok", "ok"]);
      assert.deepEqual(
        (await claim()).map(({ id }) => id),
        [ids[1]],
      );
      assert.deepEqual(await store.recover({ now: 50_000, maxStalls: 0 }), { released: 0, dead: 1 });
      assert.equal((await store.list({ states: ["dead"] })).events.length, 1);
      assert.equal(await store.redrive({}, { limit: 5, by: "ann", now: 60_000 }), 1);
      await store.pause("stocktaking", 5_000);
      assert.equal((await store.paused())?.reason, "stocktaking");
      await store.resume();
      await store.close();
    }
  });

  it("tells other processes of new work", async () => {
    const other = await openRedisDatabase({ mode: "cluster", url: cluster.servers });
    let told = 0;
    database.queue("news").onWork(() => told++);
    const store = other.queue("news");
    await eventually("it is told", async () => {
      await store.append([newEvent()], Date.now());
      return told > 0;
    });
    await other.close();
  });
});
