import type { DatabaseSync } from "node:sqlite";
import type { AppendResult, NewEvent } from "../event-store.ts";
import type { Books } from "./books.ts";
import { prepareNote } from "./history.ts";
import { holdsKey, prepareRegate } from "./lane.ts";
import type { Queue } from "./queues.ts";
import { withPlainNames } from "./rows.ts";

export const appendSql = {
  // A key is taken while an event of it waits or is worked on, or is dead and holds it.
  laneTaken: `SELECT state, behind FROM event WHERE queue = ? AND key = ? AND state IN ('blocked', 'ready', 'leased') LIMIT 1`,
  laneTakenOrDead: `SELECT state, behind FROM event WHERE queue = ?1 AND key = ?2 AND state IN ('blocked', 'ready', 'leased')
    UNION ALL SELECT state, behind FROM event WHERE queue = ?1 AND key = ?2 AND ${holdsKey} LIMIT 1`,
  add: `INSERT INTO event (queue, key, state, topic, reference, dedupe_id, enqueued_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  addBody: `INSERT INTO body (seq, envelope, payload) VALUES (?, ?, ?)`,
  findWaiting: `SELECT seq FROM event WHERE queue = ? AND key = ? AND state = ? ORDER BY behind DESC, seq DESC LIMIT 1`,
  replace: `UPDATE event SET topic = ?, reference = ?, dedupe_id = ?, attempts = 0 WHERE seq = ?`,
  replaceBody: `UPDATE body SET envelope = ?, payload = ? WHERE seq = ?`,
};

/** Stores events in order; all of one call or none. */
export function prepareAppend(
  db: DatabaseSync,
  { tally, dedupe }: Books,
): (queue: Queue, events: NewEvent[], now: number) => AppendResult[] {
  const laneTaken = db.prepare(appendSql.laneTaken);
  const laneTakenOrDead = db.prepare(appendSql.laneTakenOrDead);
  const add = db.prepare(appendSql.add);
  const addBody = db.prepare(appendSql.addBody);
  const findWaiting = db.prepare(appendSql.findWaiting);
  const replace = db.prepare(appendSql.replace);
  const replaceBody = db.prepare(appendSql.replaceBody);
  const note = prepareNote(db);
  const regate = prepareRegate(db, tally);

  /** The last event of the key that nobody works on yet: the blocked one, or else the ready one. */
  const waiting = (queue: Queue, key: string): number | null =>
    (findWaiting.get(queue.id, key, "blocked")?.seq as number | undefined) ??
    (findWaiting.get(queue.id, key, "ready")?.seq as number | undefined) ??
    null;

  return (queue, events, now) =>
    events.map((given): AppendResult => {
      const event = withPlainNames(given);
      if (event.dedupeId !== null) {
        const copy = dedupe.find(queue.id, event.dedupeId, now - queue.dedupeMs);
        if (copy !== null) return { id: String(copy), outcome: "duplicate" };
      }
      let seq = queue.coalesce && event.key !== null ? waiting(queue, event.key) : null;
      const replaced = seq !== null;
      if (seq !== null) {
        // In place, so that a key that changes all the time still gets its turn.
        replace.run(event.topic, event.reference, event.dedupeId, seq);
        replaceBody.run(event.envelope, event.payload, seq);
        note(seq, { at: now, attempt: 0, what: "replaced" });
      } else {
        const taken = queue.deadHoldsKey ? laneTakenOrDead : laneTaken;
        const before = event.key === null ? undefined : taken.get(queue.id, event.key);
        const state = before ? "blocked" : "ready";
        const { lastInsertRowid } = add.run(
          queue.id,
          event.key,
          state,
          event.topic,
          event.reference,
          event.dedupeId,
          now,
        );
        seq = Number(lastInsertRowid);
        addBody.run(seq, event.envelope, event.payload);
        tally.added(queue.id, state);
        // One that waits for another holds nothing up; any other does, however many there are.
        if (before && before.behind !== 0 && before.state !== "leased") regate(queue, event.key);
      }
      if (event.dedupeId !== null) dedupe.remember(queue.id, event.dedupeId, seq, now);
      return { id: String(seq), outcome: replaced ? "replaced" : "stored" };
    });
}
