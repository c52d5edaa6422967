import { findAcross, HoldfastError } from "../../src/index.ts";
import { destinations, openQueues, type Runtime } from "../runtime/index.ts";
import { type Asked, mayWrite, whoIs } from "./access.ts";
import { type EventRow, toDetail, toRow } from "./event-view.ts";
import { type Filter, namesOf, toQuery } from "./filter.ts";
import { recordOf } from "./odoo-record.ts";
import { healthOf, viewQueues } from "./overview.ts";
import type { Desk, Reply } from "./routes.ts";
import { runningQueue } from "./running.ts";

const MOST_ROWS = 200;
/** Of one name there are few: an order and what happened to it. */
const MOST_NAMED = 50;

/** At a glance. */
export async function overview(RED: Runtime, { rates, retries }: Desk, request: Asked): Promise<Reply> {
  const now = Date.now();
  const queues = await viewQueues(rates, retries, now);
  const you = { name: whoIs(request), mayWrite: await mayWrite(RED, request) };
  return { body: { now, you, queues, destinations: destinations(), health: healthOf(queues) } };
}

export async function health(_RED: Runtime, { rates, retries }: Desk): Promise<Reply> {
  const found = healthOf(await viewQueues(rates, retries, Date.now()));
  return { status: found.status === "failing" ? 503 : 200, body: found };
}

/** A page of the log; with a searched text, what bears that very name comes first, whatever the filters. */
export async function listEvents(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const now = Date.now();
  const asked = request.query as Filter & { queue?: string; cursor?: string; limit?: string };
  const query = toQuery(asked, now);
  const stores = storesOf(asked.queue);
  const limit = Math.min(MOST_ROWS, Math.max(1, Number(asked.limit) || 50));
  const rows = (found: Awaited<ReturnType<typeof findAcross>>["found"]): EventRow[] =>
    found.map(({ queue, event }) => toRow(queue, event, now));
  const names = asked.cursor ? [] : namesOf(asked.q ?? "");
  const [named, page] = await Promise.all([
    names.length === 0
      ? null
      : findAcross(storesOf(), { references: names }, { limit: MOST_NAMED, cursor: null }),
    findAcross(stores, query, { limit, cursor: asked.cursor ? readCursor(asked.cursor) : null }),
  ]);
  return {
    body: { named: named ? rows(named.found) : [], events: rows(page.found), next: writeCursor(page.next) },
  };
}

export async function oneEvent(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { queue = "", id = "" } = request.params;
  const { store } = runningQueue(queue);
  const [event, history] = await Promise.all([store.get(id), store.history(id)]);
  if (!event) throw noEvent(queue, id);
  return { body: toDetail(queue, event, history, Date.now()) };
}

/** Where the record of a done event stands in Odoo. */
export async function odooRecord(RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { queue = "", id = "" } = request.params;
  const event = await runningQueue(queue).store.get(id);
  if (!event) throw noEvent(queue, id);
  const record = await recordOf(RED, event.key);
  if (!record)
    throw new HoldfastError({
      class: "rejected",
      code: "no_record",
      message: `Odoo has no record of ${event.reference ?? `event ${id}`} that this user can read.`,
      hint: "It was ended without being written, or written under another external id, or deleted in Odoo since.",
      source: "odoo",
    });
  return { body: record };
}

export async function listActs(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { store } = runningQueue(request.params.queue ?? "");
  return { body: { acts: await store.acts(100) } };
}

function storesOf(name?: string) {
  if (name) return [runningQueue(name).store];
  return openQueues().flatMap((session) => session.running()?.store ?? []);
}

function writeCursor(cursor: object | null): string | null {
  return cursor && Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function readCursor(text: string): Record<string, number> {
  try {
    const read = JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, number>;
    if (Object.values(read).every(Number.isSafeInteger)) return read;
  } catch {
    // Below.
  }
  throw new HoldfastError({
    class: "rejected",
    code: "bad_filter",
    message: "This cursor is none that the log gave.",
    hint: "Leave it out to begin at the newest.",
    source: "queue",
  });
}

export function noEvent(queue: string, id: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "no_event",
    message: `Queue "${queue}" has no event ${id} (any more).`,
    hint: "Done events are forgotten after a while: the durable-queue node says when.",
    source: "queue",
  });
}
