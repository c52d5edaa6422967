import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type Sent, secret, sendAll, shop } from "./chaos-power.ts";
import { fileOf, readTimedTrace, timedStraceInto, writtenBy } from "./chaos-trace.ts";
import { exampleFlow, withNode } from "./flow.ts";
import { freePort } from "./redis-server.ts";
import { temporaryFolder } from "./temporary.ts";

/**
 * Node-RED and its Redis, each under strace with the clock's times, and some webhooks.
 * @returns how many were answered 200, and in words those answered before Redis had synced them.
 */
export async function answersOnRedis(webhooks: number): Promise<{ answered: number; early: string[] }> {
  const home = temporaryFolder();
  const traces = { redis: path.join(home.path, "redis.strace"), nodeRed: path.join(home.path, "nr.strace") };
  const dir = path.join(home.path, "redis");
  mkdirSync(dir);
  const port = await freePort();
  const settings = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const [program, ...args] = timedStraceInto(traces.redis);
  const redis = spawn(
    program!,
    [...args, "redis-server", "--port", `${port}`, "--bind", "127.0.0.1", "--dir", dir, ...settings],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => redis.once("exit", resolve));
  let nodeRed: NodeRedProcess | undefined;
  const sent: Sent[] = [];
  try {
    await sleep(1_000);
    nodeRed = await launchNodeRed({
      userDir: path.join(home.path, "node-red"),
      under: timedStraceInto(traces.nodeRed),
      settings: { disableEditor: true },
      env: { SHOPIFY_SHOP: shop, SHOPIFY_WEBHOOK_SECRET: secret },
    });
    // Nobody works on them: all that Redis writes is what came in.
    const flow = withNode(exampleFlow(), "hf-queue", { wires: [[], []] });
    const store = { engine: "redis", mode: "single", url: `redis://127.0.0.1:${port}` };
    await nodeRed.deploy(withNode(flow, "hf-store", store));
    await sendAll(nodeRed, 0, 1, webhooks, sent);
  } finally {
    await nodeRed?.kill();
    redis.kill("SIGKILL");
    await ended;
    await sleep(500);
  }

  const onDisk = readTimedTrace(traces.redis);
  const isLog = (file: string | null | undefined) => file?.includes("appendonly") === true;
  const syncs = onDisk.filter(({ call, args }) => /^f(data)?sync$/.test(call) && isLog(fileOf(args)));
  const writes = onDisk
    .map((call) => ({ ...call, written: writtenBy(call) }))
    .filter(({ written }) => isLog(written?.file));
  const answers = readTimedTrace(traces.nodeRed).toSorted((a, b) => a.from - b.from);
  home.remove();
  const requests = new Map<number, Sent[]>();
  for (const one of sent) requests.set(one.port, [...(requests.get(one.port) ?? []), one]);
  let answered = 0;
  const early: string[] = [];
  for (const answer of answers) {
    const written = writtenBy(answer);
    if (!written?.clientPort || !written.data.toString().startsWith("HTTP/1.1 ")) continue;
    const request = requests.get(written.clientPort)?.shift();
    if (request?.status !== 200) continue;
    answered++;
    const id = Buffer.from(request.webhook.headers["X-Shopify-Webhook-Id"]!);
    const stored = writes.find((write) => write.written!.data.includes(id));
    const synced = stored && syncs.some(({ from, to }) => from >= stored.to && to < answer.from);
    if (!synced) early.push(`200 left before Redis had ${stored ? "synced" : "written"} ${id}`);
  }
  return { answered, early };
}
