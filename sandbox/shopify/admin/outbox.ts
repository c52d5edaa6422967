/** Webhook subscriptions and what is sent to them; https://shopify.dev/docs/apps/build/webhooks. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../random.ts";
import { exactJson } from "../exact-json.ts";
import { deliver, makeWebhook, type Webhook } from "../webhooks.ts";

export interface Subscription {
  id: string;
  /** "orders/create" */
  topic: string;
  uri: string;
  includeFields: string[];
  createdAt: string;
}

/** What may happen to a webhook on its way; Shopify promises neither order nor delivery. */
export interface OutboxSettings {
  /** Share that is never sent. */
  lossShare: number;
  duplicateShare: number;
  lateShare: number;
  /** How late those are at most, in milliseconds. */
  lateMs: number;
  /** Waits before the retries; after the eighth the subscription is deleted. */
  retryDelaysMs: readonly number[];
}

export interface OutboxTally {
  announced: number;
  sent: number;
  acknowledged: number;
  failed: number;
  lost: number;
  deletedSubscriptions: string[];
}

export interface Outbox {
  readonly subscriptions: Subscription[];
  readonly settings: OutboxSettings;
  readonly tally: OutboxTally;
  /** Sends to every subscription of this topic, as the payload is now. */
  announce(topic: string, payload: unknown): void;
  subscribe(topic: string, uri: string, includeFields?: string[]): Subscription;
  unsubscribe(id: string): boolean;
  /** How many are on their way; of those about these payloads. */
  underWay(about?: (payload: unknown) => boolean): number;
  /** Gets each webhook that was answered or given up; a second copy of one is none of them. */
  onEnded: ((webhook: { topic: string; payload: unknown; from: number; until: number }) => void) | null;
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>;
  close(): void;
}

// Eight retries, then the subscription is removed when the Admin API made it: https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks#retries
const retryDelaysMs = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400];

export function makeOutbox(options: {
  shop: string;
  secret: string;
  apiVersion: string;
  now: () => string;
  random: Random;
}): Outbox {
  const { shop, secret, apiVersion, now, random } = options;
  const subscriptions: Subscription[] = [];
  const settings: OutboxSettings = {
    lossShare: 0,
    duplicateShare: 0,
    lateShare: 0,
    lateMs: 2_000,
    retryDelaysMs,
  };
  const tally: OutboxTally = {
    announced: 0,
    sent: 0,
    acknowledged: 0,
    failed: 0,
    lost: 0,
    deletedSubscriptions: [],
  };
  const underWay = new Map<Promise<void>, unknown>();
  const closing = new AbortController();
  let made = 0;

  async function send(subscription: Subscription, webhook: Webhook, waitMs: number): Promise<void> {
    try {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: closing.signal });
      for (let attempt = 0; subscriptions.includes(subscription); attempt++) {
        tally.sent++;
        const { status } = await deliver(subscription.uri, webhook);
        if (status >= 200 && status < 300) {
          tally.acknowledged++;
          return;
        }
        tally.failed++;
        const delay = settings.retryDelaysMs[attempt];
        if (delay === undefined) {
          if (remove(subscription.id)) tally.deletedSubscriptions.push(subscription.topic);
          return;
        }
        await sleep(delay, undefined, { signal: closing.signal });
      }
    } catch {
      // Closed meanwhile.
    }
  }

  function follow(work: Promise<void>, payload: unknown, ended?: () => void): void {
    underWay.set(work, payload);
    void work.finally(() => {
      underWay.delete(work);
      ended?.();
    });
  }

  function remove(id: string): boolean {
    const at = subscriptions.findIndex((one) => one.id === id);
    if (at >= 0) subscriptions.splice(at, 1);
    return at >= 0;
  }

  const outbox: Outbox = {
    subscriptions,
    settings,
    tally,
    onEnded: null,
    announce(topic, payload) {
      tally.announced++;
      const eventId = crypto.randomUUID();
      const triggeredAt = now();
      for (const subscription of subscriptions.filter((one) => one.topic === topic)) {
        const body = exactJson(only(payload, subscription.includeFields));
        const webhook = makeWebhook({ body, secret, shop, topic, apiVersion, eventId, triggeredAt });
        if (random.chance(settings.lossShare)) {
          tally.lost++;
          continue;
        }
        const late = random.chance(settings.lateShare) ? random.int(1, settings.lateMs) : 0;
        const from = Date.now();
        follow(send(subscription, webhook, late), payload, () =>
          outbox.onEnded?.({ topic, payload, from, until: Date.now() }),
        );
        if (random.chance(settings.duplicateShare))
          follow(send(subscription, webhook, random.int(0, settings.lateMs)), payload);
      }
    },
    subscribe(topic, uri, includeFields = []) {
      const id = String(1_400_000_000_000 + ++made);
      const subscription = { id, topic, uri, includeFields, createdAt: now() };
      subscriptions.push(subscription);
      return subscription;
    },
    unsubscribe: remove,
    underWay: (about = () => true) => [...underWay.values()].filter(about).length,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay.keys());
    },
    close: () => closing.abort(),
  };
  return outbox;
}

function only(payload: unknown, fields: string[]): unknown {
  if (fields.length === 0 || typeof payload !== "object" || payload === null) return payload;
  return Object.fromEntries(Object.entries(payload).filter(([name]) => fields.includes(name)));
}
