import { type Random, randomFrom } from "../../sandbox/random.ts";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import { availableAt } from "./shopify-admin.ts";
import {
  isAtWork,
  queues,
  rest,
  type StockScene,
  type StockSceneOptions,
  sell,
  stockScene,
} from "./stock-scene.ts";

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
  /** Times Shopify offered more than there was: while the lowering was on its way, and otherwise. */
  above: { explained: number; unexplained: string[]; longestMs: number };
  webhooks: { announced: number; sent: number };
}

/** People and machines on both sides at once: what they do is in the ledger, which knows the truth. */
export async function walkStock(options: StockWalkOptions): Promise<StockWalkTally> {
  const { warehouses, say } = options;
  const random = randomFrom(options.seed, 0x57a1);
  const scene: Walk = Object.assign(await stockScene(options), {
    random,
    orders: [],
    fulfilled: [],
    troubleUntil: 0,
  });
  const { skus, ledger, shopify } = scene;
  const tally: StockWalkTally = {
    steps: {},
    troubles: {},
    rests: 0,
    places: 0,
    drift: 0,
    dead: 0,
    above: ledger.above,
    webhooks: { announced: 0, sent: 0 },
  };
  Object.assign(shopify.shop.outbox.settings, {
    duplicateShare: 0.15,
    lateShare: 0.15,
    lateMs: 1_500,
    retryDelaysMs: Array.from({ length: 120 }, () => 250),
  });
  const watching = setInterval(() => ledger.look(), 50);
  const draining = setInterval(() => void noteDrain(scene), 500);
  try {
    for (let step = 1; step <= options.steps; step++) {
      const did = await oneStep(scene);
      tally.steps[did] = (tally.steps[did] ?? 0) + 1;
      if (random.chance(0.06)) {
        const trouble = random.pick(troubles);
        tally.troubles[trouble] = (tally.troubles[trouble] ?? 0) + 1;
        if (trouble === "Node-RED killed") await scene.kill();
        else makeTrouble(scene, trouble);
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
    tally.webhooks = shopify.shop.outbox.tally;
    if (tally.dead > 0 || tally.drift > 0) say(scene.nodeRed.log.slice(-30).join("\n"));
    return tally;
  } finally {
    clearInterval(watching);
    clearInterval(draining);
    await scene.close();
  }
}

interface Walk extends StockScene {
  random: Random;
  orders: OpenOrder[];
  /** What Shopify fulfilled. */
  fulfilled: OpenOrder[];
  /** When the last trouble is over. */
  troubleUntil: number;
}

interface OpenOrder {
  order: Order;
  lines: { sku: string; quantity: number }[];
  at: number;
}

const troubles = [
  "Odoo away",
  "Shopify away",
  "Shopify throttles",
  "answers lost",
  "Node-RED killed",
] as const;

function makeTrouble(scene: Walk, what: (typeof troubles)[number]): void {
  const { shopify, proxy, random } = scene;
  const lasts = random.int(300, 2_500);
  scene.troubleUntil = performance.now() + lasts + 1_000;
  if (what === "Odoo away") {
    proxy.away(true);
    setTimeout(() => proxy.away(false), lasts);
  } else if (what === "Shopify away") {
    shopify.faults.set({ status: 503 });
    setTimeout(() => shopify.faults.clear(), lasts);
  } else if (what === "Shopify throttles") shopify.faults.set({ throttle: 6 });
  else shopify.faults.set({ applyThenDrop: 2, badJson: 1 });
}

/** Does one thing somewhere, and says what. */
async function oneStep(scene: Walk): Promise<string> {
  const { random, skus, shelves, shopify, ledger, orders } = scene;
  const { warehouses } = scene.options;
  const sku = random.pick(skus);
  const at = random.int(0, warehouses.length - 1);
  const code = warehouses[at]!;
  const kind = random.int(1, 100);
  const free = ledger.truth(sku, at);

  if (kind <= 30 && (availableAt(shopify, sku, at) ?? 0) > 0) {
    const quantity = Math.min(availableAt(shopify, sku, at)!, random.int(1, 3));
    const order = sell(scene, sku, at, quantity);
    orders.push({ order, lines: [{ sku, quantity }], at });
    return "sold in Shopify";
  }
  if (kind <= 45 && orders.length > 0) {
    const [chosen] = orders.splice(random.int(0, orders.length - 1), 1);
    const ready = await shelves.ready(chosen!.order.payload.name);
    if (!ready) {
      orders.push(chosen!);
      return "looked for an order";
    }
    await shelves.deliver(chosen!.order.payload.name, { tracking: `T${chosen!.order.id}` });
    for (const line of chosen!.lines) ledger.delivered(line.sku, chosen!.at, line.quantity);
    return "delivered in Odoo";
  }
  if (kind <= 53 && orders.length > 0) {
    const [chosen] = orders.splice(random.int(0, orders.length - 1), 1);
    const { order, lines, at: from } = chosen!;
    if (random.chance(0.4)) {
      for (const line of lines) ledger.cancelled(line.sku, from, line.quantity);
      shopify.shop.orders.cancel(order);
      return "cancelled in Shopify";
    }
    // A fulfillment that overtakes its order's own webhook waits before it in the queue, and is no matter of stock.
    if (!(await shelves.known(order.payload.name))) {
      orders.push(chosen!);
      return "looked for an order";
    }
    const [of] = order.fulfillmentOrders;
    shopify.shop.orders.fulfil(
      of!.lines.map((line) => ({ from: line, of: of!, quantity: line.remaining })),
      { company: "DHL", number: `S${order.id}` },
    );
    for (const line of lines) ledger.delivered(line.sku, from, line.quantity);
    scene.fulfilled.push(chosen!);
    return "fulfilled in Shopify";
  }
  if (kind <= 68) {
    const units = random.int(1, 6);
    // Before it is done: Shopify may hear of it before we do.
    ledger.came(sku, at, units);
    await shelves.receive(sku, code, units);
    return "received";
  }
  if (kind <= 74) {
    ledger.came(sku, at, 1);
    await shelves.takeBack(sku, code, 1);
    return "brought back";
  }
  const other = (at + random.int(1, warehouses.length - 1)) % warehouses.length;
  if (kind <= 86 && free > 0) {
    const units = random.int(1, free);
    ledger.lowers(sku, at);
    ledger.came(sku, other, units);
    await shelves.move(sku, code, warehouses[other]!, units);
    ledger.went(sku, at, units);
    return "moved";
  }
  if (await leavesStill(scene, sku, at)) return "waited to count";
  const counted = ledger.open(sku, at) + random.int(0, 8);
  ledger.lowers(sku, at);
  const more = Math.max(0, counted - ledger.onHand(sku, at));
  ledger.came(sku, at, more);
  await shelves.count(sku, code, counted);
  ledger.counted(sku, at, counted);
  return "counted";
}

/** Goods that left the shelf and that Odoo still has to take off: counted now, they would be taken off twice. */
async function leavesStill(scene: Walk, sku: string, at: number): Promise<boolean> {
  const here = scene.fulfilled.filter((one) => one.at === at && one.lines.some((line) => line.sku === sku));
  for (const one of here) {
    const units = one.lines.reduce((sum, line) => sum + line.quantity, 0);
    if ((await scene.shelves.delivered(one.order.payload.name)) < units) return true;
    scene.fulfilled.splice(scene.fulfilled.indexOf(one), 1);
  }
  return false;
}

/** The cursor looks every second, and every product again at its next look. */
const heardWithinMs = 4_000;

/** Once no webhook and no event is on its way, what was done some seconds before has come through. */
async function noteDrain({ shopify, ledger, troubleUntil, nodeRed }: Walk): Promise<void> {
  try {
    const before = performance.now() - heardWithinMs;
    if (performance.now() < troubleUntil || shopify.shop.outbox.underWay() > 0) return;
    const all = await queues(nodeRed);
    if (all.length > 0 && !all.some(isAtWork)) ledger.drained(before);
  } catch {
    // Node-RED is being started.
  }
}
