import { rmSync } from "node:fs";
import path from "node:path";
import { randomFrom } from "../../sandbox/random.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { type CutKind, cutKinds, makeDisk } from "./chaos-disk.ts";
import { allEvents, fileDamage } from "./chaos-engine.ts";
import type { Acknowledged, Recording } from "./chaos-power.ts";
import type { Step } from "./chaos-trace.ts";
import { temporaryFolder } from "./temporary.ts";

export interface CutTally {
  points: number;
  cuts: number;
  byKind: Record<CutKind, number>;
  /** Events that were acknowledged before the cut, over all cuts. */
  acknowledged: number;
  problems: string[];
}

export interface CutOptions {
  points: number;
  seed: number;
  kinds?: readonly CutKind[];
}

/** Replays the recording up to many points, cuts the power there, and opens what is left with the engine itself. */
export async function cutPower(recording: Recording, options: CutOptions): Promise<CutTally> {
  const { steps, acknowledged } = recording;
  const kinds = options.kinds ?? cutKinds;
  const random = randomFrom(options.seed, 0xc07);
  const lines = choosePoints(steps, acknowledged, options);
  const tally: CutTally = {
    points: lines.length,
    cuts: 0,
    byKind: { dropped: 0, prefix: 0, pages: 0, garbage: 0, all: 0 },
    acknowledged: 0,
    problems: [],
  };
  const ends = steps.toSorted((a, b) => a.end - b.end);
  // Of the log's index nothing is kept: it is rebuilt. The lock is held by a process, not by its file's content.
  const disk = makeDisk((file) => file.endsWith("-shm") || file.includes("-lock"));
  const home = temporaryFolder();
  let at = 0;
  try {
    for (const line of lines) {
      while (at < ends.length && ends[at]!.end <= line) disk.apply(ends[at++]!);
      const running = steps.filter((step) => step.line <= line && step.end > line);
      const promised = acknowledged.filter((one) => one.line <= line);
      for (const kind of kinds) {
        const into = path.join(home.path, `${tally.cuts}`);
        disk.cut(kind, random, running, into);
        for (const problem of await inspect(path.join(into, "queue.db"), promised))
          tally.problems.push(`cut at line ${line}, unsynced ${kind}: ${problem}`);
        rmSync(into, { recursive: true, force: true });
        tally.cuts++;
        tally.byKind[kind]++;
        tally.acknowledged += promised.length;
      }
    }
  } finally {
    home.remove();
  }
  return tally;
}

/** A third at the beginning and end of syncs, a third at answers, the rest anywhere, and all of the file's making. */
function choosePoints(steps: Step[], acknowledged: Acknowledged[], { points, seed }: CutOptions): number[] {
  const random = randomFrom(seed, 0x901);
  const onDisk = steps.filter((step) => "file" in step);
  const last = steps.at(-1)!.line;
  const chosen = new Set<number>();
  const making = onDisk.slice(0, Math.min(60, Math.ceil(points / 5)));
  for (const step of making) chosen.add(step.line);
  const syncs = onDisk.filter((step) => step.kind === "sync");
  // Where the log is emptied or removed, and where it goes into the file, is where a mistake would show.
  const rare = onDisk.filter(
    (step) =>
      step.kind === "unlink" ||
      step.kind === "truncate" ||
      (step.kind === "write" && step.file.endsWith(".db")),
  );
  for (let guard = 0; chosen.size < points && guard < points * 20; guard++) {
    const dice = random.next();
    if (dice < 0.3) {
      const sync = random.pick(syncs);
      chosen.add(random.pick([sync.line - 1, sync.line, Number.isFinite(sync.end) ? sync.end : sync.line]));
    } else if (dice < 0.55 && acknowledged.length > 0) chosen.add(random.pick(acknowledged).line);
    else if (dice < 0.7 && rare.length > 0) chosen.add(random.pick(rare).line);
    else chosen.add(random.int(onDisk[0]!.line, last));
  }
  return [...chosen].toSorted((a, b) => a - b);
}

async function inspect(file: string, promised: Acknowledged[]): Promise<string[]> {
  const problems: string[] = [];
  try {
    const database = await openEmbeddedDatabase({ file });
    try {
      const store = database.queue("orders");
      const events = new Map((await allEvents(store)).map((event) => [event.dedupeId, event]));
      const lost = promised.filter(({ dedupeId }) => !events.has(dedupeId));
      if (lost.length > 0) problems.push(`${lost.length} acknowledged events are lost`);
      const changed = promised.filter(
        ({ dedupeId, body }) => events.has(dedupeId) && events.get(dedupeId)!.payload !== body,
      );
      if (changed.length > 0) problems.push(`${changed.length} acknowledged events are not what was sent`);
      const { blocked, ready, leased, done, dead } = await store.counts();
      if (blocked + ready + leased + done + dead !== events.size)
        problems.push(`${events.size} events, but the counters say otherwise`);
    } finally {
      await database.close();
    }
    problems.push(...fileDamage(file));
  } catch (error) {
    problems.push(`it does not open: ${(error as Error).message}`);
  }
  return problems;
}
