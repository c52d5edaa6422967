import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { EventQuery, EventState, StoredEvent } from "../event-store.ts";
import type { Queue } from "./queues.ts";
import { bodyColumns, seqOf, toEvent, wasDiscarded } from "./rows.ts";

/** Rows looked at in one step of a search, so that appends never wait long behind it. */
export const SCAN_STEP = 1000;
const DEFAULT_LIMIT = 100;
const columns = `event.*, ${bodyColumns}, ${wasDiscarded} AS discarded`;

export interface FoundPage {
  events: StoredEvent[];
  /** Where to go on; null at the end. */
  next: number | null;
}

export function prepareGet(db: DatabaseSync): (queue: Queue, id: string) => StoredEvent | undefined {
  const get = db.prepare(`SELECT ${columns} FROM event JOIN body USING (seq) WHERE seq = ? AND queue = ?`);
  return (queue, id) => {
    const row = get.get(seqOf(id), queue.id);
    return row && toEvent(row);
  };
}

/** One step of a search: fewer events than asked for with a `next` means "not done looking". */
export function prepareList(db: DatabaseSync): (queue: Queue, query: EventQuery) => FoundPage {
  return (queue, query) => {
    const { sql, values, edge, limit } = stepOf(db, queue, query);
    const rows = db.prepare(`SELECT ${columns} ${sql}`).all(...values);
    const events = rows.map((row) => toEvent(row));
    const next = events.length === limit ? (events.at(-1)?.seq ?? null) : edge;
    return { events, next };
  };
}

/** The same for ids alone: what events carry is read only where a text is searched. */
export function prepareListIds(
  db: DatabaseSync,
): (queue: Queue, query: EventQuery) => { ids: string[]; next: number | null } {
  return (queue, query) => {
    const { sql, values, edge, limit } = stepOf(db, queue, query);
    const rows = db.prepare(`SELECT seq ${sql}`).all(...values) as { seq: number }[];
    const next = rows.length === limit ? (rows.at(-1)?.seq ?? null) : edge;
    return { ids: rows.map(({ seq }) => String(seq)), next };
  };
}

/** One step of a search, as a statement without what it selects. */
function stepOf(
  db: DatabaseSync,
  queue: Queue,
  query: EventQuery,
): { sql: string; values: SQLInputValue[]; edge: number | null; limit: number } {
  const desc = query.order === "desc";
  const order = desc ? "DESC" : "ASC";
  const limit = query.limit ?? DEFAULT_LIMIT;
  const range = rangeOf(queue, query);
  const edge = db
    .prepare(`SELECT seq FROM event WHERE ${range.sql} ORDER BY seq ${order} LIMIT 1 OFFSET ${SCAN_STEP - 1}`)
    .get(...range.values)?.seq as number | undefined;
  const filter = filterOf(query);
  const within = edge === undefined ? and([]) : and([[`seq ${desc ? ">=" : "<="} ?`, edge]]);
  return {
    sql: `FROM event JOIN body USING (seq)
      WHERE ${range.sql} AND ${within.sql} AND ${filter.sql} ORDER BY seq ${order} LIMIT ?`,
    values: [...range.values, ...within.values, ...filter.values, limit],
    edge: edge ?? null,
    limit,
  };
}

/** The dead letters a query means, earliest first. */
export function prepareFindDead(
  db: DatabaseSync,
): (queue: Queue, query: EventQuery, limit: number) => { seq: number; key: string | null }[] {
  return (queue, query, limit) => {
    const range = rangeOf(queue, { ...query, order: "asc", states: ["dead"] });
    const filter = filterOf(query);
    return db
      .prepare(
        `SELECT seq, key FROM event JOIN body USING (seq)
          WHERE ${range.sql} AND ${filter.sql} ORDER BY seq LIMIT ?`,
      )
      .all(...range.values, ...filter.values, limit) as { seq: number; key: string | null }[];
  };
}

type Condition = [sql: string, ...values: SQLInputValue[]];

function and(conditions: Condition[]): { sql: string; values: SQLInputValue[] } {
  return {
    sql: conditions.length ? conditions.map(([sql]) => sql).join(" AND ") : "true",
    values: conditions.flatMap(([, ...values]) => values),
  };
}

/** What an index answers: the rows a search walks over. */
function rangeOf(queue: Queue, query: EventQuery): { sql: string; values: SQLInputValue[] } {
  const conditions: Condition[] = [["event.queue = ?", queue.id]];
  if (query.ids)
    conditions.push([`seq IN (SELECT value FROM json_each(?))`, JSON.stringify(query.ids.map(seqOf))]);
  if (query.key !== undefined) conditions.push(["key = ?", query.key]);
  if (query.states) conditions.push([inStates(query.states)]);
  if (query.after !== undefined)
    conditions.push([`seq ${query.order === "desc" ? "<" : ">"} ?`, query.after]);
  return and(conditions);
}

const OPEN: EventState[] = ["blocked", "ready", "leased"];
const STATES: EventState[] = [...OPEN, "done", "dead"];

/** Written out, and with the open states said as the index says them, so that partial indexes serve. */
function inStates(wanted: EventState[]): string {
  const states = STATES.filter((state) => wanted.includes(state));
  if (states.length === 0) return "false";
  const exact =
    states.length === 1 ? `state = '${states[0]}'` : `state IN (${states.map((s) => `'${s}'`).join(", ")})`;
  const open = states.every((state) => OPEN.includes(state));
  return open ? `state IN ('blocked', 'ready', 'leased') AND ${exact}` : exact;
}

function filterOf(query: EventQuery): { sql: string; values: SQLInputValue[] } {
  const conditions: Condition[] = [];
  if (query.topic !== undefined) conditions.push(["topic = ?", query.topic]);
  if (query.references)
    conditions.push(["reference IN (SELECT value FROM json_each(?))", JSON.stringify(query.references)]);
  if (query.failureClass !== undefined) conditions.push(["failure_class = ?", query.failureClass]);
  if (query.failed) conditions.push(["failure_class IS NOT NULL"]);
  if (query.discarded !== undefined)
    conditions.push([query.discarded ? wasDiscarded : `NOT ${wasDiscarded}`]);
  if (query.from !== undefined) conditions.push(["enqueued_at >= ?", query.from]);
  if (query.before !== undefined) conditions.push(["enqueued_at < ?", query.before]);
  if (query.dueAfter !== undefined) conditions.push(["due_at > ?", query.dueAfter]);
  if (query.dueBy !== undefined) conditions.push(["due_at <= ?", query.dueBy]);
  if (query.text) {
    const like = `%${query.text.replace(/[\\%_]/g, "\\$&")}%`;
    const anywhere = ["reference", "key", "payload", "failure"].map(
      (column) => `${column} LIKE ? ESCAPE '\\'`,
    );
    conditions.push([`(${anywhere.join(" OR ")})`, like, like, like, like]);
  }
  return and(conditions);
}
