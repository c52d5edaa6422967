import assert from "node:assert/strict";
import type { CatalogueItem } from "../../sandbox/catalogue.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { quantityContext } from "../../src/odoo/versions.ts";
import { read } from "./odoo-real.ts";

/** What people do with goods in Odoo 17 and later, as one with all rights. */
export interface OdooShelves {
  places: { warehouseId: number; locationId: number; code: string }[];
  productId(sku: string): number;
  /** Goods of a supplier come in. */
  receive(sku: string, code: string, units: number): Promise<void>;
  /** A customer brings something. */
  takeBack(sku: string, code: string, units: number): Promise<void>;
  move(sku: string, from: string, to: string, units: number): Promise<void>;
  /** Counts what lies there: so many, whatever Odoo believes. */
  count(sku: string, code: string, units: number): Promise<void>;
  /** Validates what an order still has to deliver, or so much of it. */
  deliver(orderName: string, how?: { quantity?: number; tracking?: string }): Promise<void>;
  track(orderName: string, from: string, to: string): Promise<void>;
  /** Takes all of an order's last delivery back, by Odoo's own Return; from 18 on. */
  undo(orderName: string): Promise<void>;
  /** Units delivered of an order's lines. */
  delivered(orderName: string): Promise<number>;
  /** Whether the order is here, confirmed. */
  known(orderName: string): Promise<boolean>;
  /** Whether all that an order still has to deliver is set aside for it. */
  ready(orderName: string): Promise<boolean>;
  /** Free to use, place by place. */
  free(sku: string): Promise<number[]>;
  onHand(sku: string): Promise<number[]>;
}

const one = (value: unknown): number => (value as [number, string])[0];

export async function odooShelves(
  admin: OdooClient,
  { catalogue, warehouses }: { catalogue: readonly CatalogueItem[]; warehouses: readonly string[] },
): Promise<OdooShelves> {
  const { major } = await admin.version();
  const products = new Map<string, number>();
  for (const { sku, title, price } of catalogue) {
    const id = (await admin.call("product.product", "create", {
      args: {
        vals_list: [
          { name: title, default_code: sku, list_price: Number(price), type: "consu", is_storable: true },
        ],
      },
    })) as number | number[];
    products.set(sku, Array.isArray(id) ? id[0]! : id);
  }
  for (const code of warehouses)
    if ((await read(admin, "stock.warehouse", [["code", "=", code]], ["code"])).length === 0)
      await admin.call("stock.warehouse", "create", { args: { vals_list: [{ name: code, code }] } });
  const rows = await read(
    admin,
    "stock.warehouse",
    [["code", "in", warehouses]],
    ["code", "lot_stock_id", "in_type_id", "int_type_id"],
  );
  const warehouse = (code: string) => rows.find((row) => row.code === code)!;
  const shelf = (code: string): number => one(warehouse(code).lot_stock_id);
  const usage = async (name: string): Promise<number> =>
    (await read(admin, "stock.location", [["usage", "=", name]], ["name"]))[0]!.id;
  const [suppliers, customers] = [await usage("supplier"), await usage("customer")];
  const productId = (sku: string): number => products.get(sku)!;

  async function picking(type: number, sku: string, from: number, to: number, units: number): Promise<void> {
    const made = (await admin.call("stock.picking", "create", {
      args: {
        vals_list: [
          {
            picking_type_id: type,
            location_id: from,
            location_dest_id: to,
            move_ids: [
              [
                0,
                0,
                {
                  product_id: productId(sku),
                  product_uom_qty: units,
                  location_id: from,
                  location_dest_id: to,
                  ...(major < 19 && { name: sku }),
                },
              ],
            ],
          },
        ],
      },
    })) as number | number[];
    const id = Array.isArray(made) ? made[0]! : made;
    await admin.call("stock.picking", "action_confirm", { ids: [id] });
    const moves = await read(admin, "stock.move", [["picking_id", "=", id]], ["state"]);
    await admin.call("stock.move", "write", {
      ids: moves.map((move) => move.id),
      args: { vals: { quantity: units, picked: true } },
    });
    await validate(id);
  }

  async function validate(id: number): Promise<void> {
    await admin.call("stock.picking", "button_validate", {
      ids: [id],
      context: { skip_backorder: true, skip_immediate: true, skip_sms: true },
    });
    const [after] = await read(admin, "stock.picking", [["id", "=", id]], ["state", "name"]);
    assert.equal(after?.state, "done", String(after?.name));
  }

  const pickingsOf = (orderName: string, more: unknown[]) =>
    read(
      admin,
      "stock.picking",
      [["sale_id.client_order_ref", "=", orderName], ["picking_type_code", "=", "outgoing"], ...more],
      ["state", "carrier_tracking_ref"],
    );

  return {
    places: warehouses.map((code) => ({ code, warehouseId: warehouse(code).id, locationId: shelf(code) })),
    productId,
    receive: (sku, code, units) =>
      picking(one(warehouse(code).in_type_id), sku, suppliers, shelf(code), units),
    takeBack: (sku, code, units) =>
      picking(one(warehouse(code).in_type_id), sku, customers, shelf(code), units),
    move: (sku, from, to, units) =>
      picking(one(warehouse(from).int_type_id), sku, shelf(from), shelf(to), units),
    async count(sku, code, units) {
      // Who counts has opened Physical Inventory, which joins what two transactions at once left in two rows of one place.
      await admin.call("stock.quant", "action_view_inventory");
      const made = (await admin.call("stock.quant", "create", {
        args: {
          vals_list: [{ product_id: productId(sku), location_id: shelf(code), inventory_quantity: units }],
        },
        context: { inventory_mode: true },
      })) as number | number[];
      await admin.call("stock.quant", "action_apply_inventory", { ids: Array.isArray(made) ? made : [made] });
    },
    async deliver(orderName, { quantity, tracking } = {}) {
      const open = await pickingsOf(orderName, [["state", "not in", ["done", "cancel"]]]);
      assert.ok(open[0], `${orderName} has something to deliver`);
      const { id } = open[0];
      const moves = await read(admin, "stock.move", [["picking_id", "=", id]], ["product_uom_qty"]);
      for (const move of moves)
        await admin.call("stock.move", "write", {
          ids: [move.id],
          args: { vals: { quantity: quantity ?? move.product_uom_qty, picked: true } },
        });
      if (tracking !== undefined)
        await admin.call("stock.picking", "write", {
          ids: [id],
          args: { vals: { carrier_tracking_ref: tracking } },
        });
      await validate(id);
    },
    async track(orderName, from, to) {
      const [found] = await pickingsOf(orderName, [["carrier_tracking_ref", "=", from]]);
      await admin.call("stock.picking", "write", {
        ids: [found!.id],
        args: { vals: { carrier_tracking_ref: to } },
      });
    },
    async undo(orderName) {
      const done = await pickingsOf(orderName, [["state", "=", "done"]]);
      const made = (await admin.call("stock.return.picking", "create", {
        args: { vals_list: [{ picking_id: done.at(-1)!.id }] },
      })) as number | number[];
      const answer = (await admin.call("stock.return.picking", "action_create_returns_all", {
        ids: Array.isArray(made) ? made : [made],
      })) as { res_id: number };
      const moves = await read(
        admin,
        "stock.move",
        [["picking_id", "=", answer.res_id]],
        ["product_uom_qty"],
      );
      for (const move of moves)
        await admin.call("stock.move", "write", {
          ids: [move.id],
          args: { vals: { quantity: move.product_uom_qty, picked: true } },
        });
      await validate(answer.res_id);
    },
    async delivered(orderName) {
      const lines = await read(
        admin,
        "sale.order.line",
        [["order_id.client_order_ref", "=", orderName]],
        ["qty_delivered"],
      );
      return lines.reduce((sum, line) => sum + Number(line.qty_delivered), 0);
    },
    known: async (orderName) => (await pickingsOf(orderName, [])).length > 0,
    async ready(orderName) {
      const open = await pickingsOf(orderName, [["state", "not in", ["done", "cancel"]]]);
      return open.length > 0 && open.every(({ state }) => state === "assigned");
    },
    free: (sku) => quantities(sku, "free_qty"),
    onHand: (sku) => quantities(sku, "qty_available"),
  };

  async function quantities(sku: string, field: "free_qty" | "qty_available"): Promise<number[]> {
    const found: number[] = [];
    for (const code of warehouses) {
      const [row] = (await admin.call("product.product", "search_read", {
        args: { domain: [["id", "=", productId(sku)]], fields: [field] },
        context: quantityContext(major, { locationId: shelf(code) }),
      })) as Record<typeof field, number>[];
      found.push(row![field]);
    }
    return found;
  }
}
