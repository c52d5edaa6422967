import { type Failure, type HistoryEntry, readEnvelope, type StoredEvent } from "../../src/index.ts";
import { mayHaveRecord } from "./odoo-record.ts";

export type ShownState = "waiting" | "delayed" | "in-flight" | "dead" | "applied" | "discarded";

/** An event as a row of the log. */
export interface EventRow {
  queue: string;
  id: string;
  reference: string | null;
  key: string | null;
  topic: string;
  state: ShownState;
  /** Another event of its key is in its way. */
  behind: boolean;
  attempts: number;
  enqueuedAt: number;
  dueAt: number;
  settledAt: number | null;
  failure: Failure | null;
  /** Where it stands in Shopify's admin. */
  shopifyUrl: string | null;
  /** It may have a record in Odoo: ask for it. */
  mayBeInOdoo: boolean;
}

export interface EventDetail extends EventRow {
  shop: string | null;
  payload: string;
  history: HistoryEntry[];
}

export function toRow(queue: string, event: StoredEvent, now: number): EventRow {
  const { id, reference, key, topic, attempts, enqueuedAt, dueAt, settledAt, lastFailure } = event;
  const shown = shownState(event, now);
  return {
    queue,
    id,
    reference,
    key,
    topic,
    state: shown,
    behind: event.state === "blocked",
    attempts,
    enqueuedAt,
    dueAt,
    settledAt,
    failure: lastFailure,
    shopifyUrl: shopifyUrl(event),
    mayBeInOdoo: shown === "applied" && mayHaveRecord(key),
  };
}

export function toDetail(
  queue: string,
  event: StoredEvent,
  history: HistoryEntry[],
  now: number,
): EventDetail {
  return { ...toRow(queue, event, now), shop: shopOf(event), payload: event.payload, history };
}

function shownState({ state, dueAt, discarded }: StoredEvent, now: number): ShownState {
  if (state === "leased") return "in-flight";
  if (state === "dead") return state;
  if (state === "done") return discarded ? "discarded" : "applied";
  return state === "ready" && dueAt > now ? "delayed" : "waiting";
}

/** What a key begins with, and the page of Shopify's admin for it. */
const adminPages: Record<string, string> = { order: "orders", product: "products", customer: "customers" };

/** Made of what was checked: a payload never decides where a link leads. */
function shopifyUrl(event: StoredEvent): string | null {
  const shop = shopOf(event);
  const [kind, id] = event.key?.split(":") ?? [];
  const page = adminPages[kind ?? ""];
  if (!shop || !page || !/^\d+$/.test(id ?? "")) return null;
  return `https://${shop}/admin/${page}/${id}`;
}

function shopOf(event: StoredEvent): string | null {
  try {
    const { shopify } = readEnvelope(event.envelope).properties as { shopify?: { shop?: unknown } };
    const shop = shopify?.shop;
    return typeof shop === "string" && /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(shop) ? shop : null;
  } catch {
    return null;
  }
}
