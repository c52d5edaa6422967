import type { DatabaseSync } from "node:sqlite";
import { endsTransaction, FULL, sqliteCode } from "./errors.ts";

export type Answer = { value: unknown } | { error: unknown };
export type Job = () => unknown;

/**
 * Runs jobs in one transaction: one fsync for all of them. A job that fails takes back its own changes and leaves
 * the others alone. If the transaction itself fails, nothing of it is kept and every job is told so. Whatever
 * happens, the next call starts clean.
 */
export function prepareGroupCommit(db: DatabaseSync): (jobs: Job[]) => Answer[] {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const savepoint = db.prepare("SAVEPOINT job");
  const release = db.prepare("RELEASE job");
  const undo = db.prepare("ROLLBACK TO job");

  const attempt = (job: Job): Answer => {
    savepoint.run();
    try {
      const value = job();
      release.run();
      return { value };
    } catch (error) {
      if (endsTransaction(error)) throw error;
      undo.run();
      release.run();
      return { error };
    }
  };

  const together = (jobs: Job[]): Answer[] => {
    try {
      begin.run();
      const answers = jobs.map(attempt);
      commit.run();
      return answers;
    } catch (error) {
      rollBack(db);
      // A full disk may still have room for the small ones, such as "done".
      if (sqliteCode(error) === FULL && jobs.length > 1) return jobs.flatMap((job) => together([job]));
      return jobs.map(() => ({ error }));
    }
  };
  return together;
}

/** SQLite may have rolled back by itself already; then there is nothing to do, and it says so by throwing. */
function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {}
}
