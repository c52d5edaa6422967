import type { Failure } from "../../failure.ts";
import type { EventState, NewEvent, StoredEvent } from "../event-store.ts";

/** How `eventFields` come back. */
export type Fields = (string | null)[];

/** What a job carries as its data. The payload is text within, so that it comes back byte for byte. */
export function toData(event: Pick<NewEvent, "reference" | "envelope" | "payload">): string {
  const { reference, envelope, payload } = event;
  return JSON.stringify({ reference, envelope, payload });
}

export function fromData(data: string): Pick<NewEvent, "reference" | "envelope" | "payload"> {
  const { reference, envelope, payload } = JSON.parse(data) as ReturnType<typeof fromData>;
  return { reference, envelope, payload };
}

export function toEvent(id: string, state: EventState, fields: Fields): StoredEvent {
  const [name, data, timestamp, attempts, stalls, finishedOn, ours, key, dedupeId, due, failure, discarded] =
    fields;
  const enqueuedAt = Number(timestamp);
  // A job that another BullMQ tool added: all of its data is the payload.
  const body = ours
    ? fromData(data ?? "")
    : { reference: null, envelope: JSON.stringify({ topic: name }), payload: data ?? "" };
  return {
    id,
    seq: Number(id),
    key: key ?? null,
    dedupeId: dedupeId ?? null,
    topic: name ?? "",
    ...body,
    state,
    attempts: Number(attempts ?? 0),
    stalls: Number(stalls ?? 0),
    enqueuedAt,
    dueAt: Number(due ?? 0) || enqueuedAt,
    settledAt: (state === "done" || state === "dead") && finishedOn ? Number(finishedOn) : null,
    discarded: !!discarded,
    lastFailure: failure ? (JSON.parse(failure) as Failure) : null,
  };
}

/** BullMQ counts jobs up from 1; anything else was never one of ours. */
export function isEventId(id: string): boolean {
  return /^[1-9]\d{0,15}$/.test(id);
}
