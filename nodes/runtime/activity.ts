import type { WorkerOutcome } from "../../src/index.ts";

/** What went through a queue of this process; told to whoever counts, logs or shows it. */
export type Activity =
  | { what: "stored"; queue: string; at: number }
  | {
      what: "settled";
      queue: string;
      at: number;
      id: string;
      reference: string | null;
      topic: string;
      attempt: number;
      enqueuedAt: number;
      outcome: WorkerOutcome;
    };

const listeners = new Set<(activity: Activity) => void>();

export function tellActivity(activity: Activity): void {
  for (const listener of listeners) listener(activity);
}

/** Returns how to stop it. */
export function onActivity(listener: (activity: Activity) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
