import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { QueueDatabase } from "../../../src/queue/database.ts";
import { openRedisDatabase } from "../../../src/queue/redis/database.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { eventually } from "../../support/eventually.ts";
import { startRedisChild } from "../../support/redis-child.ts";
import { needsRedis, type RedisProcess, startRedis } from "../../support/redis-server.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("a Redis queue whose processes are killed", function () {
  this.timeout(60_000);
  let server: RedisProcess;
  let database: QueueDatabase;
  before(async function () {
    needsRedis(this);
    server = await startRedis();
    database = await openRedisDatabase({ url: server.url });
  });
  after(async () => {
    await database?.close();
    await server?.remove();
  });

  it("has everything that was acknowledged when Redis itself is killed", async () => {
    const store = database.queue("killed server");
    const acknowledged = new Set<string>();
    let refused = 0;
    let next = 0;
    let over = false;
    const produce = async () => {
      while (!over) {
        const dedupeId = `w${next++}`;
        try {
          await store.append(
            [newEvent({ dedupeId, key: `k${next % 20}`, payload: "x".repeat(3_000) })],
            Date.now(),
          );
          acknowledged.add(dedupeId);
        } catch (error) {
          assert.equal((error as { failure?: { code: string } }).failure?.code, "not_stored");
          refused++;
          await sleep(10);
        }
      }
    };
    const producers = Array.from({ length: 20 }, produce);
    for (let round = 1; round <= 3; round++) {
      await eventually("some are acknowledged", () => acknowledged.size > round * 300);
      await server.kill();
      await sleep(50);
      await server.start();
    }
    // Before the last kill many may have been acknowledged: only what comes after it shows that it goes on.
    const beforeItWent = acknowledged.size;
    await eventually("it goes on by itself", () => acknowledged.size > beforeItWent + 300);
    over = true;
    await Promise.all(producers);
    assert.ok(refused > 0);
    const all = await eventually("all can be read", async () => {
      const events = [];
      for (let after: number | null | undefined; after !== null; ) {
        const page = await store.list({ limit: 500, ...(after !== undefined && { after }) });
        events.push(...page.events);
        after = page.next ?? null;
      }
      return events;
    });
    const stored = new Set(all.map(({ dedupeId }) => dedupeId));
    assert.equal(stored.size, all.length, "one is there twice");
    for (const dedupeId of acknowledged)
      assert.ok(stored.has(dedupeId), `${dedupeId} was acknowledged and is lost`);
    await store.close();
  });

  it("is taken over by the other worker when one is killed, in order", async () => {
    const folder = temporaryFolder();
    const log = path.join(folder.path, "work.log");
    const store = database.queue("two workers");
    const keys = Array.from({ length: 12 }, (_, i) => `order:${i}`);
    for (let round = 0; round < 10; round++)
      await store.append(
        keys.map((key) => newEvent({ key, payload: String(round) })),
        Date.now(),
      );
    const order = { url: server.url, queue: "two workers", log, leaseMs: 1_500, workMs: 60 };
    const [one, two] = await Promise.all(["one", "two"].map((name) => startRedisChild({ ...order, name })));
    const lines = () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { what: string; id: string; key: string; by: string });
    await eventually("both have worked", () => {
      const ended = lines().filter(({ what }) => what === "end");
      return new Set(ended.map(({ by }) => by)).size === 2 && ended.length > 20;
    });
    await one!.kill();
    await eventually("all is done", async () => (await store.counts()).done === 120);
    await two!.kill();
    const all = lines();
    const survivors = all.filter(({ by, what }) => by === "two" && what === "end").length;
    assert.ok(survivors > 20);
    for (const key of keys) {
      const begun = all
        .filter((line) => line.key === key && line.what === "begin")
        .map(({ id }) => Number(id));
      // What was under way when the worker died begins again, at its place; nothing overtakes.
      assert.deepEqual(
        begun,
        begun.toSorted((a, b) => a - b),
        key,
      );
      const ended = all.filter((line) => line.key === key && line.what === "end").map(({ id }) => Number(id));
      assert.deepEqual(
        ended,
        ended.toSorted((a, b) => a - b),
        key,
      );
      assert.equal(new Set(begun).size, 10);
    }
    const twice = all.filter(({ what }) => what === "begin").length - 120;
    assert.ok(twice >= 0 && twice <= 5, `${twice} were begun again`);
    await store.close();
    folder.remove();
  });
});
