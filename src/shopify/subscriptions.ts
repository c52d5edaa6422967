import { failureOf } from "../failure.ts";
import type { AdminClient, AdminOperation } from "./admin.ts";
import { missingScopes, testConnection } from "./connection.ts";
import { isPrivacyTopic, scopeOfTopic, topicEnum } from "./subscription-topics.ts";

/** A webhook subscription of this app in this shop; those of the app's configuration and of the shop's settings are not told. */
interface Subscription {
  id: string;
  topic: string;
  uri: string;
  apiVersion: { handle: string };
}

/**
 * - `registered`: Shopify sends it here.
 * - `version`: it does, in another API version than the shop's config names; the app's configuration decides that.
 * - `missing`: nobody is sent it, or not any more.
 * - `elsewhere`: it is sent, but to another address.
 * - `scope`: the app may not be told.
 * - `app`: a privacy topic, which only the app's configuration can name.
 * - `star`: "*" receives what comes; nothing can be registered for it.
 * - `refused`: Shopify would not register it.
 */
export type WebhookState =
  | "registered"
  | "version"
  | "missing"
  | "elsewhere"
  | "scope"
  | "app"
  | "star"
  | "refused";

export interface WebhookRow {
  topic: string;
  state: WebhookState;
  /** Where to, which version, which scope, or why not. */
  detail: string | null;
  /** Just made, or just moved here. */
  changed?: true;
}

export interface WebhookReport {
  /** Where Shopify is to send to. */
  address: string;
  apiVersion: string;
  rows: WebhookRow[];
}

export interface WantedWebhooks {
  address: string;
  /** "orders/create" */
  topics: readonly string[];
}

export const listSubscriptionsOperation: AdminOperation = {
  name: "ListWebhooks",
  text: `query ListWebhooks($first: Int!, $after: String) {
  webhookSubscriptions(first: $first, after: $after) {
    nodes { id topic uri apiVersion { handle } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  repeatable: true,
};

const result = "webhookSubscription { id topic uri apiVersion { handle } } userErrors { field message }";

// Not repeatable: made twice, the second is told that the address is taken.
export const createSubscriptionOperation: AdminOperation = {
  name: "CreateWebhook",
  text: `mutation CreateWebhook($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) { ${result} }
}`,
  repeatable: false,
};

export const moveSubscriptionOperation: AdminOperation = {
  name: "MoveWebhook",
  text: `mutation MoveWebhook($id: ID!, $uri: String!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: { uri: $uri }) { ${result} }
}`,
  repeatable: true,
};

const atOnce = 100;

/** Which of the wanted webhooks exist. Asks only. @throws HoldfastError */
export async function checkWebhooks(client: AdminClient, wanted: WantedWebhooks): Promise<WebhookReport> {
  const { granted } = await testConnection(client);
  return compare(client, wanted, granted, await listSubscriptions(client));
}

/**
 * Makes the webhooks that are not sent here, those included that only another address is sent: that one stays. With
 * `move`, those are moved here instead. What Shopify refuses is said in its row.
 * @throws HoldfastError when Shopify is away.
 */
export async function registerWebhooks(
  client: AdminClient,
  wanted: WantedWebhooks,
  { move = false }: { move?: boolean } = {},
): Promise<WebhookReport> {
  const { granted } = await testConnection(client);
  const before = await listSubscriptions(client);
  const done = new Map<string, string | null>();
  for (const { topic, state } of compare(client, wanted, granted, before).rows) {
    const moved =
      move && state === "elsewhere" ? before.find(({ topic: of }) => of === topicEnum(topic)) : undefined;
    if (moved)
      done.set(topic, await change(client, moveSubscriptionOperation, { id: moved.id, uri: wanted.address }));
    else if (!move && (state === "missing" || state === "elsewhere"))
      done.set(
        topic,
        await change(client, createSubscriptionOperation, { topic: topicEnum(topic), uri: wanted.address }),
      );
  }
  const report = compare(client, wanted, granted, await listSubscriptions(client));
  return {
    ...report,
    rows: report.rows.map((row): WebhookRow => {
      const refusal = done.get(row.topic);
      if (refusal === undefined) return row;
      if (row.state === "registered" || row.state === "version") return { ...row, changed: true };
      return { ...row, state: "refused", detail: refusal };
    }),
  };
}

/** The topics that should be sent here and are not, though they could be. */
export function absentTopics({ rows }: WebhookReport): string[] {
  return rows
    .filter(({ state }) => state === "missing" || state === "elsewhere" || state === "refused")
    .map(({ topic }) => topic);
}

/** Null when it was done, else why not. */
async function change(
  client: AdminClient,
  operation: AdminOperation,
  variables: Record<string, unknown>,
): Promise<string | null> {
  try {
    const data = await client.run<Record<string, { userErrors: { message: string }[] } | null>>(
      operation,
      variables,
    );
    const [answer] = Object.values(data);
    return answer?.userErrors.map(({ message }) => message).join("; ") || null;
  } catch (thrown) {
    const failure = failureOf(thrown, "shopify");
    // A topic that this version of the API doesn't know concerns that topic alone.
    if (failure.class !== "rejected") throw thrown;
    return failure.message;
  }
}

async function listSubscriptions(client: AdminClient): Promise<Subscription[]> {
  const all: Subscription[] = [];
  let after: string | null = null;
  do {
    const {
      webhookSubscriptions,
    }: {
      webhookSubscriptions: {
        nodes: Subscription[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      };
    } = await client.run(listSubscriptionsOperation, { first: atOnce, after }, atOnce);
    all.push(...webhookSubscriptions.nodes);
    after = webhookSubscriptions.pageInfo.hasNextPage ? webhookSubscriptions.pageInfo.endCursor : null;
  } while (after !== null);
  return all;
}

function compare(
  client: AdminClient,
  { address, topics }: WantedWebhooks,
  granted: readonly string[],
  subscriptions: readonly Subscription[],
): WebhookReport {
  const rowOf = (topic: string): WebhookRow => {
    const row = (state: WebhookState, detail: string | null = null): WebhookRow => ({ topic, state, detail });
    if (topic === "*") return row("star");
    if (isPrivacyTopic(topic)) return row("app");
    const own = subscriptions.filter((one) => one.topic === topicEnum(topic));
    const here = own.find(({ uri }) => sameAddress(uri, address));
    if (here) {
      const { handle } = here.apiVersion;
      return handle === client.apiVersion ? row("registered") : row("version", handle);
    }
    const scope = scopeOfTopic(topic);
    if (scope !== null && missingScopes(granted, [scope]).length > 0) return row("scope", scope);
    return own.length > 0 ? row("elsewhere", own.map(({ uri }) => uri).join(", ")) : row("missing");
  };
  const wanted = [
    ...new Set(topics.map((topic) => topic.trim().toLowerCase()).filter((topic) => topic !== "")),
  ];
  return { address, apiVersion: client.apiVersion, rows: wanted.map(rowOf) };
}

function sameAddress(one: string, other: string): boolean {
  return one.replace(/\/+$/, "") === other.replace(/\/+$/, "");
}
