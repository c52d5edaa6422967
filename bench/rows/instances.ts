import { setTimeout as sleep } from "node:timers/promises";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { deliver, makeOrders, makeWebhook } from "../../sandbox/shopify/index.ts";
import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import { exampleFlow, withNode } from "../../test/support/flow.ts";
import { durableSettings, startRedis } from "../../test/support/redis-server.ts";
import { type FlowServer, startFlows } from "../flow-server.ts";
import { count, type Figure, type Row, ratio } from "../row.ts";

const secret = "a webhook secret of the bench";
const shop = "holdfast-bench.myshopify.com";
const orders = 1_500;
const workMs = 50;
const atOnce = 20;
const eventsEach = 2_500;

/** What one order costs from webhook to Odoo, and how working on Redis grows with the number of Node-RED processes. */
export const instances: Row = {
  name: "instances",
  async measure() {
    return { figures: [await wholeWay(), ...(await onRedis())] };
  },
};

/** The example "orders only", with a stand-in of Odoo in another process than Node-RED. */
async function wholeWay(): Promise<Figure> {
  const odoo = await startOdooStandIn({});
  const nodeRed = await startFlows(flowFor(odoo), {
    credentials: { "ho-shop": { webhookSecret: secret }, "ho-odoo": { apiKey: odoo.apiKey } },
  });
  try {
    await nodeRed.queueOpen();
    const bodies = makeOrders({ seed: 77, count: orders + 100 }).map(({ body }) => body);
    await sendAll(nodeRed, bodies.slice(0, 100));
    await done(nodeRed, 100);
    const before = await nodeRed.ask<{ main: number; all: number }>({ probe: "cpu" });
    await sendAll(nodeRed, bodies.slice(100));
    await done(nodeRed, orders + 100);
    const after = await nodeRed.ask<{ main: number; all: number }>({ probe: "cpu" });
    const main = (after.main - before.main) / orders;
    const all = (after.all - before.all) / orders;
    return {
      figure: "processor time of Node-RED for an order, from its webhook to Odoo",
      measured: `**${(all / 1000).toFixed(1)} ms**, ${(main / 1000).toFixed(1)} ms of it on Node-RED's thread`,
      reach: "",
      ok: null,
      bound: "the mapping, the plan's JSON and Odoo's answers; Odoo itself takes many times as long",
    };
  } finally {
    await nodeRed.stop();
    await odoo.close();
  }
}

function flowFor(odoo: OdooStandIn): object[] {
  const named = exampleFlow("orders-only").map(({ credentials, ...node }) => node) as ReturnType<
    typeof exampleFlow
  >;
  const { url, db, login } = odoo;
  return withNode(withNode(named, "ho-shop", { shop }), "ho-odoo", { url, db, login });
}

async function sendAll({ url }: FlowServer, bodies: string[]): Promise<void> {
  const left = [...bodies];
  const sender = async (): Promise<void> => {
    for (let body = left.pop(); body !== undefined; body = left.pop()) {
      const { status } = await deliver(`${url}/shopify/webhooks`, makeWebhook({ body, secret, shop }));
      if (status !== 200) throw new Error(`A webhook was answered ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, sender));
}

async function done({ url }: FlowServer, wanted: number): Promise<void> {
  for (;;) {
    const [queue] = (await (await fetch(`${url}/holdfast/queues`)).json()) as {
      counts: Record<string, number> | null;
    }[];
    if ((queue?.counts?.done ?? 0) >= wanted) return;
    if ((queue?.counts?.dead ?? 0) > 0) throw new Error("A dead letter in the bench.");
    await sleep(100);
  }
}

/** Workers whose work is waiting, as for Odoo: `atOnce` at once for `workMs` each. */
async function onRedis(): Promise<Figure[]> {
  const redis = await startRedis(durableSettings);
  try {
    const rates = new Map<number, number>();
    for (const workers of [1, 2, 4]) rates.set(workers, await drained(redis.url, workers));
    const one = rates.get(1)!;
    return [2, 4].map((workers) => ({
      figure: `events/s worked on by ${workers} Node-RED processes on one Redis, over one`,
      measured: `**${ratio(rates.get(workers)! / one)}** (${count(rates.get(workers)!)}/s over ${count(one)}/s)`,
      reach: "",
      ok: null,
      bound: `each works on ${atOnce} at once for ${workMs} ms, so ${count((atOnce * 1000) / workMs)}/s at most; beyond that the machine's processors, shared by all and by Redis`,
    }));
  } finally {
    await redis.remove();
  }
}

async function drained(url: string, workers: number): Promise<number> {
  const queue = `bench-${workers}`;
  const flow = [
    { id: "tab", type: "tab", label: "worker" },
    { id: "store", type: "queue-store", name: "", engine: "redis", mode: "single", url, prefix: "holdfast" },
    {
      id: "queue",
      type: "durable-queue",
      z: "tab",
      store: "store",
      queue,
      concurrency: atOnce,
      role: "work",
      wires: [[], ["work"]],
    },
    {
      id: "work",
      type: "delay",
      z: "tab",
      pauseType: "delay",
      timeout: String(workMs),
      timeoutUnits: "milliseconds",
      outputs: 1,
      wires: [["ack"]],
    },
    { id: "ack", type: "queue-ack", z: "tab", wires: [[]] },
  ];
  const servers = await Promise.all(Array.from({ length: workers }, () => startFlows(flow)));
  const database = await openRedisDatabase({ mode: "single", url, prefix: "holdfast" });
  try {
    await Promise.all(servers.map((server) => server.queueOpen()));
    const store = database.queue(queue);
    const total = eventsEach * workers;
    await store.pause("the bench fills it", Date.now());
    for (let at = 0; at < total; at += 250) {
      const some = Array.from({ length: 250 }, (_, n) => ({
        topic: "bench",
        reference: null,
        dedupeId: null,
        key: `k${at + n}`,
        envelope: "{}",
        payload: '{"n":1}',
      }));
      await store.append(some, Date.now());
    }
    await store.resume();
    const doneNow = async (): Promise<number> => (await store.counts()).done;
    const reach = async (wanted: number): Promise<{ at: number; done: number }> => {
      for (;;) {
        const now = await doneNow();
        if (now >= wanted) return { at: performance.now(), done: now };
        await sleep(20);
      }
    };
    // Neither the beginning, when some still wake up, nor the end, when some have nothing left.
    const begin = await reach(total * 0.2);
    const end = await reach(total * 0.8);
    return ((end.done - begin.done) * 1000) / (end.at - begin.at);
  } finally {
    await database.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
}
