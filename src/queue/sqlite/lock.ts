import { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "../../failure.ts";
import { sqliteCode } from "./errors.ts";

const BUSY = 5;

/**
 * One process at a time may work on a queue's file. The lock is a transaction held open on a companion file, so it
 * ends with the process however that ends, and tools may still read the queue's own file.
 */
export function takeLock(file: string): { release(): void } {
  const lock = new DatabaseSync(`${file}-lock`);
  try {
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (sqliteCode(error) !== BUSY) throw error;
    throw new HoldfastError(
      {
        class: "rejected",
        code: "file_in_use",
        message: `The queue's file ${file} is already in use, by another process or a second time by this one.`,
        hint: "Give each process a file of its own, share one store in this process, or use Redis for several processes.",
        source: "queue",
      },
      { cause: error },
    );
  }
  return { release: () => lock.close() };
}
