import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { randomFrom } from "../../sandbox/random.ts";
import { read, realClient } from "../support/odoo-real.ts";
import { queues, rest, type StockScene, sell, stockScene } from "../support/stock-scene.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** `FLASH_ORDERS=400 FLASH_SECONDS=90` is the whole sale; so short it takes a minute. */
const orders = Number(process.env.FLASH_ORDERS || 60);
const seconds = Number(process.env.FLASH_SECONDS || 12);
const units = 1_000;

describe("a flash sale, into a real Odoo, while Shopify's Admin API throttles", function () {
  this.timeout(900_000);
  const folder = temporaryFolder();
  const admin = realClient("admin", "json2");
  let scene: StockScene | undefined;
  after(async () => {
    await scene?.close();
    admin.close();
    folder.remove();
  });

  it("every order is in Odoo once, and stock is the same on both sides", async () => {
    scene = await stockScene({
      admin,
      userDir: folder.path,
      name: "FLASH",
      products: 10,
      warehouses: ["WH", "OUT"],
      push: true,
      // A tenth of a Standard plan's.
      bucket: { maximum: 600, restoreRate: 40 },
    });
    const { shopify, skus, ledger, shelves } = scene;
    for (const sku of skus)
      for (const [at, code] of ["WH", "OUT"].entries()) {
        ledger.came(sku, at, units);
        await shelves.count(sku, code, units);
      }
    assert.deepEqual(await rest(scene), []);
    shopify.faults.set({ throttle: 20 });
    Object.assign(shopify.shop.outbox.settings, { duplicateShare: 0.15, lateShare: 0.1 });
    const random = randomFrom(7, orders);
    const sold: string[] = [];
    for (let at = 0; at < orders; at++) {
      const order = sell(scene, random.pick(skus), random.int(0, 1), random.int(1, 3));
      sold.push(order.payload.name);
      await sleep((seconds * 1000) / orders);
    }
    assert.deepEqual(await rest(scene), []);
    const rows = await read(
      admin,
      "sale.order",
      [["client_order_ref", "in", sold]],
      ["client_order_ref", "state"],
    );
    const tally = {
      sold: sold.length,
      inOdoo: new Set(rows.map(({ client_order_ref }) => client_order_ref)).size,
      duplicated: rows.length - new Set(rows.map(({ client_order_ref }) => client_order_ref)).size,
      confirmed: rows.filter(({ state }) => state === "sale").length,
      dead: (await queues(scene.nodeRed)).reduce((sum, { counts }) => sum + (counts?.dead ?? 0), 0),
      throttled: shopify.throttled(),
    };
    console.log(`      ${JSON.stringify(tally)}`);
    const { throttled, ...exact } = tally;
    assert.deepEqual(exact, { sold: orders, inOdoo: orders, duplicated: 0, confirmed: orders, dead: 0 });
    assert.ok(throttled > 0, "it was throttled");
  });
});
