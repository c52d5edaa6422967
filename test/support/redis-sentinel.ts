import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import { eventually } from "./eventually.ts";
import { freePort } from "./redis-server.ts";
import { temporaryFolder } from "./temporary.ts";

export interface Sentinel {
  /** For the node's setting. */
  servers: string;
  failover(): Promise<void>;
  remove(): Promise<void>;
}

/** One Sentinel that watches a master as `mymaster`; its word alone decides. */
export async function startSentinel(masterPort: number): Promise<Sentinel> {
  const folder = temporaryFolder();
  const port = await freePort();
  const file = path.join(folder.path, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder.path}`,
    `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
    "sentinel down-after-milliseconds mymaster 1000",
    "sentinel failover-timeout mymaster 5000",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const child = spawn("redis-server", [file, "--sentinel"], { stdio: "ignore" });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const client = new Redis({ port, host: "127.0.0.1", maxRetriesPerRequest: null });
  client.on("error", () => {});
  await eventually("the Sentinel knows the replica", async () => {
    const replicas = (await client.call("SENTINEL", "REPLICAS", "mymaster")) as unknown[];
    return replicas.length > 0;
  });
  return {
    servers: `127.0.0.1:${port}`,
    failover: async () => {
      await eventually("a failover begins", () => client.call("SENTINEL", "FAILOVER", "mymaster"));
      await eventually("the replica is master", async () => {
        const [, now] = (await client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")) as string[];
        return now !== String(masterPort);
      });
    },
    remove: async () => {
      client.disconnect();
      process.off("exit", end);
      end();
      await gone;
      folder.remove();
    },
  };
}
