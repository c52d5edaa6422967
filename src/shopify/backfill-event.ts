import type { ShopifyHeaders } from "../event.ts";
import { idDigits } from "../shopify-id.ts";
import type { MissingEvent } from "./backfill-missing.ts";
import { eventReference } from "./event-key.ts";

/** An event in the shape that shopify-webhook-in emits. */
export interface BackfillEvent {
  topic: string;
  payload: unknown;
  /** The payload as it is to be stored. */
  text: string;
  shopify: ShopifyHeaders;
  reference: string;
}

/**
 * What a webhook would have brought. Its id is made of the record and the moment of its change, not of the topic or the
 * run: whoever brings the same change, and however often, the queue takes it once.
 */
export function backfillEvent(
  { topic, record, changedAt }: MissingEvent,
  payload: unknown,
  from: Pick<ShopifyHeaders, "shop" | "apiVersion">,
): BackfillEvent {
  return asBackfill(topic, payload, {
    ...from,
    changedAt,
    id: `${topic.slice(0, topic.indexOf("/"))}/${idDigits(record)}@${changedAt}`,
  });
}

/** @param id what makes a second copy a duplicate. */
export function asBackfill(
  topic: string,
  payload: unknown,
  {
    id,
    changedAt,
    shop,
    apiVersion,
  }: Pick<ShopifyHeaders, "shop" | "apiVersion"> & { id: string; changedAt: string },
): BackfillEvent {
  return {
    topic,
    payload,
    text: JSON.stringify(payload),
    reference: eventReference(topic, payload),
    shopify: {
      topic,
      shop,
      webhookId: `backfill/${id}`,
      eventId: "",
      apiVersion,
      triggeredAt: changedAt,
    },
  };
}
