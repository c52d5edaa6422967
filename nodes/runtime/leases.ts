import { passingMap, type WorkerOutcome } from "../../src/index.ts";
import type { Message } from "./node-red.ts";

/** What a delivery's lease can do; lives in this process, never in a message. */
export interface LiveLease {
  lease: string;
  queue: string;
  attempt: number;
  /** What people call the event: "#1001". */
  reference: string | null;
  settle(outcome: WorkerOutcome): Promise<"ok" | "lost">;
}

const byLease = passingMap<string, LiveLease>();
/** A function node that returns a new object loses msg.queue, but Node-RED keeps its _msgid. */
const byMessageId = passingMap<string, LiveLease>();
const messageIdOf = new Map<string, string>();
/** What a second writer on the same delivery has to know when it fails. */
const doneLately = new Set<string>();
const remembered = 5_000;

export function registerLease(messageId: string, live: LiveLease): void {
  byLease.set(live.lease, live);
  byMessageId.set(messageId, live);
  messageIdOf.set(live.lease, messageId);
}

/** @param done the event is done: nothing can bring it again. */
export function forgetLease(lease: string, done = false): void {
  if (done) rememberDone(lease);
  byLease.delete(lease);
  const messageId = messageIdOf.get(lease);
  messageIdOf.delete(lease);
  if (messageId !== undefined && byMessageId.get(messageId)?.lease === lease) byMessageId.delete(messageId);
}

/** The lease that a message was delivered under, if it still lives. */
export function leaseOf(message: Message): LiveLease | undefined {
  const lease = message.queue?.lease;
  return (
    (typeof lease === "string" ? byLease.get(lease) : undefined) ?? byMessageId.get(String(message._msgid))
  );
}

/** True when a message came from a queue whose lease has ended since: it was settled, or delivered again. */
export function hadLease(message: Message): boolean {
  return typeof message.queue?.lease === "string";
}

/** True when a queue tells of a dead letter that did not come from its flow. */
export function isDead(message: Message): boolean {
  return message.queue?.dead === true;
}

/** True when the event of this message was settled done already, by another node of the flow. */
export function wasDone(message: Message): boolean {
  return doneLately.has(String(message.queue?.lease));
}

function rememberDone(lease: string): void {
  doneLately.add(lease);
  if (doneLately.size > remembered) for (const oldest of doneLately) return void doneLately.delete(oldest);
}

/** Settles a message's event as done; a message that no queue delivered is left alone. */
export async function settleDone(message: Message): Promise<"ok" | "lost" | "none"> {
  const live = leaseOf(message);
  if (live) return live.settle({ to: "done" });
  if (wasDone(message)) return "ok";
  return hadLease(message) ? "lost" : "none";
}
