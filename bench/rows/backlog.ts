import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventStore } from "../../src/queue/event-store.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { makeBacklog, queueName, waitingEvent } from "../backlog.ts";
import { scratch, startFlows } from "../flow-server.ts";
import { inTurns, median, medianRatio } from "../measure.ts";
import { count, type Figure, ms, type Row, ratio } from "../row.ts";

const many = 1_000_000;
const few = 1_000;
const starts = 3;
/** So many of the waiting events are worked on before memory is looked at; the others stay. */
const settled = 500;

const names = ["many", "few"] as const;
type Name = (typeof names)[number];

/** Rows 5 to 7: a million waiting events beside a thousand. */
export const backlog: Row = {
  name: "backlog",
  async measure({ say }) {
    const files = {
      many: path.join(scratch, "backlog", "many.db"),
      few: path.join(scratch, "backlog", "few.db"),
      fewCopy: path.join(scratch, "backlog", "few-copy.db"),
    };
    mkdirSync(path.dirname(files.few), { recursive: true });
    const began = performance.now();
    await makeBacklog(files.few, few);
    await makeBacklog(files.many, many);
    say(`backlog: made ${count(many)} waiting events in ${Math.round((performance.now() - began) / 1000)} s`);
    const started = await inTurns(
      {
        many: () => startOn(files.many),
        // A copy, because starting uses some of its thousand up.
        few: async () => {
          cpSync(files.few, files.fewCopy);
          const one = await startOn(files.fewCopy);
          for (const end of ["", "-wal", "-shm", "-lock"]) rmSync(files.fewCopy + end, { force: true });
          return one;
        },
      },
      starts,
    );
    const figures = [...startFigures(started), await workFigure(files)];
    rmSync(path.dirname(files.few), { recursive: true });
    return { figures: [figures[2]!, figures[0]!, figures[1]!] };
  },
};

interface Started {
  /** From "Started flows" to the first delivery. */
  firstMs: number;
  rss: number;
}

/** Starts Node-RED on the file, lets it settle some events, and looks at its memory. */
async function startOn(file: string): Promise<Started> {
  let flowsAt = 0;
  let firstAt = 0;
  let settledAll = false;
  const server = await startFlows(flowOn(file), {
    onLog: (line) => {
      const now = performance.now();
      if (line.includes("Started flows")) flowsAt = now;
      if (line.includes("first delivery")) firstAt = now;
      if (line.includes("settled all")) settledAll = true;
    },
  });
  try {
    while (!settledAll) await sleep(50);
    await sleep(1_000);
    const { rss } = await server.ask<{ rss: number }>({ probe: "memory" });
    return { firstMs: Math.max(0, firstAt - flowsAt), rss };
  } finally {
    await server.kill();
  }
}

function flowOn(file: string): object[] {
  const func = `
    const n = (context.get("n") || 0) + 1;
    context.set("n", n);
    if (n === 1) node.warn("first delivery");
    if (n === ${settled}) node.warn("settled all");
    return n <= ${settled} ? msg : null;`;
  return [
    { id: "tab", type: "tab", label: "backlog" },
    { id: "store", type: "queue-store", name: "", file },
    {
      id: "queue",
      type: "durable-queue",
      z: "tab",
      store: "store",
      queue: queueName,
      concurrency: 40,
      deadHoldsKey: true,
      x: 200,
      y: 100,
      wires: [[], ["some"]],
    },
    { id: "some", type: "function", z: "tab", func, outputs: 1, x: 300, y: 100, wires: [["ack"]] },
    { id: "ack", type: "queue-ack", z: "tab", x: 500, y: 100, wires: [[]] },
  ];
}

const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;

function startFigures({ many: full, few: small }: Record<Name, Started[]>): Figure[] {
  const of = (started: Started[], what: keyof Started): number => median(started.map((each) => each[what]));
  const more = of(full, "rss") - of(small, "rss");
  const first = of(full, "firstMs");
  return [
    {
      figure: `memory of Node-RED with ${count(many)} waiting, over ${count(few)}`,
      measured: `**${more < 0 ? "−" : "+"}${mb(Math.abs(more))}** (${mb(of(full, "rss"))} over ${mb(of(small, "rss"))})`,
      reach: "≤ +50 MB",
      ok: more <= 50 * 2 ** 20,
      bound: "SQLite's page cache, 16 MB at most; no backlog is ever read as a whole",
    },
    {
      figure: `first delivery after "Started flows", with ${count(many)} waiting`,
      measured: `**${ms(first)}** (${ms(of(small, "firstMs"))} with ${count(few)})`,
      reach: "≤ 1 s",
      ok: first <= 1_000,
      bound: "starting the queue's thread and opening the file",
    },
  ];
}

/** The time of claims and settlements, taken in turns on both files. */
async function workFigure(files: Record<Name, string>): Promise<Figure> {
  const opened = {} as Record<Name, { store: EventStore; close(): Promise<void> }>;
  for (const name of names) {
    const database = await openEmbeddedDatabase({ file: files[name] });
    const store = database.queue(queueName);
    opened[name] = {
      store,
      close: async () => {
        await store.close();
        await database.close();
      },
    };
  }
  const next = { many: many, few: few };
  const work = async (name: Name, times: number, max: number): Promise<number> => {
    const { store } = opened[name];
    const keys: (string | null)[] = [];
    const began = performance.now();
    for (let time = 0; time < times; time++) {
      const { events } = await store.claim({ max, leaseMs: 30_000, now: Date.now() });
      if (events.length !== max) throw new Error(`Claimed ${events.length} of ${max} events.`);
      const done = events.map(({ id, fence }) => ({ ref: { id, fence }, outcome: { to: "done" as const } }));
      await store.settle(done, Date.now());
      for (const { key } of events) keys.push(key);
    }
    const took = ((performance.now() - began) * 1_000) / (times * max);
    // As many of each key wait for the next turn as before.
    const added = keys.map((key) => ({ ...waitingEvent(next[name]++, many), key }));
    await store.append(added, Date.now());
    return took;
  };
  const turns = (times: number, max: number) => ({
    many: () => work("many", times, max),
    few: () => work("few", times, max),
  });
  await inTurns(turns(100, 1), 2);
  const ones = await inTurns(turns(150, 1), 15);
  const batches = await inTurns(turns(8, 40), 15);
  for (const name of names) await opened[name].close();
  const [one, batch] = [medianRatio(ones.many, ones.few), medianRatio(batches.many, batches.few)];
  const micro = (values: number[]): string => `${median(values).toFixed(0)} µs`;
  return {
    figure: `claim and settle with ${count(many)} waiting, over ${count(few)}: time an event`,
    measured: `one at a time **${ratio(one)}** (${micro(ones.many)} over ${micro(ones.few)}), 40 at a time **${ratio(batch)}** (${micro(batches.many)} over ${micro(batches.few)})`,
    reach: "≤ 1.2",
    ok: one <= 1.2 && batch <= 1.2,
    bound:
      "one at a time the two fsyncs; 40 at a time the pages touched, of which a large file has more outside the cache",
  };
}
