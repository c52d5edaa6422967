import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { CheckpointAnswer, CheckpointAsk } from "./checkpointer.ts";
import { type Frames, FULL_LOG } from "./log-length.ts";
import { syncFully } from "./open.ts";

/** So few frames are copied within a commit's own time. */
const LITTLE = 100;
const MOST_ROUNDS = 4;

const port = parentPort!;
const db = new DatabaseSync(workerData as string);
syncFully(db);
const checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");

/** Copies what is in the log while the queue's thread goes on writing behind it. */
function copy(): CheckpointAnswer {
  let copied = 0;
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { log } = checkpoint.get() as unknown as Frames;
      if (log < FULL_LOG) return "copied";
      if (log - copied < LITTLE) break;
      copied = log;
    }
    return "full";
  } catch {
    // A full or failing disk: what is in the log stays there, and the next commit says what is wrong.
    return "copied";
  }
}

port.on("message", (ask: CheckpointAsk) => {
  if (ask === "copy") return port.postMessage(copy());
  db.close();
  port.close();
});
