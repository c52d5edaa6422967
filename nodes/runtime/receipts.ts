/** HTTP answers that wait until a durable queue has stored their event. */
export interface Receipt {
  /** The body as it came, to be stored byte for byte. */
  text: string;
  /** The parsed body as JSON text, to see whether the flow changed it on the way. */
  parsed: string;
  answer(status: number): void;
}

const open = new Map<string, Receipt>();

export function openReceipt(messageId: string, receipt: Receipt): void {
  open.set(messageId, receipt);
}

/** Looks at a message's receipt without ending it. */
export function receiptOf(messageId: string): Receipt | undefined {
  return open.get(messageId);
}

/** Answers a waiting request, once; true when there was one. */
export function answerReceipt(messageId: string, status: number): boolean {
  const receipt = open.get(messageId);
  if (!receipt) return false;
  open.delete(messageId);
  receipt.answer(status);
  return true;
}
