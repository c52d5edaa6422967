import assert from "node:assert/strict";
import { apply, fresh, orderPlan, read, userOfNewCompany } from "../support/odoo-real.ts";

describe("an Odoo of several companies", function () {
  this.timeout(120_000);

  it("orders and their deliveries are the company's whose user writes them, from its own warehouse", async () => {
    const { client, company, warehouse } = await userOfNewCompany();
    try {
      const order = fresh("order");
      const plan = orderPlan({
        id: order,
        lines: [{ sku: "BAG-DRIFT-L", price: "10.00", quantity: "2" }],
        total: "20.00",
        steps: [
          { kind: "confirm", order },
          {
            kind: "deliver",
            order,
            externalId: `${order}_f`,
            lines: [{ line: `${order}_l0`, quantity: "2" }],
            warehouseId: warehouse,
            tracking: null,
          },
        ],
      });
      for (let round = 0; round < 2; round++) await apply(client, plan);
      const mine = [["client_order_ref", "=", order]];
      const orders = await read(client, "sale.order", mine, ["state", "company_id", "warehouse_id"]);
      const pickings = await read(
        client,
        "stock.picking",
        [["sale_id.client_order_ref", "=", order]],
        ["state", "company_id"],
      );
      const idOf = (value: unknown): number => (value as [number, string])[0];
      assert.deepEqual(
        orders.map((row) => [row.state, idOf(row.company_id), idOf(row.warehouse_id)]),
        [["sale", company, warehouse]],
      );
      assert.deepEqual(
        pickings.map((row) => [row.state, idOf(row.company_id)]),
        [["done", company]],
      );
    } finally {
      client.close();
    }
  });
});
