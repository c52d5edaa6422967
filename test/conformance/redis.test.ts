import { after, before, describe } from "mocha";
import type { QueueDatabase } from "../../src/queue/database.ts";
import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import { needsRedis, type RedisProcess, startRedis } from "../support/redis-server.ts";
import { describeEventStore } from "./event-store.ts";

describe("on a Redis server of its own", () => {
  let server: RedisProcess;
  let database: QueueDatabase;
  let queues = 0;

  before(async function () {
    needsRedis(this);
    server = await startRedis();
    database = await openRedisDatabase({ url: server.url });
  });
  after(async () => {
    await database?.close();
    await server?.remove();
  });

  // One server for all of them: each test is a queue, so the suite also shows that queues keep apart.
  describeEventStore("Redis", async (options) => database.queue(`queue ${++queues}`, options));
});
