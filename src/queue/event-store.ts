import type { Failure } from "../failure.ts";

/**
 * The one interface of a queue's storage. Each instance is one queue; several queues may share a database.
 * All times are milliseconds since 1970 and are handed in, so that a test can own the clock.
 */
export interface EventStore {
  readonly queue: string;
  /** Resolves only when every event is on disk. @throws HoldfastError `unavailable` when it can't be stored. */
  append(events: NewEvent[], now: number): Promise<AppendResult[]>;
  /** Leases up to `max` ready, due events, oldest first; says when there will be more. */
  claim(request: { max: number; leaseMs: number; now: number }): Promise<Claimed>;
  /** Renews leases; returns those that are lost. */
  extend(refs: EventRef[], leaseMs: number, now: number): Promise<EventRef[]>;
  /** Ends leases. A stale one changes nothing and says `lost`. Settling twice is harmless. */
  settle(settlements: Settlement[], now: number): Promise<("ok" | "lost")[]>;
  /** Frees leases whose time ran out, counting a stall; an event over `maxStalls` becomes a dead letter. */
  recover(request: { now: number; maxStalls: number }): Promise<{ released: number; dead: number }>;
  /** Calls back when something may have become claimable other than by time passing. Returns how to stop it. */
  onWork(listener: () => void): () => void;
  /** Remembers, across restarts, that a person stopped the queue. Stops no claim by itself: the worker does. */
  pause(reason: string, now: number): Promise<void>;
  resume(): Promise<void>;
  paused(): Promise<Pause | null>;
  counts(): Promise<Counts>;
  get(id: string): Promise<StoredEvent | undefined>;
  list(query: EventQuery): Promise<EventPage>;
  /** What happened to an event, oldest first. */
  history(id: string): Promise<HistoryEntry[]>;
  /** Puts dead letters back, at their place in the key's order, with a fresh attempt count. */
  redrive(query: EventQuery, options: { limit: number; by: string; now: number }): Promise<number>;
  /** Ends dead letters for good. */
  discard(query: EventQuery, options: { by: string; reason: string; now: number }): Promise<number>;
  /** Forgets old done events and dedupe ids, at most `limit` rows a call. */
  prune(policy: { doneBefore: number; dedupeBefore: number; limit: number }): Promise<number>;
  close(): Promise<void>;
}

export type EventState = "blocked" | "ready" | "leased" | "done" | "dead";

export interface NewEvent {
  /** Orders events: one at a time, oldest first. Null: no order. */
  key: string | null;
  /** A second event with the same id within the dedupe window is a duplicate. Null: never. */
  dedupeId: string | null;
  /** "orders/create" */
  topic: string;
  /** What people call it: "#1001". */
  reference: string | null;
  /** Everything but the payload that a delivery carries again, as JSON text. */
  envelope: string;
  /** Verbatim: comes back byte for byte. */
  payload: string;
}

export interface AppendResult {
  /** Of a duplicate: the id of the event stored first. */
  id: string;
  /** `replaced`: the queue coalesces, and a waiting event of this key took over the new content. */
  outcome: "stored" | "duplicate" | "replaced";
}

export interface StoredEvent extends NewEvent {
  id: string;
  /** Position in the queue. */
  seq: number;
  state: EventState;
  /** Counted failures so far. */
  attempts: number;
  stalls: number;
  enqueuedAt: number;
  /** Not before. */
  dueAt: number;
  /** When it became done or dead. */
  settledAt: number | null;
  lastFailure: Failure | null;
}

/** The right to work on an event; `fence` grows at every claim, so an older one can change nothing. */
export interface EventRef {
  id: string;
  fence: number;
}

export interface LeasedEvent extends StoredEvent {
  fence: number;
  leaseUntil: number;
}

export interface Claimed {
  events: LeasedEvent[];
  /** When the next of the events that wait for their time is due; null when none waits for its time. */
  nextDueAt: number | null;
}

export interface Pause {
  reason: string;
  since: number;
}

export type Outcome =
  | { to: "done" }
  /** Counts an attempt. */
  | { to: "retry"; at: number; failure: Failure }
  /** Counts none. */
  | { to: "defer"; at: number; failure?: Failure }
  /** Puts it back where it was, as if never claimed; counts nothing. */
  | { to: "release"; failure?: Failure }
  | { to: "dead"; failure: Failure };

export interface Settlement {
  ref: EventRef;
  outcome: Outcome;
}

export interface HistoryEntry {
  /** When; of several in a row that were folded into one, the last. */
  at: number;
  /** How many in a row this stands for; an event deferred 300 times has one entry, not 300. */
  times: number;
  /** Which attempt this was about; 0 for acts of a person. */
  attempt: number;
  what: "retry" | "defer" | "dead" | "stalled" | "redriven" | "discarded" | "replaced";
  failure: Failure | null;
  by: string | null;
  reason: string | null;
}

export interface Counts {
  blocked: number;
  /** Ready and due now is not told apart from ready and due later: both are `ready`. */
  ready: number;
  leased: number;
  done: number;
  dead: number;
  /** Enqueue time of the oldest event that is neither done nor dead. */
  oldestOpenAt: number | null;
}

/** All given conditions must hold. */
export interface EventQuery {
  ids?: string[];
  key?: string;
  states?: EventState[];
  topic?: string;
  failureClass?: string;
  /** Found anywhere in reference, key, payload or failure. */
  text?: string;
  /** Newest first when `desc`. */
  order?: "asc" | "desc";
  limit?: number;
  /** From the page before. */
  after?: number;
}

export interface EventPage {
  events: StoredEvent[];
  /** Pass as `after` for the next page; null at the end. */
  next: number | null;
}
