import type { DatabaseSync } from "node:sqlite";
import type { Failure } from "../../failure.ts";
import { stepsBehind } from "../dependency.ts";
import type { Settlement } from "../event-store.ts";
import type { Books } from "./books.ts";
import { prepareNote } from "./history.ts";
import { laneSql, prepareRegate } from "./lane.ts";
import type { Queue } from "./queues.ts";
import { seqOf } from "./rows.ts";

export const settleSql = {
  find: `SELECT key, attempts, due_at, behind, failure, failure_class FROM event
    WHERE seq = ? AND queue = ? AND state = 'leased' AND fence = ?`,
  end: `UPDATE event SET state = ?, settled_at = ?, attempts = ?, lease_until = NULL, failure = ?, failure_class = ?,
    tell_at = ?, behind = 0 WHERE seq = ?`,
  putBack: `UPDATE event SET state = 'ready', due_at = ?, attempts = ?, stalls = stalls * ?, behind = ?, lease_until = NULL,
    failure = ?, failure_class = ? WHERE seq = ?`,
};

/** Ends leases and opens what waited behind them, in one go. The fence alone decides who holds a lease. */
export function prepareSettle(
  db: DatabaseSync,
  { tally }: Books,
): (queue: Queue, settlements: Settlement[], now: number) => ("ok" | "lost")[] {
  const find = db.prepare(settleSql.find);
  const end = db.prepare(settleSql.end);
  const putBack = db.prepare(settleSql.putBack);
  const last = db.prepare(laneSql.last);
  const note = prepareNote(db);
  const regate = prepareRegate(db, tally);

  return (queue, settlements, now) =>
    settlements.map(({ ref, outcome }) => {
      const seq = seqOf(ref.id);
      const row = find.get(seq, queue.id, ref.fence);
      if (seq === null || !row) return "lost";
      const failure: Failure | undefined = "failure" in outcome ? outcome.failure : undefined;
      const key = row.key as string | null;
      const attempts = row.attempts as number;
      const attempt = attempts + 1;
      const failureText = failure ? JSON.stringify(failure) : (row.failure as string | null);
      const failureClass = failure ? failure.class : (row.failure_class as string | null);
      switch (outcome.to) {
        case "done":
          end.run("done", now, attempts, failureText, failureClass, 0, seq);
          break;
        case "dead":
          end.run("dead", now, attempt, failureText, failureClass, outcome.told ? 0 : now, seq);
          note(seq, { at: now, attempt, what: "dead", failure });
          break;
        case "retry": {
          const steps = key !== null && stepsBehind(outcome) && !queue.coalesce;
          const behind = steps ? (last.get(queue.id, key)!.behind as number) : 0;
          putBack.run(dueTime(outcome.at), attempt, 0, behind, failureText, failureClass, seq);
          note(seq, { at: now, attempt, what: "retry", failure });
          break;
        }
        case "defer":
          putBack.run(dueTime(outcome.at), attempts, 0, row.behind as number, failureText, failureClass, seq);
          note(seq, { at: now, attempt, what: "defer", failure });
          break;
        case "release":
          // Its stalls are kept: nothing was learned about it.
          putBack.run(
            outcome.at === undefined ? (row.due_at as number) : dueTime(outcome.at),
            attempts,
            1,
            row.behind as number,
            failureText,
            failureClass,
            seq,
          );
          break;
      }
      tally.moved(queue.id, "leased", outcome.to === "done" || outcome.to === "dead" ? outcome.to : "ready");
      regate(queue, key);
      return "ok";
    });
}

/** Never 0: that means "at once, whatever the clock says". */
function dueTime(at: number): number {
  return Math.max(1, Math.ceil(at));
}
