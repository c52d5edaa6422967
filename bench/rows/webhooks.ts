import { startBareHttp } from "../bare-http.ts";
import { type FlowServer, startFlows } from "../flow-server.ts";
import { type LoadResult, startLoad } from "../http-load.ts";
import { inTurns, median, medianRatio } from "../measure.ts";
import { bodyBytes } from "../order-bodies.ts";
import { count, type Figure, ms, type Row, ratio } from "../row.ts";

const secret = "a webhook secret of the bench";
const shop = "holdfast-bench.myshopify.com";
const connections = 64;
const windowMs = 1_000;
const rounds = 12;

const coreFlow = [
  { id: "tab", type: "tab", label: "core" },
  {
    id: "in",
    type: "http in",
    z: "tab",
    url: "/webhooks",
    method: "post",
    upload: false,
    x: 100,
    y: 100,
    wires: [["out"]],
  },
  { id: "out", type: "http response", z: "tab", statusCode: "200", headers: {}, x: 300, y: 100, wires: [] },
];

/** Nobody behind the queue: receiving alone, as while Odoo is away. */
const durableFlow = [
  { id: "tab", type: "tab", label: "durable" },
  { id: "shop", type: "shopify-store", name: "", shop, adminUrl: "", apiVersion: "2026-10" },
  { id: "store", type: "queue-store", name: "", file: "" },
  {
    id: "in",
    type: "shopify-webhook-in",
    z: "tab",
    store: "shop",
    path: "/webhooks",
    topics: "",
    limitMb: 5,
    x: 100,
    y: 100,
    wires: [["queue"]],
  },
  {
    id: "queue",
    type: "durable-queue",
    z: "tab",
    store: "store",
    queue: "orders",
    concurrency: 40,
    deadHoldsKey: true,
    x: 300,
    y: 100,
    wires: [[], []],
  },
];

/** Rows 1 and 8: webhooks received durably, over requests that core nodes answer without storing anything. */
export const webhooks: Row = {
  name: "webhooks",
  async measure(options) {
    const load = await startLoad({ secret, shop, topic: "orders/updated", bodies: 4_096 });
    const core = await startFlows(coreFlow);
    const durable = await startFlows(durableFlow, {
      credentials: { shop: { webhookSecret: secret } },
    });
    const bare = await startBareHttp();
    try {
      await durable.queueOpen();
      const send = (port: number, forMs = windowMs): Promise<LoadResult> =>
        load.run({ port, path: "/webhooks", connections, ms: forMs });
      for (let warm = 0; warm < 3; warm++)
        for (const { port } of [core, durable, bare]) mustBeAnswered(await send(port));
      const idle = await delayWhile(durable, () => new Promise((resolve) => setTimeout(resolve, 2_000)));
      const watch = (server: FlowServer, forMs = windowMs) => watched(server, () => send(server.port, forMs));
      const taken = await inTurns(
        {
          durable: () => watch(durable),
          core: () => watch(core),
          bare: async () => mustBeAnswered(await send(bare.port, 500)),
        },
        rounds,
      );
      if (options.profileFolder) {
        await durable.ask({ probe: "profile", folder: options.profileFolder });
        await send(durable.port, 4_000);
        await durable.ask({ probe: "profile-end" });
      }
      return {
        figures: figuresOf(taken, idle),
        limits: [
          {
            what: `loopback HTTP requests/s, node:http alone (${connections} connections, ${count(bodyBytes)} B)`,
            value: count(median(taken.bare.map(({ perSecond }) => perSecond))),
          },
        ],
      };
    } finally {
      load.end();
      bare.end();
      await Promise.all([core.stop(), durable.stop()]);
    }
  },
};

interface Taken {
  durable: Watched[];
  core: Watched[];
  bare: LoadResult[];
}

interface Watched extends LoadResult {
  delay: Delay;
  /** Microseconds of processor time a request: of Node-RED's main thread, and of all others of its process. */
  mainThread: number;
  otherThreads: number;
}

interface Delay {
  p50: number;
  p99: number;
  max: number;
}

function figuresOf({ durable, core, bare }: Taken, idle: Delay): Figure[] {
  const each = (results: LoadResult[], of: "perSecond" | "p50" | "p99"): number[] =>
    results.map((result) => result[of]);
  const middle = (results: Watched[], of: (result: Watched) => number): number => median(results.map(of));
  const rate = (results: LoadResult[]): string => `${count(median(each(results, "perSecond")))}/s`;
  const micro = (results: Watched[], of: "mainThread" | "otherThreads"): string =>
    `${middle(results, (result) => result[of]).toFixed(0)} µs`;
  const busy = (results: Watched[]): string =>
    `${Math.round(middle(results, ({ mainThread, perSecond }) => mainThread * perSecond) / 10_000)} %`;
  const reached = medianRatio(each(durable, "perSecond"), each(core, "perSecond"));
  const later = medianRatio(each(durable, "p99"), each(core, "p99"));
  return [
    {
      figure: "durable webhooks/s over `http in` → `http response`",
      measured: `**${ratio(reached)}** (${rate(durable)} over ${rate(core)}; bare node:http ${rate(bare)})`,
      reach: "≥ 0.95",
      ok: reached >= 0.95,
      bound: `processor: Node-RED's thread ${micro(durable, "mainThread")} a webhook, busy ${busy(durable)} (core nodes: ${micro(core, "mainThread")}, ${busy(core)}); the queue's and other threads ${micro(durable, "otherThreads")} (${micro(core, "otherThreads")})`,
    },
    {
      figure: "their p99 over the core nodes' p99",
      measured: `**${ratio(later)}** (${ms(median(each(durable, "p99")))} over ${ms(median(each(core, "p99")))}; p50 ${ms(median(each(durable, "p50")))} over ${ms(median(each(core, "p50")))})`,
      reach: "≤ 1.00",
      ok: later <= 1,
      bound: `${connections} requests wait for one thread, so p50 is ${connections} over the rate; p99 adds the times when the processors work for the queue's thread, the copying and V8's collectors`,
    },
    {
      figure: "event-loop delay p99 under that load, over idle",
      measured: `**${ms(middle(durable, ({ delay }) => delay.p99))}** over ${ms(idle.p99)} idle (the core nodes under the same load: ${ms(middle(core, ({ delay }) => delay.p99))})`,
      reach: "",
      ok: null,
      bound: `one turn of the loop handles what came in on up to ${connections} sockets; nothing in it waits for the disk`,
    },
  ];
}

async function delayWhile(server: FlowServer, work: () => Promise<unknown>): Promise<Delay> {
  await server.ask({ probe: "watch-delay" });
  await work();
  return server.ask<Delay>({ probe: "delay" });
}

async function watched(server: FlowServer, work: () => Promise<LoadResult>): Promise<Watched> {
  const before = await server.ask<{ main: number; all: number }>({ probe: "cpu" });
  let result: LoadResult | undefined;
  const delay = await delayWhile(server, async () => (result = await work()));
  const after = await server.ask<{ main: number; all: number }>({ probe: "cpu" });
  const load = mustBeAnswered(result!);
  const answered = Object.values(load.statuses).reduce((all, of) => all + of, 0);
  const main = after.main - before.main;
  return {
    ...load,
    delay,
    mainThread: main / answered,
    otherThreads: (after.all - before.all - main) / answered,
  };
}

function mustBeAnswered(result: LoadResult): LoadResult {
  const wrong = Object.keys(result.statuses).filter((status) => status !== "200");
  if (wrong.length > 0) throw new Error(`Answers other than 200: ${JSON.stringify(result.statuses)}`);
  return result;
}
