import assert from "node:assert/strict";
import { Redis } from "ioredis";
import type { QueueDatabase } from "../../../src/queue/database.ts";
import { openRedisDatabase } from "../../../src/queue/redis/database.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { eventually } from "../../support/eventually.ts";
import { type Sentinel, startSentinel } from "../../support/redis-sentinel.ts";
import { durableSettings, needsRedis, type RedisProcess, startRedis } from "../../support/redis-server.ts";

describe("a queue behind a Redis Sentinel", function () {
  this.timeout(60_000);
  let master: RedisProcess;
  let replica: RedisProcess;
  let sentinel: Sentinel;
  let database: QueueDatabase;
  before(async function () {
    needsRedis(this);
    master = await startRedis();
    replica = await startRedis({ ...durableSettings, replicaof: `127.0.0.1 ${master.port}` });
    await eventually("the replica follows", async () => (await askServer(replica.port)).link === "connected");
    sentinel = await startSentinel(master.port);
    database = await openRedisDatabase({ mode: "sentinel", url: sentinel.servers, masterName: "mymaster" });
  });
  after(async () => {
    await database?.close();
    await sentinel?.remove();
    await replica?.remove();
    await master?.remove();
  });

  it("goes on with the new master after a failover", async () => {
    const store = database.queue("orders");
    const append = (dedupeId: string) =>
      store.append([newEvent({ dedupeId })], Date.now()).then(
        ([result]) => result!.outcome,
        () => null,
      );
    assert.equal(await append("before"), "stored");
    // Redis answers before its replicas have it: what is not there at a failover is lost.
    await eventually("the replica has it", async () => (await askServer(replica.port)).keys === 1);
    await sentinel.failover();
    await eventually("the new master takes events", async () => {
      await append(`after ${Math.random()}`);
      const { role, keys } = await askServer(replica.port);
      return role === "master" && keys >= 2;
    });
    assert.equal(await append("before"), "duplicate");
    assert.equal(database.warning?.(), null);
  });
});

/** What the server itself says. */
async function askServer(port: number): Promise<{ role: string; keys: number; link: string | undefined }> {
  const client = new Redis(port);
  try {
    const [role, , , link] = (await client.role()) as [string, string, number, string?];
    return { role, link, keys: (await client.keys("{holdfast}:orders:[0-9]*")).length };
  } finally {
    client.disconnect();
  }
}
