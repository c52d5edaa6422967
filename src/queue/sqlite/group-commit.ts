import type { DatabaseSync } from "node:sqlite";
import { endsTransaction, FULL, sqliteCode } from "./errors.ts";
import type { Memory } from "./memory.ts";

export type Answer = { value: unknown } | { error: unknown };
export type Job = () => unknown;

/**
 * Runs jobs in one transaction: one fsync for all of them. A job that fails takes back its own changes and leaves
 * the others alone. If the transaction itself fails, nothing of it is kept and every job is told so. Whatever
 * happens, the next call starts clean.
 *
 * A job may run more than once, each time from where the transaction began, or from where the job before it ended.
 */
export function prepareGroupCommit(
  db: DatabaseSync,
  memory: Memory,
  /** Belongs to each job's changes and is done with the last of them. */
  finish: () => void = () => {},
): (jobs: Job[]) => Answer[] {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const savepoint = db.prepare("SAVEPOINT job");
  const release = db.prepare("RELEASE job");
  const undo = db.prepare("ROLLBACK TO job");

  const apart = (job: Job): Answer => {
    const mark = memory.mark();
    savepoint.run();
    try {
      const value = job();
      finish();
      release.run();
      return { value };
    } catch (error) {
      if (endsTransaction(error)) throw error;
      undo.run();
      release.run();
      memory.undo(mark);
      return { error };
    }
  };

  const inOne = (answerAll: () => Answer[]): Answer[] => {
    try {
      begin.run();
      const answers = answerAll();
      commit.run();
      memory.keep();
      return answers;
    } catch (error) {
      rollBack(db);
      memory.undo(0);
      throw error;
    }
  };

  return function together(jobs): Answer[] {
    try {
      try {
        // Savepoints copy every page a job touches (8 of 60 µs an append), so they are for when a job does fail.
        return inOne(() => {
          const answers = jobs.map((job) => ({ value: job() }));
          finish();
          return answers;
        });
      } catch (error) {
        if (endsTransaction(error) || jobs.length === 1) throw error;
        return inOne(() => jobs.map(apart));
      }
    } catch (error) {
      // A full disk may still have room for the small ones, such as "done".
      if (sqliteCode(error) === FULL && jobs.length > 1) return jobs.flatMap((job) => together([job]));
      return jobs.map(() => ({ error }));
    }
  };
}

/** SQLite may have rolled back by itself already; then there is nothing to do, and it says so by throwing. */
function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {}
}
