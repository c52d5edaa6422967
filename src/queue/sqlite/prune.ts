import type { DatabaseSync } from "node:sqlite";
import type { PrunePolicy } from "../event-store.ts";
import type { Books } from "./books.ts";
import type { Queue } from "./queues.ts";

export const pruneSql = {
  done: `SELECT seq FROM event WHERE queue = ? AND state = 'done' AND settled_at < ? ORDER BY settled_at LIMIT ?`,
  howMany: `SELECT n FROM tally WHERE queue = ? AND state = 'done'`,
};

/** Forgets a little at a time. Dead letters are never forgotten, nor a dedupe id with its event. */
export function preparePrune(
  db: DatabaseSync,
  { tally, dedupe }: Books,
): (queue: Queue, policy: PrunePolicy) => number {
  const done = db.prepare(pruneSql.done);
  const howMany = db.prepare(pruneSql.howMany);
  const forget = ["event", "body", "history"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE seq = ?`),
  );
  return (queue, { doneBefore, keepDone = Number.POSITIVE_INFINITY, dedupeBefore, limit }) => {
    const surplus = (howMany.get(queue.id)?.n as number) - keepDone;
    let old = done.all(queue.id, doneBefore, limit);
    // The oldest in either case, so the longer of the two lists holds the other.
    if (surplus > old.length) old = done.all(queue.id, Number.MAX_SAFE_INTEGER, Math.min(limit, surplus));
    for (const { seq } of old) {
      for (const statement of forget) statement.run(seq as number);
      tally.forgotten(queue.id, "done");
    }
    return old.length + dedupe.forget(queue.id, dedupeBefore, limit - old.length);
  };
}
