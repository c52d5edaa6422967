import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { startShopifyStandIn } from "../../sandbox/shopify/admin/index.ts";
import { createOdooClient } from "../../src/odoo/client.ts";
import { exampleFlow, withNode } from "../../test/support/flow.ts";
import { odooShelves } from "../../test/support/odoo-shelves.ts";
import { sellableCatalogue } from "../../test/support/shop-orders.ts";
import { packageCopy, scratch } from "../flow-server.ts";
import { median, quantile } from "../measure.ts";
import { ms, type Row } from "../row.ts";

const changes = { push: 40, cursor: 5 };
/** Changes come at all moments between two looks. */
const askEveryMs = 15_000;
const pushToken = "be9c".repeat(8);

/** From the answer that a count is committed in a real Odoo to the number in Shopify, by push and by asking. */
export const stockLatency: Row = {
  name: "stock",
  async measure({ say }) {
    const { ODOO_URL: url, ODOO_DB: db, ODOO_ADMIN_LOGIN: login, ODOO_ADMIN_API_KEY: apiKey } = process.env;
    const { ODOO_LOGIN, ODOO_API_KEY, ODOO_ADMIN_PASSWORD: password } = process.env;
    if (!url || !db || !login || !apiKey || !password) {
      say("ODOO_URL and the administrator's login are not set: no Odoo to measure");
      return { figures: [] };
    }
    const admin = createOdooClient({ url, db, login, apiKey });
    const catalogue = sellableCatalogue("BENCH", 5);
    const shopify = await startShopifyStandIn({ catalogue, bucket: { maximum: 20_000, restoreRate: 1_000 } });
    let nodeRed: NodeRedProcess | undefined;
    try {
      const shelves = await odooShelves(admin, { catalogue, warehouses: ["WH"] });
      nodeRed = await launchNodeRed({
        userDir: path.join(scratch, "stock"),
        packageRoot: await packageCopy(),
        env: {
          SHOPIFY_SHOP: shopify.domain,
          SHOPIFY_ADMIN_URL: shopify.url,
          SHOPIFY_WEBHOOK_SECRET: shopify.webhookSecret,
          SHOPIFY_ADMIN_TOKEN: shopify.token,
          ODOO_URL: url,
          ODOO_DB: db,
          ODOO_LOGIN: ODOO_LOGIN ?? "",
          ODOO_API_KEY: ODOO_API_KEY ?? "",
        },
      });
      const [place] = shelves.places;
      const [location] = shopify.shop.stock.locations;
      const row = { shopifyId: location!.id, shopifyName: location!.name, ...place, isDefault: true };
      const flow = withNode(exampleFlow(), "hf-location", { rows: [row] });
      await nodeRed.deploy(withNode(flow, "hf-stock-in", { credentials: { pushToken } }));
      const offered = (sku: string): number => {
        const { stock } = shopify.shop;
        return stock.level(stock.itemBySku(sku)!.id, location!.id)?.available ?? 0;
      };
      const arrived = async (sku: string, units: number): Promise<void> => {
        while (offered(sku) !== units) await sleep(2);
      };
      let units = 0;
      const sample = async (
        many: number,
        apart: (at: number) => number,
      ): Promise<{ whole: number[]; after: number[] }> => {
        const taken = { whole: [] as number[], after: [] as number[] };
        for (let at = 0; at < many; at++) {
          const { sku } = catalogue[at % catalogue.length]!;
          units++;
          const asked = performance.now();
          await shelves.count(sku, "WH", units);
          const answered = performance.now();
          await arrived(sku, units);
          taken.whole.push(performance.now() - asked);
          taken.after.push(performance.now() - answered);
          await sleep(apart(at));
        }
        return taken;
      };
      await shelves.count(catalogue[0]!.sku, "WH", 1);
      await arrived(catalogue[0]!.sku, 1);
      units = 1;
      say(`${changes.cursor} changes found by asking`);
      const asking = await sample(changes.cursor, (at) => (askEveryMs * (2 * at + 1)) / (2 * changes.cursor));
      const made = await fetch(`${nodeRed.url}/holdfast/odoo-stock-in/hf-stock-in/push`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ address: nodeRed.url, login, password }),
      });
      const { ok, message } = (await made.json()) as { ok: boolean; message?: string };
      if (!ok) throw new Error(`The rules could not be made: ${message}`);
      await sample(2, () => 100);
      say(`${changes.push} changes pushed`);
      const pushed = await sample(changes.push, (at) => 100 + 37 * (at % 11));
      const told = ({ whole, after }: typeof pushed): string =>
        `p50 **${ms(median(after))}**, p95 ${ms(quantile(after, 0.95))}, worst ${ms(Math.max(...after))} (from the request to Odoo: p50 ${ms(median(whole))})`;
      return {
        figures: [
          {
            figure: "a stock change committed in Odoo 19 → written in Shopify, by push",
            measured: told(pushed),
            reach: "",
            ok: null,
            bound:
              "300 ms to gather what one change pushes, three reads in Odoo, the queue's fsync, two calls to Shopify",
          },
          {
            figure: "the same, found by asking every 15 s",
            measured: told(asking),
            reach: "",
            ok: null,
            bound: "the interval: half of it on average",
          },
        ],
      };
    } finally {
      await nodeRed?.stop();
      admin.close();
      await shopify.close();
    }
  },
};
