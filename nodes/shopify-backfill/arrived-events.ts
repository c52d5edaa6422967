import {
  type Arrived,
  arrivedEvent,
  type EventStore,
  HoldfastError,
  unpackMessage,
} from "../../src/index.ts";
import { findQueue, openQueues, type QueueSession } from "../runtime/index.ts";

const eventsAtOnce = 100;

/** What the queues of this Node-RED know of an order, in whatever state its events are. @throws HoldfastError */
export async function arrivedEvents(queueName: string, orderId: string): Promise<Arrived[]> {
  const arrived: Arrived[] = [];
  for (const queue of queuesToAsk(queueName)) {
    const store = storeOf(queue);
    let after: number | undefined;
    do {
      const page = await store.list({
        key: `order:${orderId}`,
        limit: eventsAtOnce,
        ...(after !== undefined && { after }),
      });
      for (const event of page.events) arrived.push(arrivedEvent(event.topic, unpackMessage(event).payload));
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
  return arrived;
}

/**
 * When the first event of these queues arrived; now, where none did. Null where that can't be said, because events of the
 * last `withinMs` may be forgotten. @throws HoldfastError
 */
export async function receivingSince(queueName: string, withinMs: number): Promise<number | null> {
  let earliest = Date.now();
  for (const queue of queuesToAsk(queueName)) {
    const store = storeOf(queue);
    const { done } = await store.counts();
    if (queue.keepDoneMs < withinMs || done >= queue.keepDone) return null;
    const { events } = await store.list({ limit: 1 });
    earliest = Math.min(earliest, events[0]?.enqueuedAt ?? earliest);
  }
  return earliest;
}

function storeOf(queue: QueueSession): EventStore {
  const running = queue.running();
  if (running === null) throw notOpen(queue.name);
  return running.store;
}

function queuesToAsk(name: string): QueueSession[] {
  if (name === "") {
    const all = openQueues();
    if (all.length > 0) return all;
  }
  const queue = name === "" ? undefined : findQueue(name);
  if (queue) return [queue];
  throw new HoldfastError({
    class: "rejected",
    code: "no_queue",
    message:
      name === ""
        ? "No durable-queue runs in this Node-RED, so nobody can say which events arrived."
        : `No queue "${name}" runs in this Node-RED, so nobody can say which events arrived.`,
    hint: "Deploy a durable-queue behind shopify-backfill, and name it as in the node's Queue field.",
    source: "queue",
  });
}

function notOpen(name: string): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "queue_closed",
    message: `Queue "${name}" is not open yet.`,
    source: "queue",
  });
}
