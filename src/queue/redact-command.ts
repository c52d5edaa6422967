/** A wish to remove a person's data, as a message carries it: `topic` "redact", Shopify's own body as the payload. */
export interface RedactCommand {
  /** Undefined: every queue that is open here. */
  queue: string | undefined;
  body: unknown;
}

/** Null when the topic is no such wish. */
export function readRedactCommand(topic: unknown, payload: unknown): RedactCommand | null {
  if (topic !== "redact") return null;
  const queue = (payload as { queue?: unknown } | null | undefined)?.queue;
  return { queue: typeof queue === "string" && queue !== "" ? queue : undefined, body: payload };
}
