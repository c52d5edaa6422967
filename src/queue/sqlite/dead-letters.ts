import type { DatabaseSync } from "node:sqlite";
import type { EventQuery } from "../event-store.ts";
import type { Books } from "./books.ts";
import { prepareFindDead } from "./find.ts";
import { prepareNote } from "./history.ts";
import { prepareRegate } from "./lane.ts";
import type { Queue } from "./queues.ts";

export const deadLetterSql = {
  // Due at once: where it stands in the queue is its old place.
  redrive: `UPDATE event SET state = 'blocked', attempts = 0, stalls = 0, due_at = 0, settled_at = NULL,
    tell_at = 0 WHERE seq = ?`,
  discard: `UPDATE event SET state = 'done', settled_at = ?, tell_at = 0 WHERE seq = ?`,
};

/** Puts dead letters back where they stood; one whose key is being worked on waits for that. */
export function prepareRedrive(
  db: DatabaseSync,
  { tally }: Books,
): (queue: Queue, query: EventQuery, options: { limit: number; by: string; now: number }) => number {
  const findDead = prepareFindDead(db);
  const redrive = db.prepare(deadLetterSql.redrive);
  const openUnordered = db.prepare("UPDATE event SET state = 'ready' WHERE seq = ? AND key IS NULL");
  const note = prepareNote(db);
  const regate = prepareRegate(db, tally);
  return (queue, query, { limit, by, now }) => {
    const dead = findDead(queue, query, limit);
    for (const { seq, key } of dead) {
      redrive.run(seq);
      tally.moved(queue.id, "dead", "blocked");
      note(seq, { at: now, attempt: 0, what: "redriven", by });
      if (key === null) {
        openUnordered.run(seq);
        tally.moved(queue.id, "blocked", "ready");
      } else regate(queue, key);
    }
    return dead.length;
  };
}

/** Ends dead letters for good and lets what waited behind them go. */
export function prepareDiscard(
  db: DatabaseSync,
  { tally }: Books,
): (
  queue: Queue,
  query: EventQuery,
  options: { limit: number; by: string; reason: string; now: number },
) => number {
  const findDead = prepareFindDead(db);
  const discard = db.prepare(deadLetterSql.discard);
  const note = prepareNote(db);
  const regate = prepareRegate(db, tally);
  return (queue, query, { limit, by, reason, now }) => {
    const dead = findDead(queue, query, limit);
    for (const { seq, key } of dead) {
      discard.run(now, seq);
      tally.moved(queue.id, "dead", "done");
      note(seq, { at: now, attempt: 0, what: "discarded", by, reason });
      regate(queue, key);
    }
    return dead.length;
  };
}
