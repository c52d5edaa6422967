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
