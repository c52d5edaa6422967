import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { prepareBooks } from "./books.ts";
import { prepareCheckpointer } from "./checkpointer.ts";
import { isDamage, openFailure, storageFailure } from "./errors.ts";
import { type Answer, type Job, prepareGroupCommit } from "./group-commit.ts";
import { type OpenedFile, openFile } from "./open.ts";
import type { Opened, Reply, Request, ThreadData } from "./protocol.ts";
import { prepareOpenQueue, type Queue, type QueueOptions } from "./queues.ts";
import { prepareReads, prepareWrites } from "./statements.ts";

/** The thread that owns the database: it may wait for the disk, so that nobody else has to. */
const port = parentPort!;
const data = workerData as ThreadData;

try {
  serve(openFile(data));
  port.postMessage({ opened: true } satisfies Opened);
} catch (error) {
  port.postMessage({ opened: false, failure: openFailure(error, data.file) } satisfies Opened);
}

type Operation = (queue: Queue, ...args: unknown[]) => unknown;

function serve(opened: OpenedFile): void {
  const { db } = opened;
  const books = prepareBooks(db);
  const commitTogether = prepareGroupCommit(db, books.memory, books.finish);
  const checkpointer = prepareCheckpointer(db, opened.file);
  const openQueue = prepareOpenQueue(db, books);
  const writes = new Map(Object.entries(prepareWrites(db, books))) as unknown as Map<string, Operation>;
  const reads = new Map(Object.entries(prepareReads(db))) as unknown as Map<string, Operation>;
  const wanted = new Map<number, { name: string; options: QueueOptions }>();
  const queues = new Map<number, Queue>();
  /** Once damage was met nothing more is written: it could land on what is still whole. Looking goes on. */
  let damage: { error: unknown } | undefined;

  /** Opens a queue at its first use, in a commit of its own; one that failed is tried again at the next use. */
  const queueOf = (handle: number): Queue => {
    const known = queues.get(handle);
    if (known) return known;
    const { name, options } = wanted.get(handle)!;
    const [answer] = commitTogether([() => openQueue(name, options)]);
    if (!answer || "error" in answer) throw answer?.error;
    const queue = answer.value as Queue;
    queues.set(handle, queue);
    return queue;
  };

  const answerAll = (requests: Request[]): Reply[] => {
    const changes: { n: number; job: Job }[] = [];
    const looks: { n: number; job: Job }[] = [];
    const replies: Reply[] = [];
    const refuse = (n: number, error: unknown) => {
      if (isDamage(error)) damage ??= { error };
      replies.push({ n, failure: storageFailure(error, data.file) });
    };

    const gone = attempt(opened.checkStillThere);

    for (const request of requests) {
      if ("name" in request) {
        wanted.set(request.handle, request);
        continue;
      }
      if (!("args" in request)) continue;
      const { n, op, args, handle } = request;
      try {
        if ("error" in gone) throw gone.error;
        const queue = queueOf(handle);
        const write = writes.get(op);
        if (write && damage) throw damage.error;
        const run = write ?? reads.get(op)!;
        (write ? changes : looks).push({ n, job: () => run(queue, ...args) });
      } catch (error) {
        refuse(n, error);
      }
    }

    const settle = (answers: Answer[], asked: { n: number }[]) => {
      answers.forEach((answer, i) => {
        const { n } = asked[i]!;
        if ("error" in answer) refuse(n, answer.error);
        else replies.push({ n, value: answer.value });
      });
    };
    if (changes.length) {
      settle(commitTogether(changes.map(({ job }) => job)), changes);
      checkpointer.committed();
    }
    settle(
      looks.map(({ job }) => attempt(job)),
      looks,
    );
    return replies;
  };

  port.on("message", async (first: Request[]) => {
    const requests = first;
    // All that arrived while the last commit waited for the disk goes into this one.
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port))
      requests.push(...more.message);
    const replies = answerAll(requests);
    const close = requests.find(({ op }) => op === "$close");
    if (close) {
      await checkpointer.close();
      opened.close();
      replies.push({ n: close.n, value: undefined });
    }
    if (replies.length) port.postMessage(replies);
    if (close) port.close();
  });
}

function attempt(job: Job): Answer {
  try {
    return { value: job() };
  } catch (error) {
    return { error };
  }
}
