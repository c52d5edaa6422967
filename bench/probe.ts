/**
 * Loaded into the Node-RED process before Node-RED (`--import`): answers what only the inside knows.
 * It speaks over the channel to the process that started Node-RED, and to the queue's thread over a broadcast.
 */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BroadcastChannel, isMainThread, threadId } from "node:worker_threads";

export type ProbeAsk =
  | { probe: "watch-delay" }
  /** Bytes, after collecting garbage. */
  | { probe: "memory" }
  /** Milliseconds by which timers came late since `watch-delay`. */
  | { probe: "delay" }
  /** Microseconds of processor time so far, of the main thread and of all threads. */
  | { probe: "cpu" }
  /** Events that came through a flow; see nodes/bench-feed.js. */
  | { probe: "feed"; feed: string; ms: number; atOnce: number; texts: string[] }
  | { probe: "profile"; folder: string }
  | { probe: "profile-end" };

interface Feeds {
  holdfastBench: Record<
    string,
    (options: { ms: number; atOnce: number; texts: string[] }) => Promise<number>
  >;
}

const everyMs = 1;
const profiling = new BroadcastChannel("holdfast-bench-profile");
(profiling as unknown as { unref(): void }).unref();

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: everyMs });
  const answers: { [Ask in ProbeAsk as Ask["probe"]]: (ask: Ask) => unknown } = {
    "watch-delay": () => {
      delay.enable();
      delay.reset();
    },
    delay: () => {
      const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - everyMs);
      const taken = {
        p50: late(delay.percentile(50)),
        p99: late(delay.percentile(99)),
        max: late(delay.max),
      };
      delay.disable();
      return taken;
    },
    memory: () => {
      collectGarbage();
      return { rss: process.memoryUsage.rss() };
    },
    cpu: () => {
      const [main, all] = [process.threadCpuUsage(), process.cpuUsage()];
      return { main: main.user + main.system, all: all.user + all.system };
    },
    feed: ({ feed, ...rest }) => (globalThis as unknown as Feeds).holdfastBench[feed]!(rest),
    profile: async (ask) => {
      profiling.postMessage(ask);
      await beginProfile();
      folder = ask.folder;
    },
    "profile-end": async (ask) => {
      profiling.postMessage(ask);
      await endProfile();
    },
  };
  process.on("message", async (ask: ProbeAsk) => {
    if (typeof ask !== "object" || ask === null || !(ask.probe in answers)) return;
    const answer = await (answers[ask.probe] as (ask: ProbeAsk) => unknown)(ask);
    process.send?.({ probe: ask.probe, answer });
  });
  process.channel?.unref();
} else if (!isMainThread) {
  profiling.onmessage = async (event) => {
    const ask = (event as { data: ProbeAsk }).data;
    if (ask.probe === "profile") {
      folder = ask.folder;
      await beginProfile();
    } else await endProfile();
  };
}

/** What is garbage is not what a backlog costs. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
}

let session: Session | undefined;
let folder = "";

async function beginProfile(): Promise<void> {
  session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 250 });
  await session.post("Profiler.start");
}

async function endProfile(): Promise<void> {
  if (!session) return;
  const { profile } = await session.post("Profiler.stop");
  writeFileSync(`${folder}/thread-${threadId}.cpuprofile`, JSON.stringify(profile));
  session.disconnect();
  session = undefined;
}
