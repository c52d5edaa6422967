import type { Queue as BullQueue } from "bullmq";
import type { Failure } from "../../failure.ts";
import { stepsBehind, waitsForAnother } from "../dependency.ts";
import type {
  Act,
  AppendResult,
  EventRef,
  EventState,
  EventStore,
  HistoryEntry,
  LeasedEvent,
  NewEvent,
} from "../event-store.ts";
import type { QueueOptions } from "../sqlite/queues.ts";
import { stalledFailure } from "../sqlite/recover.ts";
import type { Connection } from "./connect.ts";
import { editOne } from "./edit.ts";
import { closedError, redisError } from "./errors.ts";
import { type Finder, findDead, findEvents, findIds } from "./find.ts";
import { redactOne } from "./redact.ts";
import { type Fields, isEventId, toData, toEvent } from "./rows.ts";
import type { RunScript, ScriptName } from "./scripts.ts";

/** Dead letters and stalled leases changed in one step, so that thousands of them never keep an append waiting. */
const STEP = 200;
/** Lanes looked at in each `recover`. */
const LOOKS = 100;
const KEPT_ACTS = 500;
const HOUR = 3_600_000;

type Args = (string | number)[];

/** What a store needs of its database. */
export interface StoreContext {
  queue: string;
  /** `{holdfast}:orders:`, what all its keys begin with. */
  base: string;
  /** Names this process to others. */
  me: string;
  places: string;
  connection: Connection;
  run: RunScript;
  /** Runs a script and resolves only when what it wrote is on disk. */
  runDurably: RunScript;
  bull: BullQueue;
  /** What the server's clock shows more than ours. */
  skew(): number;
  /** Hears of work that others made. Returns how to stop it. */
  onNews(listener: () => void): () => void;
  scrub(): Promise<void>;
  onClose(): void;
}

/** One queue on a Redis server: every change is one script, so there is no "in between" to repair after a crash. */
export function redisStore(context: StoreContext, options: QueueOptions): EventStore {
  const { queue, base, connection, bull } = context;
  const { deadHoldsKey = true, dedupeMs = 72 * HOUR, coalesce = false } = options;
  const listeners = new Set<() => void>();
  let closed = false;
  let preparing: Promise<void> | undefined;

  const tellListeners = () => {
    for (const listener of [...listeners]) listener();
  };
  const stopNews = context.onNews(tellListeners);

  const send = async (run: RunScript, name: ScriptName, now: number, args: Args): Promise<unknown> => {
    try {
      return await run(name, `${base}id`, [context.me, deadHoldsKey ? 1 : 0, now, ...args]);
    } catch (error) {
      throw redisError(error, context.places);
    }
  };

  /** Before anything else: lanes stand as the switch for dead letters says. */
  const prepare = async (): Promise<void> => {
    let after: unknown = "";
    while (after !== null) after = await send(context.run, "switchHold", Date.now(), [after as string, STEP]);
  };

  const ask = async (name: ScriptName, now: number, args: Args, run = context.run): Promise<unknown> => {
    if (closed) throw closedError(queue);
    preparing ??= prepare();
    try {
      await preparing;
    } catch (error) {
      preparing = undefined;
      throw error;
    }
    return send(run, name, now, args);
  };

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw closedError(queue);
    try {
      return await work();
    } catch (error) {
      throw redisError(error, context.places);
    }
  };

  const mayMakeWork = async <T>(result: Promise<T>): Promise<T> => {
    const value = await result;
    tellListeners();
    return value;
  };

  const lookAt = async (name: "read" | "skim", ids: string[]) =>
    ids.length === 0 ? [] : ((await ask(name, 0, ids)) as [string, EventState, Fields][]);
  const finder: Finder = {
    skim: (ids) => lookAt("skim", ids),
    read: (ids) => lookAt("read", ids),
    ids: (index, { after, desc, limit }) =>
      guarded(() =>
        desc
          ? connection.zrevrangebyscore(
              base + index,
              after === null ? "+inf" : `(${after}`,
              "-inf",
              "LIMIT",
              0,
              limit,
            )
          : connection.zrangebyscore(
              base + index,
              after === null ? "-inf" : `(${after}`,
              "+inf",
              "LIMIT",
              0,
              limit,
            ),
      ),
  };

  /** Changes dead letters step by step until all that were asked for are done. */
  const changeDead = async (
    name: "redrive" | "discard",
    query: Parameters<EventStore["redrive"]>[0],
    limit: number,
    now: number,
    who: Args,
  ): Promise<number> => {
    let total = 0;
    while (total < limit) {
      const ids = await findDead(finder, query, Math.min(STEP, limit - total));
      const did = ids.length ? ((await ask(name, now, [...who, ids.length, ...ids])) as number) : 0;
      total += did;
      if (did === 0) break;
    }
    return total;
  };

  return {
    queue,
    append: async (events, now) => {
      const args: Args = [now - dedupeMs, coalesce ? 1 : 0, events.length];
      for (const event of events) args.push(...nameArgs(event), event.topic, toData(event));
      return mayMakeWork(ask("append", now, args, context.runDurably) as Promise<[string, string][]>).then(
        toResults,
      );
    },
    claim: async ({ max, leaseMs, now }) => {
      const leaseUntil = Math.ceil(now + leaseMs);
      const args = [max, leaseUntil + context.skew(), Math.ceil(leaseMs)];
      const [claimed, nextDueAt] = (await ask("claim", now, args)) as [
        [string, number, Fields][],
        string | null,
      ];
      const events = claimed.map(
        ([id, fence, fields]): LeasedEvent => ({ ...toEvent(id, "leased", fields), fence, leaseUntil }),
      );
      return { events, nextDueAt: nextDueAt === null ? null : Number(nextDueAt) };
    },
    extend: async (refs, leaseMs, now) => {
      const args: Args = [Math.ceil(now + leaseMs) + context.skew(), Math.ceil(leaseMs), refs.length];
      for (const ref of refs) args.push(...refArgs(ref));
      const lost = (await ask("extend", now, args)) as number[];
      return lost.map((place) => refs[place - 1]!);
    },
    settle: async (settlements, now) => {
      const args: Args = [settlements.length];
      for (const { ref, outcome } of settlements) {
        const failure: Failure | undefined = "failure" in outcome ? outcome.failure : undefined;
        const at = "at" in outcome && outcome.at !== undefined ? Math.max(1, Math.ceil(outcome.at)) : 0;
        const told = outcome.to === "dead" && outcome.told ? 1 : 0;
        const behind = stepsBehind(outcome) && !coalesce ? 1 : 0;
        args.push(...refArgs(ref), outcome.to, at, told, behind, ...failureArgs(failure));
      }
      return mayMakeWork(ask("settle", now, args) as Promise<("ok" | "lost")[]>);
    },
    recover: async ({ now, maxStalls }) => {
      const failure = stalledFailure(MARK, now);
      const [before, after] = JSON.stringify(failure).split(String(MARK)) as [string, string];
      const args = [
        now + context.skew(),
        maxStalls,
        STEP,
        LOOKS,
        before,
        after,
        failure.class,
        failure.code,
        "Delivered, and never settled",
      ];
      const all = { released: 0, dead: 0 };
      for (;;) {
        const [released, dead] = (await ask("recover", now, args)) as [number, number];
        all.released += released;
        all.dead += dead;
        if (released + dead < STEP) break;
      }
      if (all.released + all.dead > 0) tellListeners();
      return all;
    },
    onWork: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    pause: (reason, now) =>
      guarded(async () => {
        await connection.hset(`${base}hf:settings`, "pause reason", reason, "paused since", now);
        await bull.pause();
      }),
    resume: () =>
      mayMakeWork(
        guarded(async () => {
          await bull.resume();
          await connection.publish(`${base}hf:work`, context.me);
        }),
      ),
    paused: () =>
      guarded(async () => {
        // BullMQ's own flag decides, so that a pause or resume by another tool counts.
        const [paused, settings] = await Promise.all([
          connection.hexists(`${base}meta`, "paused"),
          connection.hmget(`${base}hf:settings`, "pause reason", "paused since"),
        ]);
        return paused === 0 ? null : { reason: settings[0] ?? "", since: Number(settings[1] ?? 0) };
      }),
    counts: async () => {
      const [blocked, ready, leased, done, dead, since] = (await ask("counts", 0, [])) as [
        ...[number, number, number, number, number],
        string | null,
      ];
      return { blocked, ready, leased, done, dead, oldestOpenAt: since === null ? null : Number(since) };
    },
    get: async (id) => {
      const [found] = await lookAt("read", isEventId(id) ? [id] : []);
      return found && toEvent(...found);
    },
    list: (query) => findEvents(finder, query),
    listIds: (query) => findIds(finder, query),
    delayed: (now) => guarded(() => connection.zcount(`${base}delayed`, `(${now * 4096 + 4095}`, "+inf")),
    history: (id) =>
      guarded(async () => {
        const lines = isEventId(id) ? await connection.lrange(`${base}${id}:logs`, 0, -1) : [];
        return lines.map(toHistoryEntry).filter((entry) => entry !== null);
      }),
    untold: async ({ max, now, until }) => {
      const found = (await ask("untold", now, [max, Math.ceil(until)])) as [string, Fields][];
      return found.map(([id, fields]) => toEvent(id, "dead", fields));
    },
    told: async (id) => void (await ask("told", 0, [id])),
    redrive: (query, { limit, by, now }) =>
      mayMakeWork(changeDead("redrive", query, limit, now, [JSON.stringify(by)])),
    discard: (query, { by, reason, now }) =>
      mayMakeWork(
        changeDead("discard", query, Number.POSITIVE_INFINITY, now, [
          JSON.stringify(by),
          JSON.stringify(reason),
        ]),
      ),
    edit: (id, edit) => editOne((name, args, now) => ask(name, now, args), id, edit),
    act: (act) =>
      guarded(async () => {
        await connection.lpush(`${base}hf:acts`, JSON.stringify(act));
        await connection.ltrim(`${base}hf:acts`, 0, KEPT_ACTS - 1);
      }),
    acts: (limit) =>
      guarded(async () =>
        (await connection.lrange(`${base}hf:acts`, 0, limit - 1)).map((line) => JSON.parse(line) as Act),
      ),
    prune: ({ doneBefore, keepDone, dedupeBefore, limit }) =>
      ask("prune", 0, [doneBefore, keepDone ?? "", dedupeBefore, limit]) as Promise<number>,
    restore: (events, now) => {
      const args: Args = [now - dedupeMs, events.length];
      for (const event of events) {
        args.push(...nameArgs(event), event.origin, event.topic, toData(event), event.state, event.attempts);
        args.push(event.enqueuedAt, event.dueAt > event.enqueuedAt ? event.dueAt : 0, event.settledAt ?? now);
        args.push(waitsForAnother(event) && !coalesce ? 1 : 0);
        const [failure, failureClass, , message] = failureArgs(event.lastFailure ?? undefined);
        args.push(failure!, failureClass!, message!);
      }
      return mayMakeWork(ask("restore", now, args, context.runDurably) as Promise<[string, string][]>).then(
        toResults,
      );
    },
    redact: async (redactions) => {
      const answers: ("ok" | "changed" | "gone")[] = [];
      for (const redaction of redactions)
        answers.push(await redactOne((name, args) => ask(name, 0, args), redaction));
      if (answers.includes("ok")) await guarded(context.scrub);
      return answers;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      listeners.clear();
      stopNews();
      await bull.close().catch(() => {});
      context.onClose();
    },
  };
}

/** Stands for the number of stalls until the script knows it. */
const MARK = 987_654_321;

function nameArgs({ key, dedupeId }: NewEvent): Args {
  return [key === null ? 0 : 1, key ?? "", dedupeId === null ? 0 : 1, dedupeId ?? ""];
}

function refArgs({ id, fence }: EventRef): Args {
  return [isEventId(id) ? id : "0", fence];
}

function failureArgs(failure: Failure | undefined): Args {
  return failure ? [JSON.stringify(failure), failure.class, failure.code, failure.message] : ["", "", "", ""];
}

function toResults(results: [string, string][]): AppendResult[] {
  return results.map(([id, outcome]) => ({ id, outcome: outcome as AppendResult["outcome"] }));
}

/** Other tools may write lines of their own into a job's log. */
function toHistoryEntry(line: string): HistoryEntry | null {
  try {
    const entry = JSON.parse(line) as HistoryEntry;
    return typeof entry.what === "string" && typeof entry.at === "number" ? entry : null;
  } catch {
    return null;
  }
}
