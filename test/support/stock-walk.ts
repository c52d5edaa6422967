import { randomFrom } from "../../sandbox/random.ts";
import { type Explained, explain, type Hearing, type Pending } from "./stock-above.ts";
import {
  eventsOf,
  orderIdOf,
  queues,
  rest,
  type StockScene,
  type StockSceneOptions,
  stockScene,
} from "./stock-scene.ts";
import { oneStep, type Walk } from "./stock-steps.ts";

export interface StockWalkOptions extends StockSceneOptions {
  steps: number;
  seed: number;
  /** Everything rests, and both sides are compared, after so many steps. */
  restEvery: number;
  say(line: string): void;
}

export interface StockWalkTally {
  steps: Record<string, number>;
  troubles: Record<string, number>;
  /** How often all came to rest, and how many places were compared then. */
  rests: number;
  places: number;
  /** Places at rest where Odoo, Shopify and the ledger were not one. */
  drift: number;
  dead: number;
  /** Times Shopify offered more than there was: while something about it was on its way, and otherwise. */
  above: Explained;
  webhooks: { announced: number; sent: number };
}

/** People and machines on both sides at once: what they do is in the ledger, which knows the truth. */
export async function walkStock(options: StockWalkOptions): Promise<StockWalkTally> {
  const { warehouses, say } = options;
  const random = randomFrom(options.seed, 0x57a1);
  const scene: Walk = Object.assign(await stockScene(options), {
    random,
    open: [],
    fulfilled: [],
  });
  const onItsWay: Pending[] = [];
  const { skus, ledger, shopify } = scene;
  const tally: StockWalkTally = {
    steps: {},
    troubles: {},
    rests: 0,
    places: 0,
    drift: 0,
    dead: 0,
    above: { explained: 0, unexplained: [], longestMs: 0, longestHearingMs: 0 },
    webhooks: { announced: 0, sent: 0 },
  };
  Object.assign(shopify.shop.outbox.settings, {
    duplicateShare: 0.15,
    lateShare: 0.15,
    lateMs: 1_500,
    retryDelaysMs: Array.from({ length: 120 }, () => 250),
  });
  shopify.shop.outbox.onEnded = ({ topic, payload, from, until }) => {
    onItsWay.push({ what: topic, ...aboutOrder(scene, orderIdOf(payload)), from, until, heard: false });
  };
  const watching = setInterval(() => ledger.look(), 50);
  try {
    for (let step = 1; step <= options.steps; step++) {
      const did = await oneStep(scene);
      tally.steps[did] = (tally.steps[did] ?? 0) + 1;
      if (random.chance(0.06)) {
        const trouble = random.pick(troubles);
        tally.troubles[trouble] = (tally.troubles[trouble] ?? 0) + 1;
        onItsWay.push(await makeTrouble(scene, trouble));
      }
      if (step % options.restEvery === 0 || step === options.steps) {
        const drift = await rest(scene);
        tally.rests++;
        tally.places += skus.length * warehouses.length;
        tally.drift += drift.length;
        say(`after ${step} steps: ${drift.length === 0 ? "both sides agree" : drift.join("; ")}`);
      }
    }
    tally.dead = (await queues(scene.nodeRed)).reduce((sum, { counts }) => sum + (counts?.dead ?? 0), 0);
    ledger.look();
    const pending = [...ledger.lowering, ...onItsWay, ...(await pendingEvents(scene))];
    tally.above = explain(ledger.above(), pending, {
      hearing,
      nameOf: (at) => warehouses[at]!,
    });
    tally.webhooks = shopify.shop.outbox.tally;
    if (tally.dead > 0 || tally.drift > 0) say(scene.nodeRed.log.slice(-30).join("\n"));
    return tally;
  } finally {
    clearInterval(watching);
    await scene.close();
  }
}

const troubles = [
  "Odoo away",
  "Shopify away",
  "Shopify throttles",
  "answers lost",
  "Node-RED killed",
] as const;

/** @returns how long it lasts, for all places. */
async function makeTrouble(
  { shopify, proxy, random, kill }: Walk,
  what: (typeof troubles)[number],
): Promise<Pending> {
  const from = Date.now();
  const lasts = random.int(300, 2_500);
  const span = (until: number): Pending => ({ what, sku: null, at: null, from, until, heard: true });
  if (what === "Node-RED killed") {
    await kill();
    return span(Date.now());
  }
  if (what === "Odoo away") {
    proxy.away(true);
    setTimeout(() => proxy.away(false), lasts);
  } else if (what === "Shopify away") {
    shopify.faults.set({ status: 503 });
    setTimeout(() => shopify.faults.clear(), lasts);
  } else if (what === "Shopify throttles") shopify.faults.set({ throttle: 6 });
  else shopify.faults.set({ applyThenDrop: 2, badJson: 1 });
  // What Shopify does wrong keeps events in the queue; Odoo away keeps them from getting there.
  return span(what === "Odoo away" ? from + lasts : from);
}

/**
 * A change in Odoo is pushed at once, read after 0.3 s and again after 2.5 s; or asked for every second, and once more.
 * Where its push was lost it is asked for every 10 s, and after a start all is compared.
 */
const hearing: Hearing = { againMs: 2_500, latestMs: 30_000 };

/** What the queues held about each product and place, and when. */
async function pendingEvents(scene: Walk): Promise<Pending[]> {
  const places = new Map(scene.shopify.shop.stock.locations.map(({ id }, at) => [id, at]));
  return (await eventsOf(scene.nodeRed)).flatMap(
    ({ queue, topic, key, enqueuedAt, settledAt }): Pending[] => {
      const span = { what: `${topic} in ${queue}`, from: enqueuedAt, until: settledAt ?? Date.now() };
      const [kind, name = "", location = ""] = key?.split(":") ?? [];
      if (kind === "order") return [{ ...span, ...aboutOrder(scene, name), heard: true }];
      if (kind !== "stock") return [];
      return [{ ...span, sku: name, at: places.get(location) ?? -1, heard: false, tells: true }];
    },
  );
}

/** Every order is of one product at one place. */
function aboutOrder({ shopify, catalogue }: StockScene, orderId: string): { sku: string; at: number } {
  const order = shopify.shop.orders.order(orderId);
  const [line] = order?.payload.line_items ?? [];
  const [of] = order?.fulfillmentOrders ?? [];
  const at = shopify.shop.stock.locations.findIndex(({ id }) => id === of?.location.id);
  return { sku: catalogue.find(({ sku }) => sku === line?.sku)?.sku ?? "", at };
}
