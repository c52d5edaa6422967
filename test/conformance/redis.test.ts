import { after, before, describe } from "mocha";
import type { QueueDatabase } from "../../src/queue/database.ts";
import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import { startCluster } from "../support/redis-cluster.ts";
import { startSentinel } from "../support/redis-sentinel.ts";
import { durableSettings, needsRedis, startRedis } from "../support/redis-server.ts";
import { describeEventStore } from "./event-store.ts";

type Place = { database: QueueDatabase; remove(): Promise<void> };

const places: Record<string, () => Promise<Place>> = {
  "a Redis server": async () => {
    const server = await startRedis();
    return { database: await openRedisDatabase({ url: server.url }), remove: server.remove };
  },
  "Redis behind a Sentinel": async () => {
    const master = await startRedis();
    const replica = await startRedis({ ...durableSettings, replicaof: `127.0.0.1 ${master.port}` });
    const sentinel = await startSentinel(master.port);
    const where = { mode: "sentinel", url: sentinel.servers, masterName: "mymaster" } as const;
    return {
      database: await openRedisDatabase(where),
      remove: async () => {
        for (const one of [sentinel, replica, master]) await one.remove();
      },
    };
  },
  "a Redis Cluster": async () => {
    const cluster = await startCluster();
    const database = await openRedisDatabase({ mode: "cluster", url: cluster.servers });
    return { database, remove: cluster.remove };
  },
};

for (const [name, open] of Object.entries(places))
  describe(`on ${name} of its own`, function () {
    this.timeout(60_000);
    let place: Place | undefined;
    let queues = 0;
    before(async function () {
      needsRedis(this);
      place = await open();
    });
    after(async () => {
      await place?.database.close();
      await place?.remove();
    });

    // One for all of them: each test is a queue, so the suite also shows that queues keep apart.
    describeEventStore(name, async (options) => place!.database.queue(`queue ${++queues}`, options));
  });
