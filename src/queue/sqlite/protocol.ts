import type { Failure } from "../../failure.ts";
import type { QueueOptions } from "./queues.ts";

/** What the main thread asks. Requests travel many to a message: all of one turn of the event loop together. */
export type Request =
  | { n: number; op: string; handle: number; args: unknown[] }
  /** Makes `handle` mean a queue; not answered: a queue that can't be opened fails its first request. */
  | { n: number; op: "$queue"; handle: number; name: string; options: QueueOptions }
  | { n: number; op: "$close" };

export type Reply = { n: number; value: unknown } | { n: number; failure: Failure };

/** The thread's first message. */
export type Opened = { opened: true } | { opened: false; failure: Failure };

export interface ThreadData {
  file: string;
  maxBytes?: number;
}
