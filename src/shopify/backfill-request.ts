import { HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";
import { backfillTopics } from "./backfill-missing.ts";

/** What one run looks at. */
export interface BackfillJob {
  /** By when orders changed, or, for a first import, by when they were placed. */
  by: "updated" | "created";
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  topics: string[];
  /** These orders only, by their digits; then the times don't count. */
  ids: string[] | null;
  /** No orders, but all counts at these locations, by their digits. */
  levels?: string[] | null;
  /** Reports what is missing, brings nothing. */
  dryRun: boolean;
}

export interface BackfillSettings {
  topics: string[];
  /** How far back a first run looks, in milliseconds. */
  lookBackMs: number;
  /** How far a run reaches into the one before. */
  overlapMs: number;
  /** Changes younger than this are left alone: their webhooks may still be on their way. */
  settleMs: number;
}

export interface ReadRequest {
  job: BackfillJob;
  /** Goes on where the last run ended, and the next one shall go on where this one does. */
  isPlain: boolean;
}

/**
 * What a message asks for: `msg.payload` may hold from, to, by, topics, ids, levels, dryRun. Anything else, such as what an
 * inject node sends, means: go on where the last run ended.
 * @param position until when everything was looked at; null before the first run.
 * @param receivingSince when the first event arrived, where that is known: a first run begins no earlier, because what was
 * before came into Odoo some other way.
 * @throws HoldfastError `bad_request`
 */
export function readBackfillRequest(
  payload: unknown,
  settings: BackfillSettings,
  {
    now,
    position,
    receivingSince = null,
  }: { now: number; position: number | null; receivingSince?: number | null },
): ReadRequest {
  const asked = isJsonObject(payload) ? payload : {};
  const ids = readIds(asked.ids, "an order");
  const levels = readIds(asked.levels, "a location");
  const to = readTime(asked.to, "to") ?? now - settings.settleMs;
  const first = Math.max(now - settings.lookBackMs, (receivingSince ?? 0) - settings.overlapMs);
  const since = Math.min(to, position === null ? first : position - settings.overlapMs);
  const from = readTime(asked.from, "from") ?? (hasRange(asked) ? to - settings.lookBackMs : since);
  if (from > to) throw bad(`from (${iso(from)}) is later than to (${iso(to)})`);
  const dryRun = asked.dryRun === true;
  const job: BackfillJob = {
    by: readBy(asked.by),
    from,
    to,
    topics: readBackfillTopics(asked.topics ?? settings.topics),
    ids,
    ...(levels && { levels }),
    dryRun,
  };
  const isPlain = goesOn(payload) && !dryRun && asked.topics === undefined;
  return { job, isPlain };
}

/** Whether it begins where the last run ended, rather than at a time, or with records, that the message names. */
export function goesOn(payload: unknown): boolean {
  const asked = isJsonObject(payload) ? payload : {};
  return !hasRange(asked) && (asked.ids ?? null) === null && (asked.levels ?? null) === null;
}

function hasRange({ from, to, by }: { from?: unknown; to?: unknown; by?: unknown }): boolean {
  return from !== undefined || to !== undefined || by !== undefined;
}

/** "orders/create, refunds/create" or a list. @throws HoldfastError for what can't be brought. */
export function readBackfillTopics(value: unknown): string[] {
  const list = Array.isArray(value) ? value.map(String) : String(value ?? "").split(/[\s,]+/);
  const topics = list.map((topic) => topic.trim().toLowerCase()).filter((topic) => topic !== "");
  const odd = topics.find((topic) => topic !== "*" && !backfillTopics.includes(topic));
  if (odd !== undefined)
    throw bad(`${odd} can't be brought: only ${backfillTopics.join(", ")} can be read from Shopify later`);
  return topics.length === 0 || topics.includes("*") ? [...backfillTopics] : topics;
}

function readIds(value: unknown, of: string): string[] | null {
  if (value === undefined || value === null) return null;
  const list = Array.isArray(value) ? value : String(value).split(/[\s,]+/);
  const ids = list.map((each) => {
    const id = idDigits(typeof each === "string" ? each.trim() : each);
    if (id === null) throw bad(`"${String(each)}" is no id of ${of} (its digits, not its name)`);
    return id;
  });
  return [...new Set(ids)];
}

function readBy(value: unknown): "updated" | "created" {
  if (value === undefined || value === "updated") return "updated";
  if (value === "created") return "created";
  throw bad(`by is "${String(value)}"; it may be "updated" or "created"`);
}

function readTime(value: unknown, name: string): number | null {
  if (value === undefined || value === null || value === "") return null;
  const at = typeof value === "number" ? value : Date.parse(String(value));
  if (!Number.isFinite(at)) throw bad(`${name} is no time: ${JSON.stringify(value)}`);
  return at;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function bad(why: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "bad_request",
    message: `The backfill can't be run: ${why}.`,
    hint: 'msg.payload may be { "from": "2026-10-01", "to": "2026-11-01", "by": "created", "topics": "orders/create", "ids": ["5678"], "levels": ["70000000001"], "dryRun": true }, each of it optional.',
    source: "shopify",
  });
}
