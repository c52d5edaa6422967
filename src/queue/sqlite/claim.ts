import type { DatabaseSync } from "node:sqlite";
import type { Claimed, LeasedEvent } from "../event-store.ts";
import type { Books } from "./books.ts";
import type { Queue } from "./queues.ts";
import { bodyColumns, type Row, toEvent } from "./rows.ts";

/** Two short reads from two partial indexes; neither looks at an event that is blocked or not yet due. */
export const claimSql = {
  fresh: `SELECT seq, enqueued_at AS since FROM event
    WHERE queue = ? AND state = 'ready' AND due_at = 0 ORDER BY seq LIMIT ?`,
  timed: `SELECT seq, due_at AS since FROM event
    WHERE queue = ? AND state = 'ready' AND due_at > 0 AND due_at <= ? ORDER BY due_at, seq LIMIT ?`,
  lease: `UPDATE event SET state = 'leased', fence = fence + 1, lease_until = ? WHERE seq = ? RETURNING *`,
  body: `SELECT ${bodyColumns} FROM body WHERE seq = ?`,
  nextDue: `SELECT due_at FROM event WHERE queue = ? AND state = 'ready' AND due_at > 0 ORDER BY due_at LIMIT 1`,
};

type Candidate = { seq: number; since: number };

/** Leases what has waited longest: since it came, or since the time it was put off to. */
export function prepareClaim(
  db: DatabaseSync,
  { tally }: Books,
): (queue: Queue, request: { max: number; leaseMs: number; now: number }) => Claimed {
  const fresh = db.prepare(claimSql.fresh);
  const timed = db.prepare(claimSql.timed);
  const lease = db.prepare(claimSql.lease);
  const body = db.prepare(claimSql.body);
  const nextDue = db.prepare(claimSql.nextDue);

  return (queue, { max, leaseMs, now }) => {
    const candidates = [
      ...fresh.all(queue.id, max),
      ...timed.all(queue.id, now, max),
    ] as unknown as Candidate[];
    candidates.sort((a, b) => a.since - b.since || a.seq - b.seq);
    const leaseUntil = Math.ceil(now + leaseMs);
    const events = candidates.slice(0, max).map(({ seq }): LeasedEvent => {
      const row = lease.get(leaseUntil, seq) as Row;
      tally.moved(queue.id, "ready", "leased");
      return { ...toEvent(row, body.get(seq) as Row), fence: row.fence as number, leaseUntil };
    });
    return { events, nextDueAt: (nextDue.get(queue.id)?.due_at as number | undefined) ?? null };
  };
}
