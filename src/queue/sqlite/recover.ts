import type { DatabaseSync } from "node:sqlite";
import type { Failure } from "../../failure.ts";
import type { Books } from "./books.ts";
import { prepareNote } from "./history.ts";
import { prepareRegate } from "./lane.ts";
import type { Queue } from "./queues.ts";

/** A step is this small so that appends never wait long for it; the caller comes again. */
const AT_ONCE = 500;

export const recoverSql = {
  expired: `SELECT seq, key, attempts, stalls FROM event
    WHERE queue = ? AND state = 'leased' AND lease_until <= ? ORDER BY lease_until LIMIT ${AT_ONCE}`,
  putBack: `UPDATE event SET state = 'ready', stalls = stalls + 1, lease_until = NULL WHERE seq = ?`,
  end: `UPDATE event SET state = 'dead', stalls = stalls + 1, settled_at = ?, lease_until = NULL, behind = 0,
    failure = ?, failure_class = ?, tell_at = ? WHERE seq = ?`,
};

/** Frees leases whose time ran out. */
export function prepareRecover(
  db: DatabaseSync,
  { tally }: Books,
): (queue: Queue, request: { now: number; maxStalls: number }) => { released: number; dead: number } {
  const expired = db.prepare(recoverSql.expired);
  const putBack = db.prepare(recoverSql.putBack);
  const end = db.prepare(recoverSql.end);
  const note = prepareNote(db);
  const regate = prepareRegate(db, tally);

  return (queue, { now, maxStalls }) => {
    let dead = 0;
    const rows = expired.all(queue.id, now);
    for (const row of rows) {
      const seq = row.seq as number;
      const stalls = (row.stalls as number) + 1;
      const attempt = (row.attempts as number) + 1;
      note(seq, { at: now, attempt, what: "stalled" });
      if (stalls > maxStalls) {
        const failure = stalledFailure(stalls, now);
        end.run(now, JSON.stringify(failure), failure.class, now, seq);
        tally.moved(queue.id, "leased", "dead");
        note(seq, { at: now, attempt, what: "dead", failure });
        dead++;
      } else {
        tally.moved(queue.id, "leased", "ready");
        putBack.run(seq);
      }
      regate(queue, row.key as string | null);
    }
    return { released: rows.length - dead, dead };
  };
}

/** What an operator reads about an event that was begun again and again and never ended. */
export function stalledFailure(stalls: number, at: number): Failure {
  return {
    class: "unknown",
    code: "stalled",
    message: `This event was delivered ${stalls} times, and each time nobody said how it ended.`,
    hint: "A flow that drops its message, or a process that dies while working on it, causes this: end every path of the flow in a node that settles, then retry.",
    source: "queue",
    at,
  };
}
