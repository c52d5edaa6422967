import { startFlows } from "../flow-server.ts";
import { inTurns, median, medianRatio } from "../measure.ts";
import { orderBodies } from "../order-bodies.ts";
import { count, type Row, ratio } from "../row.ts";

const windowMs = 1_500;
const rounds = 6;
const atOnce = 100;

const rules = [{ t: "set", p: "seen", pt: "msg", to: "true", tot: "bool" }];
const flow = [
  { id: "tab", type: "tab", label: "work" },
  { id: "store", type: "queue-store", name: "", file: "" },
  // Through the queue.
  { id: "feed1", type: "bench-feed", z: "tab", feed: "queue", x: 100, y: 100, wires: [["queue"]] },
  {
    id: "queue",
    type: "durable-queue",
    z: "tab",
    store: "store",
    queue: "orders",
    concurrency: atOnce,
    deadHoldsKey: true,
    x: 200,
    y: 100,
    wires: [[], ["function1"]],
  },
  {
    id: "function1",
    type: "function",
    z: "tab",
    func: "return msg;",
    outputs: 1,
    x: 300,
    y: 100,
    wires: [["change1"]],
  },
  { id: "change1", type: "change", z: "tab", rules, x: 400, y: 100, wires: [["ack"]] },
  { id: "ack", type: "queue-ack", z: "tab", x: 500, y: 100, wires: [["end1"]] },
  { id: "end1", type: "bench-end", z: "tab", feed: "queue", x: 600, y: 100, wires: [[]] },
  // From memory; a function that does nothing stands for the node that settles.
  { id: "feed2", type: "bench-feed", z: "tab", feed: "memory", x: 100, y: 200, wires: [["function2"]] },
  {
    id: "function2",
    type: "function",
    z: "tab",
    func: "return msg;",
    outputs: 1,
    x: 300,
    y: 200,
    wires: [["change2"]],
  },
  { id: "change2", type: "change", z: "tab", rules, x: 400, y: 200, wires: [["nothing"]] },
  {
    id: "nothing",
    type: "function",
    z: "tab",
    func: "return msg;",
    outputs: 1,
    x: 500,
    y: 200,
    wires: [["end2"]],
  },
  { id: "end2", type: "bench-end", z: "tab", feed: "memory", x: 600, y: 200, wires: [[]] },
];

/** Row 4: an event's whole way through the queue and a flow. */
export const throughFlow: Row = {
  name: "flow",
  async measure({ profileFolder }) {
    const server = await startFlows(flow);
    try {
      await server.queueOpen();
      const texts = orderBodies(500);
      const run = async (feed: string, ms = windowMs): Promise<number> =>
        ((await server.ask<number>({ probe: "feed", feed, ms, atOnce, texts })) * 1_000) / ms;
      await run("queue");
      await run("memory");
      const taken = await inTurns({ queue: () => run("queue"), memory: () => run("memory") }, rounds);
      if (profileFolder) await server.ask({ probe: "profile", folder: profileFolder });
      const before = await server.ask<{ main: number; all: number }>({ probe: "cpu" });
      const rate = await run("queue", 3_000);
      const after = await server.ask<{ main: number; all: number }>({ probe: "cpu" });
      if (profileFolder) await server.ask({ probe: "profile-end" });
      const main = (after.main - before.main) / (rate * 3);
      const others = (after.all - before.all) / (rate * 3) - main;
      return {
        figures: [
          {
            figure:
              "append → deliver → settle through three nodes, events/s, over the same flow fed from memory",
            measured: `**${count(median(taken.queue))}/s**, ${ratio(medianRatio(taken.queue, taken.memory))} of ${count(median(taken.memory))}/s`,
            reach: "",
            ok: null,
            bound: `${Math.round(main)} µs of processor an event on Node-RED's thread (busy ${Math.round((main * rate) / 10_000)} %), ${Math.round(others)} µs on the queue's and others (${Math.round((others * rate) / 10_000)} %); the rest is waiting: three commits one after the other, stored, claimed, settled`,
          },
        ],
      };
    } finally {
      await server.stop();
    }
  },
};
