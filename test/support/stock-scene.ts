import { setTimeout as sleep } from "node:timers/promises";
import type { CatalogueItem } from "../../sandbox/catalogue.ts";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import type { Order } from "../../sandbox/shopify/admin/index.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { eventually } from "./eventually.ts";
import { exampleFlow, withNode } from "./flow.ts";
import { type OdooShelves, odooShelves } from "./odoo-shelves.ts";
import { sellableCatalogue, shopOrder } from "./shop-orders.ts";
import { availableAt, type Shopify, startShopify } from "./shopify-admin.ts";
import { type StockLedger, stockLedger } from "./stock-ledger.ts";
import { type TcpProxy, tcpProxy } from "./tcp-proxy.ts";

export interface StockSceneOptions {
  admin: OdooClient;
  userDir: string;
  /** Begins the SKUs. */
  name: string;
  products: number;
  /** Codes of warehouses, one for each Shopify location. */
  warehouses: readonly string[];
  /** Odoo pushes its changes, and is asked now and then; false: it is asked every second. */
  push: boolean;
  /** Of Shopify's cost budget; a Standard plan's by default. */
  bucket?: { maximum: number; restoreRate: number };
}

/** The example flow between a real Odoo and the shop, and a ledger that knows what there is. */
export interface StockScene {
  options: StockSceneOptions;
  catalogue: CatalogueItem[];
  skus: string[];
  shelves: OdooShelves;
  shopify: Shopify;
  /** Before Odoo, to cut it off. */
  proxy: TcpProxy;
  ledger: StockLedger;
  nodeRed: NodeRedProcess;
  /** As an operating system would that kills for want of memory; it is up again then. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

const topics = [
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "fulfillments/create",
  "fulfillments/update",
];

type Setting = Omit<StockScene, "nodeRed" | "kill" | "close">;

export async function stockScene(options: StockSceneOptions): Promise<StockScene> {
  const { admin, warehouses, name, products, bucket } = options;
  const catalogue = sellableCatalogue(name, products);
  const skus = catalogue.map(({ sku }) => sku);
  const shelves = await odooShelves(admin, { catalogue, warehouses });
  const shopify = await startShopify({
    catalogue,
    locations: warehouses.map((code, at) => ({ id: `7000000001${at}`, name: `Location ${code}` })),
    ...(bucket && { bucket }),
  });
  const proxy = await tcpProxy(Number(new URL(process.env.ODOO_URL!).port));
  const ledger = stockLedger(skus, warehouses, (sku, at) => availableAt(shopify, sku, at) ?? 0);
  const setting: Setting = { options, catalogue, skus, shelves, shopify, proxy, ledger };
  const scene: StockScene = {
    ...setting,
    nodeRed: await launch(setting),
    async kill() {
      await scene.nodeRed.kill();
      scene.nodeRed = await launch(setting, scene.nodeRed.port);
    },
    async close() {
      await scene.nodeRed.stop();
      await proxy.close();
      await shopify.close();
    },
  };
  try {
    for (const topic of topics) shopify.shop.outbox.subscribe(topic, `${scene.nodeRed.url}/shopify/webhooks`);
    await scene.nodeRed.deploy(flowOf(setting));
    if (options.push) await setUpPush(scene.nodeRed);
    return scene;
  } catch (error) {
    await scene.close();
    throw error;
  }
}

/** One order of one product at one location: Shopify's stock is taken at once. */
export function sell(
  { catalogue, shopify, ledger }: StockScene,
  sku: string,
  at: number,
  quantity: number,
): Order {
  const body = JSON.parse(shopOrder(catalogue, [{ sku, quantity }])) as object;
  const { id } = shopify.shop.stock.locations[at]!;
  const order = shopify.shop.orders.place(JSON.stringify({ ...body, location_id: Number(id) }), id);
  ledger.sold(sku, at, quantity);
  return order;
}

function flowOf({ options, shopify, shelves, skus }: Setting) {
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

function launch({ options, shopify, proxy }: Setting, port?: number): Promise<NodeRedProcess> {
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

export interface Queue {
  name: string;
  counts: Record<string, number> | null;
}

export async function queues(nodeRed: NodeRedProcess): Promise<Queue[]> {
  return (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as Queue[];
}

export function isAtWork({ counts }: Queue): boolean {
  return !counts || counts.ready! + counts.leased! + counts.blocked! > 0;
}

/** An event as the operator's log has it; times in milliseconds since 1970. */
export interface LoggedEvent {
  queue: string;
  key: string | null;
  topic: string;
  state: string;
  enqueuedAt: number;
  settledAt: number | null;
}

/** The log, newest first; with a text, only what holds it. */
export async function eventsOf(nodeRed: NodeRedProcess, q = ""): Promise<LoggedEvent[]> {
  const all: LoggedEvent[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query = new URLSearchParams({ limit: "200", ...(q && { q }), ...(cursor && { cursor }) });
    const response = await fetch(`${nodeRed.url}/holdfast/events?${query}`);
    const page = (await response.json()) as { events: LoggedEvent[]; next: string | null };
    all.push(...page.events);
    cursor = page.next;
  }
  return all;
}

/** Whether a webhook of this order, or an event made of one, has yet to be applied. */
export async function isUnderWay({ shopify, nodeRed }: StockScene, order: Order): Promise<boolean> {
  const about = (payload: unknown): boolean => orderIdOf(payload) === order.id;
  if (shopify.shop.outbox.underWay(about) > 0) return true;
  const events = await eventsOf(nodeRed, order.payload.name);
  return events.some(
    ({ key, state }) => key === `order:${order.id}` && !["applied", "discarded"].includes(state),
  );
}

/** Of an order's or a fulfillment's payload. */
export function orderIdOf(payload: unknown): string {
  const { id, order_id } = payload as { id: number; order_id?: number };
  return String(order_id ?? id);
}

/** Ends all trouble and waits until both sides say what the ledger says; what does not agree in the end is drift. */
export async function rest(scene: StockScene): Promise<string[]> {
  const { shopify, proxy, ledger, shelves, skus, nodeRed } = scene;
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
