import { Redis } from "ioredis";
import { eventually } from "./eventually.ts";
import { durableSettings, type RedisProcess, startRedis } from "./redis-server.ts";

export interface RedisCluster {
  /** For the node's setting: host:port, with commas between. */
  servers: string;
  remove(): Promise<void>;
}

/** Three masters on loopback, without replicas, that share the slots. */
export async function startCluster(): Promise<RedisCluster> {
  const settings = { ...durableSettings, "cluster-enabled": "yes", "cluster-node-timeout": "3000" };
  const servers: RedisProcess[] = [];
  for (let i = 0; i < 3; i++) servers.push(await startRedis(settings));
  const clients = servers.map(({ port }) => new Redis({ port, host: "127.0.0.1" }));
  try {
    const share = Math.ceil(16_384 / 3);
    for (const [i, client] of clients.entries())
      await client.cluster("ADDSLOTSRANGE", i * share, Math.min(16_384, (i + 1) * share) - 1);
    for (const { port } of servers.slice(1)) await clients[0]!.cluster("MEET", "127.0.0.1", port);
    for (const client of clients)
      await eventually("the cluster is whole", async () => {
        const info = (await client.cluster("INFO")) as string;
        return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3");
      });
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    servers: servers.map(({ port }) => `127.0.0.1:${port}`).join(", "),
    remove: async () => {
      for (const server of servers) await server.remove();
    },
  };
}
