import type { ShopifyHeaders } from "../event.ts";
import { dedupeId, eventKey, eventReference } from "./event-key.ts";

export interface EventIdentity {
  key: string | null;
  dedupeId: string | null;
  reference: string | null;
}

/** Key, dedupe id and reference of an event in a message; all null when it did not come from Shopify. */
export function eventIdentity(topic: string, payload: unknown, shopify: unknown): EventIdentity {
  if (!isShopifyHeaders(shopify)) return { key: null, dedupeId: null, reference: null };
  return {
    key: eventKey(topic, payload),
    dedupeId: dedupeId(shopify),
    reference: eventReference(topic, payload),
  };
}

function isShopifyHeaders(value: unknown): value is Pick<ShopifyHeaders, "shop" | "webhookId"> {
  if (typeof value !== "object" || value === null) return false;
  const { shop, webhookId } = value as Partial<ShopifyHeaders>;
  return typeof shop === "string" && typeof webhookId === "string";
}
