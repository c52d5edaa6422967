import type { ShopifyHeaders } from "../event.ts";

/** Header names in any case, as Node.js, Express or a test hands them over. */
export type RawHeaders = Record<string, string | string[] | undefined>;

export type HeadersResult = { ok: true; shopify: ShopifyHeaders } | { ok: false; missing: string[] };

/** One header's value, whatever its case; null when absent, empty or sent more than once. */
export function headerValue(headers: RawHeaders, name: string): string | null {
  const wanted = name.toLowerCase();
  let found: string | null = null;
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() !== wanted || value === undefined) continue;
    const text = Array.isArray(value) ? (value.length === 1 ? value[0] : undefined) : value;
    if (typeof text !== "string" || found !== null) return null;
    found = text.trim();
  }
  return found === "" ? null : found;
}

/**
 * Reads the X-Shopify-* headers. Topic, shop and webhook id are required: without them an event can be neither
 * checked nor recognised when it comes again. The others only inform and may be empty.
 */
export function readShopifyHeaders(headers: RawHeaders): HeadersResult {
  const missing: string[] = [];
  const required = (name: string): string => {
    const value = headerValue(headers, name);
    if (value === null) missing.push(name);
    return value ?? "";
  };
  const shopify: ShopifyHeaders = {
    topic: required("X-Shopify-Topic").toLowerCase(),
    shop: normaliseShop(required("X-Shopify-Shop-Domain")),
    webhookId: required("X-Shopify-Webhook-Id"),
    eventId: headerValue(headers, "X-Shopify-Event-Id") ?? "",
    apiVersion: headerValue(headers, "X-Shopify-API-Version") ?? "",
    triggeredAt: headerValue(headers, "X-Shopify-Triggered-At") ?? "",
  };
  return missing.length > 0 ? { ok: false, missing } : { ok: true, shopify };
}

/** "https://Example.myshopify.com/admin" and "example" are both "example.myshopify.com". */
export function normaliseShop(shop: string): string {
  const host = shop
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/?#:].*$/, "")
    .replace(/\.+$/, "");
  return host === "" || host.includes(".") ? host : `${host}.myshopify.com`;
}
