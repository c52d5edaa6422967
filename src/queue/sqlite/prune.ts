import type { DatabaseSync } from "node:sqlite";
import type { Queue } from "./queues.ts";

export const pruneSql = {
  done: `SELECT seq FROM event WHERE queue = ? AND state = 'done' AND settled_at < ? ORDER BY settled_at LIMIT ?`,
  dedupe: `DELETE FROM dedupe WHERE (queue, id) IN
    (SELECT queue, id FROM dedupe WHERE queue = ? AND at < ? ORDER BY at LIMIT ?)`,
};

/** Forgets a little at a time. Dead letters are never forgotten, nor a dedupe id with its event. */
export function preparePrune(
  db: DatabaseSync,
): (queue: Queue, policy: { doneBefore: number; dedupeBefore: number; limit: number }) => number {
  const done = db.prepare(pruneSql.done);
  const dedupe = db.prepare(pruneSql.dedupe);
  const forget = ["event", "body", "history"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE seq = ?`),
  );
  return (queue, { doneBefore, dedupeBefore, limit }) => {
    const old = done.all(queue.id, doneBefore, limit);
    for (const { seq } of old) for (const statement of forget) statement.run(seq as number);
    const { changes } = dedupe.run(queue.id, dedupeBefore, limit - old.length);
    return old.length + Number(changes);
  };
}
