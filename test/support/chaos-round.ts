import { setTimeout as sleep } from "node:timers/promises";
import type { OdooStandIn } from "../../sandbox/odoo/server.ts";
import type { Random } from "../../sandbox/random.ts";
import type { ChaosEngine } from "./chaos-engine.ts";
import type { Member } from "./chaos-member.ts";
import type { Recorder } from "./chaos-recorder.ts";

/** `working`: all there are, at once. */
export type KillKind = "working" | "starting" | "stopping" | "server" | "one of two";

export interface Round {
  kill: KillKind;
  /** From being up (from being started, where it is killed while starting) to the kill. */
  afterMs: number;
  /** From asking it to stop to killing it. */
  stoppingMs: number;
  fault: { name: string; atMs: number; forMs: number; begin(odoo: OdooStandIn): unknown } | null;
  victim: number;
}

const faultKinds: Record<string, (random: Random) => (odoo: OdooStandIn) => unknown> = {
  "503": () => (odoo) => odoo.faults.set({ status: 503 }),
  "commit, then drop": (random) => {
    const times = random.int(1, 6);
    return (odoo) => odoo.faults.commitThenDrop(times);
  },
  "drop before commit": (random) => {
    const times = random.int(1, 6);
    return (odoo) => odoo.faults.dropBeforeCommit(times);
  },
  slow: (random) => {
    const ms = random.int(50, 800);
    return (odoo) => odoo.faults.slow(ms);
  },
  conflict: (random) => {
    const times = random.int(1, 6);
    return (odoo) => odoo.faults.conflict(times);
  },
  "broken answer": (random) => {
    const times = random.int(1, 4);
    return (odoo) => odoo.faults.badJson(times);
  },
  throttled: (random) => {
    const times = random.int(1, 4);
    return (odoo) => odoo.faults.throttle(times, 1);
  },
  refused: () => (odoo) => odoo.faults.refuse(true),
};

export function planRound(random: Random, engine: ChaosEngine): Round {
  const dice = random.next();
  let kill: KillKind = dice < 0.12 ? "starting" : dice < 0.22 ? "stopping" : "working";
  if (engine.server && random.chance(0.35)) kill = "server";
  else if (engine.instances > 1 && kill === "working" && random.chance(0.7)) kill = "one of two";
  const [name, make] = random.pick(Object.entries(faultKinds));
  const begin = make(random);
  // Mostly soon after the start, when there is a backlog; sometimes when it has all been worked off.
  const afterMs =
    kill === "starting"
      ? random.int(50, 700)
      : random.chance(0.6)
        ? random.int(5, 600)
        : random.int(600, 2_500);
  return {
    kill,
    afterMs,
    stoppingMs: random.int(0, 500),
    fault: random.chance(0.4)
      ? { name, begin, atMs: random.int(0, Math.min(afterMs, 800)), forMs: random.int(200, 2_500) }
      : null,
    victim: random.int(0, engine.instances - 1),
  };
}

interface Parts {
  members: Member[];
  odoo: OdooStandIn;
  recorder: Recorder;
  engine: ChaosEngine;
}

export async function playRound(round: Round, { members, odoo, recorder, engine }: Parts): Promise<void> {
  odoo.faults.clear();
  await odoo.faults.refuse(false);
  const victim = members[round.victim]!;
  await Promise.all(
    members.map((one) => (round.kill === "starting" && one === victim ? one.kill() : one.ensureUp())),
  );
  const faults = playFault(round.fault, odoo);
  if (round.kill === "starting") {
    recorder.interrupted(victim.id);
    const starting = victim.launch().catch(() => {});
    await sleep(round.afterMs);
    await victim.kill();
    await starting;
  } else {
    await sleep(round.afterMs);
    if (round.kill === "server") {
      await engine.server!.kill();
      recorder.interrupted();
      await sleep(round.stoppingMs);
      await engine.server!.start();
      // What was done meanwhile could not be written down.
      recorder.interrupted();
    } else if (round.kill === "working") {
      await Promise.all(members.map((one) => one.kill()));
      recorder.interrupted();
    } else {
      if (round.kill === "stopping") {
        victim.nodeRed?.process.kill("SIGTERM");
        await sleep(round.stoppingMs);
      }
      await victim.kill();
    }
  }
  if (round.kill !== "server") recorder.interrupted(victim.id);
  await faults;
}

async function playFault(fault: Round["fault"], odoo: OdooStandIn): Promise<void> {
  if (!fault) return;
  await sleep(fault.atMs);
  await fault.begin(odoo);
  await sleep(fault.forMs);
  odoo.faults.clear();
  await odoo.faults.refuse(false);
}
