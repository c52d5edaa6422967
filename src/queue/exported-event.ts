import { createHash } from "node:crypto";
import { type Failure, HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import type { EventState, RestoredEvent, StoredEvent } from "./event-store.ts";

/** An open event or dead letter as one line of an export says it; nothing in it means the store it came from. */
export interface ExportedEvent {
  /** The format's version. */
  holdfast: 1;
  origin: string;
  queue: string;
  /** What it was at the export; only `dead` matters for an import: the others find their place again. */
  state: Exclude<EventState, "done">;
  key: string | null;
  dedupeId: string | null;
  topic: string;
  reference: string | null;
  attempts: number;
  enqueuedAt: number;
  dueAt: number;
  settledAt: number | null;
  lastFailure: Failure | null;
  envelope: string;
  payload: string;
}

export function toExported(queue: string, event: StoredEvent): ExportedEvent {
  const { key, dedupeId, topic, reference, attempts, enqueuedAt, dueAt, settledAt, lastFailure } = event;
  return {
    holdfast: 1,
    origin: originOf(queue, event),
    queue,
    state: event.state as ExportedEvent["state"],
    key,
    dedupeId,
    topic,
    reference,
    attempts,
    enqueuedAt,
    dueAt,
    settledAt,
    lastFailure,
    envelope: event.envelope,
    payload: event.payload,
  };
}

/** With its content, because a coalescing queue puts another one in the same place. */
function originOf(queue: string, { id, enqueuedAt, topic, dedupeId, payload }: StoredEvent): string {
  return createHash("sha256")
    .update(JSON.stringify([queue, id, enqueuedAt, topic, dedupeId, payload]))
    .digest("base64url");
}

/** @throws HoldfastError `bad_import`, naming the line, when it is not what an export writes. */
export function readExported(line: string, number: number): RestoredEvent {
  const event = parse(line);
  const text = (name: string) => typeof event[name] === "string";
  const textOrNull = (name: string) => event[name] === null || text(name);
  const time = (name: string) => Number.isFinite(event[name]);
  const wrong =
    event.holdfast !== 1
      ? "holdfast"
      : (["origin", "topic", "envelope", "payload"].find((name) => !text(name)) ??
        ["key", "dedupeId", "reference"].find((name) => !textOrNull(name)) ??
        ["attempts", "enqueuedAt", "dueAt"].find((name) => !time(name)) ??
        (["ready", "blocked", "leased", "dead"].includes(String(event.state)) ? undefined : "state") ??
        (event.settledAt === null || time("settledAt") ? undefined : "settledAt") ??
        (event.lastFailure === null || isJsonObject(event.lastFailure) ? undefined : "lastFailure") ??
        (isEnvelope(event.envelope) ? undefined : "envelope"));
  if (wrong !== undefined) throw badLine(number, wrong === "holdfast" ? undefined : wrong);
  const { origin, key, dedupeId, topic, reference, attempts, enqueuedAt, dueAt, settledAt, lastFailure } =
    event as unknown as ExportedEvent;
  const { envelope, payload } = event as unknown as ExportedEvent;
  return {
    origin,
    state: event.state === "dead" ? "dead" : "open",
    key,
    dedupeId,
    topic,
    reference,
    attempts,
    enqueuedAt,
    dueAt,
    settledAt,
    lastFailure,
    envelope,
    payload,
  };
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isEnvelope(text: unknown): boolean {
  try {
    return isJsonObject(JSON.parse(text as string));
  } catch {
    return false;
  }
}

function badLine(number: number, field: string | undefined): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "bad_import",
    message:
      field === undefined
        ? `Line ${number} of the import is not an exported event.`
        : `Line ${number} of the import is not an exported event: its ${field} is missing or wrong.`,
    hint: "Import a file that was exported, whole and unchanged. The lines before it are stored; importing them again changes nothing.",
    source: "queue",
  });
}
