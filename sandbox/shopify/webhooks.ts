import { createHmac, randomUUID } from "node:crypto";
import http from "node:http";
import { requireLoopback } from "../loopback.ts";

export interface Webhook {
  body: string;
  headers: Record<string, string>;
}

export interface WebhookParts {
  body: string;
  secret: string;
  shop: string;
  topic?: string;
  apiVersion?: string;
  /** Unique for each delivery, the same on its retries. */
  webhookId?: string;
  /** Shared by everything that one action of the merchant sets off. */
  eventId?: string;
  triggeredAt?: string;
}

/** Base64 of HMAC-SHA256 over the raw body (https://shopify.dev/docs/apps/build/webhooks/verify-deliveries). */
export function sign(body: string | Buffer, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

/** Header names as in https://shopify.dev/docs/apps/build/webhooks/delivery-structure. */
export function makeWebhook(parts: WebhookParts): Webhook {
  return {
    body: parts.body,
    headers: {
      "Content-Type": "application/json",
      "User-Agent": "Shopify-Captain-Hook",
      "X-Shopify-Topic": parts.topic ?? "orders/create",
      "X-Shopify-Hmac-Sha256": sign(parts.body, parts.secret),
      "X-Shopify-Shop-Domain": parts.shop,
      "X-Shopify-API-Version": parts.apiVersion ?? "2026-10",
      "X-Shopify-Webhook-Id": parts.webhookId ?? randomUUID(),
      "X-Shopify-Event-Id": parts.eventId ?? randomUUID(),
      "X-Shopify-Triggered-At": parts.triggeredAt ?? new Date().toISOString(),
    },
  };
}

export interface Delivery {
  /** The HTTP status; 0 when there was no answer: refused, reset, or later than five seconds. */
  status: number;
  ms: number;
  error?: string;
}

export const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
// One second to connect, five altogether: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
const timeoutMs = 5_000;

/** Sends once. Redirects are not followed: a 3xx is a failure to Shopify too. */
export function deliver(target: string, webhook: Webhook): Promise<Delivery> {
  const url = requireLoopback(target);
  const body = Buffer.from(webhook.body);
  const headers = { ...webhook.headers, "Content-Length": body.length };
  return new Promise((resolve) => {
    const started = performance.now();
    const end = (status: number, error?: string): void => {
      clearTimeout(timer);
      resolve({ status, ms: performance.now() - started, ...(error !== undefined && { error }) });
    };
    const request = http.request(url, { method: "POST", headers, agent }, (response) => {
      response.resume();
      response.on("end", () => end(response.statusCode ?? 0));
      response.on("error", (error) => end(0, error.message));
    });
    const timer = setTimeout(() => request.destroy(new Error("no answer within 5 s")), timeoutMs);
    request.on("error", (error: NodeJS.ErrnoException) => end(0, error.code ?? error.message));
    request.end(body);
  });
}
