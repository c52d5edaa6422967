import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type Random, randomFrom } from "../../sandbox/random.ts";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { eventually } from "./eventually.ts";
import { exampleFlow, withNode } from "./flow.ts";
import { type OdooShelves, odooShelves } from "./odoo-shelves.ts";
import { sellableCatalogue, shopOrder } from "./shop-orders.ts";
import { availableAt, type Shopify, startShopify } from "./shopify-admin.ts";
import { type StockLedger, stockLedger } from "./stock-ledger.ts";
import { type TcpProxy, tcpProxy } from "./tcp-proxy.ts";

export interface StockWalkOptions {
  admin: OdooClient;
  userDir: string;
  steps: number;
  seed: number;
  products: number;
  /** Codes of warehouses, one for each Shopify location. */
  warehouses: readonly string[];
  /** Odoo pushes its changes, and is asked now and then; false: it is asked every second. */
  push: boolean;
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
  const { admin, warehouses, say } = options;
  const random = randomFrom(options.seed, 0x57a1);
  const catalogue = sellableCatalogue("WALK", options.products);
  const skus = catalogue.map(({ sku }) => sku);
  const shelves = await odooShelves(admin, { catalogue, warehouses });
  const shopify = await startShopify({
    catalogue,
    locations: warehouses.map((code, at) => ({ id: `7000000001${at}`, name: `Location ${code}` })),
  });
  const proxy = await tcpProxy(Number(new URL(process.env.ODOO_URL!).port));
  const ledger = stockLedger(skus, warehouses, (sku, at) => availableAt(shopify, sku, at) ?? 0);
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
  const scene: Scene = {
    options,
    random,
    skus,
    shelves,
    shopify,
    proxy,
    ledger,
    orders: [],
    troubleUntil: 0,
  };
  let nodeRed = await launch(scene);
  for (const topic of ["orders/create", "orders/updated", "orders/cancelled", "fulfillments/create"])
    shopify.shop.outbox.subscribe(topic, `${nodeRed.url}/shopify/webhooks`);
  Object.assign(shopify.shop.outbox.settings, {
    duplicateShare: 0.15,
    lateShare: 0.15,
    lateMs: 1_500,
    retryDelaysMs: Array.from({ length: 120 }, () => 250),
  });
  const watching = setInterval(() => ledger.look(), 50);
  const draining = setInterval(() => void noteDrain(scene, () => nodeRed), 500);
  try {
    await nodeRed.deploy(flowOf(scene));
    if (options.push) await setUpPush(nodeRed);
    for (let step = 1; step <= options.steps; step++) {
      const did = await oneStep(scene);
      tally.steps[did] = (tally.steps[did] ?? 0) + 1;
      if (random.chance(0.06)) {
        const trouble = random.pick(troubles);
        tally.troubles[trouble] = (tally.troubles[trouble] ?? 0) + 1;
        if (trouble === "Node-RED killed") {
          await nodeRed.kill();
          nodeRed = await launch(scene, nodeRed.port);
        } else makeTrouble(scene, trouble);
      }
      if (step % options.restEvery === 0 || step === options.steps) {
        const drift = await rest(scene, nodeRed);
        tally.rests++;
        tally.places += skus.length * warehouses.length;
        tally.drift += drift.length;
        say(`after ${step} steps: ${drift.length === 0 ? "both sides agree" : drift.join("; ")}`);
      }
    }
    tally.dead = (await queues(nodeRed)).reduce((sum, { counts }) => sum + (counts?.dead ?? 0), 0);
    tally.webhooks = shopify.shop.outbox.tally;
    if (tally.dead > 0 || tally.drift > 0) say(nodeRed.log.slice(-30).join("\n"));
    return tally;
  } finally {
    clearInterval(watching);
    clearInterval(draining);
    await nodeRed.stop();
    await proxy.close();
    await shopify.close();
  }
}

interface Scene {
  options: StockWalkOptions;
  random: Random;
  skus: string[];
  shelves: OdooShelves;
  shopify: Shopify;
  proxy: TcpProxy;
  ledger: StockLedger;
  orders: OpenOrder[];
  /** When trouble ends, and when the outbox was last seen at rest. */
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

function makeTrouble(scene: Scene, what: (typeof troubles)[number]): void {
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
async function oneStep(scene: Scene): Promise<string> {
  const { random, skus, shelves, shopify, ledger, orders } = scene;
  const { warehouses } = scene.options;
  const sku = random.pick(skus);
  const at = random.int(0, warehouses.length - 1);
  const code = warehouses[at]!;
  const kind = random.int(1, 100);
  const free = ledger.truth(sku, at);

  if (kind <= 30 && (availableAt(shopify, sku, at) ?? 0) > 0) {
    const quantity = Math.min(availableAt(shopify, sku, at)!, random.int(1, 3));
    const body = JSON.parse(shopOrder(shopCatalogue(scene), [{ sku, quantity }]));
    const location = shopify.shop.stock.locations[at]!.id;
    const order = shopify.shop.orders.place(
      JSON.stringify({ ...body, location_id: Number(location) }),
      location,
    );
    ledger.sold(sku, at, quantity);
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
    const [of] = order.fulfillmentOrders;
    shopify.shop.orders.fulfil(
      of!.lines.map((line) => ({ from: line, of: of!, quantity: line.remaining })),
      { company: "DHL", number: `S${order.id}` },
    );
    for (const line of lines) ledger.delivered(line.sku, from, line.quantity);
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
  const counted = ledger.open(sku, at) + random.int(0, 8);
  ledger.lowers(sku, at);
  const more = Math.max(0, counted - ledger.onHand(sku, at));
  ledger.came(sku, at, more);
  await shelves.count(sku, code, counted);
  ledger.counted(sku, at, counted);
  return "counted";
}

function shopCatalogue({ skus }: Scene) {
  return skus.map((sku) => ({ sku, title: titleOf(sku), price: "10.00", type: "goods" as const }));
}

/** As `sellableCatalogue` names them. */
function titleOf(sku: string): string {
  return sku.replace(/-(\d+)$/, " article $1");
}

function flowOf({ options, shopify, shelves, skus }: Scene) {
  const rows = shelves.places.map(({ warehouseId, locationId, code }, at) => ({
    shopifyId: shopify.shop.stock.locations[at]!.id,
    shopifyName: options.warehouses[at]!,
    warehouseId,
    locationId,
    code,
    isDefault: false,
  }));
  let flow = withNode(exampleFlow(), "hf-location", { rows });
  // Deliveries of other tests in this Odoo are another shop's.
  const externalIdPrefix = `${skus[0]!.split("-")[1]!.toLowerCase()}_`;
  flow = withNode(flow, "hf-map", { confirm: "always", externalIdPrefix });
  flow = withNode(flow, "hf-alert", { console: true });
  flow = withNode(flow, "hf-stock-in", {
    // While Odoo pushes, it is asked twenty times less often.
    askSeconds: options.push ? 0.5 : 1,
    credentials: { pushToken: "walk".repeat(8) },
    externalIdPrefix,
  });
  flow = withNode(flow, "hf-stock-queue", { leaseSeconds: 3 });
  flow = withNode(flow, "hf-queue", { leaseSeconds: 3 });
  flow = withNode(flow, "hf-delivery-queue", { leaseSeconds: 3 });
  return withNode(flow, "hf-retry", { maxAttempts: 20, baseSeconds: 0.1, capSeconds: 1 });
}

function launch({ options, shopify, proxy }: Scene, port?: number): Promise<NodeRedProcess> {
  return launchNodeRed({
    userDir: options.userDir,
    ...(port && { port }),
    env: {
      SHOPIFY_SHOP: shopify.domain,
      SHOPIFY_ADMIN_URL: shopify.url,
      SHOPIFY_WEBHOOK_SECRET: shopify.webhookSecret,
      SHOPIFY_ADMIN_TOKEN: shopify.token,
      ODOO_URL: proxy.url,
      ODOO_DB: process.env.ODOO_DB ?? "",
      ODOO_LOGIN: process.env.ODOO_LOGIN ?? "",
      ODOO_API_KEY: process.env.ODOO_API_KEY ?? "",
    },
  });
}

async function setUpPush(nodeRed: NodeRedProcess): Promise<void> {
  const { ODOO_ADMIN_LOGIN: login, ODOO_ADMIN_PASSWORD: password } = process.env;
  const response = await fetch(`${nodeRed.url}/holdfast/odoo-stock-in/hf-stock-in/push`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ address: nodeRed.url, login, password }),
  });
  const { ok, message } = (await response.json()) as { ok: boolean; message?: string };
  if (!ok) throw new Error(`The rules could not be made: ${message}`);
}

interface Queue {
  name: string;
  counts: Record<string, number> | null;
}

async function queues(nodeRed: NodeRedProcess): Promise<Queue[]> {
  return (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as Queue[];
}

function isAtWork({ counts }: Queue): boolean {
  return !counts || counts.ready! + counts.leased! + counts.blocked! > 0;
}

/** The cursor looks every second, and every product again at its next look. */
const heardWithinMs = 4_000;

/** Once no webhook and no event is on its way, what was done some seconds before has come through. */
async function noteDrain(
  { shopify, ledger, troubleUntil }: Scene,
  nodeRed: () => NodeRedProcess,
): Promise<void> {
  try {
    const before = performance.now() - heardWithinMs;
    if (performance.now() < troubleUntil || shopify.shop.outbox.underWay() > 0) return;
    const all = await queues(nodeRed());
    if (all.length > 0 && !all.some(isAtWork)) ledger.drained(before);
  } catch {
    // Node-RED is being started.
  }
}

/** Ends all trouble and waits until both sides say what the ledger says; what does not agree in the end is drift. */
async function rest(scene: Scene, nodeRed: NodeRedProcess): Promise<string[]> {
  const { shopify, proxy, ledger, shelves, skus } = scene;
  proxy.away(false);
  shopify.faults.clear();
  const differing = async (): Promise<string[]> => {
    const found = ledger.differences();
    if (found.length > 0) return found;
    const waiting = (await queues(nodeRed))
      .filter(isAtWork)
      .map(({ name, counts }) => `${name}: ${JSON.stringify(counts)}`);
    if (waiting.length > 0) return waiting;
    const wrong: string[] = [];
    for (const sku of skus) {
      const odoo = await shelves.onHand(sku);
      for (const [at, units] of odoo.entries())
        if (units !== ledger.onHand(sku, at))
          wrong.push(`${sku} at ${at}: Odoo has ${units} on hand, there are ${ledger.onHand(sku, at)}`);
    }
    return wrong;
  };
  let last: string[] = [];
  await eventually(
    "both sides agree",
    async () => {
      await shopify.shop.outbox.idle();
      last = await differing();
      return last.length === 0;
    },
    90_000,
  ).catch(() => {});
  await sleep(0);
  return last;
}
