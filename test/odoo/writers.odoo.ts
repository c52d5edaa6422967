import assert from "node:assert/strict";
import type { PlanStep } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import {
  apply,
  fresh,
  orderPlan,
  read,
  realClient,
  stepsPlan,
  userWith,
  warehouseWith,
} from "../support/odoo-real.ts";

const major = Number(process.env.ODOO_VERSION ?? 19);
const rounds = Number(process.env.WRITER_ROUNDS ?? 4);

describe("writers at once on the same order in a real Odoo", function () {
  this.timeout(240_000);
  let client: OdooClient;
  let writers: OdooClient[];
  before(async () => {
    const transport = major >= 19 ? "json2" : "xmlrpc";
    client = realClient("user", transport);
    writers =
      major >= 19
        ? Array.from({ length: 4 }, () => realClient("user", transport))
        : await Promise.all(Array.from({ length: 4 }, () => userWith("stock.group_stock_manager")));
  });
  after(() => {
    for (const one of [client, ...writers]) one.close();
  });

  async function together(count: number, order: string, ...steps: PlanStep[]): Promise<void> {
    for (let round = 0; round < 8; round++) {
      const results = await Promise.all(
        writers.slice(0, count).map((writer) => applyPlans(writer, [stepsPlan(order, ...steps)])),
      );
      const failed = results.flatMap(([result]) => (result?.ok ? [] : [result!.failure]));
      for (const failure of failed) assert.equal(failure.class, "conflict", failure.message);
      if (failed.length === 0) return;
    }
    assert.fail("they never came to an end");
  }

  for (const count of [2, 4]) {
    it(`${count} that deliver the same fulfillment pick and ship it once`, async () => {
      const warehouse = await warehouseWith("pick_ship");
      for (let round = 0; round < rounds; round++) {
        const order = fresh("order");
        await apply(
          client,
          orderPlan({
            id: order,
            values: { warehouse_id: { id: warehouse } },
            lines: [{ sku: "BAG-DRIFT-L", price: "10.00", quantity: "4" }],
            steps: [{ kind: "confirm", order }],
          }),
        );
        await together(count, order, {
          kind: "deliver",
          order,
          externalId: fresh("fulfillment"),
          lines: [{ line: `${order}_l0`, quantity: "1" }],
          warehouseId: null,
          tracking: null,
        });
        const done = await read(
          client,
          "stock.move",
          [
            ["picking_id.sale_id.client_order_ref", "=", order],
            ["state", "=", "done"],
          ],
          ["product_uom_qty"],
        );
        assert.deepEqual(
          done.map(({ product_uom_qty }) => product_uom_qty),
          [1, 1],
        );
      }
    });

    it(`${count} that take back the same cancelled fulfillment plan its units again once`, async () => {
      for (let round = 0; round < rounds; round++) {
        const order = fresh("order");
        const parcel = fresh("fulfillment");
        await apply(
          client,
          orderPlan({
            id: order,
            lines: [
              { sku: "BAG-DRIFT-L", price: "10.00", quantity: "2" },
              { sku: "BAG-DRIFT-M", price: "20.00", quantity: "1" },
            ],
            steps: [
              { kind: "confirm", order },
              {
                kind: "deliver",
                order,
                externalId: parcel,
                lines: [
                  { line: `${order}_l0`, quantity: round % 2 === 0 ? "2" : "1" },
                  { line: `${order}_l1`, quantity: "1" },
                ],
                warehouseId: null,
                tracking: null,
              },
            ],
          }),
        );
        await together(count, order, { kind: "undeliver", order, externalId: parcel });
        const moves = await read(
          client,
          "stock.move",
          [
            ["sale_line_id.order_id.client_order_ref", "=", order],
            ["state", "!=", "cancel"],
          ],
          ["state", "product_uom_qty", "picking_code"],
        );
        const open = moves.filter(({ state }) => state !== "done");
        assert.equal(
          open.reduce((sum, move) => sum + Number(move.product_uom_qty), 0),
          3,
          JSON.stringify(moves),
        );
        const lines = await read(
          client,
          "sale.order.line",
          [["order_id.client_order_ref", "=", order]],
          ["qty_delivered"],
        );
        assert.deepEqual(
          lines.map(({ qty_delivered }) => qty_delivered),
          [0, 0],
        );
      }
    });
  }
});
