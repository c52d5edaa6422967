import type { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { checkpointThread } from "./thread-file.ts";

/**
 * The log goes into the file on a thread of its own: within a commit it kept every waiting webhook waiting for two
 * more fsyncs and a thousand pages (p99 11 ms instead of 3 ms).
 *
 * A log begins anew only when all of it was copied, and the queue's thread writes while the other one copies. So when
 * the log is long, the other one copies until little is left, and the queue's thread then copies that between two
 * commits.
 */
export interface Checkpointer {
  /** Something was committed. */
  committed(): void;
  /** Resolves when the other thread has let go of the file. */
  close(): Promise<void>;
}

export type CheckpointAsk = "copy" | "close";
export type CheckpointAnswer = "copied" | "full";

/** What SQLite says of a checkpoint: frames in the log, and how many of them are in the file by now. */
export interface Frames {
  log: number;
  checkpointed: number;
}

/** Frames (4 KB each) in a log that shall begin anew. */
export const FULL_LOG = 4_000;
/** Rows written, of some thousand frames; with large payloads of more, up to where SQLite copies by itself. */
const ROWS_A_COPY = 1_200;
/** Frames; when the other thread can't follow, the commit that gets here copies, as it does by default at 1,000. */
const LAST_RESORT = 8_000;

export function prepareCheckpointer(db: DatabaseSync, file: string): Checkpointer {
  db.exec(`PRAGMA wal_autocheckpoint = ${LAST_RESORT}`);
  const rowsWritten = db.prepare("SELECT total_changes() AS n");
  const checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  let thread: Worker | undefined;
  let copying = false;
  let copiedAt = 0;

  const ask = (what: CheckpointAsk) => thread?.postMessage(what);

  const copyTheRest = () => {
    try {
      checkpoint.get();
    } catch {
      // A full or failing disk: the next commit says it.
    }
  };

  const start = () => {
    const started = new Worker(checkpointThread, {
      workerData: file,
      execArgv: ["--disable-warning=ExperimentalWarning"],
      name: "checkpoint",
    });
    started.on("message", (answer: CheckpointAnswer) => {
      copying = false;
      if (answer === "full") copyTheRest();
    });
    // Whatever it died of, SQLite copies by itself until the next one is started; a fault of the disk shows at a commit.
    started.on("error", () => {});
    started.on("exit", () => {
      thread = undefined;
      copying = false;
    });
    return started;
  };

  return {
    committed: () => {
      if (copying) return;
      const written = rowsWritten.get()!.n as number;
      if (written - copiedAt < ROWS_A_COPY) return;
      copiedAt = written;
      copying = true;
      thread ??= start();
      ask("copy");
    },
    close: async () => {
      if (!thread) return;
      const ending = thread;
      const gone = new Promise<void>((resolve) => ending.once("exit", () => resolve()));
      ask("close");
      await gone;
    },
  };
}
