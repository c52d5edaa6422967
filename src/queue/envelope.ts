import { parseExactJson } from "../json.ts";

/** How a payload became text. */
type PayloadFormat = "json" | "text" | "base64" | "none";

export interface Envelope {
  format: PayloadFormat;
  properties: Record<string, unknown>;
}

/** What belongs to one way through a flow, not to the event. */
const transient = new Set([
  "_msgid",
  "payload",
  "req",
  "res",
  "queue",
  "stored",
  "failure",
  "error",
  "_error",
  "retry",
]);

/**
 * Packs a message for the queue: its payload as text, everything else that JSON can hold as the envelope.
 * @param verbatim the payload's own text, stored instead of writing it anew.
 * @throws TypeError when a property holds itself.
 */
export function packMessage(
  message: Record<string, unknown>,
  verbatim?: string,
): { envelope: string; payload: string } {
  const properties = Object.fromEntries(Object.entries(message).filter(([name]) => !transient.has(name)));
  const { format, text } =
    verbatim === undefined ? payloadText(message.payload) : { format: "json" as const, text: verbatim };
  return { envelope: packEnvelope({ format, properties }), payload: text };
}

/** Rebuilds the message that was packed, without an `_msgid`. */
export function unpackMessage(event: { envelope: string; payload: string }): Record<string, unknown> {
  const { format, properties } = readEnvelope(event.envelope);
  return { ...properties, payload: payloadOf(format, event.payload) };
}

export function readEnvelope(envelope: string): Envelope {
  const { format = "json", properties = {} } = JSON.parse(envelope) as Partial<Envelope>;
  return { format, properties };
}

export function packEnvelope(envelope: Envelope): string {
  return JSON.stringify(envelope);
}

function payloadText(payload: unknown): { format: PayloadFormat; text: string } {
  if (payload === undefined) return { format: "none", text: "" };
  if (typeof payload === "string") return { format: "text", text: payload };
  if (Buffer.isBuffer(payload)) return { format: "base64", text: payload.toString("base64") };
  return { format: "json", text: JSON.stringify(payload) ?? "null" };
}

function payloadOf(format: PayloadFormat, text: string): unknown {
  if (format === "json") return parseExactJson(text);
  if (format === "base64") return Buffer.from(text, "base64");
  return format === "none" ? undefined : text;
}
