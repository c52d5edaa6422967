import type { Failure } from "../failure.ts";

/**
 * The one interface of a queue's storage. Each instance is one queue; several queues may share a database.
 * All times are milliseconds since 1970 and are handed in, so that a test can own the clock.
 */
export interface EventStore {
  readonly queue: string;
  /** Resolves only when every event is on disk. @throws HoldfastError `unavailable` when it can't be stored. */
  append(events: NewEvent[], now: number): Promise<AppendResult[]>;
  /**
   * Leases up to `max` ready, due events, oldest first, until `now + leaseMs`; says when there will be more.
   * `now` may be ahead of the clock, for what was put off while that was wrong; `extend` then sets the lease right.
   */
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
  /** As `list`, for those who need no more than which events they are; what they carry is not read. */
  listIds(query: EventQuery): Promise<IdPage>;
  /** How many ready events wait for a time after `now`: those of `ready` that a claim would not get yet. */
  delayed(now: number): Promise<number>;
  /** What happened to an event, oldest first. */
  history(id: string): Promise<HistoryEntry[]>;
  /**
   * Dead letters that nobody was told of: they ended otherwise than by a node that tells of them. Each is handed to one
   * caller, and again at `until` unless `told` was said of it before. At most `max`. `now` may be ahead of the clock,
   * for what was handed out and never confirmed.
   */
  untold(request: { max: number; now: number; until: number }): Promise<StoredEvent[]>;
  told(id: string): Promise<void>;
  /** Puts dead letters back, at their place in the key's order, with a fresh attempt count. */
  redrive(query: EventQuery, options: { limit: number; by: string; now: number }): Promise<number>;
  /** Ends dead letters for good. */
  discard(query: EventQuery, options: { by: string; reason: string; now: number }): Promise<number>;
  /**
   * Gives a dead letter another payload; what it was before stands in its history, and goes when it is redacted.
   * `changed`: the payload is no longer `was`. `gone`: there is no such dead letter.
   */
  edit(id: string, edit: Edit): Promise<"ok" | "changed" | "gone">;
  /** Writes down what a person did to the queue or in it. */
  act(act: Act): Promise<void>;
  /** What people did to the queue or in it, newest first: the last 200 at least. */
  acts(limit: number): Promise<Act[]>;
  /**
   * Forgets done events that are older than `doneBefore`, done events beyond the newest `keepDone` (those that were
   * done first go first), and dedupe ids that are older than `dedupeBefore`; at most `limit` rows a call.
   * Without `keepDone` age alone decides. Returns how many it forgot.
   */
  prune(policy: PrunePolicy): Promise<number>;
  /**
   * Takes in events that another store exported, behind those that are here, in the order given, each in its state:
   * open ones wait at their place in their key's order (of class `dependency`: behind the others), dead ones are dead letters and hold their key where dead
   * letters do. One whose `origin` or `dedupeId` was seen within the dedupe window is a `duplicate` and changes
   * nothing; nothing is coalesced. All of one call or none, and durable as an append is.
   */
  restore(events: RestoredEvent[], now: number): Promise<AppendResult[]>;
  /**
   * Writes new texts over those of stored events, whatever their state, and takes `words` out of all that their
   * failures and history say (`withoutWords`). Everything else stays: id, place, state, key, dedupe id, attempts,
   * lease. Nothing of the old texts can be read from the engine's files afterwards, as far as the engine can see to it.
   * `changed`: the payload is no longer `was`, so this event was left alone; read it again. `gone`: no such event.
   * @throws HoldfastError `not_scrubbed` when the texts were rewritten, but old bytes may still be in a file.
   */
  redact(redactions: Redaction[]): Promise<("ok" | "changed" | "gone")[]>;
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
  /** It is done because a person ended it for good, not because it was applied. */
  discarded: boolean;
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
  /** Counts an attempt. Of class `dependency`: the others of its key go first (dependency.ts). */
  | { to: "retry"; at: number; failure: Failure }
  /** Counts none. */
  | { to: "defer"; at: number; failure?: Failure }
  /** Puts it back where it was, as if never claimed; counts nothing. With `at`: not before then. */
  | { to: "release"; at?: number; failure?: Failure }
  /** `told`: whoever says so tells people as well. */
  | { to: "dead"; failure: Failure; told?: boolean };

export interface Settlement {
  ref: EventRef;
  outcome: Outcome;
}

export interface PrunePolicy {
  doneBefore: number;
  keepDone?: number;
  dedupeBefore: number;
  limit: number;
}

/** An event on its way from one store to another. */
export interface RestoredEvent extends NewEvent {
  /** The same for the same event at every export; nothing else than "seen it before" follows from it. */
  origin: string;
  state: "open" | "dead";
  attempts: number;
  enqueuedAt: number;
  /** Not before; `enqueuedAt` when it was never put off. */
  dueAt: number;
  /** When it became dead. */
  settledAt: number | null;
  lastFailure: Failure | null;
}

export interface Redaction {
  id: string;
  /** The payload these texts were made from. */
  was: string;
  envelope: string;
  payload: string;
  reference: string | null;
  /** What may also stand in the words of a failure. */
  words: string[];
}

export interface HistoryEntry {
  /** When; of several in a row that were folded into one, the last. */
  at: number;
  /** How many in a row this stands for; an event deferred 300 times has one entry, not 300. */
  times: number;
  /** Which attempt this was about; 0 for acts of a person. */
  attempt: number;
  what: "retry" | "defer" | "dead" | "stalled" | "redriven" | "discarded" | "replaced" | "edited";
  failure: Failure | null;
  by: string | null;
  /** Of an `edited`: the payload it had before. */
  reason: string | null;
}

export interface Edit {
  /** The payload that the editor saw. */
  was: string;
  payload: string;
  by: string;
  now: number;
}

export interface Act {
  at: number;
  by: string;
  /** `retrying` begins putting back all that match, `retried` ends it; `redriven` are those that were named. */
  what: "paused" | "resumed" | "probed" | "redriven" | "retrying" | "retried" | "discarded" | "edited";
  /** In plain words: why, or what and how many. */
  detail: string;
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
  /** What people call them, exactly: found without reading what events carry. */
  references?: string[];
  failureClass?: string;
  /** Only those that failed at least once. */
  failed?: boolean;
  /** Only those that a person ended for good, or only the others. */
  discarded?: boolean;
  /** Enqueued at this time or later, and before that. */
  from?: number;
  before?: number;
  /** Due later than this. */
  dueAfter?: number;
  /** Due by then. */
  dueBy?: number;
  /** Found anywhere in reference, key, payload or failure. */
  text?: string;
  /** Newest first when `desc`. */
  order?: "asc" | "desc";
  limit?: number;
  /** From the page before. */
  after?: number;
}

export interface IdPage {
  ids: string[];
  next: number | null;
}

export interface EventPage {
  events: StoredEvent[];
  /** Pass as `after` for the next page; null at the end. */
  next: number | null;
}
