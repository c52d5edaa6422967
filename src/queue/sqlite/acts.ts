import type { DatabaseSync } from "node:sqlite";
import type { Act } from "../event-store.ts";
import type { Queue } from "./queues.ts";

const KEPT = 500;

/** They stand among the histories of events, under a number that no event has: minus that of the queue. */
export const actsSql = {
  last: `SELECT n FROM history WHERE seq = ? ORDER BY n DESC LIMIT 1`,
  add: `INSERT INTO history (seq, n, at, attempt, what, by, reason) VALUES (?, ?, ?, 0, ?, ?, ?)`,
  trim: `DELETE FROM history WHERE seq = ? AND n <= ?`,
  read: `SELECT at, what, by, reason AS detail FROM history WHERE seq = ? ORDER BY n DESC LIMIT ?`,
};

export function prepareAct(db: DatabaseSync): (queue: Queue, act: Act) => void {
  const last = db.prepare(actsSql.last);
  const add = db.prepare(actsSql.add);
  const trim = db.prepare(actsSql.trim);
  return (queue, { at, what, by, detail }) => {
    const n = ((last.get(-queue.id)?.n as number | undefined) ?? 0) + 1;
    add.run(-queue.id, n, at, what, by, detail);
    trim.run(-queue.id, n - KEPT);
  };
}

export function prepareActs(db: DatabaseSync): (queue: Queue, limit: number) => Act[] {
  const read = db.prepare(actsSql.read);
  return (queue, limit) =>
    read
      .all(-queue.id, limit)
      .map(({ at, what, by, detail }) => ({ at, what, by, detail }) as unknown as Act);
}
