import type { OdooClient } from "./client.ts";
import { fieldName } from "./versions.ts";

/** What lies of a product at one place, or below it: one stock.quant. */
export interface Quant {
  id: number;
  locationId: number;
  quantity: number;
  /** Set aside for deliveries and the like. */
  reserved: number;
  /** Of a lot, in a package or somebody else's: a count of the whole says nothing about it. */
  particular: boolean;
}

export interface OnHand {
  quants: Quant[];
  total: number;
  reserved: number;
  /** The part of `reserved` that is for Shopify's orders. */
  reservedForShopify: number;
}

type Ref = [id: number, name: string] | false;

/** What Odoo has of a product at a stock.location and below it, in the product's own unit. @throws HoldfastError */
export async function readOnHand(
  client: OdooClient,
  major: number,
  productId: number,
  locationId: number,
): Promise<OnHand> {
  const here = [
    ["product_id", "=", productId],
    ["location_id", "child_of", locationId],
  ];
  const amount = fieldName(major, "stock.move.line", "quantity_product_uom") ?? "quantity_product_uom";
  const [rows, lines] = (await Promise.all([
    client.call("stock.quant", "search_read", {
      args: {
        domain: here,
        fields: ["location_id", "quantity", "reserved_quantity", "lot_id", "package_id", "owner_id"],
        order: "id",
      },
    }),
    client.call("stock.move.line", "search_read", {
      args: {
        domain: [
          ...here,
          ["state", "in", ["assigned", "partially_available"]],
          // As the mapping writes it into every order of Shopify's.
          ["move_id.sale_line_id.order_id.origin", "=like", "Shopify %"],
        ],
        fields: [amount],
      },
    }),
  ])) as [Record<string, unknown>[], Record<string, unknown>[]];
  const quants = rows.map((row) => ({
    id: Number(row.id),
    locationId: ((row.location_id as Ref) || [0])[0],
    quantity: Number(row.quantity),
    reserved: Number(row.reserved_quantity),
    particular: [row.lot_id, row.package_id, row.owner_id].some(Boolean),
  }));
  const sum = (amounts: number[]): number => exact(amounts.reduce((all, one) => all + one, 0));
  return {
    quants,
    total: sum(quants.map(({ quantity }) => quantity)),
    reserved: sum(quants.map(({ reserved }) => reserved)),
    reservedForShopify: sum(lines.map((line) => Number(line[amount]))),
  };
}

/** Odoo adds 0.1 ten times and has 0.9999999999999999. */
export function exact(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
