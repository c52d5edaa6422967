import { realpathSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "../../failure.ts";
import { damagedFailure } from "./errors.ts";
import { takeLock } from "./lock.ts";
import { makeFolder } from "./make-folder.ts";
import { APPLICATION_ID, migrate, migrations } from "./migrations.ts";

export interface OpenedFile {
  db: DatabaseSync;
  /** Its one name, whichever link led to it. */
  file: string;
  /** Throws when the file at that path is no longer the one that is open: what is written to it would be lost. */
  checkStillThere(): void;
  close(): void;
}

/** Opens a queue's file for this process alone, and brings it to the newest version. */
export function openFile(options: { file: string; maxBytes?: number }): OpenedFile {
  const file = realFile(options.file);
  const lock = takeLock(file);
  let db: DatabaseSync | undefined;
  try {
    rollBackCutOff(file);
    const version = checkVersion(file);
    checkWhole(file);
    db = new DatabaseSync(file);
    prepare(db, options.maxBytes);
    migrate(db, version);
    const opened = db;
    const inode = statSync(file).ino;
    return {
      db,
      file,
      checkStillThere: () => checkStillThere(file, inode),
      close: () => {
        opened.close();
        lock.release();
      },
    };
  } catch (error) {
    db?.close();
    lock.release();
    throw error;
  }
}

/** One name for one file, so that the lock is the same whichever link leads to it. */
export function realFile(file: string): string {
  const folder = path.dirname(path.resolve(file));
  makeFolder(folder);
  try {
    return realpathSync(file);
  } catch {
    return path.join(realpathSync(folder), path.basename(file));
  }
}

/**
 * A file that was cut off while it was made, before it had its write-ahead log, has a rollback journal beside it. Only
 * a writer may play it back; the read-only looks would call the file unreadable for ever.
 */
function rollBackCutOff(file: string): void {
  if (!statSync(`${file}-journal`, { throwIfNoEntry: false })?.size) return;
  const db = new DatabaseSync(file);
  try {
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
  } finally {
    db.close();
  }
}

/** The file's version, 0 for a new one. Looks read-only, so that a refused file stays exactly as it was. */
export function checkVersion(file: string): number {
  if (!(statSync(file, { throwIfNoEntry: false })?.size ?? 0)) return 0;
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const read = (pragma: string) => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
    const version = read("user_version");
    const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.n;
    if (tables !== 0 && read("application_id") !== APPLICATION_ID)
      throw new HoldfastError({
        class: "rejected",
        code: "foreign_database",
        message: `${file} is another program's database. It was left as it is.`,
        hint: "Choose another file name for the queue.",
        source: "queue",
      });
    if (version > migrations.length)
      throw new HoldfastError({
        class: "rejected",
        code: "schema_newer",
        message: `${file} was written by a newer version (schema ${version}; this one knows ${migrations.length}). It was left as it is.`,
        hint: "Install that newer version again, or choose another file.",
        source: "queue",
      });
    return version;
  } finally {
    db.close();
  }
}

/** A larger file would keep the first delivery waiting; damage in it is found when its pages are used. */
const CHECKED_WHOLE_BYTES = 32 * 1_048_576;

/** Looks for damage, 30 ms for the largest; read-only, so that a refused file stays exactly as it was. */
function checkWhole(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || size > CHECKED_WHOLE_BYTES) return;
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const found = db.prepare("PRAGMA quick_check(1)").get()?.quick_check;
    if (found !== "ok") throw new HoldfastError(damagedFailure(file, String(found)));
  } finally {
    db.close();
  }
}

function prepare(db: DatabaseSync, maxBytes: number | undefined): void {
  db.exec("PRAGMA busy_timeout = 5000");
  const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  if (mode !== "wal")
    throw new HoldfastError({
      class: "rejected",
      code: "no_wal",
      message:
        "The disk that holds the queue's file can't keep a write-ahead log (network drives often can't).",
      hint: "Put the file on a local disk.",
      source: "queue",
    });
  syncFully(db);
  // What is forgotten or redacted is overwritten, not just let go of: pruning costs 57 instead of 25 µs an event.
  db.exec("PRAGMA secure_delete = ON");
  db.exec("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864");
  if (maxBytes !== undefined) {
    const pageSize = Number(db.prepare("PRAGMA page_size").get()?.page_size);
    db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
  }
}

/** For every connection that writes to a queue's file. */
export function syncFully(db: DatabaseSync): void {
  // Some builds of SQLite default to less in WAL mode; FULL is one fsync a commit, which is the promise.
  db.exec("PRAGMA synchronous = FULL");
  // macOS alone: without it fsync stops at the drive's cache.
  db.exec("PRAGMA fullfsync = ON");
}

function checkStillThere(file: string, inode: number): void {
  if (statSync(file, { throwIfNoEntry: false })?.ino === inode) return;
  throw new HoldfastError({
    class: "unavailable",
    code: "not_stored",
    message: `The queue's file ${file} was deleted or replaced while it was in use; nothing more is stored in it.`,
    hint: "Put the file back where it was, or start the queue again to begin with what is there now.",
    source: "queue",
  });
}
