import { Worker } from "node:worker_threads";
import { type Failure, HoldfastError } from "../../failure.ts";
import { passingMap } from "../../passing-map.ts";
import type { Opened, Reply, Request, ThreadData } from "./protocol.ts";
import type { QueueOptions } from "./queues.ts";
import { queueThread } from "./thread-file.ts";

/** The line to the database's thread. */
export interface Channel {
  request(op: string, handle: number, args: unknown[]): Promise<unknown>;
  /** Says which queue a handle means; goes out in order with the requests, and has no answer. */
  open(handle: number, name: string, options: QueueOptions): void;
  close(): Promise<void>;
}

const AT_ONCE = 4;

type Waiter = { resolve(value: unknown): void; reject(error: Error): void };

/** Starts the thread; resolves when it has the file open, rejects with its reason when it refuses. */
export function openChannel(data: ThreadData, onError: (error: Error) => void): Promise<Channel> {
  const thread = new Worker(queueThread, {
    workerData: data,
    // Some versions of Node print a warning about node:sqlite; it tells a user nothing.
    execArgv: ["--disable-warning=ExperimentalWarning"],
    name: "queue",
  });
  const waiting = passingMap<number, Waiter>();
  let outbox: Request[] = [];
  let last = 0;
  let over: (() => HoldfastError) | undefined;

  const flush = () => {
    const requests = outbox;
    if (requests.length === 0) return;
    outbox = [];
    try {
      thread.postMessage(requests);
    } catch {
      // One of them holds what can't travel to a thread: it alone fails.
      for (const request of requests) postAlone(request);
    }
  };

  const postAlone = (request: Request) => {
    try {
      thread.postMessage([request]);
    } catch (error) {
      waiting.get(request.n)?.reject(error as Error);
      waiting.delete(request.n);
    }
  };

  const post = (message: Request) => {
    // A few to a message, because a message costs something too; but the thread is not kept waiting for the end of
    // this turn: then it and this thread would work by turns (bench: webhooks 0.81 → 0.92 of the core nodes').
    const size = outbox.push(message);
    if (size >= AT_ONCE) flush();
    else if (size === 1) setImmediate(flush);
  };

  const ask = (message: Request) =>
    new Promise<unknown>((resolve, reject) => {
      if (over) return reject(over());
      // Only work in progress keeps the process alive.
      if (waiting.size() === 0) thread.ref();
      waiting.set(message.n, { resolve, reject });
      post(message);
    });

  const onReplies = (replies: Reply[]) => {
    for (const reply of replies) {
      const waiter = waiting.get(reply.n);
      waiting.delete(reply.n);
      if ("failure" in reply) waiter?.reject(new HoldfastError(reply.failure));
      else waiter?.resolve(reply.value);
    }
    if (waiting.size() === 0) thread.unref();
  };

  const end = (why: () => HoldfastError) => {
    over ??= why;
    for (const { reject } of waiting.values()) reject(over());
    waiting.clear();
  };

  const channel: Channel = {
    request: (op, handle, args) => ask({ n: ++last, op, handle, args }),
    open: (handle, name, options) => {
      if (!over) post({ n: ++last, op: "$queue", handle, name, options });
    },
    close: async () => {
      if (over) return;
      const closing = ask({ n: ++last, op: "$close" });
      over = () => closedError(data.file);
      await closing;
      await thread.terminate();
    },
  };

  return new Promise((resolve, reject) => {
    let refused: Failure | undefined;
    thread.once("message", (opened: Opened) => {
      if (!opened.opened) {
        refused = opened.failure;
        over = () => new HoldfastError(opened.failure);
        reject(over());
        void thread.terminate();
        return;
      }
      thread.on("message", onReplies);
      thread.unref();
      resolve(channel);
    });
    const died = (cause: unknown) => {
      if (refused) return;
      const closed = over !== undefined;
      const error = () => diedError(data.file, cause);
      end(error);
      reject(error());
      if (!closed) onError(error());
    };
    thread.on("error", died);
    thread.on("exit", (code) => died(new Error(`exit code ${code}`)));
  });
}

function closedError(file: string): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "queue_closed",
    message: `The queue's file ${file} is closed.`,
    source: "queue",
  });
}

function diedError(file: string, cause: unknown): HoldfastError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError(
    {
      class: "unavailable",
      code: "queue_stopped",
      message: `The thread that keeps the queue's file ${file} ended unexpectedly (${detail}).`,
      hint: "What was acknowledged is safe on disk. Start the queue again; if it happens again, please report it.",
      source: "queue",
    },
    { cause },
  );
}
