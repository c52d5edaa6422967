import type { Failure } from "../../failure.ts";
import type { EventState, HistoryEntry, NewEvent, StoredEvent } from "../event-store.ts";

export type Row = Record<string, unknown>;

/** How a body is read: as bytes, because some versions of Node cut a text off at its first NUL. */
export const bodyColumns = "CAST(envelope AS BLOB) AS envelope, CAST(payload AS BLOB) AS payload";

/** Whether a person ended it for good: what people did stays in an event's history. */
export const wasDiscarded =
  "EXISTS (SELECT 1 FROM history WHERE history.seq = event.seq AND history.what = 'discarded')";

function toText(bytes: unknown): string {
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength).toString("utf8");
}

/** An event's row, with its body beside it or joined into it. */
export function toEvent(row: Row, body: Row = row): StoredEvent {
  const enqueuedAt = row.enqueued_at as number;
  return {
    id: String(row.seq),
    seq: row.seq as number,
    key: row.key as string | null,
    dedupeId: row.dedupe_id as string | null,
    topic: row.topic as string,
    reference: row.reference as string | null,
    envelope: toText(body.envelope),
    payload: toText(body.payload),
    state: row.state as EventState,
    attempts: row.attempts as number,
    stalls: row.stalls as number,
    enqueuedAt,
    dueAt: (row.due_at as number) || enqueuedAt,
    settledAt: row.settled_at as number | null,
    discarded: row.discarded === 1,
    lastFailure: toFailure(row.failure),
  };
}

export function toHistoryEntry(row: Row): HistoryEntry {
  return {
    at: row.at as number,
    times: row.times as number,
    attempt: row.attempt as number,
    what: row.what as HistoryEntry["what"],
    failure: toFailure(row.failure),
    by: row.by as string | null,
    reason: row.reason as string | null,
  };
}

function toFailure(text: unknown): Failure | null {
  return typeof text === "string" ? (JSON.parse(text) as Failure) : null;
}

/** The row number behind an event's id; null for what was never one of ours. */
export function seqOf(id: string): number | null {
  return /^[1-9]\d{0,15}$/.test(id) ? Number(id) : null;
}

/** A NUL in a name would be cut off by some versions of Node when it is read back; the body is read as bytes. */
export function withPlainNames(event: NewEvent): NewEvent {
  const plain = <T extends string | null>(name: T) =>
    (name?.includes("\0") ? name.replaceAll("\0", "\ufffd") : name) as T;
  return {
    ...event,
    key: plain(event.key),
    dedupeId: plain(event.dedupeId),
    topic: plain(event.topic),
    reference: plain(event.reference),
  };
}
