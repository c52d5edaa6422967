import { HoldfastError } from "../../failure.ts";
import type { EventStore } from "../event-store.ts";
import { openChannel } from "./channel.ts";
import type { QueueOptions } from "./queues.ts";
import { embeddedStore } from "./store.ts";

export type { QueueOptions } from "./queues.ts";

export interface EmbeddedDatabaseOptions {
  /** Its folder is made if need be. Beside it live FILE-wal, FILE-shm and FILE-lock. */
  file: string;
  /** The file grows no further: beyond this an append is refused as if the disk were full. Default: no limit. */
  maxBytes?: number;
  /** Hears when the thread that owns the file ended unexpectedly; everything asked of it fails from then on. */
  onError?: (error: Error) => void;
}

export interface EmbeddedDatabase {
  readonly file: string;
  /**
   * One queue of this file. Leases that an earlier process, or an earlier opening of the queue, left behind are over.
   * @throws HoldfastError `queue_in_use` while the queue is open: close that one first.
   */
  queue(name: string, options?: QueueOptions): EventStore;
  /** Finishes what was asked, then lets go of the file. */
  close(): Promise<void>;
}

/**
 * Opens the embedded engine: one file, for this process alone, holding any number of queues.
 * @throws HoldfastError `file_in_use`, `schema_newer`, `not_a_database`, `foreign_database`, `cannot_open`
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { file, maxBytes } = options;
  const channel = await openChannel(
    { file, ...(maxBytes === undefined ? {} : { maxBytes }) },
    options.onError ?? (() => {}),
  );
  const open = new Set<string>();
  let handles = 0;
  return {
    file,
    queue: (name, queueOptions = {}) => {
      if (open.has(name)) throw inUseError(name, file);
      open.add(name);
      const handle = ++handles;
      channel.open(handle, name, queueOptions);
      return embeddedStore(channel, handle, name, () => open.delete(name));
    },
    close: () => channel.close(),
  };
}

function inUseError(name: string, file: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "queue_in_use",
    message: `The queue "${name}" in ${file} is already open.`,
    hint: "Give each queue a name of its own.",
    source: "queue",
  });
}
