import type { DatabaseSync } from "node:sqlite";
import { waitsForAnother } from "../dependency.ts";
import type { AppendResult, RestoredEvent } from "../event-store.ts";
import { appendSql } from "./append.ts";
import type { Books } from "./books.ts";
import { laneSql, prepareRegate } from "./lane.ts";
import type { Queue } from "./queues.ts";
import { withPlainNames } from "./rows.ts";

export const restoreSql = {
  add: `INSERT INTO event (queue, key, state, topic, reference, dedupe_id, attempts, enqueued_at, due_at, settled_at,
    failure, failure_class, behind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
};

/** Takes in events of another store. That one was seen before stands among the dedupe ids, under a name of its own. */
export function prepareRestore(
  db: DatabaseSync,
  books: Books,
): (queue: Queue, events: RestoredEvent[], now: number) => AppendResult[] {
  const { tally, dedupe } = books;
  const add = db.prepare(restoreSql.add);
  const addBody = db.prepare(appendSql.addBody);
  const last = db.prepare(laneSql.last);
  const regate = prepareRegate(db, tally);

  return (queue, events, now) =>
    events.map((given): AppendResult => {
      const event = { ...given, ...withPlainNames(given) };
      const names = [`restored:${event.origin}`, ...(event.dedupeId === null ? [] : [event.dedupeId])];
      for (const name of names) {
        const copy = dedupe.find(queue.id, name, now - queue.dedupeMs);
        if (copy !== null) return { id: String(copy), outcome: "duplicate" };
      }
      const state = event.state === "dead" ? "dead" : event.key === null ? "ready" : "blocked";
      const steps = event.key !== null && waitsForAnother(event) && !queue.coalesce;
      const { lastInsertRowid } = add.run(
        queue.id,
        event.key,
        state,
        event.topic,
        event.reference,
        event.dedupeId,
        event.attempts,
        event.enqueuedAt,
        event.dueAt > event.enqueuedAt ? event.dueAt : 0,
        state === "dead" ? (event.settledAt ?? now) : null,
        event.lastFailure ? JSON.stringify(event.lastFailure) : null,
        event.lastFailure?.class ?? null,
        steps ? (last.get(queue.id, event.key)!.behind as number) : 0,
      );
      const seq = Number(lastInsertRowid);
      addBody.run(seq, event.envelope, event.payload);
      tally.added(queue.id, state);
      for (const name of names) dedupe.remember(queue.id, name, seq, now);
      regate(queue, event.key);
      return { id: String(seq), outcome: "stored" };
    });
}
