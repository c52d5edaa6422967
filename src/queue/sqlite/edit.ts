import type { DatabaseSync } from "node:sqlite";
import type { Edit } from "../event-store.ts";
import { prepareNote } from "./history.ts";
import type { Queue } from "./queues.ts";
import { seqOf } from "./rows.ts";

export const editSql = {
  find: `SELECT seq FROM event WHERE seq = ? AND queue = ? AND state = 'dead'`,
  body: `UPDATE body SET payload = ? WHERE seq = ? AND payload = ?`,
};

/** Gives a dead letter another payload, and keeps the one before in its history. */
export function prepareEdit(
  db: DatabaseSync,
): (queue: Queue, id: string, edit: Edit) => "ok" | "changed" | "gone" {
  const find = db.prepare(editSql.find);
  const body = db.prepare(editSql.body);
  const note = prepareNote(db);
  return (queue, id, { was, payload, by, now }) => {
    const seq = seqOf(id);
    if (seq === null || !find.get(seq, queue.id)) return "gone";
    if (body.run(payload, seq, was).changes === 0) return "changed";
    note(seq, { at: now, attempt: 0, what: "edited", by, reason: was });
    return "ok";
  };
}
