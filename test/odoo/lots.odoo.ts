import assert from "node:assert/strict";
import type { ImportPlan, PlanStep } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { fieldName, still } from "../../src/odoo/versions.ts";
import {
  apply,
  fresh,
  orderPlan,
  read,
  realClient,
  stepsPlan,
  transports,
  userWith,
} from "../support/odoo-real.ts";

for (const transport of transports) {
  describe(`goods with lots and serial numbers in a real Odoo over ${transport}`, function () {
    this.timeout(120_000);
    let client: OdooClient;
    let admin: OdooClient;
    let major: number;
    before(async () => {
      admin = realClient("admin", transport);
      ({ major } = await admin.version());
      // Odoo 14 reads the stock's valuation with the rights of who validates a return.
      client = major === 14 ? await userWith("stock.group_stock_manager") : realClient("user", transport);
    });
    after(() => {
      client.close();
      admin.close();
    });

    const create = async (model: string, values: Record<string, unknown>, context = {}): Promise<number> =>
      [await admin.call(model, "create", { args: { vals_list: [values] }, context })].flat()[0] as number;

    /** A product of which these lots lie in the warehouse; of one that is not tracked, so much on these shelves. */
    async function stocked(
      tracking: "lot" | "serial" | "none",
      lots: Record<string, number>,
    ): Promise<string> {
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
        ...(major < 15 ? { type: "product" } : { type: "consu", is_storable: true }),
      });
      const [product] = await read(admin, "product.product", [["default_code", "=", sku]], ["id"]);
      for (const [name, units] of Object.entries(lots)) {
        const stock = (warehouse!.lot_stock_id as [number])[0];
        const lot =
          tracking !== "none" &&
          (await create(major < 15 ? "stock.production.lot" : "stock.lot", {
            name: `${sku}-${name}`,
            product_id: product!.id,
            company_id: (warehouse!.company_id as [number])[0],
          }));
        const place = lot
          ? stock
          : await create("stock.location", { name: `${sku}-${name}`, location_id: stock });
        const quant = await create(
          "stock.quant",
          {
            product_id: product!.id,
            location_id: place,
            lot_id: lot,
            inventory_quantity: units,
          },
          { inventory_mode: true },
        );
        if (!still(major, "counts at once"))
          await admin.call("stock.quant", "action_apply_inventory", { ids: [quant] });
      }
      return sku;
    }

    /** Which lots went which way, in units: { out: { A: 1 }, back: { A: 1 } }. */
    async function moved(order: string, sku: string): Promise<Record<string, Record<string, number>>> {
      const quantity = fieldName(major, "stock.move.line", "quantity")!;
      const lines = await read(
        admin,
        "stock.move.line",
        [
          ["picking_id.sale_id.client_order_ref", "=", order],
          ["state", "=", "done"],
        ],
        ["lot_id", quantity, "picking_code"],
      );
      const sums: Record<string, Record<string, number>> = { out: {}, back: {} };
      for (const line of lines) {
        const way = sums[line.picking_code === "outgoing" ? "out" : "back"]!;
        const lot = line.lot_id ? String((line.lot_id as [number, string])[1]).slice(sku.length + 1) : "none";
        way[lot] = (way[lot] ?? 0) + Number(line[quantity]);
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

        await apply(
          client,
          stepsPlan(order, {
            kind: "return",
            order,
            externalId: `${parcel}_rest`,
            lines: [{ line, quantity: String(units - 1), locationId: null }],
          }),
        );
        const all = await moved(order, sku);
        assert.deepEqual(all.back, all.out, "the rest is of what had not come back yet");

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

    const selling = (order: string, sku: string, units: string): ImportPlan =>
      orderPlan({
        id: order,
        lines: [{ sku, price: "10.00", quantity: units }],
        steps: [
          { kind: "confirm", order },
          {
            kind: "deliver",
            order,
            externalId: `${order}_f`,
            lines: [{ line: `${order}_l0`, quantity: units }],
            warehouseId: null,
            tracking: null,
          },
        ],
      });

    it("goods that lie on two shelves leave both", async () => {
      const sku = await stocked("none", { left: 2, right: 2 });
      const order = fresh("order");
      for (let round = 0; round < 2; round++) await apply(client, selling(order, sku, "3"));
      assert.deepEqual((await moved(order, sku)).out, { none: 3 });
      const quants = await read(
        admin,
        "stock.quant",
        [
          ["product_id.default_code", "=", sku],
          ["location_id.usage", "=", "internal"],
        ],
        ["quantity"],
      );
      assert.deepEqual(
        quants.map(({ quantity }) => quantity).filter((units) => units !== 0),
        [1],
      );
    });

    it("two writers at once deliver and take back each serial number once", async () => {
      const sku = await stocked("serial", { "1": 1, "2": 1 });
      const order = fresh("order");
      const { steps = [], ...plan } = selling(order, sku, "2");
      const returning: PlanStep = {
        kind: "return",
        order,
        externalId: `${order}_back`,
        lines: [{ line: `${order}_l0`, quantity: "2", locationId: null }],
      };
      const all: ImportPlan = { ...plan, steps: [...steps, returning] };
      for (let round = 0; round < 8; round++) {
        const results = (await Promise.all([client, client].map((one) => applyPlans(one, [all])))).flat();
        for (const result of results)
          if (!result.ok) assert.equal(result.failure.class, "conflict", result.failure.message);
        if (results.every(({ ok }) => ok)) break;
      }
      assert.deepEqual(await moved(order, sku), { out: { "1": 1, "2": 1 }, back: { "1": 1, "2": 1 } });
    });
  });
}
