import { fork } from "node:child_process";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";

/**
 * A process of its own that stores events as fast as it can, and says on its standard output what was acknowledged:
 * "acked w1" and so on. It also works: "done w1". Run directly: node queue-child.ts FILE.
 */
async function main(file: string): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const database = await openEmbeddedDatabase({ file }).catch((error: Error) => {
    say(`refused ${error.message}`);
    process.exit(3);
  });
  const store = database.queue("orders");
  say("open");
  const round = `${process.pid}`;
  let next = 0;
  const produce = async () => {
    for (;;) {
      const dedupeId = `${round}-${next++}`;
      const event = { topic: "t", reference: dedupeId, envelope: "{}", payload: "x".repeat(3_000) };
      await store.append([{ ...event, key: `k${next % 50}`, dedupeId }], Date.now());
      say(`acked ${dedupeId}`);
    }
  };
  const consume = async () => {
    for (;;) {
      const { events } = await store.claim({ max: 5, leaseMs: 30_000, now: Date.now() });
      const outcome = { to: "done" } as const;
      await store.settle(
        events.map(({ id, fence }) => ({ ref: { id, fence }, outcome })),
        Date.now(),
      );
      for (const event of events) say(`done ${event.dedupeId}`);
    }
  };
  await Promise.all([...Array.from({ length: 20 }, produce), consume(), consume()]);
}

export interface QueueChild {
  /** Every whole line it said so far. */
  lines(): string[];
  /** Resolves when it has said so many lines, or has ended. */
  said(lines: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  ended: Promise<number | null>;
}

/** Starts such a process on a file. */
export function startQueueChild(file: string): QueueChild {
  const child = fork(import.meta.filename, [file], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    execArgv: [],
  });
  let text = "";
  let onText = () => {};
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => {
      resolve(code);
      onText();
    });
  });
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    onText();
  });
  const lines = () => text.split("\n").slice(0, -1);
  let closed = false;
  void ended.then(() => {
    closed = true;
  });
  return {
    lines,
    said: (count) =>
      new Promise((resolve) => {
        onText = () => {
          if (lines().length >= count || closed || child.exitCode !== null) resolve();
        };
        onText();
      }),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    ended,
  };
}

if (import.meta.main) await main(process.argv[2]!);
