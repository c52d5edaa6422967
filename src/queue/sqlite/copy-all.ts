import type { DatabaseSync } from "node:sqlite";
import type { Frames } from "./log-length.ts";

/** So long our own thread may be copying the log; as SQLite waits for any other lock. */
const COPYING_MS = 5_000;
const LOOK_MS = 5;
const asleep = new Int32Array(new SharedArrayBuffer(4));

/**
 * Copies all of the log into the file; waits while another thread copies. Not inside a transaction.
 * @param mode PASSIVE waits for no reader of the log; TRUNCATE waits for it, and cuts the log to nothing.
 * @returns whether it was done.
 */
export function prepareCopyAll(db: DatabaseSync, mode: "PASSIVE" | "TRUNCATE"): () => boolean {
  const checkpoint = db.prepare(`PRAGMA wal_checkpoint(${mode})`);
  const tried = () => checkpoint.get() as unknown as Frames & { busy: number };
  return () => {
    const until = performance.now() + COPYING_MS;
    let result = tried();
    // Two can't copy at once, and SQLite does not wait for that; it says so by counting no frames.
    while (result.busy && result.log < 0 && performance.now() < until) {
      Atomics.wait(asleep, 0, 0, LOOK_MS);
      result = tried();
    }
    return !result.busy;
  };
}
