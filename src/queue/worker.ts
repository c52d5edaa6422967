import { type Failure, failureOf } from "../failure.ts";
import { createClaimer } from "./claimer.ts";
import { type Clock, systemClock } from "./clock.ts";
import { createDeliveries, type Delivery } from "./deliveries.ts";
import { createDestination } from "./destination.ts";
import type { EventStore, LeasedEvent, Pause, StoredEvent } from "./event-store.ts";
import { DEFAULT_HOLD, type HoldOptions } from "./hold.ts";
import { startLeaseKeeper } from "./lease-keeper.ts";
import { decide, outcomeOf, type WorkerOutcome } from "./policy.ts";
import { createSettler } from "./settler.ts";
import { createSuspects } from "./suspects.ts";
import { createTeller } from "./teller.ts";
import { createTrouble } from "./trouble.ts";

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
  /**
   * A dead letter that no node of the flow made: it stalled too often, say. Say `told` to the store when people have
   * heard of it. Without this nobody hears.
   */
  onDead?(event: StoredEvent): void;
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

/** Works on a queue: claims, delivers, keeps leases alive, and takes care of what was dropped. */
export function startWorker(options: WorkerOptions): QueueWorker {
  const { store, concurrency, leaseMs = 30_000, processingLimitMs = 300_000, maxStalls = 5 } = options;
  const { clock = systemClock, random = Math.random } = options;

  let started = false;
  let stopping = false;
  /** Nothing is told any more. */
  let over = false;
  let paused: Pause | null = null;
  let pauseSaid = false;
  let startTimer: unknown;
  let changeTold = true;

  const changed = () => {
    if (!changeTold) return;
    changeTold = false;
    queueMicrotask(() => {
      changeTold = true;
      if (!over) options.onChange?.();
    });
  };
  /** For outcomes that nobody waits for; the settler has told of the trouble already. */
  const ignore = () => {};

  const trouble = createTrouble((error) => {
    if (!over) options.onError?.(error);
  }, changed);
  const deliveries = createDeliveries((lease) => {
    options.onEnd?.(lease);
    changed();
  });
  const suspects = createSuspects({ clock, maxStalls, processingLimitMs, deliveries });
  const destination = createDestination({
    now: () => clock.now(),
    random,
    hold: { ...DEFAULT_HOLD, ...options.hold },
    changed,
  });
  // The claim goes out right behind the settlements, so that both share a commit.
  const settler = createSettler({
    store,
    clock,
    onRoom: () => claimer.wake(),
    onTrouble: (error) => trouble.is("settling", error),
    onWell: () => trouble.isOver("settling"),
  });
  const teller = createTeller({
    store,
    clock,
    onDead: options.onDead,
    onTrouble: (error) => trouble.is("telling", error),
    onWell: () => trouble.isOver("telling"),
  });

  const putBack = (events: LeasedEvent[], until?: number) => {
    const outcome = { to: "release", ...(until === undefined ? {} : { at: until }) } as const;
    return Promise.all(events.map((event) => settler.settle(event, outcome).catch(ignore)));
  };

  const deliver = (event: LeasedEvent, asProbe = false) => {
    const delivery = deliveries.add(event, clock.now() + processingLimitMs);
    if (asProbe) destination.isProbe(delivery);
    changed();
    try {
      options.deliver(event, delivery.lease);
    } catch (error) {
      const failure = failureOf(error, "flow");
      const outcome = outcomeOf(decide(failure, event.attempts + 1, {}, random), failure, clock.now());
      void settle(delivery.lease, outcome).catch(ignore);
    }
  };

  const settle = async (lease: string, outcome: WorkerOutcome): Promise<"ok" | "lost"> => {
    const delivery = deliveries.find(lease);
    if (!delivery || delivery.ended) return "lost";
    delivery.ended = true;
    suspects.forget(delivery.event);
    const stored = destination.learn(delivery, outcome);
    changed();
    try {
      const answer = await settler.settle(delivery.ref, stored);
      if (stored.to === "dead" && !stored.told) teller.tell();
      return answer;
    } finally {
      deliveries.remove(delivery);
    }
  };

  const onLost = (delivery: Delivery, dropped: boolean) => {
    destination.lost(delivery);
    deliveries.remove(delivery);
    if (dropped) suspects.survived(delivery.event);
    else suspects.forget(delivery.event);
    claimer.wake();
    if (dropped) options.onStall?.(delivery.event);
  };

  const claimer = createClaimer({
    store,
    clock,
    leaseMs,
    destination,
    trouble,
    mayClaim: () => started && !stopping && !paused,
    free: () => concurrency - deliveries.inFlight().length - settler.stuck(),
    suspects,
    deliver,
    putBack,
  });
  const { wake } = claimer;

  const keeper = startLeaseKeeper({
    store,
    clock,
    leaseMs,
    maxStalls,
    deliveries,
    trouble,
    onJump: (ms) => {
      destination.shift(ms);
      wake();
    },
    onLost,
    onRecovered: ({ released, dead }) => {
      teller.tell();
      if (released + dead > 0) wake();
    },
  });

  const start = async (): Promise<void> => {
    try {
      const remembered = await store.paused();
      if (!pauseSaid) paused = remembered;
      await store.recover({ now: clock.now(), maxStalls });
      trouble.isOver("starting");
      started = true;
      teller.tell(true);
      changed();
      wake();
    } catch (error) {
      trouble.is("starting", error);
      if (!stopping) startTimer = clock.after(trouble.pauseMs(), () => void start());
    }
  };

  const idle = (graceMs: number) =>
    new Promise<void>((resolve) => {
      const timer = clock.after(graceMs, resolve);
      deliveries.whenNone(() => {
        clock.clear(timer);
        resolve();
      });
    });

  const stop = async (graceMs: number): Promise<void> => {
    stopping = true;
    clock.clear(startTimer);
    stopListening();
    await claimer.stop();
    await teller.stop();
    if (deliveries.all().length > 0 && graceMs > 0) await idle(graceMs);
    const kept = keeper.stop();
    for (const delivery of deliveries.inFlight()) {
      delivery.ended = true;
      void putBack([delivery.event]);
    }
    await settler.flush();
    settler.stop();
    over = true;
    await kept;
    for (const delivery of deliveries.all()) deliveries.remove(delivery);
  };

  let stopped: Promise<void> | null = null;
  const stopListening = store.onWork(wake);
  void start();

  return {
    settle,
    hold: (failure, lease) => {
      if (lease !== undefined) void settle(lease, { to: "hold", failure }).catch(ignore);
      else destination.isAway(failure);
      wake();
    },
    probeNow: () => {
      destination.probeNow();
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
    status: () => {
      const hold = destination.hold();
      return {
        paused,
        held: hold && {
          since: hold.since,
          failure: hold.failure,
          failedProbes: hold.failedProbes,
          nextProbeAt: hold.nextProbeAt,
          probing: destination.probe() !== null,
        },
        inFlight: deliveries.inFlight().length,
        unsettled: settler.stuck(),
        trouble: trouble.current(),
      };
    },
    stop: ({ graceMs }) => (stopped ??= stop(graceMs)),
  };
}
