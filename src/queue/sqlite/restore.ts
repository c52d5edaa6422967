import type { DatabaseSync } from "node:sqlite";
import type { AppendResult, RestoredEvent } from "../event-store.ts";
import { appendSql } from "./append.ts";
import { prepareRegate } from "./lane.ts";
import type { Queue } from "./queues.ts";
import { withPlainNames } from "./rows.ts";

export const restoreSql = {
  add: `INSERT INTO event (queue, key, state, topic, reference, dedupe_id, attempts, enqueued_at, due_at, settled_at,
    failure, failure_class) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
};

/** Takes in events of another store. That one was seen before stands among the dedupe ids, under a name of its own. */
export function prepareRestore(
  db: DatabaseSync,
): (queue: Queue, events: RestoredEvent[], now: number) => AppendResult[] {
  const findCopy = db.prepare(appendSql.findCopy);
  const remember = db.prepare(appendSql.remember);
  const add = db.prepare(restoreSql.add);
  const addBody = db.prepare(appendSql.addBody);
  const regate = prepareRegate(db);

  return (queue, events, now) =>
    events.map((given): AppendResult => {
      const event = { ...given, ...withPlainNames(given) };
      const names = [`restored:${event.origin}`, ...(event.dedupeId === null ? [] : [event.dedupeId])];
      for (const name of names) {
        const copy = findCopy.get(queue.id, name, now - queue.dedupeMs);
        if (copy) return { id: String(copy.seq), outcome: "duplicate" };
      }
      const dead = event.state === "dead";
      const { lastInsertRowid } = add.run(
        queue.id,
        event.key,
        dead ? "dead" : event.key === null ? "ready" : "blocked",
        event.topic,
        event.reference,
        event.dedupeId,
        event.attempts,
        event.enqueuedAt,
        event.dueAt > event.enqueuedAt ? event.dueAt : 0,
        dead ? (event.settledAt ?? now) : null,
        event.lastFailure ? JSON.stringify(event.lastFailure) : null,
        event.lastFailure?.class ?? null,
      );
      const seq = Number(lastInsertRowid);
      addBody.run(seq, event.envelope, event.payload);
      for (const name of names) remember.run(queue.id, name, seq, now);
      regate(queue, event.key);
      return { id: String(seq), outcome: "stored" };
    });
}
