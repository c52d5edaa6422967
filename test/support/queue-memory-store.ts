import type { Failure } from "../../src/failure.ts";
import { stepsBehind, waitsForAnother } from "../../src/queue/dependency.ts";
import type {
  Act,
  EventQuery,
  EventState,
  EventStore,
  HistoryEntry,
  Pause,
  StoredEvent,
} from "../../src/queue/event-store.ts";
import { stalledFailure } from "../../src/queue/sqlite/recover.ts";
import { withoutWords } from "../../src/queue/without-words.ts";

interface MemoryEvent extends StoredEvent {
  fence: number;
  leaseUntil: number;
  tellAt: number;
  behind: number;
  notes: HistoryEntry[];
}

/**
 * The interface once more, as plainly as it can be said and with nothing durable about it: for tests of what stands on
 * a store, and to show that the conformance suite asks for the interface and not for one engine.
 */
export function memoryStore(options: {
  deadHoldsKey?: boolean;
  dedupeMs?: number;
  coalesce?: boolean;
}): EventStore {
  const { deadHoldsKey = true, dedupeMs = 72 * 3_600_000, coalesce = false } = options;
  let events: MemoryEvent[] = [];
  const copies = new Map<string, { id: string; at: number }>();
  const listeners = new Set<() => void>();
  let pause: Pause | null = null;
  const acts: Act[] = [];
  let last = 0;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const open = (event: MemoryEvent) => event.state !== "done" && event.state !== "dead";
  const holds = (event: MemoryEvent) =>
    open(event) || (deadHoldsKey && event.state === "dead" && event.lastFailure?.class !== "dependency");

  const before = (one: MemoryEvent, other: MemoryEvent) =>
    one.behind === other.behind ? one.seq < other.seq : one.behind < other.behind;
  const lastBehind = (key: string | null) =>
    Math.max(0, ...events.filter((event) => event.key === key).map(({ behind }) => behind)) + 1;

  /** Which of the waiting events are ready follows from all the others. */
  const regate = () => {
    for (const event of events) {
      if (event.state !== "blocked" && event.state !== "ready") continue;
      const lane =
        event.key === null ? [] : events.filter((other) => other !== event && other.key === event.key);
      const waits = lane.some((other) => other.state === "leased" || (holds(other) && before(other, event)));
      event.state = waits ? "blocked" : "ready";
    }
  };

  const note = (event: MemoryEvent, entry: Omit<HistoryEntry, "times">) => {
    const before = event.notes.at(-1);
    const repeats = entry.what === "defer" || entry.what === "replaced";
    if (repeats && before?.what === entry.what && before.failure?.code === entry.failure?.code)
      Object.assign(before, entry, { times: before.times + 1 });
    else event.notes.push({ ...entry, times: 1 });
  };
  const plain = { failure: null, by: null, reason: null };

  const matches = (event: MemoryEvent, query: EventQuery) =>
    (!query.ids || query.ids.includes(event.id)) &&
    (query.key === undefined || event.key === query.key) &&
    (!query.states || query.states.includes(event.state)) &&
    (query.topic === undefined || event.topic === query.topic) &&
    (!query.references || query.references.includes(event.reference ?? "")) &&
    (!query.failed || event.lastFailure !== null) &&
    (query.discarded === undefined || query.discarded === event.discarded) &&
    (query.from === undefined || event.enqueuedAt >= query.from) &&
    (query.before === undefined || event.enqueuedAt < query.before) &&
    (query.dueAfter === undefined || event.dueAt > query.dueAfter) &&
    (query.dueBy === undefined || event.dueAt <= query.dueBy) &&
    (query.failureClass === undefined || event.lastFailure?.class === query.failureClass) &&
    (!query.text ||
      [event.reference, event.key, event.payload, JSON.stringify(event.lastFailure)].some((part) =>
        part?.toLowerCase().includes(query.text!.toLowerCase()),
      ));

  const leased = (ref: { id: string; fence: number }) =>
    events.find(({ id, fence, state }) => id === ref.id && fence === ref.fence && state === "leased");

  const copy = ({ fence, leaseUntil, tellAt, behind, notes, ...event }: MemoryEvent): StoredEvent =>
    structuredClone(event);

  const deadOnes = (query: EventQuery, limit: number) =>
    events
      .filter((event) => event.state === "dead" && matches(event, { ...query, states: ["dead"] }))
      .slice(0, limit);

  const settleOne = (event: MemoryEvent, state: EventState, now: number, failure?: Failure) => {
    event.state = state;
    if (state === "done" || state === "dead") Object.assign(event, { settledAt: now, behind: 0 });
    if (failure) event.lastFailure = failure;
  };

  return {
    queue: "memory",
    async append(news, now) {
      const results = news.map((given) => {
        const known = given.dedupeId === null ? undefined : copies.get(given.dedupeId);
        if (known && known.at > now - dedupeMs) return { id: known.id, outcome: "duplicate" as const };
        const waiting = coalesce
          ? events
              .filter(({ key, state }) => key !== null && key === given.key && /blocked|ready/.test(state))
              .reduce<MemoryEvent | undefined>((a, b) => (a && before(b, a) ? a : b), undefined)
          : undefined;
        if (waiting) {
          Object.assign(waiting, given, { attempts: 0 });
          note(waiting, { ...plain, at: now, attempt: 0, what: "replaced" });
        } else {
          events.push({
            ...given,
            id: String(++last),
            seq: last,
            state: "blocked",
            attempts: 0,
            stalls: 0,
            enqueuedAt: now,
            dueAt: 0,
            settledAt: null,
            discarded: false,
            lastFailure: null,
            fence: 0,
            leaseUntil: 0,
            tellAt: 0,
            behind: 0,
            notes: [],
          });
        }
        const id = waiting?.id ?? String(last);
        if (given.dedupeId !== null) copies.set(given.dedupeId, { id, at: now });
        return { id, outcome: waiting ? ("replaced" as const) : ("stored" as const) };
      });
      regate();
      tell();
      return results;
    },
    async claim({ max, leaseMs, now }) {
      const ready = events.filter(({ state, dueAt }) => state === "ready" && dueAt <= now);
      ready.sort((a, b) => (a.dueAt || a.enqueuedAt) - (b.dueAt || b.enqueuedAt) || a.seq - b.seq);
      const claimed = ready.slice(0, max);
      for (const event of claimed)
        Object.assign(event, { state: "leased", leaseUntil: now + leaseMs, fence: event.fence + 1 });
      const later = events
        .filter(({ state, dueAt }) => state === "ready" && dueAt > 0)
        .map(({ dueAt }) => dueAt);
      return {
        events: claimed.map((event) => ({
          ...copy(event),
          fence: event.fence,
          leaseUntil: event.leaseUntil,
        })),
        nextDueAt: later.length ? Math.min(...later) : null,
      };
    },
    async extend(refs, leaseMs, now) {
      return refs.filter((ref) => {
        const event = leased(ref);
        if (event) event.leaseUntil = now + leaseMs;
        return !event;
      });
    },
    async settle(settlements, now) {
      const answers = settlements.map(({ ref, outcome }) => {
        const event = leased(ref);
        if (!event) return "lost" as const;
        const failure = "failure" in outcome ? outcome.failure : undefined;
        const attempt = event.attempts + 1;
        const entry = { ...plain, at: now, attempt, failure: failure ?? null };
        if (outcome.to === "retry" || outcome.to === "defer")
          Object.assign(event, { stalls: 0, dueAt: outcome.at });
        if (outcome.to === "release" && outcome.at !== undefined) event.dueAt = outcome.at;
        if (outcome.to === "retry")
          event.behind = stepsBehind(outcome) && !coalesce ? lastBehind(event.key) : 0;
        if (outcome.to === "retry" || outcome.to === "dead") event.attempts++;
        if (outcome.to !== "done" && outcome.to !== "release") note(event, { ...entry, what: outcome.to });
        if (outcome.to === "dead" && !outcome.told) event.tellAt = now;
        settleOne(event, outcome.to === "done" || outcome.to === "dead" ? outcome.to : "ready", now, failure);
        regate();
        return "ok" as const;
      });
      tell();
      return answers;
    },
    async recover({ now, maxStalls }) {
      const expired = events.filter(({ state, leaseUntil }) => state === "leased" && leaseUntil <= now);
      let dead = 0;
      for (const event of expired) {
        event.stalls++;
        note(event, { ...plain, at: now, attempt: event.attempts + 1, what: "stalled" });
        if (event.stalls > maxStalls) {
          const failure = stalledFailure(event.stalls, now);
          settleOne(event, "dead", now, failure);
          event.tellAt = now;
          note(event, { ...plain, at: now, attempt: event.attempts + 1, what: "dead", failure });
          dead++;
        } else event.state = "ready";
      }
      regate();
      if (expired.length) tell();
      return { released: expired.length - dead, dead };
    },
    onWork(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async pause(reason, now) {
      pause = { reason, since: now };
    },
    async resume() {
      pause = null;
    },
    paused: async () => pause,
    async counts() {
      const of = (state: EventState) => events.filter((event) => event.state === state).length;
      return {
        blocked: of("blocked"),
        ready: of("ready"),
        leased: of("leased"),
        done: of("done"),
        dead: of("dead"),
        oldestOpenAt: events.find(open)?.enqueuedAt ?? null,
      };
    },
    async get(id) {
      const event = events.find((one) => one.id === id);
      return event && copy(event);
    },
    async list(query) {
      const { limit = 100, after, order = "asc" } = query;
      const sorted = order === "asc" ? events : events.toReversed();
      const beyond = (seq: number) => after === undefined || (order === "asc" ? seq > after : seq < after);
      const found = sorted.filter((event) => beyond(event.seq) && matches(event, query)).slice(0, limit);
      return { events: found.map(copy), next: found.length === limit ? found.at(-1)!.seq : null };
    },
    async listIds(query) {
      const { events: found, next } = await this.list(query);
      return { ids: found.map(({ id }) => id), next };
    },
    delayed: async (now) => events.filter(({ state, dueAt }) => state === "ready" && dueAt > now).length,
    async edit(id, { was, payload, by, now }) {
      const event = events.find((one) => one.id === id && one.state === "dead");
      if (!event) return "gone";
      if (event.payload !== was) return "changed";
      event.payload = payload;
      note(event, { ...plain, at: now, attempt: 0, what: "edited", by, reason: was });
      return "ok";
    },
    async act(act) {
      acts.unshift(act);
    },
    acts: async (limit) => acts.slice(0, limit),
    history: async (id) => structuredClone(events.find((event) => event.id === id)?.notes ?? []),
    async untold({ max, now, until }) {
      const due = events.filter(({ tellAt }) => tellAt > 0 && tellAt <= now).slice(0, max);
      for (const event of due) event.tellAt = until;
      return due.map(copy);
    },
    async told(id) {
      for (const event of events) if (event.id === id) event.tellAt = 0;
    },
    async redrive(query, { limit, by, now }) {
      const dead = deadOnes(query, limit);
      for (const event of dead) {
        Object.assign(event, {
          state: "blocked",
          attempts: 0,
          stalls: 0,
          dueAt: 0,
          settledAt: null,
          tellAt: 0,
        });
        note(event, { ...plain, at: now, attempt: 0, what: "redriven", by });
      }
      regate();
      tell();
      return dead.length;
    },
    async discard(query, { by, reason, now }) {
      const dead = deadOnes(query, Number.POSITIVE_INFINITY);
      for (const event of dead) {
        settleOne(event, "done", now);
        event.discarded = true;
        event.tellAt = 0;
        note(event, { ...plain, at: now, attempt: 0, what: "discarded", by, reason });
      }
      regate();
      tell();
      return dead.length;
    },
    async prune({ doneBefore, keepDone = Number.POSITIVE_INFINITY, dedupeBefore, limit }) {
      const done = events.filter(({ state }) => state === "done");
      done.sort((a, b) => (a.settledAt ?? 0) - (b.settledAt ?? 0) || a.seq - b.seq);
      const old = done
        .filter(({ settledAt }, i) => (settledAt ?? 0) < doneBefore || i < done.length - keepDone)
        .slice(0, limit);
      events = events.filter((event) => !old.includes(event));
      const ids = [...copies].filter(([, { at }]) => at < dedupeBefore).slice(0, limit - old.length);
      for (const [id] of ids) copies.delete(id);
      return old.length + ids.length;
    },
    async restore(news, now) {
      const results = news.map(({ origin, state, ...given }) => {
        const names = [`restored:${origin}`, ...(given.dedupeId === null ? [] : [given.dedupeId])];
        const known = names
          .map((name) => copies.get(name))
          .find((copied) => copied && copied.at > now - dedupeMs);
        if (known) return { id: known.id, outcome: "duplicate" as const };
        const id = String(++last);
        events.push({
          ...given,
          dueAt: given.dueAt > given.enqueuedAt ? given.dueAt : 0,
          id,
          seq: last,
          state: state === "dead" ? "dead" : "blocked",
          stalls: 0,
          discarded: false,
          fence: 0,
          leaseUntil: 0,
          tellAt: 0,
          behind: waitsForAnother({ ...given, state }) && !coalesce ? lastBehind(given.key) : 0,
          notes: [],
        });
        for (const name of names) copies.set(name, { id, at: now });
        return { id, outcome: "stored" as const };
      });
      regate();
      tell();
      return results;
    },
    async redact(redactions) {
      return redactions.map(({ id, was, words, ...texts }) => {
        const event = events.find((one) => one.id === id);
        if (!event) return "gone";
        if (event.payload !== was) return "changed";
        const clean = (failure: Failure | null) => failure && withoutWords(failure, words);
        Object.assign(event, texts, { lastFailure: clean(event.lastFailure) });
        for (const entry of event.notes) {
          entry.failure = clean(entry.failure);
          if (entry.what === "edited") entry.reason = null;
        }
        return "ok";
      });
    },
    async close() {
      listeners.clear();
    },
  };
}
