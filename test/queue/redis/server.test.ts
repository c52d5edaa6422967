import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Redis } from "ioredis";
import type { QueueDatabase } from "../../../src/queue/database.ts";
import { openRedisDatabase } from "../../../src/queue/redis/database.ts";
import { startWorker } from "../../../src/queue/worker.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { eventually } from "../../support/eventually.ts";
import { redisProxy } from "../../support/redis-proxy.ts";
import {
  durableSettings,
  freePort,
  needsRedis,
  type RedisProcess,
  redisInstalled,
  startRedis,
} from "../../support/redis-server.ts";

const failureOf = (error: unknown) =>
  (error as { failure: { class: string; code: string; message: string } }).failure;

/** A command that no server knows. */
const unknown = ["HOLDFAST.UNKNOWN"];

describe("the Redis server behind a queue", function () {
  this.timeout(30_000);
  const servers: RedisProcess[] = [];
  const databases: QueueDatabase[] = [];
  before(function () {
    needsRedis(this);
  });
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.close();
    for (const server of servers.splice(0)) await server.remove();
  });
  const start = async (settings?: Record<string, string>) => {
    const server = await startRedis(settings);
    servers.push(server);
    return server;
  };
  const open = async (url: string, more: object = {}) => {
    const warnings: (string | null)[] = [];
    const onWarning = (warning: string | null) => warnings.push(warning);
    const database = await openRedisDatabase({ url, onWarning, ...more });
    databases.push(database);
    return { database, warnings };
  };

  describe("says what it can't promise", () => {
    const unsafe = "This Redis can lose acknowledged events: set appendonly yes and appendfsync always.";
    const evicting =
      "This Redis may throw events away when its memory is full: set maxmemory-policy noeviction.";
    const cases: [string, Record<string, string>, string | null][] = [
      ["nothing, where each write goes to disk", durableSettings, null],
      ["without an append-only file", { appendonly: "no", save: "" }, unsafe],
      ["where the system writes to disk when it likes", { ...durableSettings, appendfsync: "no" }, unsafe],
      ["with a policy that evicts", { ...durableSettings, "maxmemory-policy": "allkeys-lru" }, evicting],
      [
        "with neither",
        { appendonly: "no", save: "", "maxmemory-policy": "volatile-ttl" },
        `${unsafe} ${evicting}`,
      ],
    ];
    for (const [what, settings, expected] of cases)
      it(what, async () => {
        const { database, warnings } = await open((await start(settings)).url);
        assert.equal(database.warning?.(), expected);
        assert.deepEqual(warnings, expected === null ? [] : [expected]);
      });

    it("with a write to disk once a second, by what this very server can", async () => {
      const server = await start({ ...durableSettings, appendfsync: "everysec" });
      const client = new Redis(server.port);
      const [, major, minor] = /redis_version:(\d+)\.(\d+)/.exec(await client.info("server"))!;
      client.disconnect();
      const waits = Number(major) * 100 + Number(minor) >= 702;
      const { database } = await open(server.url);
      assert.equal(database.warning?.(), waits ? null : unsafe);
      await database.queue("orders").append([newEvent()], 1);
    });

    it("with a write to disk once a second, where it can't be waited for", async () => {
      const server = await start({ ...durableSettings, appendfsync: "everysec" });
      const proxy = await redisProxy(server.port, { WAITAOF: () => unknown });
      const { database } = await open(proxy.url);
      assert.equal(database.warning?.(), unsafe);
      await proxy.close();
    });

    it("when the server does not tell its settings", async () => {
      const server = await start();
      const proxy = await redisProxy(server.port, { CONFIG: () => unknown, WAITAOF: () => unknown });
      const { database } = await open(proxy.url);
      assert.match(database.warning?.() ?? "", /does not tell how it writes to disk/);
      await proxy.close();
    });

    it("again when it comes back with other settings", async () => {
      const server = await start();
      const { database, warnings } = await open(server.url);
      await server.kill();
      await server.start({ appendonly: "no", save: "" });
      await eventually("it is noticed", () => database.warning?.() === unsafe);
      assert.deepEqual(warnings, [unsafe]);
    });
  });

  it("is waited for where it writes to disk once a second", async () => {
    const server = await start({ ...durableSettings, appendfsync: "everysec" });
    let disks = 1;
    const proxy = await redisProxy(server.port, {
      // What Redis 7.2 answers, said by a Redis that may be older.
      WAITAOF: () => ["EVAL", "return {tonumber(ARGV[1]), 0}", "0", String(disks)],
    });
    const { database } = await open(proxy.url);
    assert.equal(database.warning?.(), null);
    const store = database.queue("orders");
    const asked = proxy.asked("WAITAOF");
    const many = Array.from({ length: 50 }, (_, i) =>
      store.append([newEvent({ dedupeId: `w${i}` })], Date.now()),
    );
    await Promise.all(many);
    const waits = proxy.asked("WAITAOF") - asked;
    assert.ok(waits >= 1 && waits <= 3, `${waits} waits for 50 events`);
    disks = 0;
    await assert.rejects(
      store.append([newEvent()], Date.now()),
      (error) => failureOf(error).code === "not_stored",
    );
    await proxy.close();
  });

  it("may be away: appends are refused at once, and everything goes on by itself", async () => {
    const server = await start();
    const { database } = await open(server.url);
    const store = database.queue("orders");
    const delivered: string[] = [];
    const worker = startWorker({
      store,
      concurrency: 5,
      deliver: (event, lease) => {
        delivered.push(event.dedupeId!);
        void worker.settle(lease, { to: "done" });
      },
    });
    await store.append([newEvent({ dedupeId: "before" })], Date.now());
    await eventually("it is delivered", () => delivered.length === 1);
    await server.kill();
    await eventually("it is refused", () =>
      store.append([newEvent({ dedupeId: "during" })], Date.now()).then(
        () => false,
        (error) => {
          const { class: failureClass, code, message } = failureOf(error);
          assert.deepEqual([failureClass, code], ["unavailable", "not_stored"]);
          assert.match(message, new RegExp(`127.0.0.1:${server.port} does not answer`));
          return true;
        },
      ),
    );
    await server.start();
    await eventually("it is taken again", () =>
      store.append([newEvent({ dedupeId: "after" })], Date.now()).then(
        () => true,
        () => false,
      ),
    );
    await eventually("and delivered", () => delivered.includes("after"));
    assert.ok(!delivered.includes("during"));
    await worker.stop({ graceMs: 0 });
  });

  it("whose memory is full refuses in words, loses nothing, and goes on by itself when it has more", async () => {
    const server = await start({ ...durableSettings, maxmemory: "8mb", "maxmemory-policy": "noeviction" });
    const { database } = await open(server.url);
    const store = database.queue("orders");
    const payload = "x".repeat(200_000);
    let stored = 0;
    const append = () => store.append([newEvent({ dedupeId: `w${stored}`, payload })], Date.now());
    await assert.rejects(
      async () => {
        for (; stored < 100; stored++) await append();
      },
      (error) => {
        const { class: failureClass, code, message } = failureOf(error);
        assert.deepEqual([failureClass, code], ["unavailable", "not_stored"]);
        assert.match(message, /has used up its memory/);
        return true;
      },
    );
    assert.ok(stored > 0);
    assert.equal((await store.counts()).ready, stored);
    const client = new Redis(server.port);
    await client.config("SET", "maxmemory", "0");
    client.disconnect();
    assert.equal((await append())[0]!.outcome, "stored");
    assert.equal((await store.counts()).ready, stored + 1);
  });

  it("counts leases by its own clock, so that no machine's clock ends another's", async () => {
    const server = await start();
    const hour = 3_600_000;
    // As a machine sees it whose clock is an hour late.
    const late = "local t = redis.call('TIME') return {tostring(t[1] + 3600), t[2]}";
    const proxy = await redisProxy(server.port, { TIME: () => ["EVAL", late, "0"] });
    const [here, there] = [await open(server.url), await open(proxy.url)];
    const stores = [here, there].map(({ database }) => database.queue("orders"));
    await stores[0]!.append([newEvent()], Date.now());
    const now = Date.now();
    const [event] = (await stores[1]!.claim({ max: 1, leaseMs: 30_000, now: now - hour })).events;
    assert.equal(event!.leaseUntil, now - hour + 30_000);
    const none = { released: 0, dead: 0 };
    assert.deepEqual(await stores[0]!.recover({ now: now + 25_000, maxStalls: 5 }), none);
    assert.deepEqual(await stores[1]!.recover({ now: now - hour + 25_000, maxStalls: 5 }), none);
    assert.deepEqual(await stores[0]!.recover({ now: now + 35_000, maxStalls: 5 }), { released: 1, dead: 0 });
    await proxy.close();
  });

  it("that falls silent is noticed", async () => {
    const server = await start();
    const proxy = await redisProxy(server.port, {});
    const { database } = await open(proxy.url, { commandTimeoutMs: 300 });
    const store = database.queue("orders");
    await store.append([newEvent()], Date.now());
    proxy.silence();
    await assert.rejects(
      store.append([newEvent()], Date.now()),
      (error) => failureOf(error).class === "unavailable",
    );
    await proxy.close();
  });

  it("that is not there is said without its password", async () => {
    if (!redisInstalled()) return;
    const port = await freePort();
    await assert.rejects(
      openRedisDatabase({ url: `redis://ann:s3cret@127.0.0.1:${port}` }),
      (error: Error) => {
        assert.equal(failureOf(error).code, "cannot_open");
        assert.ok(!inspect(error, { depth: 9 }).includes("s3cret"));
        return true;
      },
    );
  });

  it("that wants another password says so", async () => {
    const server = await start({ ...durableSettings, requirepass: "right" });
    await assert.rejects(openRedisDatabase({ url: server.url, password: "wrong-one" }), (error: Error) => {
      assert.match(error.message, /does not let us in/);
      assert.ok(!inspect(error, { depth: 9 }).includes("wrong-one"));
      return true;
    });
    await open(server.url, { password: "right" });
  });
});
