import {
  type BulkRedrive,
  type EventQuery,
  type EventStore,
  HoldfastError,
  startBulkRedrive,
} from "../../src/index.ts";

type Progress = BulkRedrive["progress"];

/** One retry of many a queue, as long as this process lives: what it did not come to stays a dead letter. */
export interface BulkRetries {
  start(store: EventStore, query: EventQuery, options: { by: string; perSecond: number }): Promise<Progress>;
  progress(queue: string): Progress | null;
  stop(queue: string): boolean;
}

export function bulkRetries(onError: (error: Error) => void): BulkRetries {
  const running = new Map<string, BulkRedrive>();
  return {
    async start(store, query, options) {
      const before = running.get(store.queue);
      if (before && before.progress.endedAt === null)
        throw new HoldfastError({
          class: "conflict",
          code: "retry_running",
          message: `Queue "${store.queue}" is putting dead letters back already: ${before.progress.done} of ${before.progress.total}.`,
          hint: "Wait for its end, or stop it.",
          source: "queue",
        });
      const retry = await startBulkRedrive(store, query, options);
      running.set(store.queue, retry);
      retry.ended.catch(onError);
      return { ...retry.progress };
    },
    progress: (queue) => {
      const retry = running.get(queue);
      return retry ? { ...retry.progress } : null;
    },
    stop: (queue) => {
      const retry = running.get(queue);
      if (!retry || retry.progress.endedAt !== null) return false;
      retry.stop();
      return true;
    },
  };
}
