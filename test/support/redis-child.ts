import { fork } from "node:child_process";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import { startWorker } from "../../src/queue/worker.ts";

export interface WorkOrder {
  url: string;
  queue: string;
  name: string;
  /** Every beginning and end of work, a line each, from all processes. */
  log: string;
  leaseMs: number;
  workMs: number;
}

/** A process of its own that works on a queue, slowly: node redis-child.ts ORDER. */
async function main(order: WorkOrder): Promise<void> {
  const database = await openRedisDatabase({ url: order.url });
  const store = database.queue(order.queue);
  const say = (what: string, id: string, key: string | null) =>
    appendFileSync(order.log, `${JSON.stringify({ what, id, key, by: order.name })}\n`);
  const worker = startWorker({
    store,
    concurrency: 5,
    leaseMs: order.leaseMs,
    deliver: (event, lease) => {
      say("begin", event.id, event.key);
      void sleep(order.workMs * Math.random()).then(async () => {
        const settled = await worker.settle(lease, { to: "done" });
        say(settled === "ok" ? "end" : "lost", event.id, event.key);
      });
    },
  });
  process.send?.("ready");
}

export interface RedisChild {
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts such a process; resolves when it works. */
export async function startRedisChild(order: WorkOrder): Promise<RedisChild> {
  const child = fork(import.meta.filename, [JSON.stringify(order)], { execArgv: [] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`The worker ended with ${code}.`)));
  });
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

if (import.meta.main) await main(JSON.parse(process.argv[2]!) as WorkOrder);
