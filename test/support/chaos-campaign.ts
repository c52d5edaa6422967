import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { randomFrom } from "../../sandbox/random.ts";
import type { SandboxOrder } from "../../sandbox/shopify/index.ts";
import { allEvents, type ChaosEngine } from "./chaos-engine.ts";
import { chaosFlow } from "./chaos-flow.ts";
import { type Load, startLoad } from "./chaos-load.ts";
import { type Member, member, secret, shop } from "./chaos-member.ts";
import { type Recorder, startRecorder } from "./chaos-recorder.ts";
import { type KillKind, planRound, playRound } from "./chaos-round.ts";
import { temporaryFolder } from "./temporary.ts";

export interface CampaignOptions {
  engine: ChaosEngine;
  rounds: number;
  /** The same seed plans the same load, kills and faults; what the machine makes of them differs. */
  seed: number;
  /** After so many rounds the queues are let run empty, and everything is compared. Default 10. */
  compareEvery?: number;
  /** Of both queues; 5, as shipped, unless the engine says otherwise. */
  maxStalls?: number;
  say?: (line: string) => void;
}

export interface CampaignTally {
  rounds: number;
  kills: Record<KillKind, number>;
  faults: Record<string, number>;
  orders: { sent: number; acknowledged: number; inOdoo: number; lost: number; duplicates: number };
  lanes: { acknowledged: number; executions: number; repeats: number; failures: number; violations: number };
  /** Orders that were acknowledged and not yet in Odoo when a kill came; counted at each kill. */
  atRisk: number;
  deliveries: number;
  unanswered: number;
  copies: number;
  dead: number;
  seconds: number;
  /** What must never happen; empty when every promise was kept. */
  problems: string[];
}

const drainWithinMs = 120_000;

/** Kills Node-RED again and again under load, and compares what was acknowledged with what came of it. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignTally> {
  const { engine, rounds, seed, compareEvery = 10, maxStalls, say = () => {} } = options;
  const started = performance.now();
  const folder = temporaryFolder();
  const odoo = await startOdooStandIn({ callMs: 5 });
  const recorder = await startRecorder(seed);
  const members = await Promise.all(
    Array.from({ length: engine.instances }, (_, at) =>
      member(path.join(folder.path, `node-red-${at + 1}`), at, odoo),
    ),
  );
  const flow = chaosFlow(recorder.url, {
    store: engine.store,
    queue: { maxStalls: 5, ...engine.queue, ...(maxStalls !== undefined && { maxStalls }) },
  });
  for (const one of members) {
    await one.launch();
    await one.nodeRed!.deploy(flow);
  }
  const load = startLoad({
    seed,
    shop,
    secret,
    targets: () => members.map(({ url }) => url),
    ordersPerSecond: 30,
    lanes: 16,
    lanesPerSecond: 30,
  });
  const tally: CampaignTally = {
    rounds: 0,
    kills: { working: 0, starting: 0, stopping: 0, server: 0, "one of two": 0 },
    faults: {},
    orders: { sent: 0, acknowledged: 0, inOdoo: 0, lost: 0, duplicates: 0 },
    lanes: { acknowledged: 0, executions: 0, repeats: 0, failures: 0, violations: 0 },
    atRisk: 0,
    deliveries: 0,
    unanswered: 0,
    copies: 0,
    dead: 0,
    seconds: 0,
    problems: [],
  };

  try {
    for (let number = 1; number <= rounds && tally.problems.length === 0; number++) {
      const random = randomFrom(seed, number);
      const round = planRound(random, engine);
      await playRound(round, { members, odoo, recorder, engine });
      tally.rounds = number;
      tally.atRisk += notInOdoo(load, odoo).length;
      tally.kills[round.kill]++;
      if (round.fault) tally.faults[round.fault.name] = (tally.faults[round.fault.name] ?? 0) + 1;
      if (number % compareEvery !== 0 && number !== rounds) continue;
      odoo.faults.clear();
      await Promise.all(members.map((one) => one.ensureUp()));
      await drainAndCompare(tally, {
        members,
        odoo,
        recorder,
        load,
        drainMs: drainWithinMs + engine.leaseMs,
        queues: flow.filter(({ type }) => type === "durable-queue").length,
      });
      tally.seconds = Math.round((performance.now() - started) / 1000);
      say(tallyLine(tally));
      load.resume();
    }
    await load.stop();
    for (const one of members) await one.nodeRed?.stop();
    tally.problems.push(...(await engine.damage(members[0]!.userDir)));
    await compareStore(tally, engine, members[0]!.userDir, load);
    if (tally.problems.length > 0) {
      const kept = path.join(path.dirname(folder.path), `holdfast-chaos-failed-${process.pid}`);
      mkdirSync(kept, { recursive: true });
      cpSync(folder.path, kept, { recursive: true, filter: (from) => !from.includes("node_modules") });
      say(`Kept for a look: ${kept}`);
    }
  } finally {
    await load.stop();
    for (const one of members) await one.kill();
    await recorder.close();
    await odoo.close();
    folder.remove();
  }
  tally.seconds = Math.round((performance.now() - started) / 1000);
  return tally;
}

export function tallyLine(tally: CampaignTally): string {
  const { orders, lanes, kills } = tally;
  const counted = (of: Record<string, number>) =>
    Object.entries(of)
      .filter(([, times]) => times > 0)
      .map(([name, times]) => `${name} ${times}`)
      .join(", ");
  return [
    `${tally.rounds} rounds (killed: ${counted(kills)}; Odoo: ${counted(tally.faults) || "well"})`,
    `${orders.sent} orders sent, ${orders.acknowledged} acknowledged (${tally.atRisk} times one waited through a kill), ${orders.inOdoo} in Odoo, ${orders.lost} lost, ${orders.duplicates} duplicated`,
    `${lanes.acknowledged} ordered events acknowledged, ${lanes.executions} executions (${lanes.failures} failed on purpose, ${lanes.repeats} repeated after a kill), ${lanes.violations} out of order`,
    `${tally.dead} dead`,
    `${tally.unanswered} of ${tally.deliveries} requests unanswered`,
    `${tally.seconds} s`,
  ].join(" · ");
}

// ---- comparing

async function drainAndCompare(
  tally: CampaignTally,
  parts: {
    members: Member[];
    odoo: OdooStandIn;
    recorder: Recorder;
    load: Load;
    drainMs: number;
    queues: number;
  },
): Promise<void> {
  const { members, odoo, recorder, load } = parts;
  await load.pause();
  const deadline = Date.now() + parts.drainMs;
  let open = "";
  for (;;) {
    const counts = await members[0]!.counts();
    tally.dead = counts.reduce((sum, { dead }) => sum + dead, 0);
    const waiting = counts.reduce((sum, { ready, leased, blocked }) => sum + ready + leased + blocked, 0);
    if (counts.length === parts.queues && waiting === 0) break;
    open = `${waiting} events are still open (${JSON.stringify(counts)})`;
    if (Date.now() > deadline || (tally.dead > 0 && counts.every((one) => one.ready + one.leased === 0))) {
      tally.problems.push(open);
      break;
    }
    await sleep(100);
  }

  const { orders, duplicates, duplicated } = odoo.snapshot();
  const inOdoo = new Map(orders.map((order) => [order.client_order_ref, order.amount_total]));
  const acknowledged = [...load.acknowledged.values()].map(({ order }) => order);
  const missing = notInOdoo(load, odoo);
  const different = acknowledged.filter(
    (order) => inOdoo.has(order.name) && Number(inOdoo.get(order.name)) !== Number(order.total),
  );
  tally.orders = {
    sent: load.tally.orders,
    acknowledged: acknowledged.length,
    inOdoo: acknowledged.length - missing.length,
    lost: missing.length,
    duplicates,
  };
  const done = recorder.lastDone();
  const lanes = [...load.lanesAcknowledged];
  tally.lanes = {
    acknowledged: lanes.reduce((sum, [, seq]) => sum + seq, 0),
    ...recorder.tally,
    violations: recorder.violations.length,
  };
  tally.deliveries = load.tally.deliveries;
  tally.unanswered = load.tally.unanswered;
  tally.copies = load.tally.copies;
  const some = (names: string[]) => `${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
  if (missing.length > 0)
    tally.problems.push(
      `${missing.length} acknowledged orders are not in Odoo: ${some(missing.map(({ name }) => name))}`,
    );
  if (duplicates > 0)
    tally.problems.push(`${duplicates} orders are in Odoo twice: ${some(Object.keys(duplicated))}`);
  if (different.length > 0)
    tally.problems.push(`wrong total in Odoo: ${some(different.map(({ name }) => name))}`);
  for (const [key, seq] of lanes)
    if (done.get(key) !== seq)
      tally.problems.push(`${key}: acknowledged up to ${seq}, done up to ${done.get(key) ?? 0}`);
  tally.problems.push(...recorder.violations.slice(0, 10));
  if (tally.dead > 0) tally.problems.push(`${tally.dead} dead letters, and nobody provoked one`);
}

function notInOdoo(load: Load, odoo: OdooStandIn): SandboxOrder[] {
  const inOdoo = new Set(odoo.snapshot().orders.map((order) => order.client_order_ref));
  return [...load.acknowledged.values()].map(({ order }) => order).filter(({ name }) => !inOdoo.has(name));
}

/** Nothing runs any more: the store itself must know every acknowledged event, as done. */
async function compareStore(
  tally: CampaignTally,
  engine: ChaosEngine,
  userDir: string,
  load: Load,
): Promise<void> {
  const { store, close } = await engine.open(userDir, "orders");
  try {
    const states = new Map<string | null, string>();
    for (const event of await allEvents(store)) {
      states.set(event.dedupeId, event.state);
      if (event.state === "dead")
        tally.problems.push(
          `${event.reference} is dead (${event.lastFailure?.code}): ${event.lastFailure?.message}`,
        );
    }
    for (const [name, { dedupeIds }] of load.acknowledged)
      for (const id of dedupeIds)
        if (states.get(id) !== "done")
          tally.problems.push(`${name} was acknowledged, and is ${states.get(id) ?? "gone"} in the store`);
  } finally {
    await close();
  }
}
