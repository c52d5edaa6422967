import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { answerBroken, answerHtml, answerJson, proxyPage, readBody } from "../../odoo/http-answers.ts";
import { type Bucket, makeBucket } from "./bucket.ts";
import { makeShopFaults, type ShopFaults } from "./faults.ts";
import { type Asked, answerTo, prepare } from "./graphql.ts";
import { makeIdempotencyKeys } from "./idempotency.ts";
import { type MutationSettings, mutationRoot } from "./mutations.ts";
import { queryRoot } from "./queries.ts";
import { allScopes } from "./scopes.ts";
import { makeShop, type Shop, type ShopOptions } from "./shop.ts";
import { makeTokens, type Tokens } from "./tokens.ts";

export interface ShopifyStandInOptions
  extends Partial<Pick<ShopOptions, "catalogue" | "locations" | "seed">> {
  domain?: string;
  token?: string;
  scopes?: readonly string[];
  /** Points the bucket holds, and regains each second; a Standard plan's by default. */
  bucket?: { maximum: number; restoreRate: number };
  /** How long every call takes. */
  callMs?: number;
  partialRows?: boolean;
}

export interface ShopifyStandIn {
  url: string;
  domain: string;
  token: string;
  clientId: string;
  clientSecret: string;
  webhookSecret: string;
  shop: Shop;
  tokens: Tokens;
  bucket: Bucket;
  faults: ShopFaults;
  /** How often a field was asked for at the root: "inventorySetQuantities". */
  calls(field: string): number;
  /** Every request body so far. */
  asked: (Asked & { name?: string | null })[];
  /** How many requests were told THROTTLED. */
  throttled(): number;
  /** Moves the shop's clock on; its tokens and keys grow old by it. */
  pass(ms: number): void;
  close(): Promise<void>;
}

const apiVersion = "2026-10";
// What is still served in November 2026; older ones fall forward to the oldest: https://shopify.dev/docs/api/usage/versioning
const served = ["2026-01", "2026-04", "2026-07", "2026-10", "unstable"];

/** A Shopify of this machine's memory: what the connector asks of the Admin API, with bad days on demand. */
export async function startShopifyStandIn(options: ShopifyStandInOptions = {}): Promise<ShopifyStandIn> {
  let skew = 0;
  const now = (): number => Date.now() + skew;
  const domain = options.domain ?? "holdfast-sandbox.myshopify.com";
  const scopes = options.scopes ?? allScopes;
  const secrets = {
    token: options.token ?? "shpat_sandbox",
    clientId: "sandbox-client",
    clientSecret: "shpss_sandbox",
    webhookSecret: "sandbox-webhook-secret",
  };
  const shop = makeShop({ ...options, domain, webhookSecret: secrets.webhookSecret, apiVersion, now });
  const settings: MutationSettings = { apiVersion, partialRows: options.partialRows ?? false };
  const rootValue = {
    ...queryRoot(shop, { scopes, apiVersion }),
    ...mutationRoot(shop, makeIdempotencyKeys(now), settings),
  };
  const { maximum, restoreRate } = options.bucket ?? { maximum: 2000, restoreRate: 100 };
  const bucket = makeBucket(maximum, restoreRate, now);
  const tokens = makeTokens({ ...secrets, fixed: secrets.token, scopes, now });
  const faults = makeShopFaults();
  const counts = new Map<string, number>();
  const asked: ShopifyStandIn["asked"] = [];
  let throttled = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0]!;
    const trouble = faults.onRequest();
    if (trouble === "down") {
      request.socket.destroy();
      return;
    }
    const text = await readBody(request);
    if (trouble !== undefined) {
      const wait = trouble === 429 ? { "Retry-After": "1.0" } : {};
      return answerHtml(response, trouble, proxyPage(trouble), wait);
    }
    if (request.method === "POST" && path === "/admin/oauth/access_token") {
      const { status, body } = tokens.grant(formOf(request, text));
      return answerJson(response, status, body);
    }
    const version = /^\/admin\/api\/(\d{4}-\d{2}|unstable)\/graphql\.json$/.exec(path)?.[1];
    if (version === undefined || request.method !== "POST")
      return answerJson(response, 404, { errors: "Not Found" });
    // The shop's address is known before the token is looked at.
    if (!tokens.valid(String(request.headers["x-shopify-access-token"] ?? "")))
      return answerJson(response, 401, {
        errors: "[API] Invalid API key or access token (unrecognized login or wrong password)",
      });
    const headers = { "X-Shopify-API-Version": served.includes(version) ? version : served[0]! };
    await serveGraphql(text, response, headers);
  }

  async function serveGraphql(text: string, response: ServerResponse, headers: object): Promise<void> {
    const { query, variables, operationName } = JSON.parse(text) as Partial<Asked>;
    const question: ShopifyStandIn["asked"][number] = {
      query: query ?? "",
      variables: variables ?? {},
      ...(operationName && { operationName }),
    };
    asked.push(question);
    const prepared = prepare(question);
    if ("errors" in prepared) return answerJson(response, 200, prepared, headers);
    const { fields, mutation } = prepared;
    question.name = prepared.name;
    if (mutation && faults.takes("dropBeforeApply", fields)) {
      response.socket?.destroy();
      return;
    }
    const lasts = (options.callMs ?? 0) + faults.settings.slowMs;
    if (lasts > 0) await sleep(lasts);
    if (faults.takes("internalError", fields))
      return answerJson(
        response,
        200,
        {
          errors: [
            {
              message: "Internal error. Looks like something went wrong on our end.",
              extensions: { code: "INTERNAL_SERVER_ERROR", requestId: crypto.randomUUID() },
            },
          ],
        },
        headers,
      );
    const forced = faults.takes("throttle", fields);
    const answer = await answerTo(question, prepared, { rootValue, bucket, scopes, throttled: forced });
    if (answer.data === undefined && answer.extensions) throttled++;
    else for (const field of fields) counts.set(field, (counts.get(field) ?? 0) + 1);
    if (mutation && faults.takes("applyThenDrop", fields)) {
      response.socket?.destroy();
      return;
    }
    if (faults.takes("hang", fields)) return;
    if (faults.takes("badJson", fields))
      return answerBroken(response, "application/json", JSON.stringify(answer));
    answerJson(response, 200, answer, headers);
  }

  const server = http.createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    serve(request, response).catch((error: Error) => {
      // A body that broke off with its connection is no fault of the stand-in.
      if (request.complete) console.error("The sandbox's Shopify failed:", error);
      response.destroy(error);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    domain,
    ...secrets,
    shop,
    tokens,
    bucket,
    faults,
    calls: (field) => counts.get(field) ?? 0,
    asked,
    throttled: () => throttled,
    pass(ms) {
      skew += ms;
    },
    async close() {
      shop.outbox.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function formOf(request: IncomingMessage, text: string): Record<string, string> {
  if (request.headers["content-type"]?.startsWith("application/json"))
    return JSON.parse(text) as Record<string, string>;
  return Object.fromEntries(new URLSearchParams(text));
}
