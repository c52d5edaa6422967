import { HoldfastError } from "../../src/index.ts";
import { findQueue, openQueues, type QueueSession } from "../runtime/index.ts";

export type Running = NonNullable<ReturnType<QueueSession["running"]>>;

/** The open queue of that name. @throws HoldfastError `no_queue`, `queue_closed` */
export function runningQueue(name: string): Running & { session: QueueSession } {
  const session = findQueue(name || "-");
  if (!session) {
    const known = openQueues().map((queue) => queue.name);
    throw new HoldfastError({
      class: "rejected",
      code: "no_queue",
      message: `There is no queue "${name}" in this Node-RED. Queues: ${known.join(", ") || "none"}.`,
      source: "queue",
    });
  }
  const running = session.running();
  if (!running)
    throw new HoldfastError({
      class: "unavailable",
      code: "queue_closed",
      message: `Queue "${name}" is not open.`,
      hint: "Its node's status says why.",
      source: "queue",
    });
  return { ...running, session };
}
