import type { EventPage, EventQuery, EventState, IdPage, StoredEvent } from "../event-store.ts";
import { type Fields, isEventId, toEvent } from "./rows.ts";

/** Events looked at in one step of a search, so that appends never wait long behind it. */
const SCAN_STEP = 500;
/** Events read whole in one step. */
const READ_STEP = 50;
const DEFAULT_LIMIT = 100;

type Found = [id: string, state: EventState, fields: Fields];

export interface Finder {
  /** Ids of a sorted index, by place in the queue. */
  ids(index: string, range: { after: number | null; desc: boolean; limit: number }): Promise<string[]>;
  skim(ids: string[]): Promise<Found[]>;
  read(ids: string[]): Promise<Found[]>;
}

/** Which indexes hold events of these states; together they hold every event once. */
function indexesOf(query: EventQuery): string[] {
  if (query.key !== undefined) return [`hf:key:${query.key}`];
  const wanted = (...states: EventState[]) =>
    !query.states || states.some((state) => query.states?.includes(state));
  return [
    ...(wanted("blocked", "ready", "leased") ? ["hf:open"] : []),
    ...(wanted("dead") ? ["hf:dead"] : []),
    ...(wanted("done") ? ["hf:done"] : []),
  ];
}

export async function findEvents(finder: Finder, query: EventQuery): Promise<EventPage> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const events: StoredEvent[] = [];
  for await (const found of matching(finder, query)) {
    events.push(found);
    if (events.length === limit) return { events, next: found.seq };
  }
  return { events, next: null };
}

export async function findIds(finder: Finder, query: EventQuery): Promise<IdPage> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const ids: string[] = [];
  for await (const id of matchingIds(finder, query)) {
    ids.push(id);
    if (ids.length === limit) return { ids, next: Number(id) };
  }
  return { ids, next: null };
}

async function* matchingIds(finder: Finder, query: EventQuery): AsyncGenerator<string> {
  if (query.text) for await (const { id } of matching(finder, query)) yield id;
  else
    for await (const step of steps(finder, query, query.order === "desc"))
      for (const found of await finder.skim(step)) if (mayMatch(found, query)) yield found[0];
}

/** The dead letters a query means, earliest first. */
export async function findDead(finder: Finder, query: EventQuery, limit: number): Promise<string[]> {
  if (limit <= 0 || (query.states && !query.states.includes("dead"))) return [];
  const ids: string[] = [];
  for await (const { id } of matching(finder, { ...query, order: "asc", states: ["dead"] })) {
    ids.push(id);
    if (ids.length === limit) break;
  }
  return ids;
}

async function* matching(finder: Finder, query: EventQuery): AsyncGenerator<StoredEvent> {
  const desc = query.order === "desc";
  for await (const step of steps(finder, query, desc)) {
    const candidates = (await finder.skim(step)).filter((found) => mayMatch(found, query)).map(([id]) => id);
    for (let at = 0; at < candidates.length; at += READ_STEP) {
      const read = await finder.read(candidates.slice(at, at + READ_STEP));
      for (const [id, state, fields] of read) {
        const event = toEvent(id, state, fields);
        if ((!query.states || query.states.includes(state)) && hasText(event, query.text)) yield event;
      }
    }
  }
}

async function* steps(finder: Finder, query: EventQuery, desc: boolean): AsyncGenerator<string[]> {
  const bySeq = (a: string, b: string) => (desc ? Number(b) - Number(a) : Number(a) - Number(b));
  const beyond = (id: string) =>
    query.after === undefined || (desc ? Number(id) < query.after : Number(id) > query.after);
  if (query.ids) {
    const ids = [...new Set(query.ids)].filter(isEventId).filter(beyond).sort(bySeq);
    for (let at = 0; at < ids.length; at += SCAN_STEP) yield ids.slice(at, at + SCAN_STEP);
    return;
  }
  const indexes = indexesOf(query);
  let after: number | null = query.after ?? null;
  for (;;) {
    const range = { after, desc, limit: SCAN_STEP };
    const lists = await Promise.all(indexes.map((index) => finder.ids(index, range)));
    const step = [...new Set(lists.flat())].sort(bySeq).slice(0, SCAN_STEP);
    if (step.length === 0) return;
    yield step;
    if (step.length < SCAN_STEP) return;
    after = Number(step.at(-1));
  }
}

function mayMatch([, state, fields]: Found, query: EventQuery): boolean {
  const [topic, failureClass, key, enqueued, dueField, head, discarded] = fields;
  const enqueuedAt = Number(enqueued);
  const due = Number(dueField ?? 0);
  const named = (reference: string) => head?.startsWith(`{"reference":${JSON.stringify(reference)},`);
  return (
    (!query.states || query.states.includes(state)) &&
    (query.key === undefined || key === query.key) &&
    (query.topic === undefined || topic === query.topic) &&
    (!query.references || query.references.some(named)) &&
    (query.failureClass === undefined || failureClass === query.failureClass) &&
    (!query.failed || !!failureClass) &&
    (query.discarded === undefined || query.discarded === !!discarded) &&
    (query.from === undefined || enqueuedAt >= query.from) &&
    (query.before === undefined || enqueuedAt < query.before) &&
    (query.dueAfter === undefined || due > query.dueAfter) &&
    (query.dueBy === undefined || due <= query.dueBy)
  );
}

function hasText(event: StoredEvent, text: string | undefined): boolean {
  if (!text) return true;
  const wanted = text.toLowerCase();
  const { reference, key, payload, lastFailure } = event;
  return [reference, key, payload, lastFailure && JSON.stringify(lastFailure)].some((part) =>
    part?.toLowerCase().includes(wanted),
  );
}
