import type { DatabaseSync } from "node:sqlite";
import type { Counts, EventState } from "../event-store.ts";
import type { Queue } from "./queues.ts";

export const countsSql = {
  tally: `SELECT state, n FROM tally WHERE queue = ?`,
  oldestOpen: `SELECT enqueued_at FROM event
    WHERE queue = ? AND state IN ('blocked', 'ready', 'leased') ORDER BY seq LIMIT 1`,
};

export function prepareCounts(db: DatabaseSync): (queue: Queue) => Counts {
  const tally = db.prepare(countsSql.tally);
  const oldestOpen = db.prepare(countsSql.oldestOpen);
  return (queue) => {
    const counts: Counts = { blocked: 0, ready: 0, leased: 0, done: 0, dead: 0, oldestOpenAt: null };
    for (const row of tally.all(queue.id)) counts[row.state as EventState] = row.n as number;
    counts.oldestOpenAt = (oldestOpen.get(queue.id)?.enqueued_at as number | undefined) ?? null;
    return counts;
  };
}
