import type { ShopifyHeaders } from "../event.ts";

/** Header names in any case, as Node.js, Express or a test hands them over. */
export type RawHeaders = Record<string, string | string[] | undefined>;

export type HeadersResult = { ok: true; shopify: ShopifyHeaders } | { ok: false; missing: string[] };

/** One header's value, whatever its case; null when absent, empty or sent more than once. */
export type HeaderReader = (name: string) => string | null;

/** Goes through the headers once, however many of them are asked for. */
export function headerReader(headers: RawHeaders): HeaderReader {
  const values = new Map<string, string | null>();
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined) continue;
    const lowerCase = name.toLowerCase();
    const text = Array.isArray(value) ? (value.length === 1 ? value[0] : null) : value;
    const once = !values.has(lowerCase) && typeof text === "string";
    values.set(lowerCase, once ? text.trim() : null);
  }
  return (name) => values.get(name.toLowerCase()) || null;
}

/**
 * Reads the X-Shopify-* headers. Topic, shop and webhook id are required: without them an event can be neither
 * checked nor recognised when it comes again. The others only inform and may be empty.
 */
export function readShopifyHeaders(header: HeaderReader): HeadersResult {
  const missing: string[] = [];
  const required = (name: string): string => {
    const value = header(name);
    if (value === null) missing.push(name);
    return value ?? "";
  };
  const shopify: ShopifyHeaders = {
    topic: required("X-Shopify-Topic").toLowerCase(),
    shop: normaliseShop(required("X-Shopify-Shop-Domain")),
    webhookId: required("X-Shopify-Webhook-Id"),
    eventId: header("X-Shopify-Event-Id") ?? "",
    apiVersion: header("X-Shopify-API-Version") ?? "",
    triggeredAt: header("X-Shopify-Triggered-At") ?? "",
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
