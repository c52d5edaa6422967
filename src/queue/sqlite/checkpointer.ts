import type { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { prepareCopyAll } from "./copy-all.ts";
import { LAST_RESORT, prepareLogLength } from "./log-length.ts";
import { checkpointThread } from "./thread-file.ts";

/**
 * The log goes into the file on a thread of its own: within a commit it kept every waiting webhook waiting for two
 * more fsyncs and a thousand pages (p99 11 ms instead of 3 ms).
 *
 * It goes seldom, because a commit that meets the copying's fsync waits several times as long, and because pages that
 * are written again and again are copied once: a log of 37 MB at once takes 8 µs of processor an event, in parts of
 * some 3 MB it took 20.
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

/** When nothing came for so long the log is copied too, so that closing and recovering have little to do. */
const IDLE_MS = 250;

export function prepareCheckpointer(db: DatabaseSync, file: string): Checkpointer {
  db.exec(`PRAGMA wal_autocheckpoint = ${LAST_RESORT}`);
  const log = prepareLogLength(db);
  const checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  const copyAll = prepareCopyAll(db, "PASSIVE");
  let thread: Worker | undefined;
  let copying = false;
  let idle: NodeJS.Timeout | undefined;

  const ask = (what: CheckpointAsk) => thread?.postMessage(what);

  const copy = () => {
    if (copying) return;
    copying = true;
    log.asked();
    thread ??= start();
    ask("copy");
  };

  const copyTheRest = () => {
    try {
      checkpoint.get();
    } catch {
      // A full or failing disk: the next commit says it.
    }
  };

  /** Where the other thread is kept from running, the log would grow without end. */
  const waitForIt = () => {
    try {
      copyAll();
    } catch {
      // The same.
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

  const nothingCame = () => {
    if (log.isLong()) copy();
  };

  return {
    committed: () => {
      if (idle) idle.refresh();
      else idle = setTimeout(nothingCame, IDLE_MS);
      if (!copying && log.isFull()) copy();
      else if (copying && log.isTooLong()) waitForIt();
    },
    close: async () => {
      clearTimeout(idle);
      if (!thread) return;
      const ending = thread;
      const gone = new Promise<void>((resolve) => ending.once("exit", () => resolve()));
      ask("close");
      await gone;
    },
  };
}
