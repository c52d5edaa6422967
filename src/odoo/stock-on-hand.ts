import type { OdooClient } from "./client.ts";
import { idIn } from "./ref.ts";
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

/**
 * What Odoo has of products at a stock.location and below it, in each product's own unit; many in one call.
 * @param prefix of the external ids of the shop's orders. @throws HoldfastError
 */
export async function readOnHand(
  client: OdooClient,
  { productIds, locationId, prefix }: { productIds: readonly number[]; locationId: number; prefix: string },
): Promise<Map<number, OnHand>> {
  const [rows, held] = await Promise.all([
    client.call("stock.quant", "search_read", {
      args: {
        domain: [
          ["product_id", "in", productIds],
          ["location_id", "child_of", locationId],
        ],
        fields: [
          ...["product_id", "location_id", "quantity", "reserved_quantity"],
          ...["lot_id", "package_id", "owner_id"],
        ],
        order: "id",
      },
    }) as Promise<Record<string, unknown>[]>,
    readerOf(client, prefix).read(productIds, [locationId]),
  ]);
  const sum = (amounts: number[]): number => exact(amounts.reduce((all, one) => all + one, 0));
  return new Map(
    productIds.map((productId) => {
      const quants = rows
        .filter((row) => idIn(row.product_id) === productId)
        .map((row) => ({
          id: Number(row.id),
          locationId: idIn(row.location_id),
          quantity: Number(row.quantity),
          reserved: Number(row.reserved_quantity),
          particular: [row.lot_id, row.package_id, row.owner_id].some(Boolean),
        }));
      const known = held.filter((one) => one.productId === productId);
      return [
        productId,
        {
          quants,
          total: sum(quants.map(({ quantity }) => quantity)),
          reserved: sum(quants.map(({ reserved }) => reserved)),
          reservedForShopify: sum(known.map(({ reservedForShopify }) => Number(reservedForShopify))),
        },
      ];
    }),
  );
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
