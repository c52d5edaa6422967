import { setTimeout as sleep } from "node:timers/promises";
import { requireLoopback } from "../loopback.ts";
import { randomFrom } from "../random.ts";
import type { SandboxOrder } from "./orders.ts";
import { type Delivery, deliver, makeWebhook, type Webhook } from "./webhooks.ts";

export interface FlashSale {
  /** Where the webhooks go; this machine only. */
  target: string;
  secret: string;
  shop: string;
  orders: readonly SandboxOrder[];
  ratePerSecond: number;
  /** Share of orders sent twice with the same webhook id; half of those a third time with a new one. */
  duplicateShare?: number;
  /** Share of orders that come seconds after their turn. */
  lateShare?: number;
  /** Share of orders that change places with one close by. */
  reorder?: number;
  seed?: number;
  /** Waits before the retries of a delivery that failed; their number is the number of retries, at most 8. */
  retryDelaysMs?: readonly number[];
  /** Deliveries under way at once. */
  concurrency?: number;
  onProgress?: (tally: FlashSaleTally) => void;
  signal?: AbortSignal;
}

/** What really happened, as Shopify would know it. */
export interface FlashSaleTally {
  /** Distinct orders sent at least once. */
  orders: number;
  /** Distinct webhook ids sent. */
  webhooks: number;
  /** Requests made: first ones, duplicates and retries. */
  deliveries: number;
  /** Distinct orders for which some delivery was answered with 2xx. */
  acknowledged: number;
  /** Requests that failed: no 2xx within five seconds. */
  failures: number;
  retries: number;
  /** Deliveries given up after the last retry. */
  givenUp: number;
  /** Deliveries by HTTP status; "0" is no answer. */
  statuses: Record<string, number>;
  /** Answer times in milliseconds of acknowledged deliveries. */
  answerMs: { median: number; p95: number; max: number };
  elapsedMs: number;
}

interface Planned {
  order: SandboxOrder;
  webhook: Webhook;
  at: number;
}

// Eight retries over four hours with exponential backoff: https://shopify.dev/changelog/updates-to-webhook-retry-mechanism. Here in seconds.
export const quickRetries: readonly number[] = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000];

/** Plays a rush of orders against a webhook address, with all that Shopify's delivery is free to do. */
export async function playFlashSale(sale: FlashSale): Promise<FlashSaleTally> {
  requireLoopback(sale.target);
  const delays = (sale.retryDelaysMs ?? quickRetries).slice(0, 8);
  const lane = lanes(sale.concurrency ?? 100);
  const started = performance.now();
  const tally = newTally();
  const seen = { orders: new Set<string>(), webhooks: new Set<string>(), acknowledged: new Set<string>() };
  const times: number[] = [];
  let reportedAt = 0;

  const note = (planned: Planned, delivery: Delivery, retry: boolean): void => {
    tally.deliveries++;
    if (retry) tally.retries++;
    tally.statuses[delivery.status] = (tally.statuses[delivery.status] ?? 0) + 1;
    if (accepted(delivery)) {
      seen.acknowledged.add(planned.order.id);
      times.push(delivery.ms);
    } else tally.failures++;
    if (sale.onProgress && performance.now() - reportedAt > 250) {
      reportedAt = performance.now();
      sale.onProgress(snapshot());
    }
  };
  const snapshot = (): FlashSaleTally => ({
    ...tally,
    statuses: { ...tally.statuses },
    orders: seen.orders.size,
    webhooks: seen.webhooks.size,
    acknowledged: seen.acknowledged.size,
    answerMs: percentiles(times),
    elapsedMs: performance.now() - started,
  });
  const send = async (planned: Planned): Promise<void> => {
    await pause(planned.at - (performance.now() - started), sale.signal);
    for (let attempt = 0; !sale.signal?.aborted; attempt++) {
      seen.orders.add(planned.order.id);
      seen.webhooks.add(planned.webhook.headers["X-Shopify-Webhook-Id"]!);
      const delivery = await lane(() => deliver(sale.target, planned.webhook));
      note(planned, delivery, attempt > 0);
      if (accepted(delivery)) return;
      const wait = delays[attempt];
      if (wait === undefined) {
        tally.givenUp++;
        return;
      }
      await pause(wait, sale.signal);
    }
  };

  await Promise.all(planSale(sale).map(send));
  const final = snapshot();
  sale.onProgress?.(final);
  return final;
}

/** When each delivery is due; repeatable from the seed, ids included. */
export function planSale(sale: FlashSale): Planned[] {
  const random = randomFrom(sale.seed ?? 1, 0x5a1e);
  const interval = 1000 / sale.ratePerSecond;
  const order = sale.orders.map((_, at) => at);
  order.forEach((_, at) => {
    if (!random.chance(sale.reorder ?? 0)) return;
    const other = Math.min(order.length - 1, at + random.int(1, 20));
    [order[at], order[other]] = [order[other]!, order[at]!];
  });
  const planned: Planned[] = [];
  order.forEach((from, turn) => {
    const subject = sale.orders[from]!;
    const late = random.chance(sale.lateShare ?? 0) ? random.int(500, 5_000) : 0;
    const at = turn * interval + late;
    const parts = { body: subject.body, secret: sale.secret, shop: sale.shop, eventId: uuid(random.next) };
    const webhook = makeWebhook({ ...parts, webhookId: uuid(random.next) });
    planned.push({ order: subject, webhook, at });
    if (!random.chance(sale.duplicateShare ?? 0)) return;
    planned.push({ order: subject, webhook, at: at + random.int(0, 1_500) });
    if (!random.chance(0.5)) return;
    // After a timeout Shopify may send the same change as a new delivery.
    const again = makeWebhook({ ...parts, webhookId: uuid(random.next) });
    planned.push({ order: subject, webhook: again, at: at + random.int(0, 3_000) });
  });
  return planned.sort((one, other) => one.at - other.at);
}

function accepted(delivery: Delivery): boolean {
  return delivery.status >= 200 && delivery.status < 300;
}

function newTally() {
  return { deliveries: 0, failures: 0, retries: 0, givenUp: 0, statuses: {} as Record<string, number> };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, signal ? { signal } : {}).catch(() => {});
}

/** So many at once; the others wait in line. */
function lanes(width: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

function percentiles(times: number[]): FlashSaleTally["answerMs"] {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10;
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}

function uuid(next: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(next() * 16).toString(16)).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
