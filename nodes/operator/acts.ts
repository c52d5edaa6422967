import {
  type EventQuery,
  type EventStore,
  HoldfastError,
  parseExactJson,
  readEnvelope,
  unendedRetry,
} from "../../src/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { type Asked, whoIs } from "./access.ts";
import { deadLetters } from "./bulk-retries.ts";
import { type Filter, toQuery } from "./filter.ts";
import { noEvent } from "./looks.ts";
import { NEWEST_ACTS } from "./overview.ts";
import type { Desk, Reply } from "./routes.ts";
import { runningQueue } from "./running.ts";

const PER_SECOND = 20;
const FASTEST = 500;
const MOST_IDS = 1_000;
const MOST_NAMES = 10;

interface Body {
  ids?: unknown;
  filter?: unknown;
  perSecond?: unknown;
  reason?: unknown;
  was?: unknown;
  payload?: unknown;
}

/** Puts dead letters back: those that are named at once, those that match a filter some at a time. */
export async function retry(_RED: Runtime, { retries }: Desk, request: Asked): Promise<Reply> {
  const { store, worker } = runningQueue(request.params.queue ?? "");
  const body = bodyOf(request);
  const by = whoIs(request);
  const ids = idsOf(body);
  if (ids) {
    const now = Date.now();
    const named = await namesOf(store, ids);
    const count = await store.redrive({ ids }, { limit: ids.length, by, now });
    if (count > 0) await store.act({ at: now, by, what: "redriven", detail: named });
    worker.wake();
    return { body: { count } };
  }
  const filter = filterOf(body);
  const perSecond = Math.min(FASTEST, Math.max(1, Number(body.perSecond) || PER_SECOND));
  const options = { by, perSecond, meant: inWords(filter) };
  return { status: 202, body: await retries.start(store, deadOnly(filter), options) };
}

export async function stopRetry(_RED: Runtime, { retries }: Desk, request: Asked): Promise<Reply> {
  const { store } = runningQueue(request.params.queue ?? "");
  const by = whoIs(request);
  const stopped = retries.stop(store.queue, by);
  // Nothing runs here, but one that was cut off may stand there: it is put away.
  if (!stopped && unendedRetry(await store.acts(NEWEST_ACTS)))
    await store.act({ at: Date.now(), by, what: "retried", detail: "cut off before its end" });
  return { body: { stopped } };
}

/** Ends dead letters for good. */
export async function discard(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { store, worker } = runningQueue(request.params.queue ?? "");
  const body = bodyOf(request);
  const by = whoIs(request);
  const reason = textOf(body.reason);
  if (!reason) throw badAct("A discarded event is gone for good: say why.", "Give the reason.");
  const ids = idsOf(body);
  const filter = ids ? null : filterOf(body);
  const now = Date.now();
  const named = ids && (await namesOf(store, ids));
  const count = await store.discard(ids ? { ids } : deadOnly(filter!), { by, reason, now });
  const meant = named ?? `${deadLetters(count)}${inWords(filter!)}`;
  if (count > 0) await store.act({ at: now, by, what: "discarded", detail: `${meant}: ${reason}` });
  worker.wake();
  return { body: { count } };
}

/** Gives a dead letter another payload and puts it back; the original stays in its history. */
export async function edit(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { queue = "", id = "" } = request.params;
  const { store, worker } = runningQueue(queue);
  const { was, payload } = bodyOf(request);
  if (typeof was !== "string" || typeof payload !== "string")
    throw badAct(
      "An edit says what the payload was and what it shall be.",
      "Give was and payload, both as text.",
    );
  const event = await store.get(id);
  if (!event) throw noEvent(queue, id);
  if (readEnvelope(event.envelope).format === "json") requireJsonText(payload);
  const by = whoIs(request);
  const now = Date.now();
  const done = await store.edit(id, { was, payload, by, now });
  if (done === "gone") throw notDead(event.reference ?? `Event ${id}`);
  if (done === "changed")
    throw new HoldfastError({
      class: "conflict",
      code: "payload_changed",
      message: `The payload of ${event.reference ?? `event ${id}`} was changed meanwhile.`,
      hint: "Open it again and edit what it is now.",
      source: "queue",
    });
  const count = await store.redrive({ ids: [id] }, { limit: 1, by, now });
  await store.act({ at: now, by, what: "edited", detail: event.reference ?? `${event.topic} ${id}` });
  worker.wake();
  return { body: { count } };
}

export async function pause(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { store, worker } = runningQueue(request.params.queue ?? "");
  const by = whoIs(request);
  const reason = textOf(bodyOf(request).reason) || "paused by an operator";
  await worker.pause(reason);
  await store.act({ at: Date.now(), by, what: "paused", detail: reason });
  return { body: { paused: true } };
}

export async function resume(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { store, worker } = runningQueue(request.params.queue ?? "");
  await worker.resume();
  await store.act({ at: Date.now(), by: whoIs(request), what: "resumed", detail: "" });
  return { body: { paused: false } };
}

export async function probe(_RED: Runtime, _desk: Desk, request: Asked): Promise<Reply> {
  const { store, worker } = runningQueue(request.params.queue ?? "");
  const held = worker.status().held !== null;
  worker.probeNow();
  if (held) await store.act({ at: Date.now(), by: whoIs(request), what: "probed", detail: "" });
  return { body: { held } };
}

function bodyOf(request: Asked): Body {
  return request.body && typeof request.body === "object" ? (request.body as Body) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim().slice(0, 1_000) : "";
}

function idsOf({ ids }: Body): string[] | null {
  if (ids === undefined) return null;
  if (Array.isArray(ids) && ids.length <= MOST_IDS && ids.every((id) => typeof id === "string")) return ids;
  throw badAct("ids is not a list of event ids.", `Give up to ${MOST_IDS} ids, as text.`);
}

/** Everything is asked for by an empty filter, never by leaving it out. */
function filterOf({ filter }: Body): Filter {
  if (
    filter !== null &&
    typeof filter === "object" &&
    Object.values(filter).every((v) => typeof v === "string")
  )
    return filter as Filter;
  throw badAct(
    "The act does not say which events it means.",
    "Give ids, or a filter; {} means all dead letters.",
  );
}

/** What people call those of them that are dead: the first, and how many more. */
async function namesOf(store: EventStore, ids: string[]): Promise<string> {
  const dead = await store.listIds({ ids, states: ["dead"], limit: MOST_IDS });
  const { events } = await store.list({ ids: dead.ids.slice(0, MOST_NAMES), limit: MOST_NAMES });
  const names = events.map(({ reference, topic, id }) => reference ?? `${topic} ${id}`).join(", ");
  const more = dead.ids.length - events.length;
  return more > 0 ? `${names} and ${more} more` : names;
}

function deadOnly(filter: Filter): EventQuery {
  return { ...toQuery({ ...filter, state: "dead" }, Date.now()), states: ["dead"] };
}

function inWords(filter: Filter): string {
  const { state: _dead, q: text, ...others } = filter;
  const parts = Object.entries({ ...others, text }).filter(([, value]) => value);
  return parts.length ? ` where ${parts.map(([name, value]) => `${name} is "${value}"`).join(", ")}` : "";
}

function requireJsonText(payload: string): void {
  try {
    parseExactJson(payload);
  } catch (thrown) {
    throw badAct(`The payload is not JSON: ${(thrown as Error).message}`, "Correct it and try again.");
  }
}

function notDead(name: string): HoldfastError {
  return new HoldfastError({
    class: "conflict",
    code: "not_dead",
    message: `${name} is no dead letter any more.`,
    hint: "Somebody else retried or discarded it: look at its history.",
    source: "queue",
  });
}

function badAct(message: string, hint: string): HoldfastError {
  return new HoldfastError({ class: "rejected", code: "bad_act", message, hint, source: "queue" });
}
