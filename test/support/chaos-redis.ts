import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import type { ChaosEngine } from "./chaos-engine.ts";
import { startRedis } from "./redis-server.ts";

/** Two Node-RED processes on one private Redis that writes every change to its disk before it answers. */
export async function redisEngine(): Promise<ChaosEngine> {
  const server = await startRedis();
  const leaseSeconds = 3;
  return {
    name: "Redis",
    store: { engine: "redis", mode: "single", url: server.url, prefix: "chaos" },
    queue: { leaseSeconds, role: "both" },
    instances: 2,
    leaseMs: leaseSeconds * 1000,
    server: { kill: () => server.kill(), start: () => server.start() },
    damage: async () => [],
    open: async (_userDir, queue) => {
      const database = await openRedisDatabase({ mode: "single", url: server.url, prefix: "chaos" });
      return { store: database.queue(queue), close: () => database.close() };
    },
    close: () => server.remove(),
  };
}
