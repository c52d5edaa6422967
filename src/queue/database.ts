import type { EventStore } from "./event-store.ts";
import type { QueueOptions } from "./sqlite/queues.ts";

export type { QueueOptions } from "./sqlite/queues.ts";

/** Where queues live, whichever engine keeps them. */
export interface QueueDatabase {
  /** @throws HoldfastError `queue_in_use` while this database has the queue open. */
  queue(name: string, options?: QueueOptions): EventStore;
  /** Other processes may have the same queues open. */
  readonly shared?: boolean;
  /** Why "acknowledged means durable" can't hold here, in words for a person; null when it holds. */
  warning?(): string | null;
  /** Finishes what was asked, then lets go. */
  close(): Promise<void>;
}
