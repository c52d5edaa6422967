import assert from "node:assert/strict";
import type { OdooClient } from "../../src/odoo/client.ts";
import { createPlanWriter } from "../../src/odoo/plan-writer.ts";
import { fresh, orderPlan, read, realClient } from "../support/odoo-real.ts";
import { odooShelves } from "../support/odoo-shelves.ts";

const onHand = 30;
const orders = 120;

describe("a flash sale of few units in a real Odoo", function () {
  this.timeout(240_000);
  let admin: OdooClient;
  let client: OdooClient;
  before(() => {
    admin = realClient("admin", "json2");
    client = realClient("user", "json2");
  });
  after(() => {
    for (const one of [admin, client]) one.close();
  });

  it("sets every unit aside for one order, though two batches are written at once", async () => {
    const sku = fresh("scarce");
    const shelves = await odooShelves(admin, {
      catalogue: [{ sku, title: "Scarce", price: "10.00", type: "goods" }],
      warehouses: ["WH"],
    });
    await shelves.count(sku, "WH", onHand);
    const write = createPlanWriter(client, 20);
    const results = await Promise.all(
      Array.from({ length: orders }, () => {
        const id = fresh("order");
        return write(
          orderPlan({ id, lines: [{ sku, price: "10.00" }], steps: [{ kind: "confirm", order: id }] }),
        );
      }),
    );
    assert.deepEqual(
      results.flatMap((result) => (result.ok ? [] : [result.failure.message])),
      [],
    );
    const product = shelves.productId(sku);
    const moves = await read(admin, "stock.move", [["product_id", "=", product]], ["quantity", "state"]);
    const setAside = moves.filter(({ state }) => state === "assigned");
    assert.deepEqual([setAside.length, moves.length], [onHand, orders + 1]);
    const quants = await read(
      admin,
      "stock.quant",
      [
        ["product_id", "=", product],
        ["location_id.usage", "=", "internal"],
      ],
      ["quantity", "reserved_quantity"],
    );
    assert.deepEqual(
      quants.map(({ quantity, reserved_quantity }) => [quantity, reserved_quantity]),
      [[onHand, onHand]],
    );
  });
});
