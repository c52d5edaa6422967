import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";
import type { OrderChange } from "./order-reader-shapes.ts";

/** The topics that shopify-backfill can tell of: what an order, its refunds and its fulfillments say of themselves. */
export const backfillTopics: readonly string[] = [
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "refunds/create",
  "fulfillments/create",
  "fulfillments/update",
];

/** An event of an order that is in the queue, or was there: all that is needed to see what it told. */
export interface Arrived {
  topic: string;
  /** Of the order, the refund or the fulfillment. */
  id: string | null;
  /** Milliseconds since 1970; null where the body has none, as refunds. */
  updatedAt: number | null;
  cancelled: boolean;
}

/** What an event told, by its topic and body. */
export function arrivedEvent(topic: string, payload: unknown): Arrived {
  const body = isJsonObject(payload) ? payload : {};
  const at = typeof body.updated_at === "string" ? Date.parse(body.updated_at) : Number.NaN;
  return {
    topic,
    id: idDigits(body.id) ?? idDigits(body.admin_graphql_api_id),
    updatedAt: Number.isNaN(at) ? null : at,
    cancelled: body.cancelled_at !== null && body.cancelled_at !== undefined,
  };
}

/** An event that Shopify owes: which topic, of which record, and when that changed. */
export interface MissingEvent {
  topic: string;
  /** A GID. */
  record: string;
  /** ISO 8601; for a refund, which never changes, when it was made. */
  changedAt: string;
}

/**
 * What never arrived of an order. Pure. What came before the order's last change counts as not told of it; events that
 * this function brought about count as arrived, so a second run finds nothing.
 * @returns the order first, then what was sent of it, then refunds: what came back has to have left, and a refund's lines are
 * read as they are by now, with all that was sent.
 */
export function missingEvents(
  order: OrderChange,
  arrived: readonly Arrived[],
  topics: readonly string[],
): MissingEvent[] {
  const wanted = (topic: string): boolean => topics.includes(topic);
  const missing: MissingEvent[] = [];
  const owe = (topic: string | undefined, record: string, changedAt: string): void => {
    if (topic !== undefined) missing.push({ topic, record, changedAt });
  };

  const tellings = arrived.filter(
    ({ topic, id }) => topic.startsWith("orders/") && id === idDigits(order.id),
  );
  owe(orderTopic(order, tellings, wanted), order.id, order.updatedAt);
  for (const { id, updatedAt, status } of order.fulfillments) {
    const told = arrived.filter((one) => one.topic.startsWith("fulfillments/") && one.id === idDigits(id));
    // Nobody took it for sent. Should its webhook still come, the next run tells that it was called back.
    if (told.length === 0 && status === "CANCELLED") continue;
    const topic = told.length === 0 ? "fulfillments/create" : "fulfillments/update";
    if (isBehind(told, updatedAt) && wanted(topic)) owe(topic, id, updatedAt);
  }
  for (const { id, createdAt } of order.refunds) {
    const told = arrived.some((one) => one.topic === "refunds/create" && one.id === idDigits(id));
    if (!told && wanted("refunds/create")) owe("refunds/create", id, createdAt ?? order.updatedAt);
  }
  return missing;
}

function orderTopic(
  order: OrderChange,
  tellings: readonly Arrived[],
  wanted: (topic: string) => boolean,
): string | undefined {
  if (!isBehind(tellings, order.updatedAt)) return undefined;
  const cancelled = order.cancelledAt !== null && !tellings.some((one) => one.cancelled);
  const may =
    tellings.length === 0
      ? ["orders/create", "orders/updated"]
      : [...(cancelled ? ["orders/cancelled"] : []), "orders/updated"];
  return may.find(wanted);
}

function isBehind(tellings: readonly Arrived[], changedAt: string): boolean {
  return !tellings.some(({ updatedAt }) => updatedAt !== null && updatedAt >= Date.parse(changedAt));
}
