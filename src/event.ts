/** The shapes that travel in messages; strings and plain objects only, because flows clone and rebuild them. */

/** Who sent an event, from Shopify's headers. None of it is signed except through the body. */
export interface ShopifyHeaders {
  /** "orders/create" */
  topic: string;
  /** "example.myshopify.com" */
  shop: string;
  /** One delivery; the same on its retries: the dedupe id. */
  webhookId: string;
  /** Shared by all deliveries of one merchant action; correlation only. */
  eventId: string;
  apiVersion: string;
  /** ISO 8601 */
  triggeredAt: string;
}

/** On every delivery of a durable queue. */
export interface QueueInfo {
  id: string;
  name: string;
  key: string;
  /** Opaque; hand it back unchanged. */
  lease: string;
  /** 1 on the first delivery; grows with every counted retry. */
  attempt: number;
  /** Milliseconds since 1970. */
  enqueuedAt: number;
}

/** What location-mapper adds. */
export interface MappedLocation {
  shopify: { id: string; name: string };
  odoo: { warehouseId: number; locationId: number; code: string };
  stock?: LocationStock;
}

/** How stock is kept at a location. */
export interface LocationStock {
  /** Whose count is the truth: Odoo's is written to Shopify, or Shopify's to Odoo. */
  direction: StockDirection;
  /** The stock.locations that the Shopify location offers, together. With the direction "shopify" it is one. */
  locationIds: number[];
  /** Units of each product that Shopify is never offered. */
  buffer: number;
}

export type StockDirection = "odoo" | "shopify";

/** A message with an event: as shopify-webhook-in emits it, and, with `queue`, as a durable queue delivers it. */
export interface ShopifyEvent {
  /** "orders/create" */
  topic: string;
  /** The parsed body; whole numbers that a JS number can't hold exactly are their digits as text. */
  payload: unknown;
  shopify: ShopifyHeaders;
  queue?: QueueInfo;
  /** From location-mapper. */
  location?: MappedLocation;
  /** From location-mapper too, where a refund's goods came back to several; `location` is the first of them. */
  locations?: MappedLocation[];
}
