import type { DatabaseSync } from "node:sqlite";
import { type Failure, HoldfastError } from "../../failure.ts";
import type { Redaction } from "../event-store.ts";
import { withoutWords } from "../without-words.ts";
import { prepareCopyAll } from "./copy-all.ts";
import type { Queue } from "./queues.ts";
import { seqOf } from "./rows.ts";

export const redactSql = {
  find: `SELECT failure FROM event WHERE seq = ? AND queue = ?`,
  body: `UPDATE body SET envelope = ?, payload = ? WHERE seq = ? AND payload = ?`,
  event: `UPDATE event SET reference = ?, failure = ? WHERE seq = ?`,
  failures: `SELECT n, failure FROM history WHERE seq = ? AND failure IS NOT NULL`,
  originals: `UPDATE history SET reason = NULL WHERE seq = ? AND what = 'edited'`,
  failure: `UPDATE history SET failure = ? WHERE seq = ? AND n = ?`,
};

/** Writes new texts over old ones. `secure_delete` (open.ts) makes SQLite overwrite what the old ones took up. */
export function prepareRedact(
  db: DatabaseSync,
): (queue: Queue, redactions: Redaction[]) => ("ok" | "changed" | "gone")[] {
  const find = db.prepare(redactSql.find);
  const body = db.prepare(redactSql.body);
  const event = db.prepare(redactSql.event);
  const failures = db.prepare(redactSql.failures);
  const originals = db.prepare(redactSql.originals);
  const failure = db.prepare(redactSql.failure);
  const clean = (text: unknown, words: string[]) =>
    text === null ? null : JSON.stringify(withoutWords(JSON.parse(text as string) as Failure, words));

  return (queue, redactions) =>
    redactions.map(({ id, was, envelope, payload, reference, words }) => {
      const seq = seqOf(id);
      const row = find.get(seq, queue.id);
      if (seq === null || !row) return "gone";
      if (body.run(envelope, payload, seq, was).changes === 0) return "changed";
      event.run(reference, clean(row.failure, words), seq);
      // What it was before a person edited it says the same of the customer.
      originals.run(seq);
      for (const entry of failures.all(seq)) failure.run(clean(entry.failure, words), seq, entry.n as number);
      return "ok";
    });
}

/** Brings the log into the file and cuts it to nothing, so that no older text stays in it. Not inside a transaction. */
export function prepareScrub(db: DatabaseSync): (queue: Queue) => void {
  const copyAll = prepareCopyAll(db, "TRUNCATE");
  return () => {
    if (copyAll()) return;
    throw new HoldfastError({
      class: "unavailable",
      code: "not_scrubbed",
      message:
        "The texts were rewritten, but the old ones may still stand in the queue's -wal file: another program is reading it.",
      hint: "Close the tool that has the queue's file open, then redact again.",
      source: "queue",
    });
  };
}
