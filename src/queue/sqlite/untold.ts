import type { DatabaseSync } from "node:sqlite";
import type { StoredEvent } from "../event-store.ts";
import type { Queue } from "./queues.ts";
import { bodyColumns, type Row, seqOf, toEvent } from "./rows.ts";

export const untoldSql = {
  find: `SELECT seq FROM event WHERE queue = ? AND tell_at > 0 AND tell_at <= ? ORDER BY tell_at LIMIT ?`,
  handOut: `UPDATE event SET tell_at = ? WHERE seq = ? RETURNING *`,
  body: `SELECT ${bodyColumns} FROM body WHERE seq = ?`,
  told: `UPDATE event SET tell_at = 0 WHERE seq = ? AND queue = ? AND tell_at > 0`,
};

export function prepareUntold(
  db: DatabaseSync,
): (queue: Queue, request: { max: number; now: number; until: number }) => StoredEvent[] {
  const find = db.prepare(untoldSql.find);
  const handOut = db.prepare(untoldSql.handOut);
  const body = db.prepare(untoldSql.body);
  return (queue, { max, now, until }) =>
    find.all(queue.id, now, max).map(({ seq }) => {
      const row = handOut.get(Math.ceil(until), seq as number) as Row;
      return toEvent(row, body.get(seq as number) as Row);
    });
}

export function prepareTold(db: DatabaseSync): (queue: Queue, id: string) => void {
  const told = db.prepare(untoldSql.told);
  return (queue, id) => void told.run(seqOf(id), queue.id);
}
