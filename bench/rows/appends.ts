import { randomUUID } from "node:crypto";
import path from "node:path";
import { Queue } from "bullmq";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { redisInstalled, startRedis } from "../../test/support/redis-server.ts";
import { scratch } from "../flow-server.ts";
import { syncsPerSecond } from "../machine.ts";
import { inTurns, median, medianRatio, perSecond } from "../measure.ts";
import { orderBodies } from "../order-bodies.ts";
import { count, type Figure, type Row, ratio } from "../row.ts";

const inFlight = 50;
const windowMs = 600;
const rounds = 10;

/** Rows 2 and 3: durable appends, over the disk's own fdatasync and over BullMQ on a Redis that syncs always. */
export const appends: Row = {
  name: "appends",
  async measure({ say }) {
    const bodies = orderBodies(256);
    const database = await openEmbeddedDatabase({ file: path.join(scratch, "appends", "queue.db") });
    const store = database.queue("orders");
    const redis = redisInstalled() ? await startRedis() : null;
    if (!redis) say("redis-server is not installed: nothing to compare with");
    const bull = redis && new Queue("orders", { connection: { url: redis.url, maxRetriesPerRequest: null } });
    await bull?.waitUntilReady();
    let n = 0;
    const one = (): Promise<unknown> => {
      const body = bodies[n++ % bodies.length]!;
      const event = {
        key: `order:${n % 1_000}`,
        dedupeId: `holdfast-bench.myshopify.com/${randomUUID()}`,
        topic: "orders/updated",
        reference: `#${n}`,
      };
      return store.append([{ ...event, envelope: '{"format":"json"}', payload: body }], Date.now());
    };
    const add = (): Promise<unknown> => bull!.add("orders/updated", bodies[n++ % bodies.length]);
    const idleThread = await cpuOf(() => perSecond(windowMs, inFlight, one));
    try {
      const taken = await inTurns(
        {
          disk: async () => syncsPerSecond("overwrite", 4_096, 400),
          ours: () => perSecond(windowMs, inFlight, one),
          ...(bull && { redis: () => perSecond(windowMs, inFlight, add) }),
        } as Record<"disk" | "ours" | "redis", () => Promise<number>>,
        rounds,
      );
      return { figures: figuresOf(taken, idleThread) };
    } finally {
      await bull?.close();
      await redis?.remove();
      await store.close();
      await database.close();
    }
  },
};

function figuresOf(
  { disk, ours, redis }: Record<"disk" | "ours", number[]> & { redis?: number[] },
  cpu: string,
): Figure[] {
  const overDisk = medianRatio(ours, disk);
  const figures: Figure[] = [
    {
      figure: `durable appends/s, ${inFlight} in flight, 5 KB, over one fdatasync each`,
      measured: `**${ratio(overDisk)}** (${count(median(ours))}/s over ${count(median(disk))}/s)`,
      reach: "≥ 2.0",
      ok: overDisk >= 2,
      bound: cpu,
    },
  ];
  if (!redis) return figures;
  const overRedis = medianRatio(ours, redis);
  figures.push({
    figure: "the same over BullMQ 6 on Redis, `appendfsync always`",
    measured: `**${ratio(overRedis)}** (${count(median(ours))}/s over ${count(median(redis))}/s)`,
    reach: "≥ 2.5",
    ok: overRedis >= 2.5,
    bound:
      "BullMQ: its own JavaScript and Redis's one thread, which runs a script and syncs for each turn of its loop",
  });
  return figures;
}

/** What the processor does meanwhile: this thread, which asks, and the queue's, which stores. */
async function cpuOf(work: () => Promise<number>): Promise<string> {
  const [all, main, began] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
  const rate = await work();
  const took = (performance.now() - began) * 1_000;
  const used = process.cpuUsage(all);
  const mine = process.threadCpuUsage(main);
  const asking = mine.user + mine.system;
  const storing = used.user + used.system - asking;
  const events = (rate * took) / 1e6;
  return `the queue's thread: ${Math.round(storing / events)} µs of processor an event, most of it in writing some two 4 KB pages of log, and an fsync for each group, and the checkpoints' beside it; the asking thread ${Math.round(asking / events)} µs`;
}
