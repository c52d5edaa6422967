import assert from "node:assert/strict";
import { createOdooClient, type OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { shopifyIds } from "../../src/odoo/shopify-orders.ts";
import { stockCursor } from "../../src/odoo/stock-cursor.ts";
import { deliveryReader } from "../../src/odoo/stock-deliveries.ts";
import { countedAmong } from "../../src/odoo/stock-products.ts";
import { stockReader } from "../../src/odoo/stock-quantities.ts";
import { fulfillmentToPlan } from "../../src/sync/fulfillment.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { sellableCatalogue, shopOrder } from "../support/shop-orders.ts";
import type { OdooUnderTest } from "./odoo-contract.ts";

/** What the stock sync relies on in an Odoo of 17 and later; the stand-in passes the same cases as the real one. */
export function describeStockContract(name: string, getServer: () => Promise<OdooUnderTest>): void {
  describe(name, function () {
    this.timeout(60_000);
    const catalogue = sellableCatalogue("SC", 2);
    const [tent, mat] = catalogue.map(({ sku }) => sku) as [string, string];
    let client: OdooClient;
    let admin: OdooClient;
    let ids: Map<string, number>;
    let places: { warehouse: number; location: number }[];

    before(async () => {
      const { url, db, login, apiKey, admin: all } = await getServer();
      client = createOdooClient({ url, db, login, apiKey });
      admin = createOdooClient({ url, db, ...all! });
      ids = new Map();
      for (const { sku, title } of catalogue) {
        const made = (await admin.call("product.product", "create", {
          args: { vals_list: [{ name: title, default_code: sku, type: "consu", is_storable: true }] },
        })) as number | number[];
        ids.set(sku, Array.isArray(made) ? made[0]! : made);
      }
      const rows = (await client.call("stock.warehouse", "search_read", {
        args: { domain: [["code", "in", ["WH", "OUT"]]], fields: ["lot_stock_id"], order: "id" },
      })) as { id: number; lot_stock_id: [number, string] }[];
      places = rows.map((row) => ({ warehouse: row.id, location: row.lot_stock_id[0] }));
    });
    after(() => {
      client?.close();
      admin?.close();
    });

    async function count(sku: string, at: number, units: number): Promise<void> {
      const made = (await admin.call("stock.quant", "create", {
        args: {
          vals_list: [
            { product_id: ids.get(sku), location_id: places[at]!.location, inventory_quantity: units },
          ],
        },
        context: { inventory_mode: true },
      })) as number | number[];
      await admin.call("stock.quant", "action_apply_inventory", { ids: Array.isArray(made) ? made : [made] });
    }

    async function sell(lines: { sku: string; quantity: number }[], at = 0): Promise<string> {
      const body = JSON.parse(shopOrder(catalogue, lines));
      const plan = orderToPlan(
        body,
        { confirm: "always" },
        {
          shopify: { id: "1", name: "" },
          odoo: { warehouseId: places[at]!.warehouse, locationId: 0, code: "" },
        },
      );
      const [result] = await applyPlans(client, [plan]);
      assert.ok(result?.ok, JSON.stringify(result));
      return String(body.id);
    }

    const readAt = async (sku: string, measure: "free" | "onHand" | "forecast" = "free") =>
      (
        await stockReader(client, { measure, prefix: "" }).read(
          [ids.get(sku)!],
          places.map(({ location }) => location),
        )
      ).map(({ free, reservedForShopify }) => [Number(free), Number(reservedForShopify)]);

    async function pickingOf(order: string): Promise<number> {
      const [row] = (await admin.call("stock.picking", "search_read", {
        args: {
          domain: [
            ["sale_id.client_order_ref", "=", `#${order}`],
            ["state", "not in", ["done", "cancel"]],
          ],
          fields: ["name"],
        },
      })) as { id: number }[];
      return row!.id;
    }

    it("counts products that are stored, by their SKU", async () => {
      assert.deepEqual(await countedAmong(client, "default_code", [ids.get(tent)!]), [
        { productId: ids.get(tent), sku: tent },
      ]);
    });

    it("tells what lies at each place alone, and what is set aside for Shopify's orders there", async () => {
      await count(tent, 0, 10);
      await count(tent, 1, 4);
      assert.deepEqual(await readAt(tent), [
        [10, 0],
        [4, 0],
      ]);
      await sell([{ sku: tent, quantity: 3 }]);
      assert.deepEqual(await readAt(tent), [
        [7, 3],
        [4, 0],
      ]);
      assert.deepEqual(await readAt(tent, "onHand"), [
        [10, 0],
        [4, 0],
      ]);
      assert.deepEqual(await readAt(tent, "forecast"), [
        [7, 3],
        [4, 0],
      ]);
    });

    it("what an order can't have is not set aside, but forecast", async () => {
      await sell([{ sku: tent, quantity: 6 }], 1);
      assert.deepEqual((await readAt(tent))[1], [0, 4]);
      assert.deepEqual((await readAt(tent, "forecast"))[1], [-2, 6]);
    });

    it("a cancelled order gives back what was set aside", async () => {
      await count(mat, 0, 5);
      const order = await sell([{ sku: mat, quantity: 2 }]);
      assert.deepEqual((await readAt(mat))[0], [3, 2]);
      const [row] = (await client.call("sale.order", "search_read", {
        args: { domain: [["client_order_ref", "=", `#${order}`]], fields: ["name"] },
      })) as { id: number }[];
      await client.call("sale.order", "action_cancel", {
        ids: [row!.id],
        context: { disable_cancel_warning: true },
      });
      assert.deepEqual((await readAt(mat))[0], [5, 0]);
    });

    it("shows by its writes which products changed, once, and nothing of what was before", async () => {
      const cursor = stockCursor(client);
      assert.deepEqual(await cursor.next(), { products: [], moved: [], pickings: [] });
      await count(mat, 1, 2);
      const found = await cursor.next();
      assert.ok(found.products.includes(ids.get(mat)!));
      assert.ok(found.moved.includes(ids.get(mat)!));
      await cursor.next();
      assert.ok(!(await cursor.next()).products.includes(ids.get(mat)!));
    });

    it("a validated delivery is told with Shopify's ids, part by part, and what was delivered in all", async () => {
      await count(mat, 0, 9);
      const order = await sell([{ sku: mat, quantity: 3 }]);
      const cursor = stockCursor(client);
      await cursor.next();
      const parts: number[] = [];
      for (const units of [1, 2]) {
        const id = await pickingOf(order);
        const moves = (await admin.call("stock.move", "search_read", {
          args: { domain: [["picking_id", "=", id]], fields: ["state"] },
        })) as { id: number }[];
        await admin.call("stock.move", "write", {
          ids: moves.map((move) => move.id),
          args: { vals: { quantity: units, picked: true } },
        });
        await admin.call("stock.picking", "button_validate", {
          ids: [id],
          context: { skip_backorder: true, skip_sms: true },
        });
        parts.push(id);
      }
      await admin.call("stock.picking", "write", {
        ids: [parts[1]!],
        args: { vals: { carrier_tracking_ref: "JD1, JD2" } },
      });
      assert.deepEqual((await cursor.next()).pickings.sort(), parts.sort());
      const read = await deliveryReader(client, { prefix: "" }).read(parts);
      assert.deepEqual(
        read.map(({ orderId, lines, tracking, fulfillmentId, takenBack, productIds }) => [
          orderId,
          lines.map(({ quantity, deliveredTotal }) => [quantity, deliveredTotal]),
          tracking?.numbers ?? null,
          fulfillmentId,
          takenBack,
          productIds,
        ]),
        [
          [order, [[1, 1]], null, null, false, [ids.get(mat)]],
          [order, [[2, 3]], ["JD1", "JD2"], null, false, [ids.get(mat)]],
        ],
      );
      assert.deepEqual((await readAt(mat))[0], [6, 0]);
    });

    describe("a delivery that Shopify fulfilled", () => {
      const deliveredAs = async (fulfillment: number, numbers: string[]): Promise<number> => {
        await count(mat, 0, 9);
        const order = await sell([{ sku: mat, quantity: 1 }]);
        const picking = await pickingOf(order);
        await tell(order, fulfillment, numbers, "2026-11-24T11:00:00Z");
        return picking;
      };
      const tell = async (order: string, id: number, numbers: string[], at: string): Promise<void> => {
        const [line] = (await client.call("sale.order.line", "search_read", {
          args: { domain: [["order_id.client_order_ref", "=", `#${order}`]], fields: ["name"] },
        })) as { id: number }[];
        const [known] = await shopifyIds(client, "sale.order.line", "line", "")
          .of([line!.id])
          .then((found) => [...found.values()]);
        const body = {
          ...{ id, order_id: Number(order), status: "success", updated_at: at, tracking_company: null },
          ...{ tracking_numbers: numbers, line_items: [{ id: Number(known), quantity: 1 }] },
        };
        const [result] = await applyPlans(client, [fulfillmentToPlan(body)]);
        assert.ok(result?.ok, JSON.stringify(result));
      };
      const write = (by: OdooClient, picking: number, number: string) =>
        by.call("stock.picking", "write", {
          ids: [picking],
          args: { vals: { carrier_tracking_ref: number } },
        });
      const told = async (picking: number) =>
        (await deliveryReader(client, { prefix: "" }).read([picking])).map(({ fulfillmentId, tracking }) => [
          Number(fulfillmentId),
          tracking?.numbers,
        ]);

      it("is not told back, with a number or without", async () => {
        const run = Date.now();
        assert.deepEqual(await told(await deliveredAs(run, ["JD 1", "JD2"])), []);
        assert.deepEqual(await told(await deliveredAs(run + 1, [])), []);
      });

      it("is told when a program gives it another number under this very login", async () => {
        const run = Date.now();
        for (const [at, before] of [["JD1"], []].entries()) {
          const picking = await deliveredAs(run + at, before);
          await write(client, picking, "JD7, JD8");
          assert.deepEqual(await told(picking), [[run + at, ["JD7", "JD8"]]]);
        }
      });

      it("is told no more once Shopify told that number, or another one, back", async () => {
        const run = Date.now();
        const picking = await deliveredAs(run, ["JD1"]);
        const [row] = (await admin.call("stock.picking", "read", {
          ids: [picking],
          args: { fields: ["sale_id"] },
        })) as { sale_id: [number, string] }[];
        const [order] = await shopifyIds(client, "sale.order", "order", "")
          .of([row!.sale_id[0]])
          .then((found) => [...found.values()]);
        await write(client, picking, "JD7");
        await tell(order!, run, ["JD7"], "2026-11-24T11:00:01Z");
        assert.deepEqual(await told(picking), []);
        await tell(order!, run, ["JD9"], "2026-11-24T11:00:02Z");
        assert.deepEqual(await told(picking), []);
        // And the one that was given up is news again, should somebody go back to it.
        await write(client, picking, "JD7");
        assert.deepEqual(await told(picking), [[run, ["JD7"]]]);
      });

      it("is not told when somebody's number goes, nor when the same one is written again", async () => {
        const picking = await deliveredAs(Date.now(), ["JD1"]);
        await write(client, picking, " JD1 ");
        assert.deepEqual(await told(picking), []);
        await write(client, picking, "");
        assert.deepEqual(await told(picking), []);
      });
    });
  });
}
