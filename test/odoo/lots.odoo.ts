import assert from "node:assert/strict";
import type { OdooClient } from "../../src/odoo/client.ts";
import { apply, fresh, orderPlan, read, realClient, stepsPlan, transports } from "../support/odoo-real.ts";

for (const transport of transports) {
  describe(`goods with lots and serial numbers in a real Odoo over ${transport}`, function () {
    this.timeout(120_000);
    let client: OdooClient;
    let admin: OdooClient;
    before(() => {
      admin = realClient("admin", transport);
      client = realClient("user", transport);
    });
    after(() => {
      client.close();
      admin.close();
    });

    const create = async (model: string, values: Record<string, unknown>, context = {}): Promise<number> =>
      [await admin.call(model, "create", { args: { vals_list: [values] }, context })].flat()[0] as number;

    /** A product of which these lots lie in the warehouse. */
    async function stocked(tracking: "lot" | "serial", lots: Record<string, number>): Promise<string> {
      const sku = fresh("sku");
      const [warehouse] = await read(
        admin,
        "stock.warehouse",
        [["code", "=", "WH"]],
        ["lot_stock_id", "company_id"],
      );
      await create("product.product", {
        name: sku,
        default_code: sku,
        tracking,
        taxes_id: [],
        type: "consu",
        is_storable: true,
      });
      const [product] = await read(admin, "product.product", [["default_code", "=", sku]], ["id"]);
      for (const [name, units] of Object.entries(lots)) {
        const lot = await create("stock.lot", {
          name: `${sku}-${name}`,
          product_id: product!.id,
          company_id: (warehouse!.company_id as [number])[0],
        });
        const quant = await create(
          "stock.quant",
          {
            product_id: product!.id,
            location_id: (warehouse!.lot_stock_id as [number])[0],
            lot_id: lot,
            inventory_quantity: units,
          },
          { inventory_mode: true },
        );
        await admin.call("stock.quant", "action_apply_inventory", { ids: [quant] });
      }
      return sku;
    }

    /** Which lots went which way, in units: { out: { A: 1 }, back: { A: 1 } }. */
    async function moved(order: string, sku: string): Promise<Record<string, Record<string, number>>> {
      const lines = await read(
        admin,
        "stock.move.line",
        [
          ["picking_id.sale_id.client_order_ref", "=", order],
          ["state", "=", "done"],
        ],
        ["lot_id", "quantity", "picking_code"],
      );
      const sums: Record<string, Record<string, number>> = { out: {}, back: {} };
      for (const line of lines) {
        const way = sums[line.picking_code === "outgoing" ? "out" : "back"]!;
        const lot = line.lot_id ? String((line.lot_id as [number, string])[1]).slice(sku.length + 1) : "none";
        way[lot] = (way[lot] ?? 0) + Number(line.quantity);
      }
      return sums;
    }

    for (const [tracking, lots, units] of [
      ["lot", { A: 1, B: 9 }, 3],
      ["serial", { "1": 1, "2": 1, "3": 1 }, 2],
    ] as const) {
      it(`${tracking}: what is reserved leaves, what comes back is of what left, a cancelled parcel too`, async () => {
        const sku = await stocked(tracking, lots);
        const order = fresh("order");
        const line = `${order}_l0`;
        const parcel = fresh("fulfillment");
        const deliver = {
          kind: "deliver" as const,
          order,
          externalId: parcel,
          lines: [{ line, quantity: String(units) }],
          warehouseId: null,
          tracking: null,
        };
        await apply(
          client,
          orderPlan({
            id: order,
            lines: [{ sku, price: "10.00", quantity: String(units) }],
            steps: [{ kind: "confirm", order }, deliver],
          }),
        );
        const { out } = await moved(order, sku);
        assert.equal(
          Object.values(out!).reduce((sum, some) => sum + some, 0),
          units,
        );
        assert.ok(!("none" in out!), JSON.stringify(out));

        for (let round = 0; round < 2; round++)
          await apply(
            client,
            stepsPlan(order, {
              kind: "return",
              order,
              externalId: `${parcel}_back`,
              lines: [{ line, quantity: "1", locationId: null }],
            }),
          );
        const { back } = await moved(order, sku);
        assert.deepEqual(Object.values(back!), [1]);
        assert.ok(
          Object.keys(back!)[0]! in out!,
          `${JSON.stringify(back)} came back of ${JSON.stringify(out)}`,
        );

        const second = fresh("order");
        await apply(
          client,
          orderPlan({
            id: second,
            lines: [{ sku, price: "10.00", quantity: "1" }],
            steps: [
              { kind: "confirm", order: second },
              {
                ...deliver,
                order: second,
                externalId: `${second}_f`,
                lines: [{ line: `${second}_l0`, quantity: "1" }],
              },
              { kind: "undeliver", order: second, externalId: `${second}_f` },
            ],
          }),
        );
        const again = await moved(second, sku);
        assert.deepEqual(again.back, again.out);
      });
    }
  });
}
