import { type Failure, HoldfastError } from "../../failure.ts";
import { queueFileProgram } from "./queue-file-path.ts";

/** SQLite's primary result codes that we tell apart. */
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
export const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
const NOMEM = 7;

/** The primary result code of what node:sqlite threw; undefined for anything else. */
export function sqliteCode(thrown: unknown): number | undefined {
  const code = (thrown as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/**
 * True for errors after which SQLite may have rolled back the whole transaction by itself: nothing more may be
 * written in it, because it could be written outside of any transaction.
 */
export function endsTransaction(thrown: unknown): boolean {
  const code = sqliteCode(thrown);
  return code !== undefined && [BUSY, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB].includes(code);
}

/** True when the file itself is no longer what SQLite wrote. */
export function isDamage(thrown: unknown): boolean {
  const code = sqliteCode(thrown);
  return code === CORRUPT || code === NOTADB;
}

/** What to do with a damaged file; the program reads what is left in it. */
function rescue(file: string): string {
  return `Stop Node-RED and keep a copy of ${file} and its -wal file. Then run: node ${queueFileProgram} export ${file} > events.ndjson (it writes out every event that can still be read, and names those that can't). Move the damaged file away, start again with a new one, and import events.ndjson into it.`;
}

/** Why a change could not be stored, for the person who has to make room. */
export function storageFailure(thrown: unknown, file: string): Failure {
  if (thrown instanceof HoldfastError) return thrown.failure;
  const [what, hint] = explain(thrown, file);
  return {
    // What is not about the disk will not pass by waiting.
    class: endsTransaction(thrown) ? "unavailable" : "unknown",
    code: "not_stored",
    message: what,
    hint,
    source: "queue",
    at: Date.now(),
  };
}

function explain(thrown: unknown, file: string): [message: string, hint: string] {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  switch (sqliteCode(thrown)) {
    case FULL:
      return [
        `Nothing was stored: the disk is full, or the queue's file ${file} has reached its limit.`,
        "Make room on that disk; the queue then goes on by itself.",
      ];
    case READONLY:
    case CANTOPEN:
      return [
        `Nothing was stored: the queue's file ${file} can't be written (${detail}).`,
        "Make the file and its folder writable; the queue then goes on by itself.",
      ];
    case IOERR:
      return [
        `Nothing was stored: the disk reported an error for the queue's file ${file} (${detail}).`,
        "Check the disk, its space and its mount.",
      ];
    case BUSY:
      return [
        `Nothing was stored: another program keeps the queue's file ${file} locked.`,
        "Close the tool that has it open for writing; the queue then goes on by itself.",
      ];
    case CORRUPT:
    case NOTADB:
      return [`Nothing was stored: the queue's file ${file} is damaged (${detail}).`, rescue(file)];
    default:
      return [
        `Nothing was stored: the queue's file ${file} refused it (${detail}).`,
        "This is a fault in the queue: please report it.",
      ];
  }
}

/** Why a file could not be opened as a queue. */
export function openFailure(thrown: unknown, file: string): Failure {
  if (thrown instanceof HoldfastError) return thrown.failure;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const code = sqliteCode(thrown);
  if (code === CORRUPT) return damagedFailure(file, detail);
  if (code === NOTADB)
    return {
      class: "rejected",
      code: "not_a_database",
      message: `${file} is not a queue's database, or it is damaged (${detail}). It was left as it is.`,
      hint: `Choose another file name, or move that file away. If it was a queue: ${rescue(file)}`,
      source: "queue",
      at: Date.now(),
    };
  return {
    class: "unavailable",
    code: "cannot_open",
    message: `The queue's file ${file} can't be opened (${detail}).`,
    hint: "Check that its folder exists and that this process may write there.",
    source: "queue",
    at: Date.now(),
  };
}

export function damagedFailure(file: string, detail: string): Failure {
  return {
    class: "rejected",
    code: "damaged",
    message: `The queue's file ${file} is damaged (${detail}). It was left as it is.`,
    hint: rescue(file),
    source: "queue",
    at: Date.now(),
  };
}
