import assert from "node:assert/strict";
import { realClient } from "../support/odoo-real.ts";
import { walkStock } from "../support/stock-walk.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** `STOCK_WALK_STEPS=500 STOCK_WALK_PRODUCTS=20` walks the whole way, `STOCK_WALK_PUSH=no` with asking alone. */
const steps = Number(process.env.STOCK_WALK_STEPS || 60);
const products = Number(process.env.STOCK_WALK_PRODUCTS || 6);
const push = process.env.STOCK_WALK_PUSH !== "no";
const seed = Number(process.env.STOCK_WALK_SEED || 20261124);

describe("a random walk of stock through a real Odoo and the shop, with everything going wrong", function () {
  this.timeout(3_000_000);
  const folder = temporaryFolder();
  const admin = realClient("admin", "json2");
  after(() => {
    admin.close();
    folder.remove();
  });

  it("at rest both sides agree with the truth, and Shopify never offered more than was on its way to be lowered", async () => {
    const tally = await walkStock({
      admin,
      userDir: folder.path,
      name: "WALK",
      steps,
      seed,
      products,
      push,
      warehouses: ["WH", "OUT", "POP", "WLK"],
      restEvery: 50,
      say: (line) => console.log(`      ${line}`),
    });
    console.log(JSON.stringify(tally, null, 2));
    assert.equal(tally.drift, 0);
    assert.equal(tally.dead, 0);
    assert.deepEqual(tally.above.unexplained, []);
    assert.ok(Object.keys(tally.steps).length >= 7, "it did a bit of everything");
  });
});
