import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "../../failure.ts";
import type { StoredEvent } from "../event-store.ts";
import { type ExportedEvent, toExported } from "../exported-event.ts";
import { isDamage, openFailure } from "./errors.ts";
import { copyWithNewFirstPage } from "./first-page.ts";
import { takeLock } from "./lock.ts";
import { checkVersion, realFile } from "./open.ts";
import { bodyColumns, type Row, toEvent } from "./rows.ts";

/** What could not be read; what is known of it, so that a person can look for it elsewhere. */
export interface LostEvent {
  seq: number;
  key: string | null;
  topic: string | null;
  reference: string | null;
  why: string;
}

export interface SalvageOptions {
  /** Only this queue. What lost its state may belong to any and comes with each. */
  queue?: string;
  onLost?(lost: LostEvent): void;
}

const STEP = 500;
const STATES = ["blocked", "ready", "leased", "done", "dead"];

/**
 * Reads the open events and dead letters out of a queue's file that may be damaged, and changes nothing in it. Goes
 * through the tables without their indexes, and around pages that can't be read, down to the single event.
 *
 * Where the page that held an event's state is gone but its body is not, it comes as a dead letter that says so: it
 * may have been applied already, and a person decides.
 * @throws HoldfastError when the file is in use, or so damaged that nothing in it can be found.
 */
export async function* salvageEvents(
  file: string,
  options: SalvageOptions = {},
): AsyncIterable<ExportedEvent> {
  if (!existsSync(file)) throw noFile(file);
  const real = realFile(file);
  const lock = takeLock(real);
  let copy: { file: string; remove(): void } | undefined;
  let db: DatabaseSync | undefined;
  try {
    const damage = lookAt(real);
    if (damage) copy = copyWithNewFirstPage(real);
    db = new DatabaseSync(copy?.file ?? real, { readOnly: true });
    // Nothing in it is ours, so it may never have been a queue.
    if (damage && queueNames(db).size === 0) throw damage;
    yield* read(db, options);
  } catch (error) {
    throw error instanceof HoldfastError ? error : new HoldfastError(openFailure(error, file));
  } finally {
    db?.close();
    copy?.remove();
    lock.release();
  }
}

/** What keeps SQLite from seeing a database there at all; null when it sees one that we know. */
function lookAt(file: string): unknown {
  try {
    checkVersion(file);
    return null;
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}

function noFile(file: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "no_file",
    message: `There is no file ${file}.`,
    hint: "Give the name that the queue-store node shows, from the same folder or as a whole path.",
    source: "queue",
  });
}

function* read(
  db: DatabaseSync,
  { queue: wanted, onLost = () => {} }: SalvageOptions,
): Generator<ExportedEvent> {
  const names = queueNames(db);
  const body = db.prepare(`SELECT ${bodyColumns} FROM body WHERE seq = ?`);
  let damaged = false;
  const lose = (seq: number, row: Row | null, why: string) => {
    damaged = true;
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    onLost({ seq, key: text(row?.key), topic: text(row?.topic), reference: text(row?.reference), why });
  };

  for (const found of rowsOf(db, "event", "*")) {
    if (found.row === null) {
      damaged = true;
      continue;
    }
    const { row } = found;
    if (!isSound(row)) {
      lose(found.seq, row, "its state can't be read");
      continue;
    }
    const name = names.get(row.queue as number) ?? `queue-${row.queue}`;
    if (row.state === "done" || (wanted !== undefined && name !== wanted)) continue;
    const event = attempt(() => toEvent(row, body.get(found.seq) as Row));
    if (event === undefined) lose(found.seq, row, "its payload can't be read");
    else yield toExported(name, event);
  }
  // Only damage parts a body from its event.
  if (damaged) yield* orphans(db, wanted, lose);
}

/** Bodies whose event can't be found or read. */
function* orphans(
  db: DatabaseSync,
  wanted: string | undefined,
  lose: (seq: number, row: Row | null, why: string) => void,
): Generator<ExportedEvent> {
  const state = db.prepare("SELECT state FROM event NOT INDEXED WHERE seq = ?");
  for (const { seq, row } of rowsOf(db, "body", `seq, ${bodyColumns}`)) {
    if (STATES.includes(String(attempt(() => state.get(seq))?.state))) continue;
    const event = row && attempt(() => orphan(seq, row));
    if (event) yield toExported(wanted ?? "unknown", event);
    else lose(seq, null, "neither its state nor its payload can be read");
  }
}

function orphan(seq: number, row: Row): StoredEvent {
  const now = Date.now();
  const plain = toEvent({ seq, state: "dead", attempts: 0, stalls: 0, enqueued_at: now, failure: null }, row);
  const properties = (JSON.parse(plain.envelope) as { properties?: Record<string, unknown> }).properties;
  const topic = properties?.topic;
  return {
    ...plain,
    key: null,
    dedupeId: null,
    reference: null,
    topic: typeof topic === "string" ? topic : "",
    settledAt: now,
    lastFailure: {
      class: "unknown",
      code: "salvaged",
      message: "This event was found in a damaged file, without its state: it may have been applied already.",
      hint: "Look in Odoo whether it is there: discard it if so, redrive it if not.",
      source: "queue",
      at: now,
    },
  };
}

/** A table row by row, in order; `row` null where it can't be read. */
function* rowsOf(
  db: DatabaseSync,
  table: "event" | "body",
  columns: string,
): Generator<{ seq: number; row: Row | null }> {
  const last = lastSeq(db);
  const next = db.prepare(
    `SELECT ${columns} FROM ${table} NOT INDEXED WHERE seq >= ? ORDER BY seq LIMIT ${STEP}`,
  );
  const between = db.prepare(
    `SELECT ${columns} FROM ${table} NOT INDEXED WHERE seq BETWEEN ? AND ? ORDER BY seq`,
  );
  // A stretch also looks at the row behind it, which may be on the damaged page; a single row does not.
  const one = db.prepare(`SELECT ${columns} FROM ${table} NOT INDEXED WHERE seq = ?`);
  const read = (low: number, high: number) => (low === high ? one.all(low) : between.all(low, high));
  let from = 1;
  while (from <= last) {
    const rows = attempt(() => next.all(from));
    if (rows) {
      for (const row of rows) yield { seq: row.seq as number, row };
      if (rows.length < STEP) return;
      from = (rows.at(-1)!.seq as number) + 1;
    } else {
      yield* around(read, from, Math.min(last, from + STEP - 1));
      from += STEP;
    }
  }
}

/** Halves a stretch that can't be read in one piece until only what is damaged is left out. */
function* around(
  between: (low: number, high: number) => Row[],
  low: number,
  high: number,
): Generator<{ seq: number; row: Row | null }> {
  const rows = attempt(() => between(low, high));
  if (rows) for (const row of rows) yield { seq: row.seq as number, row };
  else if (low === high) yield { seq: low, row: null };
  else {
    const middle = Math.floor((low + high) / 2);
    yield* around(between, low, middle);
    yield* around(between, middle + 1, high);
  }
}

/** The highest place there can be, from whichever table still says it. */
function lastSeq(db: DatabaseSync): number {
  const sources = [
    "SELECT seq AS last FROM sqlite_sequence WHERE name = 'event'",
    "SELECT max(seq) AS last FROM body",
    "SELECT max(seq) AS last FROM event NOT INDEXED",
  ];
  return Math.max(0, ...sources.map((sql) => Number(attempt(() => db.prepare(sql).get())?.last ?? 0)));
}

function queueNames(db: DatabaseSync): Map<number, string> {
  const rows = attempt(() => db.prepare("SELECT id, name FROM queue NOT INDEXED").all()) ?? [];
  return new Map(rows.map(({ id, name }) => [id as number, name as string]));
}

/** Damage need not look like damage to SQLite. */
function isSound(row: Row): boolean {
  const textOrNull = (value: unknown) => value === null || typeof value === "string";
  return (
    STATES.includes(String(row.state)) &&
    typeof row.topic === "string" &&
    textOrNull(row.key) &&
    textOrNull(row.reference) &&
    textOrNull(row.dedupe_id) &&
    textOrNull(row.failure) &&
    [row.queue, row.attempts, row.enqueued_at, row.due_at].every((value) => typeof value === "number")
  );
}

/** Undefined where damage is in the way. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isDamage(error) || error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
