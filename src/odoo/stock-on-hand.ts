import type { OdooClient } from "./client.ts";
import { type StockReader, stockReader } from "./stock-quantities.ts";

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
  /** The part of `reserved` that Shopify has committed: of its orders, but not as parts of a kit. */
  reservedForShopify: number;
}

type Ref = [id: number, name: string] | false;

/**
 * What Odoo has of a product at a stock.location and below it, in the product's own unit.
 * @param prefix of the external ids of the shop's orders. @throws HoldfastError
 */
export async function readOnHand(
  client: OdooClient,
  productId: number,
  locationId: number,
  prefix: string,
): Promise<OnHand> {
  const [rows, held] = await Promise.all([
    client.call("stock.quant", "search_read", {
      args: {
        domain: [
          ["product_id", "=", productId],
          ["location_id", "child_of", locationId],
        ],
        fields: ["location_id", "quantity", "reserved_quantity", "lot_id", "package_id", "owner_id"],
        order: "id",
      },
    }) as Promise<Record<string, unknown>[]>,
    readerOf(client, prefix).read([productId], [locationId]),
  ]);
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
    reservedForShopify: sum(held.map(({ reservedForShopify }) => Number(reservedForShopify))),
  };
}

/** A reader remembers whose order is whose. */
const readers = new WeakMap<OdooClient, Map<string, StockReader>>();

function readerOf(client: OdooClient, prefix: string): StockReader {
  const known = readers.get(client) ?? new Map<string, StockReader>();
  readers.set(client, known);
  const reader = known.get(prefix) ?? stockReader(client, { measure: "free", prefix });
  known.set(prefix, reader);
  return reader;
}

/** Odoo adds 0.1 ten times and has 0.9999999999999999. */
export function exact(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
