import {
  type BulkRedrive,
  type EventQuery,
  type EventStore,
  HoldfastError,
  startBulkRedrive,
} from "../../src/index.ts";

type Progress = BulkRedrive["progress"];

/**
 * One retry of many a queue, as long as this process lives: what it did not come to stays a dead letter. Its beginning
 * and its end are written down, so that one that was cut off can be told.
 */
export interface BulkRetries {
  /** @param meant which dead letters, in words. */
  start(
    store: EventStore,
    query: EventQuery,
    options: { by: string; perSecond: number; meant: string },
  ): Promise<Progress>;
  /** The one that runs, or the last one that ran. */
  progress(queue: string): Progress | null;
  /** False when none runs. */
  stop(queue: string, by: string): boolean;
}

export function deadLetters(count: number): string {
  return count === 1 ? "1 dead letter" : `${count} dead letters`;
}

interface Running {
  retry: BulkRedrive;
  stoppedBy?: string;
}

export function bulkRetries(onError: (error: Error) => void): BulkRetries {
  const known = new Map<string, Running>();
  const running = (queue: string): Running | null => {
    const one = known.get(queue);
    return one && one.retry.progress.endedAt === null ? one : null;
  };

  const writeDown = async (
    store: EventStore,
    one: Running,
    { by, perSecond, meant }: { by: string; perSecond: number; meant: string },
  ): Promise<void> => {
    const { progress, ended } = one.retry;
    const ending = ended.then(
      (count) => ({ count }),
      (error: Error) => ({ error }),
    );
    await store.act({
      at: progress.startedAt,
      by,
      what: "retrying",
      detail: `${deadLetters(progress.total)}, ${perSecond} a second${meant}`,
    });
    const end = await ending;
    if ("error" in end) throw end.error;
    const stopped = one.stoppedBy === undefined ? "" : ": stopped";
    await store.act({
      at: progress.endedAt ?? Date.now(),
      by: one.stoppedBy ?? by,
      what: "retried",
      detail: `${end.count} of ${deadLetters(progress.total)} put back${stopped}`,
    });
  };

  return {
    async start(store, query, options) {
      const before = running(store.queue)?.retry.progress;
      if (before)
        throw new HoldfastError({
          class: "conflict",
          code: "retry_running",
          message: `Queue "${store.queue}" is putting dead letters back already: ${before.done} of ${before.total}.`,
          hint: "Wait for its end, or stop it.",
          source: "queue",
        });
      const one: Running = { retry: await startBulkRedrive(store, query, options) };
      known.set(store.queue, one);
      writeDown(store, one, options).catch(onError);
      return { ...one.retry.progress };
    },
    progress: (queue) => {
      const one = known.get(queue);
      return one ? { ...one.retry.progress } : null;
    },
    stop: (queue, by) => {
      const one = running(queue);
      if (!one) return false;
      one.stoppedBy = by;
      one.retry.stop();
      return true;
    },
  };
}
