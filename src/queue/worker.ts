import { randomUUID } from "node:crypto";
import { type Failure, failureOf, HoldfastError } from "../failure.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { EventRef, EventStore, LeasedEvent, Pause } from "./event-store.ts";
import {
  afterFailedProbe,
  afterLostProbe,
  beginHold,
  DEFAULT_HOLD,
  type Hold,
  type HoldOptions,
  probeSoon,
} from "./hold.ts";
import { decide, outcomeOf, type WorkerOutcome } from "./policy.ts";
import { createSettler } from "./settler.ts";

export type { WorkerOutcome } from "./policy.ts";

export interface WorkerOptions {
  store: EventStore;
  /** Never more than this many deliveries at a time. */
  concurrency: number;
  /** How soon the events of a killed process come again. Renewed at a third while this process lives. Default 30 s. */
  leaseMs?: number;
  /** A delivery that nobody settled for so long was dropped: it is delivered again. Default 5 min. */
  processingLimitMs?: number;
  /** An event that stalls more often than this becomes a dead letter. Default 5. */
  maxStalls?: number;
  hold?: Partial<HoldOptions>;
  /** Called once a claim. `lease` is opaque: hand it back to `settle`. What it throws is the event's failure. */
  deliver(event: LeasedEvent, lease: string): void;
  /** A delivery is over: settled, dropped or put back. Its lease means nothing any more. */
  onEnd?(lease: string): void;
  /** Something that `status` tells may have changed; at most once a tick. */
  onChange?(): void;
  /** The store failed; said once until it works again. The worker goes on by itself. */
  onError?(error: Error): void;
  /** A delivery was dropped: nobody settled it within the processing limit. */
  onStall?(event: LeasedEvent): void;
  clock?: Clock;
  random?: () => number;
}

export interface WorkerStatus {
  /** A person stopped it. */
  paused: Pause | null;
  /** It waits for its destination. */
  held: {
    since: number;
    failure: Failure;
    failedProbes: number;
    nextProbeAt: number;
    /** A probe is out. */
    probing: boolean;
  } | null;
  /** Delivered and not settled. */
  inFlight: number;
  /** Settled, but the store could not write it down yet. */
  unsettled: number;
  /** Why the store fails, while it does. */
  trouble: Failure | null;
}

export interface QueueWorker {
  /**
   * Ends a delivery. `lost`: it was settled before, or is somebody else's by now; nothing changed.
   * Resolves only when the outcome is stored, however long the store takes to recover.
   */
  settle(lease: string, outcome: WorkerOutcome): Promise<"ok" | "lost">;
  /**
   * The destination is away: stop delivering, and probe. With `lease`, that delivery is put back and is the one that
   * says so, as `settle(lease, { to: "hold", failure })` does; without, it is somebody's outside knowledge.
   */
  hold(failure: Failure, lease?: string): void;
  /** Does not wait for the next probe's time. */
  probeNow(): void;
  /** A person stops it; remembered across restarts. What is in flight goes on to its end. */
  pause(reason: string): Promise<void>;
  resume(): Promise<void>;
  /** There may be something to claim. */
  wake(): void;
  status(): WorkerStatus;
  /** Claims nothing more, waits for what is in flight, and puts back at once what did not end in time. */
  stop(options: { graceMs: number }): Promise<void>;
}

interface Delivery {
  event: LeasedEvent;
  ref: EventRef;
  /** When the flow has had its time. */
  limitAt: number;
  leaseUntil: number;
  /** Its outcome is on the way to the store. */
  ended: boolean;
}

type Doing = "starting" | "claiming" | "settling" | "keeping leases";

/** So often may an event hold the queue although others pass, until it counts as its own fault. */
const BLAMELESS_HOLDS = 3;
/** So many waiting events are looked at to find one that has not been a probe yet. */
const PROBE_CHOICE = 10;
/**
 * An event that stalled so often may be what kills the process. Such events are delivered one at a time: if they
 * kill it again, the others in flight are not blamed with it.
 */
const SUSPECT_STALLS = 2;
const SUSPECT_PAUSE_MS = 250;
/** Time that passed otherwise than by the beat's timer: the clock was set, or the machine slept. */
const JUMP_MS = 15_000;
/** Nobody puts an event off for so long; whoever seems to have had a wrong clock. */
const FARTHEST_MS = 30 * 86_400_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

function isSuspect(event: LeasedEvent): boolean {
  return event.stalls >= SUSPECT_STALLS;
}

/** Works on a queue: claims, delivers, keeps leases alive, and takes care of what was dropped. */
export function startWorker(options: WorkerOptions): QueueWorker {
  const { store, concurrency, leaseMs = 30_000, processingLimitMs = 300_000, maxStalls = 5 } = options;
  const { clock = systemClock, random = Math.random } = options;
  const holdOptions = { ...DEFAULT_HOLD, ...options.hold };
  const leasePrefix = randomUUID().slice(0, 8);

  const deliveries = new Map<string, Delivery>();
  let started = false;
  let stopping = false;
  let paused: Pause | null = null;
  let hold: Hold | null = null;
  let probe: Delivery | null = null;
  /** Events that were probes in this hold, so that the next probe is another one. */
  let probed = new Set<string>();
  /** How often an event began a hold that another one's success ended. */
  const blame = new Map<string, number>();
  /** What the store fails at now. Apart, because a full disk still answers what needs no room. */
  const troubles = new Map<Doing, Failure>();
  let storePauseMs = FIRST_PAUSE_MS;
  let claimTimer: unknown;
  let beatTimer: unknown;
  let beatAt = clock.now();
  let beating: Promise<void> = Promise.resolve();
  let stopBeating = false;
  let startTimer: unknown;
  let claiming: Promise<void> | null = null;
  let claimAgain = false;
  let changeTold = true;
  let onIdle: (() => void) | null = null;
  let over = false;
  let pauseSaid = false;

  const changed = () => {
    if (changeTold) {
      changeTold = false;
      queueMicrotask(() => {
        changeTold = true;
        if (!over) options.onChange?.();
      });
    }
  };

  const trouble = (): Failure | null => troubles.values().next().value ?? null;

  const onTrouble = (doing: Doing, error: unknown) => {
    if (over) return;
    const first = troubles.size === 0;
    const failure = failureOf(error, "queue");
    troubles.set(doing, failure);
    changed();
    if (first) options.onError?.(error instanceof Error ? error : new HoldfastError(failure));
  };

  const onWell = (doing: Doing) => {
    if (doing !== "settling") storePauseMs = FIRST_PAUSE_MS;
    if (troubles.delete(doing)) changed();
  };

  /** How long to leave a failing store alone. */
  const storePause = () => {
    const pause = storePauseMs;
    storePauseMs = Math.min(LONGEST_PAUSE_MS, pause * 2);
    return pause;
  };

  // The claim goes out right behind the settlements, so that both share a commit.
  const settler = createSettler({
    store,
    clock,
    onRoom: () => wake(),
    onTrouble: (error) => onTrouble("settling", error),
    onWell: () => onWell("settling"),
  });
  /** For outcomes that nobody waits for; the settler has told of the trouble already. */
  const ignore = () => {};

  const inFlight = () => [...deliveries.values()].filter(({ ended }) => !ended).length;

  // ---- claiming and delivering

  const wake = () => {
    if (claiming) {
      claimAgain = true;
      return;
    }
    claiming = claimWhileRoom().finally(() => {
      claiming = null;
      if (claimAgain) wake();
    });
  };

  const room = (): number => {
    if (!started || stopping || paused) return 0;
    const free = concurrency - inFlight() - settler.stuck();
    if (!hold) return free;
    return probe === null && clock.now() >= hold.nextProbeAt ? Math.min(1, free) : 0;
  };

  const claimAt = (at: number) => {
    clock.clear(claimTimer);
    claimTimer = clock.after(Math.max(0, at - clock.now()), wake);
  };

  const claimWhileRoom = async (): Promise<void> => {
    do {
      claimAgain = false;
      clock.clear(claimTimer);
      const free = room();
      if (free <= 0) {
        // Otherwise something else is in the way, and its end wakes us.
        if (started && !stopping && !paused && hold && !probe && hold.nextProbeAt > clock.now())
          claimAt(hold.nextProbeAt);
        return;
      }
      await (hold ? claimProbe() : claimUpTo(free));
    } while (claimAgain);
  };

  const claim = async (max: number, asOf = clock.now()) => {
    try {
      const claimed = await store.claim({ max, leaseMs, now: asOf });
      onWell("claiming");
      return claimed;
    } catch (error) {
      onTrouble("claiming", error);
      if (!stopping) claimAt(clock.now() + storePause());
      return null;
    }
  };

  /** As if it were that time already; the leases then end by the clock as it is. */
  const claimStranded = async (max: number, asOf: number) => {
    const claimed = await claim(max, asOf);
    if (!claimed?.events.length) return claimed;
    const now = clock.now();
    try {
      await store.extend(claimed.events, leaseMs, now);
    } catch (error) {
      // The next beat does it.
      onTrouble("claiming", error);
    }
    return { ...claimed, events: claimed.events.map((event) => ({ ...event, leaseUntil: now + leaseMs })) };
  };

  const claimUpTo = async (max: number): Promise<void> => {
    let claimed = await claim(max);
    // Put off while the clock was wrong: it would never come.
    if (claimed?.events.length === 0 && (claimed.nextDueAt ?? 0) - clock.now() > FARTHEST_MS)
      claimed = await claimStranded(max, claimed.nextDueAt!);
    if (!claimed) return;
    // While the store answered, a person or an outage may have stopped the queue: they were never delivered.
    if (stopping || paused || hold) return putBack(claimed.events);
    for (const event of claimed.events) {
      if (isSuspect(event) && suspectIsOut()) putOff(event);
      else deliver(event);
    }
    if (claimed.events.length === max) claimAgain = true;
    else if (claimed.nextDueAt !== null) claimAt(claimed.nextDueAt);
  };

  /** One event asks whether the destination is back: one that has not asked yet, so that none can block the rest. */
  const claimProbe = async (): Promise<void> => {
    const claimed = await claim(Math.min(PROBE_CHOICE, probed.size + 1));
    if (!claimed) return;
    if (stopping || paused) return putBack(claimed.events);
    const chosen = claimed.events.find(({ id }) => !probed.has(id)) ?? claimed.events[0];
    putBack(claimed.events.filter((event) => event !== chosen));
    if (!chosen) {
      if (claimed.nextDueAt !== null) claimAt(claimed.nextDueAt);
      return;
    }
    if (probed.has(chosen.id)) probed = new Set();
    probed.add(chosen.id);
    deliver(chosen, true);
  };

  const suspectIsOut = () => [...deliveries.values()].some(({ ended, event }) => !ended && isSuspect(event));

  const putOff = (event: LeasedEvent) => {
    void settler.settle(event, { to: "release", at: clock.now() + SUSPECT_PAUSE_MS }).catch(ignore);
  };

  const putBack = (events: LeasedEvent[]) => {
    for (const event of events) void settler.settle(event, { to: "release" }).catch(ignore);
  };

  const deliver = (event: LeasedEvent, asProbe = false) => {
    const lease = `${leasePrefix}.${event.id}.${event.fence}`;
    const delivery: Delivery = {
      event,
      ref: { id: event.id, fence: event.fence },
      limitAt: clock.now() + processingLimitMs,
      leaseUntil: event.leaseUntil,
      ended: false,
    };
    deliveries.set(lease, delivery);
    if (asProbe && hold) probe = delivery;
    changed();
    try {
      options.deliver(event, lease);
    } catch (error) {
      const failure = failureOf(error, "flow");
      void settle(
        lease,
        outcomeOf(decide(failure, event.attempts + 1, {}, random), failure, clock.now()),
      ).catch(ignore);
    }
  };

  const remove = (lease: string) => {
    deliveries.delete(lease);
    options.onEnd?.(lease);
    changed();
    if (deliveries.size === 0) onIdle?.();
  };

  // ---- settling

  const settle = async (lease: string, outcome: WorkerOutcome): Promise<"ok" | "lost"> => {
    const delivery = deliveries.get(lease);
    if (!delivery || delivery.ended) return "lost";
    delivery.ended = true;
    const stored = learn(delivery, outcome);
    changed();
    try {
      return await settler.settle(delivery.ref, stored);
    } finally {
      remove(lease);
    }
  };

  /** What an outcome says about the destination; returns what is stored about the event. */
  const learn = (delivery: Delivery, outcome: WorkerOutcome) => {
    const { id, attempts } = delivery.event;
    if (outcome.to === "done" || outcome.to === "dead") blame.delete(id);
    const away = outcome.to === "hold" || ("failure" in outcome && outcome.failure?.class === "unavailable");
    if (outcome.to === "hold" && !hold && (blame.get(id) ?? 0) >= BLAMELESS_HOLDS) {
      const failure = ownFault(outcome.failure);
      return outcomeOf(decide(failure, attempts + 1, {}, random), failure, clock.now()) as Exclude<
        WorkerOutcome,
        { to: "hold" }
      >;
    }
    if (delivery === probe) {
      probe = null;
      if (!hold) return stripHold(outcome);
      if (away) {
        const failure = "failure" in outcome && outcome.failure ? outcome.failure : hold.failure;
        hold = afterFailedProbe(hold, failure, clock.now(), holdOptions, random);
      } else if (outcome.to === "release") hold = afterLostProbe(hold, clock.now(), holdOptions, random);
      else endHold(id);
    } else if (outcome.to === "hold") {
      // During a hold this is an event from before it: it knows nothing new.
      if (!hold) startHold(outcome.failure, id);
    } else if (outcome.to === "done") {
      // From before the hold, so perhaps older than the outage: worth a look, not a resume.
      if (hold && !probe) hold = probeSoon(hold, clock.now());
    }
    return stripHold(outcome);
  };

  // ---- holding

  const startHold = (failure: Failure, beganBy: string | null) => {
    hold = beginHold(failure, beganBy, clock.now(), holdOptions, random);
    probed = new Set(beganBy === null ? [] : [beganBy]);
    changed();
  };

  const endHold = (answeredBy: string) => {
    const beganBy = hold?.beganBy;
    if (beganBy && beganBy !== answeredBy) blame.set(beganBy, (blame.get(beganBy) ?? 0) + 1);
    blame.delete(answeredBy);
    hold = null;
    probed = new Set();
    changed();
  };

  // ---- keeping leases

  const beat = () => {
    beating = keepLeases().then(() => {
      if (!stopBeating) beatTimer = clock.after(leaseMs / 3, beat);
    });
  };

  /** A jump of the clock is no time that a flow has had, or that a destination was away. */
  const mindTheClock = async (now: number): Promise<void> => {
    const jump = now - beatAt - leaseMs / 3;
    beatAt = now;
    if (Math.abs(jump) < JUMP_MS) return;
    for (const delivery of deliveries.values()) delivery.limitAt += jump;
    if (hold) hold = { ...hold, since: hold.since + jump, nextProbeAt: hold.nextProbeAt + jump };
    // Whatever the store holds of them ends by the clock as it is now.
    if (deliveries.size > 0) await renew([...deliveries], now);
    wake();
  };

  const keepLeases = async (): Promise<void> => {
    try {
      const now = clock.now();
      await mindTheClock(now);
      const kept = [...deliveries].filter(([, delivery]) => delivery.ended || now < delivery.limitAt);
      if (kept.length) await renew(kept, now);
      const recoveredAt = clock.now();
      const { released, dead } = await store.recover({ now: recoveredAt, maxStalls });
      onWell("keeping leases");
      for (const [lease, delivery] of deliveries)
        if (!delivery.ended && delivery.leaseUntil <= recoveredAt) {
          drop(lease, delivery);
          options.onStall?.(delivery.event);
        }
      if (released + dead > 0) wake();
    } catch (error) {
      onTrouble("keeping leases", error);
    }
  };

  const renew = async (kept: [string, Delivery][], now: number): Promise<void> => {
    const lost = await store.extend(
      kept.map(([, { ref }]) => ref),
      leaseMs,
      now,
    );
    const gone = new Set(lost.map(({ id, fence }) => `${leasePrefix}.${id}.${fence}`));
    for (const [lease, delivery] of kept) {
      if (!gone.has(lease)) delivery.leaseUntil = now + leaseMs;
      // One that has ended hears it from its own settlement.
      else if (!delivery.ended && deliveries.has(lease)) drop(lease, delivery);
    }
  };

  const drop = (lease: string, delivery: Delivery) => {
    // Its time is long over, so the next probe goes out at once.
    if (delivery === probe) probe = null;
    remove(lease);
    wake();
  };

  // ---- beginning and ending

  const start = async (): Promise<void> => {
    try {
      const remembered = await store.paused();
      if (!pauseSaid) paused = remembered;
      await store.recover({ now: clock.now(), maxStalls });
      onWell("starting");
      started = true;
      changed();
      wake();
    } catch (error) {
      onTrouble("starting", error);
      if (!stopping) startTimer = clock.after(storePause(), () => void start());
    }
  };

  const stop = async (graceMs: number): Promise<void> => {
    stopping = true;
    clock.clear(claimTimer);
    clock.clear(startTimer);
    stopListening();
    await claiming;
    if (deliveries.size > 0 && graceMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = clock.after(graceMs, resolve);
        onIdle = () => {
          clock.clear(timer);
          resolve();
        };
      });
    }
    clock.clear(beatTimer);
    stopBeating = true;
    for (const delivery of deliveries.values()) {
      if (delivery.ended) continue;
      delivery.ended = true;
      putBack([delivery.event]);
    }
    await settler.flush();
    settler.stop();
    over = true;
    await beating;
    for (const lease of [...deliveries.keys()]) remove(lease);
  };

  let stopped: Promise<void> | null = null;
  const stopListening = store.onWork(wake);
  beatTimer = clock.after(leaseMs / 3, beat);
  void start();

  return {
    settle,
    hold: (failure, lease) => {
      if (lease !== undefined) void settle(lease, { to: "hold", failure }).catch(ignore);
      else if (!hold) startHold(failure, null);
      wake();
    },
    probeNow: () => {
      if (hold) hold = probeSoon(hold, clock.now());
      wake();
    },
    pause: async (reason) => {
      pauseSaid = true;
      paused = { reason, since: clock.now() };
      changed();
      await store.pause(reason, paused.since);
    },
    resume: async () => {
      pauseSaid = true;
      paused = null;
      changed();
      wake();
      await store.resume();
    },
    wake,
    status: () => ({
      paused,
      held: hold && {
        since: hold.since,
        failure: hold.failure,
        failedProbes: hold.failedProbes,
        nextProbeAt: hold.nextProbeAt,
        probing: probe !== null,
      },
      inFlight: inFlight(),
      unsettled: settler.stuck(),
      trouble: trouble(),
    }),
    stop: ({ graceMs }) => (stopped ??= stop(graceMs)),
  };
}

/** A hold is the worker's business; the store puts the event back. */
function stripHold(outcome: WorkerOutcome): Exclude<WorkerOutcome, { to: "hold" }> {
  return outcome.to === "hold" ? { to: "release", failure: outcome.failure } : outcome;
}

/** Others pass while this event alone says that the destination is away: then it is the event. */
function ownFault(failure: Failure): Failure {
  return {
    ...failure,
    class: "unknown",
    hint: `Other events went through meanwhile, so this one itself seems to cause it. ${failure.hint ?? ""}`.trim(),
  };
}
