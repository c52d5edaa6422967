import type { DatabaseSync } from "node:sqlite";

/** How much is in the log, for who decides when it goes into the file. */
export interface LogLength {
  /** It shall begin anew, and has grown well since the last time that was asked for. */
  isFull(): boolean;
  /** Nothing more may be written before it is copied. */
  isTooLong(): boolean;
  /** Worth copying when nothing else is to do. */
  isLong(): boolean;
  /** Copying was asked for. */
  asked(): void;
}

/** What SQLite says of a log: frames in it (4 KB each), and how many of them are in the file by now. */
export interface Frames {
  log: number;
  checkpointed: number;
}

/** Frames in a log that shall begin anew. */
export const FULL_LOG = 5_000;
/** Frames (33 MB) beyond which no commit may go while the other thread still copies: a busy machine may let it wait. */
export const LAST_RESORT = 8_000;
/** Frames that a full one grows by until it is asked for again: a reader may keep it from beginning anew. */
const GROWN = 1_000;
/** Frames that are worth two fsyncs when there is nothing else to do. */
const LONG = 250;

export function prepareLogLength(db: DatabaseSync, countsFrames = canCountFrames(db)): LogLength {
  return countsFrames ? byFrames(db) : byRows(db);
}

/** An older SQLite takes the question for an order to copy. */
function canCountFrames(db: DatabaseSync): boolean {
  const [major, minor] = String(db.prepare("SELECT sqlite_version() AS v").get()!.v).split(".").map(Number);
  return major! > 3 || (major === 3 && minor! >= 51);
}

function byFrames(db: DatabaseSync): LogLength {
  const count = db.prepare("PRAGMA wal_checkpoint(NOOP)");
  const frames = (): Frames => {
    try {
      return count.get() as unknown as Frames;
    } catch {
      // A failing disk: the next commit says it.
      return { log: 0, checkpointed: 0 };
    }
  };
  let askedAt = 0;
  return {
    isFull: () => {
      const { log } = frames();
      if (log < askedAt) askedAt = 0;
      return log >= FULL_LOG && log - askedAt >= GROWN;
    },
    isTooLong: () => frames().log >= LAST_RESORT,
    isLong: () => {
      const { log, checkpointed } = frames();
      return log - checkpointed >= LONG;
    },
    asked: () => {
      askedAt = frames().log;
    },
  };
}

/** Rows written, of some thousand frames; with large payloads of more, up to where SQLite copies by itself. */
const MANY_ROWS = 1_200;

/** Then it is copied in parts, and the thread that copies sees how long it is. */
function byRows(db: DatabaseSync): LogLength {
  const count = db.prepare("SELECT total_changes() AS n");
  const rows = () => count.get()!.n as number;
  let askedAt = 0;
  const isLong = () => rows() - askedAt >= MANY_ROWS;
  return {
    isFull: isLong,
    isTooLong: () => false,
    isLong,
    asked: () => {
      askedAt = rows();
    },
  };
}
