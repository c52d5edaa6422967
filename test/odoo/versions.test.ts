import assert from "node:assert/strict";
import { startOdooStandIn } from "../../sandbox/odoo/server.ts";
import type { ImportPlan } from "../../src/import-plan.ts";
import { createOdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { fieldName, quantityContext, translateRecord } from "../../src/odoo/versions.ts";

const plan: ImportPlan = {
  kind: "import-plan",
  reference: "#1001",
  records: [
    { model: "res.partner", externalId: "customer_1", values: { name: "Ann" } },
    {
      model: "sale.order",
      externalId: "order_1",
      values: { partner_id: { externalId: "customer_1" } },
      children: {
        order_line: [
          {
            model: "sale.order.line",
            externalId: "line_1",
            values: {
              product_id: { find: { model: "product.product", where: { default_code: "SHIPPING" } } },
              name: "Shipping",
              product_uom_qty: 1,
              price_unit: "100.00",
              tax_ids: [
                {
                  find: {
                    model: "account.tax",
                    where: { amount: 8.25, type_tax_use: "sale" },
                    several: "first",
                  },
                },
              ],
            },
          },
        ],
      },
    },
  ],
  totals: { model: "sale.order", externalId: "order_1", currency: "USD", total: "108.25", tax: "8.25" },
};

describe("Odoo versions", () => {
  for (const major of [14, 16, 17, 18, 19, 20]) {
    it(`one plan suits Odoo ${major}, over the transport it speaks`, async () => {
      const odoo = await startOdooStandIn({ major });
      const client = createOdooClient(odoo);
      try {
        assert.equal((await client.version()).major, major);
        for (let round = 0; round < 2; round++) {
          const [result] = await applyPlans(client, [plan]);
          assert.ok(result?.ok, JSON.stringify(result));
        }
      } finally {
        client.close();
        await odoo.close();
      }
    });
  }

  it("the newest names pass through unchanged", () => {
    const record = plan.records[1]!;
    assert.deepEqual(translateRecord(19, record), record);
  });

  it("a dotted path keeps its tail; what an old one lacks is left out", () => {
    assert.equal(fieldName(18, "sale.order.line", "tax_ids.name"), "tax_id.name");
    assert.equal(fieldName(16, "stock.move", "picked"), null);
    assert.equal(fieldName(17, "stock.move", "picked"), "picked");
  });

  it("storable products are said three ways", () => {
    const product = {
      model: "product.template",
      externalId: "p",
      values: { name: "P", type: "consu", is_storable: true },
    };
    assert.deepEqual(translateRecord(19, product).values, product.values);
    assert.deepEqual(translateRecord(16, product).values, { name: "P", detailed_type: "product" });
    assert.deepEqual(translateRecord(14, product).values, { name: "P", type: "product" });
  });

  it("quantities of a place", () => {
    assert.deepEqual(quantityContext(17, { warehouseId: 1 }), { warehouse: 1 });
    assert.deepEqual(quantityContext(18, { warehouseId: 1, locationId: 8 }), {
      location: 8,
      warehouse_id: 1,
    });
  });
});
