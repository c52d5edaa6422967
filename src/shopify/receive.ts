import type { ShopifyHeaders } from "../event.ts";
import { parseExactJson } from "../json.ts";
import { shapeMismatch } from "./body-shape.ts";
import { dedupeId, eventKey, eventReference } from "./event-key.ts";
import { headerReader, normaliseShop, type RawHeaders, readShopifyHeaders } from "./headers.ts";
import { isSigned } from "./verify.ts";

export interface WebhookRequest {
  headers: RawHeaders;
  /** The bytes as they came in: the signature covers them and nothing else. */
  body: Buffer;
  /** The app's client secret; two while it is being rotated. */
  secrets: readonly string[];
  /** The one shop this receiver is for: "example.myshopify.com". */
  shop: string;
  /** "orders/create", …; empty or ["*"] means every topic. */
  topics: readonly string[];
}

export interface ReceivedEvent {
  topic: string;
  /** Parsed; whole numbers beyond 2^53 are strings. */
  payload: unknown;
  /** The body, verbatim. */
  text: string;
  shopify: ShopifyHeaders;
  key: string | null;
  dedupeId: string;
  reference: string;
}

export type RefusedStatus = 400 | 401 | 404;

export type Received =
  | { ok: true; event: ReceivedEvent }
  /** `reason` is for the log and the node's status, not for the answer's body. */
  | { ok: false; status: RefusedStatus; reason: string };

/**
 * Turns an HTTP request into an event, or says why not.
 *
 * - 401: not signed with one of the secrets (nothing else is read before), or signed for another shop.
 * - 404: signed, but for a topic that is not wanted here. Not 200: that would acknowledge, and so lose, an event that
 *   somebody subscribed to. Shopify repeats it for four hours, time enough to add the topic, and then drops the
 *   subscription, which is right for one that nobody wants.
 * - 400: signed, but a required header is missing, or the body is not UTF-8, not JSON, or not what its topic says.
 */
export function receiveWebhook(request: WebhookRequest): Received {
  const { headers, body } = request;
  const secrets = request.secrets.filter((secret) => secret !== "");
  if (secrets.length === 0)
    return refuse(401, "no client secret is configured, so no signature can be checked");
  const header = headerReader(headers);
  const signature = header("X-Shopify-Hmac-Sha256");
  if (signature === null) return refuse(401, "not signed: X-Shopify-Hmac-Sha256 is missing");
  if (!isSigned(body, signature, secrets))
    return refuse(401, "wrong signature: signed with another secret, or changed on the way");

  const read = readShopifyHeaders(header);
  if (!read.ok) return refuse(400, `signed, but without ${read.missing.join(", ")}`);
  const { shopify } = read;
  const shop = normaliseShop(request.shop);
  if (shopify.shop !== shop)
    return refuse(401, `signed for ${shopify.shop}, not for ${shop || "a configured shop"}`);
  if (!isWanted(shopify.topic, request.topics))
    return refuse(404, `${shopify.topic} is not among the topics of this node`);

  const text = utf8(body);
  if (text === null) return refuse(400, `the body of ${shopify.topic} is not valid UTF-8`);
  const parsed = parse(text);
  if (parsed === null) return refuse(400, `the body of ${shopify.topic} is not JSON`);
  const mismatch = shapeMismatch(shopify.topic, parsed.payload);
  if (mismatch !== null) return refuse(400, `the body is not that of ${shopify.topic}: ${mismatch}`);

  return {
    ok: true,
    event: {
      topic: shopify.topic,
      payload: parsed.payload,
      text,
      shopify,
      key: eventKey(shopify.topic, parsed.payload),
      dedupeId: dedupeId(shopify),
      reference: eventReference(shopify.topic, parsed.payload),
    },
  };
}

function refuse(status: RefusedStatus, reason: string): Received {
  return { ok: false, status, reason };
}

function isWanted(topic: string, topics: readonly string[]): boolean {
  const wanted = topics.map((each) => each.trim().toLowerCase()).filter((each) => each !== "");
  return wanted.length === 0 || wanted.includes("*") || wanted.includes(topic);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(body: Buffer): string | null {
  try {
    return decoder.decode(body);
  } catch {
    return null;
  }
}

function parse(text: string): { payload: unknown } | null {
  try {
    return { payload: parseExactJson(text) };
  } catch {
    return null;
  }
}
