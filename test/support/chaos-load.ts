import { setTimeout as sleep } from "node:timers/promises";
import { randomFrom } from "../../sandbox/random.ts";
import {
  deliver,
  makeOrder,
  makeWebhook,
  type SandboxOrder,
  type Webhook,
} from "../../sandbox/shopify/index.ts";
import { lanesPath, lanesTopic } from "./chaos-flow.ts";

export interface LoadOptions {
  seed: number;
  shop: string;
  secret: string;
  /** Node-RED's addresses; each delivery picks one. */
  targets(): readonly string[];
  ordersPerSecond: number;
  /** Keys of the second tab; each sends its events one after the other. */
  lanes: number;
  lanesPerSecond: number;
}

export interface LoadTally {
  /** Distinct orders that were sent at least once. */
  orders: number;
  /** Requests made, of orders and of lanes. */
  deliveries: number;
  /** Requests that got no answer: the process died under them. */
  unanswered: number;
  refused: number;
  /** Second copies sent on purpose. */
  copies: number;
  laneEvents: number;
}

/** The sender: it knows what was answered with 200, and never sends that again, so that nothing hides a loss. */
export interface Load {
  tally: LoadTally;
  /** Orders that some delivery of was answered with 200, with the dedupe ids of those deliveries. */
  acknowledged: Map<string, { order: SandboxOrder; dedupeIds: string[] }>;
  /** The last event of each key that was acknowledged: all before it were too. */
  lanesAcknowledged: Map<string, number>;
  /** Sends nothing new; resolves when all that is to be repeated has been acknowledged. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

const mostAtOnce = 64;

export function startLoad(options: LoadOptions): Load {
  const { seed, shop, secret } = options;
  const random = randomFrom(seed, 0x10ad);
  const tally: LoadTally = {
    orders: 0,
    deliveries: 0,
    unanswered: 0,
    refused: 0,
    copies: 0,
    laneEvents: 0,
  };
  const acknowledged: Load["acknowledged"] = new Map();
  const lanesAcknowledged = new Map<string, number>();
  const busy = new Set<Promise<void>>();
  let paused = false;
  let stopped = false;

  const track = (work: Promise<void>): void => {
    busy.add(work);
    void work.finally(() => busy.delete(work));
  };

  /** True when it was answered 200. What was never even received is sent again in any case. */
  const send = async (path: string, webhook: Webhook, again: boolean): Promise<boolean> => {
    while (!stopped) {
      const targets = options.targets();
      const { status, error } = await deliver(random.pick(targets) + path, webhook);
      tally.deliveries++;
      if (status === 200) return true;
      if (status === 0 && error !== "ECONNREFUSED") tally.unanswered++;
      else if (status !== 0) tally.refused++;
      const unheard = error === "ECONNREFUSED" || status === 404;
      if (!again && !unheard) return false;
      await sleep(random.int(60, 200));
    }
    return false;
  };

  let number = 1000;
  const sendOrder = async (): Promise<void> => {
    const order = makeOrder(seed, ++number);
    const webhook = makeWebhook({ body: order.body, secret, shop });
    tally.orders++;
    // Half of them are sent until they are answered, the others once: a lost one of these stays lost.
    const again = random.chance(0.5);
    const deliveries = [one(order, webhook, again)];
    if (random.chance(0.15)) {
      tally.copies++;
      deliveries.push(sleep(random.int(0, 300)).then(() => one(order, webhook, false)));
    }
    if (random.chance(0.05)) {
      tally.copies++;
      const renamed = makeWebhook({ body: order.body, secret, shop });
      deliveries.push(sleep(random.int(0, 300)).then(() => one(order, renamed, false)));
    }
    await Promise.all(deliveries);
  };
  const one = async (order: SandboxOrder, webhook: Webhook, again: boolean): Promise<void> => {
    if (!(await send("/shopify/webhooks", webhook, again))) return;
    const known = acknowledged.get(order.name) ?? { order, dedupeIds: [] };
    known.dedupeIds.push(`${shop}/${webhook.headers["X-Shopify-Webhook-Id"]}`);
    acknowledged.set(order.name, known);
  };

  const runOrders = async (): Promise<void> => {
    while (!stopped) {
      await sleep((1000 / options.ordersPerSecond) * (0.5 + random.next()));
      if (!paused && busy.size < mostAtOnce) track(sendOrder());
    }
  };

  const runLane = async (lane: number): Promise<void> => {
    const id = 7_000_000 + lane;
    const key = `order:${id}`;
    let seq = 0;
    let before: Webhook | null = null;
    while (!stopped) {
      await sleep(((1000 * options.lanes) / options.lanesPerSecond) * (0.5 + random.next()));
      if (paused) continue;
      const body = JSON.stringify({ id, name: `L${lane}`, line_items: [], seq: ++seq });
      const webhook = makeWebhook({ body, secret, shop, topic: lanesTopic });
      const work = send(lanesPath, webhook, true).then((stored) => {
        if (stored) lanesAcknowledged.set(key, seq);
      });
      track(work);
      await work;
      tally.laneEvents++;
      // An old copy, after its successor: it must not be executed again.
      if (before && random.chance(0.1)) {
        tally.copies++;
        const copy = before;
        track(send(lanesPath, copy, false).then(() => {}));
      }
      before = webhook;
    }
  };

  const running = [runOrders(), ...Array.from({ length: options.lanes }, (_, lane) => runLane(lane + 1))];
  const idle = async (): Promise<void> => {
    while (busy.size > 0) await Promise.all(busy);
  };
  return {
    tally,
    acknowledged,
    lanesAcknowledged,
    pause: async () => {
      paused = true;
      await idle();
    },
    resume: () => {
      paused = false;
    },
    stop: async () => {
      stopped = true;
      await Promise.all(running);
      await idle();
    },
  };
}
