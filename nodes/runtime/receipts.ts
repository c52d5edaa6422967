import { parseExactJson } from "../../src/index.ts";
import type { FlowNode, Message } from "./node-red.ts";

/** HTTP answers that wait until a durable queue has stored their event. */
export interface Receipt {
  /** The body as it came, to be stored byte for byte. */
  text: string;
  /** The one node that the message goes to, straight; null when others see it first, or too, and may change it. */
  straightTo: string | null;
  answer(status: number): void;
}

const open = new Map<string, Receipt>();

export function openReceipt(messageId: string, receipt: Receipt): void {
  open.set(messageId, receipt);
}

/** The only node behind this one; null when there are several, or none. */
export function onlyTarget(node: FlowNode): string | null {
  const targets = node.wires?.flat() ?? [];
  return targets.length === 1 ? targets[0]! : null;
}

/** The sender's own bytes of a message that a node got, unless the flow changed the payload since. */
export function verbatimText(message: Message, node: FlowNode): string | undefined {
  const receipt = open.get(message._msgid);
  if (!receipt) return undefined;
  const unchanged =
    receipt.straightTo === node.id ||
    JSON.stringify(parseExactJson(receipt.text)) === JSON.stringify(message.payload);
  return unchanged ? receipt.text : undefined;
}

/** Answers a waiting request, once; true when there was one. */
export function answerReceipt(messageId: string, status: number): boolean {
  const receipt = open.get(messageId);
  if (!receipt) return false;
  open.delete(messageId);
  receipt.answer(status);
  return true;
}
