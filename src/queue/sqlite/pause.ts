import type { DatabaseSync } from "node:sqlite";
import type { Pause } from "../event-store.ts";
import type { Queue } from "./queues.ts";

export function preparePause(db: DatabaseSync): (queue: Queue, reason: string, now: number) => void {
  const set = db.prepare("UPDATE queue SET pause_reason = ?, paused_at = ? WHERE id = ?");
  return (queue, reason, now) => void set.run(reason, now, queue.id);
}

export function prepareResume(db: DatabaseSync): (queue: Queue) => void {
  const clear = db.prepare("UPDATE queue SET pause_reason = NULL, paused_at = NULL WHERE id = ?");
  return (queue) => void clear.run(queue.id);
}

export function preparePaused(db: DatabaseSync): (queue: Queue) => Pause | null {
  const read = db.prepare("SELECT pause_reason AS reason, paused_at AS since FROM queue WHERE id = ?");
  return (queue) => {
    const row = read.get(queue.id);
    return row && row.since !== null ? { reason: row.reason as string, since: row.since as number } : null;
  };
}
