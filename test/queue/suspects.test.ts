import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "mocha";
import type { EventStore } from "../../src/queue/event-store.ts";
import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { startWorker } from "../../src/queue/worker.ts";
import { memoryStore } from "../support/queue-memory-store.ts";
import { simulatedClock, watched } from "../support/queue-simulation.ts";
import { needsRedis, startRedis } from "../support/redis-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** A store as a process sees it that may die at any moment: from then on it asks nothing and hears nothing. */
function killable(store: EventStore): { store: EventStore; alive(): boolean; kill(): void } {
  let alive = true;
  const never = new Promise<never>(() => {});
  const proxy = new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== "function" || name === "onWork") return value;
      return async (...args: unknown[]) => {
        if (!alive) return never;
        const result = await value.apply(target, args);
        return alive ? result : never;
      };
    },
  });
  return {
    store: proxy,
    alive: () => alive,
    kill: () => {
      alive = false;
    },
  };
}

/** Forty events are worked on by processes that die the moment they get `poison`; returns how that ends. */
async function play(real: EventStore, poison: number) {
  const { store, busy } = watched(real);
  const clock = simulatedClock(busy);
  const event = { dedupeId: null, topic: "t", reference: null, envelope: "{}", payload: "{}" };
  const stored = await store.append(
    Array.from({ length: 40 }, (_, at) => ({ ...event, key: `k${at}` })),
    clock.now(),
  );
  const poisonId = stored[poison]!.id;
  let deaths = 0;
  const open = async () => {
    const { blocked, ready, leased } = await store.counts();
    return blocked + ready + leased;
  };
  while ((await open()) > 0 && deaths < 20) {
    const process = killable(store);
    const worker = startWorker({
      store: process.store,
      concurrency: 40,
      clock,
      deliver: ({ id }, lease) => {
        if (!process.alive()) return;
        if (id === poisonId) {
          deaths++;
          process.kill();
        } else clock.after(1_000, () => void worker.settle(lease, { to: "done" }));
      },
    });
    while (process.alive() && (await open()) > 0) await clock.pass(10_000);
    if (process.alive()) await worker.stop({ graceMs: 0 });
  }
  const dead = await store.list({ states: ["dead"] });
  return { dead: dead.events.map(({ id }) => id), poisonId, open: await open(), deaths };
}

const plain = { dedupeId: null, topic: "t", reference: null, envelope: "{}", payload: "{}" };

describe("events that were in flight when a process was killed from outside", () => {
  it("are never given up, however often that happens, as long as each gets its time alone", async () => {
    const store = memoryStore({});
    const clock = simulatedClock();
    const many = (from: number, to: number) =>
      store.append(
        Array.from({ length: to - from }, (_, at) => ({ ...plain, key: `k${from + at}` })),
        clock.now(),
      );
    const ALL = 400;
    const done = async () => (await store.counts()).done;
    let kills = 0;
    let stored = 0;
    while ((await done()) < ALL && kills < 60) {
      // There is always more to do than can be done before the next kill.
      if (stored < ALL) await many(stored, stored + 40);
      stored += 40;
      const process = killable(store);
      let out = 0;
      const worker = startWorker({
        store: process.store,
        concurrency: 40,
        clock,
        // What is worked on together is slow together.
        deliver: (_, lease) => {
          out++;
          clock.after(0, () => {
            clock.after(200 * out, () => {
              out--;
              void worker.settle(lease, { to: "done" });
            });
          });
        },
      });
      await clock.pass(5_000);
      process.kill();
      kills++;
      await clock.pass(31_000);
    }
    const { done: applied, dead } = await store.counts();
    assert.deepEqual({ applied, dead }, { applied: ALL, dead: 0 });
  });

  /** An event that was in flight at so many deaths, others that were not, and a worker that takes them up. */
  const rig = async (stalls: number, { maxStalls = 5, others = 3, laterMs = 0 } = {}) => {
    const store = memoryStore({});
    const clock = simulatedClock();
    const [suspect] = await store.append([{ ...plain, key: "suspect" }], clock.now());
    for (let at = 0; at < stalls; at++) {
      await store.claim({ max: 1, leaseMs: 1, now: clock.now() });
      await store.recover({ now: clock.now() + 1, maxStalls });
    }
    if (laterMs > 0) {
      const { events } = await store.claim({ max: 1, leaseMs: 1_000, now: clock.now() });
      const outcome = { to: "release", at: clock.now() + laterMs } as const;
      await store.settle([{ ref: events[0]!, outcome }], clock.now());
    }
    await store.append(
      Array.from({ length: others }, (_, at) => ({ ...plain, key: `k${at}` })),
      clock.now(),
    );
    const delivered: { id: string; lease: string }[] = [];
    const worker = startWorker({
      store,
      clock,
      maxStalls,
      concurrency: 10,
      deliver: ({ id }, lease) => void delivered.push({ id, lease }),
    });
    await clock.settled();
    const ids = () => delivered.map(({ id }) => id);
    return { store, clock, worker, delivered, ids, suspect: suspect!.id };
  };

  it("twice are delivered alone, and hold nobody up for longer than ten seconds", async () => {
    for (const ends of [true, false]) {
      const { clock, worker, delivered, ids, suspect } = await rig(2);
      assert.deepEqual(ids(), [suspect]);
      if (ends) await worker.settle(delivered[0]!.lease, { to: "done" });
      else await clock.pass(9_999);
      if (!ends) assert.deepEqual(ids(), [suspect]);
      await clock.pass(1);
      assert.equal(ids().length, 4);
      await worker.stop({ graceMs: 0 });
    }
  });

  it("once are delivered with the others; but alone where the next stall would be the last", async () => {
    for (const [maxStalls, atOnce] of [
      [5, 4],
      [1, 1],
    ] as const) {
      const { ids, worker } = await rig(1, { maxStalls });
      assert.equal(ids().length, atOnce);
      await worker.stop({ graceMs: 0 });
    }
  });

  it("wait until what is out has ended, or has been out for ten seconds; and nothing new goes out before", async () => {
    for (const ends of [true, false]) {
      const { store, clock, worker, delivered, ids, suspect } = await rig(2, { others: 1, laterMs: 5_000 });
      const [first] = ids();
      await clock.pass(5_000);
      const [fresh] = await store.append([{ ...plain, key: "fresh" }], clock.now());
      await clock.pass(4_999);
      assert.deepEqual(ids(), [first]);
      if (ends) await worker.settle(delivered[0]!.lease, { to: "done" });
      await clock.pass(1);
      assert.deepEqual(ids(), [first, suspect]);
      await worker.settle(delivered[1]!.lease, { to: "done" });
      await clock.settled();
      assert.deepEqual(ids(), [first, suspect, fresh!.id]);
      await worker.stop({ graceMs: 0 });
    }
  });

  it("are no suspects when the flow dropped them and the process lived on", async () => {
    const { store, clock, worker, delivered, ids, suspect } = await rig(0, { others: 0 });
    await clock.pass(11 * 60_000);
    assert.deepEqual(ids(), [suspect, suspect, suspect]);
    const [fresh] = await store.append([{ ...plain, key: "fresh" }], clock.now());
    await clock.settled();
    assert.equal(ids().at(-1), fresh!.id);
    assert.equal(await worker.settle(delivered[2]!.lease, { to: "done" }), "ok");
    await worker.stop({ graceMs: 0 });
  });
});

describe("an event that kills every process that gets it", function () {
  this.timeout(60_000);
  const engines: Record<
    string,
    (test: Mocha.Context) => Promise<{ store: EventStore; end(): Promise<void> }>
  > = {
    memory: async () => ({ store: memoryStore({}), end: async () => {} }),
    embedded: async () => {
      const folder = temporaryFolder();
      const database = await openEmbeddedDatabase({ file: path.join(folder.path, "queue.db") });
      return {
        store: database.queue("orders"),
        end: async () => {
          await database.close();
          folder.remove();
        },
      };
    },
    Redis: async (test) => {
      needsRedis(test);
      const server = await startRedis();
      const database = await openRedisDatabase({ url: server.url });
      return {
        store: database.queue("orders"),
        end: async () => {
          await database.close();
          await server.remove();
        },
      };
    },
  };
  for (const [engine, start] of Object.entries(engines))
    for (const [where, poison] of [
      ["first", 0],
      ["in the middle", 20],
      ["last", 39],
    ] as const)
      it(`alone becomes a dead letter, none of those in flight beside it: ${engine}, ${where} of forty`, async function () {
        const { store, end } = await start(this);
        try {
          const { dead, poisonId, open, deaths } = await play(store, poison);
          assert.deepEqual(dead, [poisonId]);
          assert.equal(open, 0);
          assert.equal(deaths, 6);
        } finally {
          await end();
        }
      });
});
