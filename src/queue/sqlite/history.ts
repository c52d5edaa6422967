import type { DatabaseSync } from "node:sqlite";
import type { Failure } from "../../failure.ts";
import type { HistoryEntry } from "../event-store.ts";
import type { Queue } from "./queues.ts";
import { seqOf, toHistoryEntry } from "./rows.ts";

/** Entries kept per event; older ones go first, but what a person did stays. */
const KEPT = 50;

export const historySql = {
  last: `SELECT n, what, failure_code FROM history WHERE seq = ? ORDER BY n DESC LIMIT 1`,
  again: `UPDATE history SET at = ?, times = times + 1, attempt = ?, failure = ? WHERE seq = ? AND n = ?`,
  add: `INSERT INTO history (seq, n, at, attempt, what, failure_code, failure, by, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  trim: `DELETE FROM history WHERE seq = ? AND n <= ? AND by IS NULL`,
  read: `SELECT history.* FROM history JOIN event USING (seq) WHERE seq = ? AND queue = ? ORDER BY n`,
};

export interface Note {
  at: number;
  attempt: number;
  what: HistoryEntry["what"];
  failure?: Failure | undefined;
  by?: string;
  reason?: string;
}

/** Writes down what happened to an event. What costs no attempt can repeat without end: repeats fold into one. */
export function prepareNote(db: DatabaseSync): (seq: number, note: Note) => void {
  const last = db.prepare(historySql.last);
  const again = db.prepare(historySql.again);
  const add = db.prepare(historySql.add);
  const trim = db.prepare(historySql.trim);
  return (seq, { at, attempt, what, failure, by, reason }) => {
    const before = last.get(seq);
    const text = failure ? JSON.stringify(failure) : null;
    const code = failure?.code ?? null;
    const repeats = what === "defer" || what === "replaced";
    if (before && repeats && before.what === what && before.failure_code === code) {
      again.run(at, attempt, text, seq, before.n as number);
      return;
    }
    const n = ((before?.n as number | undefined) ?? 0) + 1;
    add.run(seq, n, at, attempt, what, code, text, by ?? null, reason ?? null);
    if (n > KEPT) trim.run(seq, n - KEPT);
  };
}

export function prepareHistory(db: DatabaseSync): (queue: Queue, id: string) => HistoryEntry[] {
  const read = db.prepare(historySql.read);
  return (queue, id) => read.all(seqOf(id), queue.id).map(toHistoryEntry);
}
