import { setTimeout as sleep } from "node:timers/promises";
import {
  type AppendResult,
  type Counts,
  type EventStore,
  type Failure,
  failureOf,
  HoldfastError,
  type LeasedEvent,
  type NewEvent,
  type Pause,
  type QueueDatabase,
  type QueueWorker,
  receiveOnly,
  type StoredEvent,
  startUpkeep,
  startWorker,
  type WorkerStatus,
} from "../../src/index.ts";

import { tellActivity } from "./activity.ts";

/**
 * How long a closing queue waits for what is in flight; what is left is delivered again, and applied once.
 * Shorter than the 4 s that webhooks wait for a redeployed node, so that a redeploy refuses none.
 */
const settleBeforeCloseMs = 3_000;
const lingerMs = 100;
const reopenAfterMs = 3_000;
const statusEveryMs = 500;
/** So long a pause may be on its way to the store. */
const resumeOthersAfterMs = 5_000;

export interface QueueSessionOptions {
  name: string;
  deadHoldsKey: boolean;
  /** A newer event takes the place of a waiting one of its key. */
  coalesce: boolean;
  dedupeMs: number;
  keepDoneMs: number;
  keepDone: number;
  concurrency: number;
  processingLimitMs: number;
  maxStalls: number;
  leaseMs: number;
  /** `receive` stores and delivers nothing; the others deliver too. */
  role: QueueRole;
  openDatabase(): Promise<QueueDatabase>;
  closeDatabase(database: QueueDatabase): Promise<void>;
  deliver(event: LeasedEvent, lease: string, session: QueueSession): void;
  /** A dead letter that did not come from the flow: somebody has to hear of it. */
  onDead(event: StoredEvent): void;
  /** A delivery is over, however it ended. */
  onEnd(lease: string): void;
  onState(state: QueueState): void;
}

export type QueueRole = "both" | "receive" | "work";

export type QueueState =
  | { kind: "closed"; failure: Failure | null }
  | {
      kind: "running";
      counts: Counts;
      worker: WorkerStatus;
      notStored: Failure | null;
      /** Why "acknowledged means durable" can't hold; null when it does. */
      warning: string | null;
    };

/** A queue as long as its node lives: opens its store, however often that takes, and works on it. */
export interface QueueSession {
  readonly name: string;
  /** How long, and how many, done events are kept. */
  readonly keepDoneMs: number;
  readonly keepDone: number;
  /** @throws HoldfastError when the event could not be stored. */
  append(event: NewEvent): Promise<AppendResult>;
  /** As it was shown last. */
  state(): QueueState;
  /** Null until the store is open. */
  running(): { store: EventStore; worker: QueueWorker } | null;
  stop(): Promise<void>;
  /** It is stopped, or about to be. */
  isOver(): boolean;
}

const sessions = new Map<string, QueueSession>();

/** The queue of that name in this process, or the only one when no name is given. */
export function findQueue(name?: string): QueueSession | undefined {
  if (name) return sessions.get(name);
  return sessions.size === 1 ? sessions.values().next().value : undefined;
}

export function openQueues(): QueueSession[] {
  return [...sessions.values()];
}

/** @throws Error when a queue of that name runs already. */
export function startQueueSession(options: QueueSessionOptions): QueueSession {
  const { name } = options;
  if (sessions.has(name))
    throw new Error(`Queue "${name}" already runs in another node; give each its own name.`);

  let live: {
    store: EventStore;
    worker: QueueWorker;
    upkeep: { stop(): Promise<void> };
    database: QueueDatabase;
  } | null = null;
  let closedBecause: Failure | null = null;
  let notStored: Failure | null = null;
  let stopped = false;
  let opening: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let statusTimer: NodeJS.Timeout | undefined;
  let counted: Counts = { blocked: 0, ready: 0, leased: 0, done: 0, dead: 0, oldestOpenAt: null };

  let shown: QueueState = { kind: "closed", failure: null };
  const show = (state: QueueState): void => {
    shown = state;
    options.onState(state);
  };

  const showState = async (): Promise<void> => {
    if (!live) return show({ kind: "closed", failure: closedBecause });
    const { store, worker, database } = live;
    let failed: Failure | null = null;
    const counts = await store.counts().catch((thrown) => {
      failed = failureOf(thrown, "queue");
      return null;
    });
    if (failed && isLost(failed)) openAnew(failed);
    const paused = database.shared ? await othersPause(store, worker) : worker.status().paused;
    const warning = database.warning?.() ?? null;
    // Without an answer what was counted last still stands; what is wrong has to be seen.
    counted = counts ?? counted;
    if (!stopped)
      show({
        kind: "running",
        counts: counted,
        worker: { ...worker.status(), paused, trouble: worker.status().trouble ?? failed },
        notStored,
        warning,
      });
  };
  const stateChanged = (): void => {
    if (statusTimer || stopped) return;
    statusTimer = setTimeout(() => {
      statusTimer = undefined;
      void showState();
    }, statusEveryMs);
    statusTimer.unref();
  };

  const session: QueueSession = {
    name,
    keepDoneMs: options.keepDoneMs,
    keepDone: options.keepDone,
    state: () => shown,
    running: () => live,
    isOver: () => stopped,
    async append(event) {
      if (!live) await opening;
      if (!live) throw notOpen(name, closedBecause);
      try {
        const [result] = await live.store.append([event], Date.now());
        if (notStored) {
          notStored = null;
          stateChanged();
        }
        live.worker.wake();
        if (result?.outcome !== "duplicate") tellActivity({ what: "stored", queue: name, at: Date.now() });
        return result!;
      } catch (thrown) {
        notStored = failureOf(thrown, "queue");
        if (isLost(notStored)) openAnew(notStored);
        else stateChanged();
        throw thrown;
      }
    },
    async stop() {
      stopped = true;
      sessions.delete(name);
      clearTimeout(timer);
      clearTimeout(statusTimer);
      await opening;
      if (!live) return;
      const { store, worker, upkeep, database } = live;
      // Messages that were on their way here when the deploy began are still stored.
      await Promise.all([worker.stop({ graceMs: settleBeforeCloseMs }), sleep(lingerMs)]);
      live = null;
      await upkeep.stop();
      await store.close();
      await options.closeDatabase(database);
    },
  };

  const open = async (): Promise<void> => {
    let database: QueueDatabase | undefined;
    try {
      database = await options.openDatabase();
      const { deadHoldsKey, coalesce, dedupeMs, keepDoneMs, keepDone } = options;
      const store = database.queue(name, { deadHoldsKey, coalesce, dedupeMs });
      const worker =
        options.role === "receive"
          ? receiveOnly({ store, onChange: stateChanged })
          : startWorker({
              store,
              concurrency: options.concurrency,
              leaseMs: options.leaseMs,
              processingLimitMs: options.processingLimitMs,
              maxStalls: options.maxStalls,
              deliver: (event, lease) => options.deliver(event, lease, session),
              onDead: options.onDead,
              onEnd: options.onEnd,
              onChange: stateChanged,
            });
      // What others do to the queue shows here too.
      if (database.shared) store.onWork(stateChanged);
      const keep = { keepDoneMs, keepDone, keepDedupeMs: dedupeMs };
      live = { store, worker, upkeep: startUpkeep({ store, ...keep, onError: stateChanged }), database };
      closedBecause = null;
    } catch (thrown) {
      closedBecause = failureOf(thrown, "queue");
      if (database) await options.closeDatabase(database).catch(() => {});
      if (!stopped) timer = setTimeout(() => (opening = open()), reopenAfterMs);
    }
    if (!stopped) await showState();
  };

  /** The thread that kept the file is gone: what was acknowledged is on disk, and another can go on with it. */
  const openAnew = (because: Failure): void => {
    if (!live || stopped) return;
    const { store, worker, upkeep, database } = live;
    live = null;
    closedBecause = because;
    notStored = null;
    opening = (async () => {
      await showState();
      await worker.stop({ graceMs: 0 });
      await upkeep.stop();
      await store.close();
      await options.closeDatabase(database).catch(() => {});
      await open();
    })();
  };

  sessions.set(name, session);
  opening = open();
  return session;
}

/** Several processes share this queue: a person may have paused or resumed it at another one. */
async function othersPause(store: EventStore, worker: QueueWorker): Promise<Pause | null> {
  const { paused } = worker.status();
  const remembered = await store.paused().catch(() => paused);
  const justNow = paused !== null && Date.now() - paused.since < resumeOthersAfterMs;
  if (paused && !remembered && !justNow) await worker.resume().catch(() => {});
  return justNow ? paused : remembered;
}

/** Nothing asked of this database will ever be answered. */
function isLost({ code }: Failure): boolean {
  return code === "queue_stopped";
}

function notOpen(name: string, because: Failure | null): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "queue_closed",
    message: `Queue "${name}" is not open${because ? `: ${because.message}` : "."}`,
    hint: because?.hint ?? "It is opened again by itself; nothing was stored meanwhile.",
    source: "queue",
  });
}
