import type { DatabaseSync } from "node:sqlite";
import type { Queue } from "./queues.ts";

export const delayedSql = {
  count: `SELECT count(*) AS n FROM event WHERE queue = ? AND state = 'ready' AND due_at > ? AND due_at > 0`,
};

export function prepareDelayed(db: DatabaseSync): (queue: Queue, now: number) => number {
  const count = db.prepare(delayedSql.count);
  return (queue, now) => count.get(queue.id, now)!.n as number;
}
