import http, { type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { randomFrom } from "../../sandbox/random.ts";

/** What the flow tells before it settles an event: one execution of its work. */
interface Execution {
  key: string;
  seq: number;
  attempt: number;
  /** Which Node-RED process; each start is another one. */
  process: string;
}

export interface RecorderTally {
  executions: number;
  /** Of an event whose execution a kill had cut off, or had kept from being written down. */
  repeats: number;
  /** Executions that were told to fail. */
  failures: number;
}

/** Stands for the work behind a queue: hears every execution, and judges the order of each key. */
export interface Recorder {
  url: string;
  tally: RecorderTally;
  /** What must never happen, in words; empty when all is well. */
  violations: string[];
  /** A process ended, or its queue's server did: what it had begun may be begun again. */
  interrupted(process?: string): void;
  /** The last event of each key that was executed with success. */
  lastDone(): Map<string, number>;
  close(): Promise<void>;
}

interface Lane {
  last: Execution | null;
  /** The last execution failed, or its process ended since: it may come again. */
  mayRepeat: boolean;
  /** The last execution was told to fail, so it comes again. */
  told: boolean;
  running: ServerResponse | null;
  failed: number;
  done: number;
}

export async function startRecorder(seed: number): Promise<Recorder> {
  const lanes = new Map<string, Lane>();
  const tally: RecorderTally = { executions: 0, repeats: 0, failures: 0 };
  const violations: string[] = [];

  const judge = (lane: Lane, now: Execution): void => {
    const { last } = lane;
    const what = `${now.key}: event ${now.seq} (attempt ${now.attempt}, ${now.process})`;
    if (lane.running) violations.push(`${what} began while event ${last?.seq} was being worked on`);
    if (now.seq === (last?.seq ?? 0) + 1) {
      if (last && lane.done !== last.seq)
        violations.push(`${what} came before event ${last.seq} had succeeded`);
      return;
    }
    if (now.seq !== last?.seq) {
      violations.push(`${what} came after event ${last?.seq ?? 0}`);
      return;
    }
    if (!lane.told) tally.repeats++;
    if (!lane.mayRepeat)
      violations.push(`${what} came again although it had succeeded in ${last.process} and nothing happened`);
  };

  const execute = async (now: Execution, response: ServerResponse): Promise<void> => {
    let lane = lanes.get(now.key);
    if (!lane) {
      lane = { last: null, mayRepeat: false, told: false, running: null, failed: 0, done: 0 };
      lanes.set(now.key, lane);
    }
    tally.executions++;
    judge(lane, now);
    if (lane.last?.seq !== now.seq) lane.failed = 0;
    const random = randomFrom(seed, hash(now.key), now.seq);
    const failures = random.chance(0.15) ? random.int(1, 3) : 0;
    const fails = lane.failed < failures;
    lane.last = now;
    lane.mayRepeat = fails;
    lane.told = fails;
    lane.running = response;
    const mine = lane;
    response.on("close", () => {
      if (mine.running === response) mine.running = null;
    });
    // Some work takes long enough for a kill to fall into it.
    await sleep(random.chance(0.3) ? random.int(20, 200) : random.int(0, 15));
    if (fails) {
      lane.failed++;
      tally.failures++;
    } else lane.done = Math.max(lane.done, now.seq);
    if (mine.running === response) mine.running = null;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ ok: !fails }));
  };

  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const told = JSON.parse(Buffer.concat(parts).toString()) as Execution;
      void execute(told, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    tally,
    violations,
    interrupted: (process) => {
      for (const lane of lanes.values()) {
        if (process !== undefined && lane.last?.process !== process) continue;
        lane.mayRepeat = true;
        lane.running = null;
      }
    },
    lastDone: () => new Map([...lanes].map(([key, lane]) => [key, lane.done])),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function hash(text: string): number {
  let sum = 0;
  for (const char of text) sum = (Math.imul(sum, 31) + char.charCodeAt(0)) | 0;
  return sum;
}
