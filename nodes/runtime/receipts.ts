import { parseExactJson, passingMap } from "../../src/index.ts";
import type { FlowNode, Message } from "./node-red.ts";

/** HTTP answers that wait until a durable queue has stored their event. */
export interface Receipt {
  /** The sender's id of this delivery; finds the receipt of a message that lost its `_msgid`, as `split` makes them. */
  deliveryId: string;
  /** The body as it came, to be stored byte for byte. */
  text: string;
  /** The one node that the message goes to, straight; null when others see it first, or too, and may change it. */
  straightTo: string | null;
  /** The node that received it. */
  from: string;
  /** The message as it was first sent. */
  message(): Message;
  answer(status: number): void;
}

interface OpenReceipt extends Receipt {
  messageId: string;
  /** A queue has got it. */
  claimed: boolean;
  /** Queues that are at it. */
  storing: number;
  /** Parts of a split message that are stored. */
  parts: Set<number>;
}

const open = passingMap<string, OpenReceipt>();
const byDelivery = passingMap<string, OpenReceipt>();

export function openReceipt(messageId: string, receipt: Receipt): void {
  const opened = { ...receipt, messageId, claimed: false, storing: 0, parts: new Set<number>() };
  open.set(messageId, opened);
  byDelivery.set(receipt.deliveryId, opened);
}

/**
 * A queue begins to store a message. Say how it ended: the request is answered 200 when every queue that began has
 * stored, a split message when all its parts are; 503 as soon as one could not. `closed`: the queue is started anew, and
 * the message, if somebody waits for it, will be sent to its successor; returns whether that is so.
 */
export function claimReceipt(message: Message): (ended: "stored" | "failed" | "closed") => boolean {
  const receipt = receiptOf(message);
  if (!receipt) return () => false;
  receipt.claimed = true;
  receipt.storing++;
  return (ended) => {
    receipt.storing--;
    if (ended === "closed") {
      receipt.claimed = receipt.storing > 0;
      return true;
    }
    if (ended === "failed") {
      end(receipt, 503);
      return true;
    }
    const parts = message.parts as { index?: number; count?: number } | undefined;
    if (parts?.index !== undefined) receipt.parts.add(parts.index);
    if (receipt.storing === 0 && receipt.parts.size >= (parts?.count ?? 0)) end(receipt, 200);
    return true;
  };
}

/** What a node received and no queue has got: Node-RED drops messages on their way to a node that is started anew. */
export function unclaimedMessages(from: string): Message[] {
  return open
    .values()
    .filter((receipt) => receipt.from === from && !receipt.claimed)
    .map((receipt) => receipt.message());
}

/** Answers a request whose time is over; false when it was answered before. */
export function expireReceipt(messageId: string): boolean {
  const receipt = open.get(messageId);
  if (receipt) end(receipt, 503);
  return receipt !== undefined;
}

/** The only node behind this one; null when there are several, or none. */
export function onlyTarget(node: FlowNode): string | null {
  const targets = node.wires?.flat() ?? [];
  return targets.length === 1 ? targets[0]! : null;
}

/** The sender's own bytes of a message that a node got; null when the flow changed the payload, undefined if unknown. */
export function verbatimText(message: Message, node: FlowNode): string | null | undefined {
  const receipt = receiptOf(message);
  if (!receipt) return undefined;
  const unchanged =
    receipt.straightTo === node.id ||
    JSON.stringify(parseExactJson(receipt.text)) === JSON.stringify(message.payload);
  return unchanged ? receipt.text : null;
}

function receiptOf(message: Message): OpenReceipt | undefined {
  const deliveryId = (message.shopify as { webhookId?: unknown } | undefined)?.webhookId;
  return open.get(message._msgid) ?? byDelivery.get(String(deliveryId));
}

function end(receipt: OpenReceipt, status: number): void {
  if (!open.delete(receipt.messageId)) return;
  if (byDelivery.get(receipt.deliveryId) === receipt) byDelivery.delete(receipt.deliveryId);
  receipt.answer(status);
}
