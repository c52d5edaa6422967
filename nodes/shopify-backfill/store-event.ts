import { type BackfillEvent, HoldfastError, parseExactJson } from "../../src/index.ts";
import {
  expireReceipt,
  type FlowNode,
  type Message,
  onlyTarget,
  openReceipt,
  type Runtime,
} from "../runtime/index.ts";

const storedWithinMs = 30_000;

/**
 * Sends an event as shopify-webhook-in does, and resolves once a durable-queue has it on disk. Stopped meanwhile, nobody
 * knows whether it has; the next run finds out.
 * @throws HoldfastError, AbortError
 */
export async function storeEvent(
  RED: Runtime,
  node: FlowNode,
  event: BackfillEvent,
  signal: AbortSignal,
): Promise<void> {
  if (!node.wires?.[0]?.length) throw notWired();
  const messageId = RED.util.generateId();
  const { topic, text, shopify, reference } = event;
  const message = (): Message => ({ _msgid: messageId, topic, payload: parseExactJson(text), shopify });
  const stored = await new Promise<boolean>((resolve) => {
    const giveUp = (): void => void expireReceipt(messageId);
    const tooLate = setTimeout(giveUp, storedWithinMs);
    signal.addEventListener("abort", giveUp, { once: true });
    openReceipt(messageId, {
      text,
      deliveryId: shopify.webhookId,
      straightTo: onlyTarget(node),
      from: node.id,
      message,
      answer: (status) => {
        clearTimeout(tooLate);
        signal.removeEventListener("abort", giveUp);
        resolve(status === 200);
      },
    });
    node.send([message(), null]);
  });
  if (stored) return;
  signal.throwIfAborted();
  throw notStored(reference);
}

function notWired(): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "not_wired",
    message: "Nothing is wired to the first output of shopify-backfill.",
    hint: "Wire it to the same durable-queue as shopify-webhook-in, then deploy.",
    source: "queue",
  });
}

function notStored(reference: string): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "not_stored",
    message: `No durable-queue stored ${reference}.`,
    hint: "Wire the first output of shopify-backfill to a durable-queue; if it is, its status says why it stores nothing.",
    source: "queue",
  });
}
