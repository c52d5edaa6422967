import { type Failure, HoldfastError } from "../failure.ts";
import type { ImportRecord } from "../import-plan.ts";
import { makeTable, type ResolveId } from "./cells.ts";
import type { OdooClient } from "./client.ts";
import type { Said } from "./errors.ts";
import { isConflict } from "./exceptions.ts";
import { shopifyModule } from "./external-ids.ts";
import { behindRefused, ofThoseBehind } from "./hidden-reason.ts";
import { loadTextFailure, somebodyElse } from "./row-errors.ts";
import { still } from "./versions.ts";

/**
 * - `create-once`: what exists already stays as it is; however often and by however many it is called.
 * - `upsert`: what exists already gets these values; children not named stay.
 */
export type LoadMode = "create-once" | "upsert";

/** Ids for fields that no column names, in what is created: Odoo's `default_*` context keys. */
export type LoadDefaults = Readonly<Record<`default_${string}`, number>>;

export type LoadReply =
  | { ok: true; ids: number[]; warnings: string[] }
  /** Nothing was written. `blamed`: indexes of records that messages point at, maybe wrongly. */
  | { ok: false; failure: Failure; blamed: Map<number, Failure>; everyRecord: boolean };

interface Message {
  type: string;
  message: string;
  record?: number;
  rows?: { from: number; to: number };
}

const tries = 5;

/**
 * Writes records of one model and shape in one transaction, by `Model.load`.
 * Conflicts, which `load` reports inside a good reply, are tried again here.
 * @throws HoldfastError when Odoo is away or asks for a pause.
 */
export async function load(
  client: OdooClient,
  records: readonly ImportRecord[],
  resolve: ResolveId,
  mode: LoadMode,
  defaults: LoadDefaults = {},
): Promise<LoadReply> {
  const once: Once = (some) => loadOnce(client, some, resolve, mode, defaults);
  for (let attempt = 1; ; attempt++) {
    const reply = await loadAndTell(client, records, mode, once);
    if (reply.ok || reply.failure.class !== "conflict" || attempt === tries) return reply;
    await new Promise((wake) => setTimeout(wake, Math.random() * 60 * 2 ** attempt + 20));
  }
}

type Once = (records: readonly ImportRecord[]) => Promise<LoadReply>;

/** Odoo 14 and 15 try an invoice twice, the second time without its accounts, and tell of the second only. */
async function loadAndTell(
  client: OdooClient,
  records: readonly ImportRecord[],
  mode: LoadMode,
  once: Once,
): Promise<LoadReply> {
  const told = await once(records);
  if (told.ok || told.failure.code !== "account_missing" || mode !== "create-once") return told;
  if (!still((await client.version()).major, "hides why an invoice fails")) return told;
  const why = await once(behindRefused(records));
  if (why.ok) return told;
  if (why.blamed.size === 0) return why;
  const blamed = ofThoseBehind(why.blamed);
  const failures = [...blamed.values()];
  // Where nothing is in the way any more, it was somebody else.
  const failure = failures.find((one) => one.class === "conflict") ?? failures[0] ?? said(somebodyElse);
  return { ...told, failure, blamed };
}

async function loadOnce(
  client: OdooClient,
  records: readonly ImportRecord[],
  resolve: ResolveId,
  mode: LoadMode,
  defaults: LoadDefaults,
): Promise<LoadReply> {
  const model = records[0]?.model ?? "";
  const { fields, data, starts } = makeTable(records, resolve);
  let answer: unknown;
  try {
    answer = await client.call(model, "load", {
      args: { fields, data },
      context: { ...contexts[mode], ...defaults },
    });
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { failure } = error;
    if (failure.class === "unavailable" || failure.class === "throttled") throw error;
    return { ok: false, failure, blamed: new Map(), everyRecord: concernsAll.has(failure.code) };
  }
  return read(answer as { ids: number[] | false; messages?: Message[] }, records, starts, client);
}

// English, because error texts are recognized; UTC, because dates are read in the user's time zone otherwise.
const context = { module: shopifyModule, tz: "UTC", lang: "en_US" };
const contexts: Record<LoadMode, Record<string, unknown>> = {
  "create-once": { ...context, mode: "update", noupdate: true },
  // What it creates is marked as the other mode marks it, so that `create-once` leaves it alone too.
  upsert: { ...context, noupdate: true },
};

/** Failures that lie in the columns or the model, not in a row. */
const concernsAll = new Set([
  "unknown_field",
  "unknown_model",
  "unknown_method",
  "access_denied",
  "bad_call",
  "request_too_large",
]);

function read(
  answer: { ids: number[] | false; messages?: Message[] },
  records: readonly ImportRecord[],
  starts: readonly number[],
  client: OdooClient,
): LoadReply {
  const messages = answer.messages ?? [];
  const errors = messages.filter((message) => message.type === "error");
  if (Array.isArray(answer.ids) && errors.length === 0 && answer.ids.length === records.length) {
    return { ok: true, ids: answer.ids, warnings: messages.map((message) => message.message) };
  }
  const asked = { ...client.asked, model: records[0]?.model ?? "", method: "load" };
  const conflict = errors.find((message) => isConflict("", message.message));
  const speaking = conflict ?? errors[0] ?? messages[0];
  const failure = said(loadTextFailure(speaking?.message ?? "no reason given", asked));
  const blamed = new Map<number, Failure>();
  for (const message of errors) {
    const index = message.record ?? starts.findLastIndex((start) => start <= (message.rows?.from ?? -1));
    if (index < 0 || index >= records.length || blamed.has(index)) continue;
    blamed.set(index, said(loadTextFailure(message.message, asked)));
  }
  return { ok: false, failure, blamed, everyRecord: failure.code === "access_denied" };
}

function said(what: Said): Failure {
  return { ...what, source: "odoo", at: Date.now() };
}
