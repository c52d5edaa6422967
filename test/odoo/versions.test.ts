import assert from "node:assert/strict";
import { startOdooStandIn } from "../../sandbox/odoo/server.ts";
import type { ImportPlan } from "../../src/import-plan.ts";
import { createOdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import {
  fieldName,
  quantityContext,
  renames,
  translateRecord,
  translateValues,
} from "../../src/odoo/versions.ts";

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

  it("whether a tax is part of the price is said two ways", () => {
    const tax = (choice: string) => ({
      model: "account.tax",
      externalId: "t",
      values: { name: "T", price_include_override: choice },
    });
    assert.deepEqual(translateRecord(18, tax("tax_included")).values, tax("tax_included").values);
    assert.deepEqual(translateRecord(17, tax("tax_included")).values, { name: "T", price_include: true });
    assert.deepEqual(translateRecord(14, tax("tax_excluded")).values, { name: "T", price_include: false });
  });

  it("quantities of a place", () => {
    assert.deepEqual(quantityContext(17, { warehouseId: 1 }), { warehouse: 1 });
    assert.deepEqual(quantityContext(18, { warehouseId: 1, locationId: 8 }), {
      location: 8,
      warehouse_id: 1,
    });
  });

  describe("the table", () => {
    const majors = [14, 15, 16, 17, 18, 19, 20];
    const fieldsOf = new Map(renames.map(({ model }) => [model, new Set<string>()]));
    for (const { model, newest } of renames) fieldsOf.get(model)!.add(newest);

    it("has rows for supported versions only, each of which says something else", () => {
      for (const row of renames) {
        assert.ok(row.until >= 14 && row.until <= 19, JSON.stringify(row));
        assert.notEqual(row.older, row.newest);
      }
    });

    it("has the rows of one field from old to new, so that each of them counts somewhere", () => {
      for (const row of renames) {
        const earlier = renames
          .slice(0, renames.indexOf(row))
          .filter(({ model, newest }) => model === row.model && newest === row.newest);
        for (const one of earlier) assert.ok(one.until < row.until, JSON.stringify([one, row]));
        assert.equal(fieldName(row.until, row.model, row.newest), row.older);
      }
    });

    for (const major of majors) {
      it(`gives every field of Odoo ${major} one value: no two are called the same`, () => {
        for (const [model, fields] of fieldsOf) {
          const here = [...fields]
            .map((field) => fieldName(major, model, field))
            .filter((name) => name !== null);
          assert.equal(new Set(here).size, here.length, `${model} on ${major}: ${here}`);
          const values = Object.fromEntries([...fields].map((field) => [field, `value of ${field}`]));
          assert.equal(Object.keys(translateValues(major, model, values)).length, here.length);
        }
      });
    }

    it("never takes a name back: what a version got, later ones keep", () => {
      for (const [model, fields] of fieldsOf) {
        for (const field of fields) {
          const names = majors.map((major) => fieldName(major, model, field));
          const got = names.indexOf(field);
          assert.ok(
            got >= 0 && names.slice(got).every((name) => name === field),
            `${model}.${field}: ${names}`,
          );
          const there = names.findIndex((name) => name !== null);
          assert.ok(!names.slice(there).includes(null), `${model}.${field}: ${names}`);
        }
      }
    });
  });
});
