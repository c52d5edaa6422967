import { inChunks } from "../group.ts";
import { type Decimal, decimal, decimalText, zero } from "../money.ts";
import type { OdooClient } from "./client.ts";
import { type ShopifyIds, shopifyIds } from "./shopify-orders.ts";
import { fieldName, quantityContext } from "./versions.ts";

/**
 * Which of Odoo's quantities is offered:
 * - `free`: on hand and not set aside for anybody;
 * - `onHand`: all that lies there;
 * - `forecast`: on hand, with what is planned to come and to go.
 */
export type StockMeasure = "free" | "onHand" | "forecast";

/** What Odoo holds of one product at one stock location and below, in the product's own unit. */
export interface HeldStock {
  productId: number;
  locationId: number;
  /** By the measure; decimal text or a float, as Odoo sends it. */
  free: number | string;
  /** How much of Shopify's own orders that quantity leaves out already; decimal text. */
  reservedForShopify: string;
}

const measured: Record<StockMeasure, string> = {
  free: "free_qty",
  onHand: "qty_available",
  forecast: "virtual_available",
};

export interface StockReader {
  /** The truth of these products at these stock locations. @throws HoldfastError */
  read(productIds: readonly number[], locationIds: readonly number[]): Promise<HeldStock[]>;
}

type ReservedRow = {
  id: number;
  product_id: [number, string];
  picking_id: [number, string];
  move_id?: [number, string] | false;
} & Record<string, unknown>;

const mostProducts = 200;

export function stockReader(
  client: OdooClient,
  { measure, prefix }: { measure: StockMeasure; prefix: string },
): StockReader {
  const orders = shopifyIds(client, "sale.order", "order", prefix);
  const orderOfPicking = new Map<number, number>();
  const isPart = new Map<number, boolean>();

  async function ofShopify(pickings: readonly number[]): Promise<ReadonlySet<number>> {
    const unknown = [...new Set(pickings)].filter((id) => !orderOfPicking.has(id));
    for (const ids of inChunks(unknown, 1000)) {
      const rows = (await client.call("stock.picking", "search_read", {
        args: { domain: [["id", "in", ids]], fields: ["sale_id"] },
      })) as { id: number; sale_id: [number, string] | false }[];
      if (orderOfPicking.size > 50_000) orderOfPicking.clear();
      for (const { id, sale_id } of rows) if (sale_id) orderOfPicking.set(id, sale_id[0]);
    }
    return shopifyPickings(pickings, orderOfPicking, orders);
  }

  /** Parts of kits among these moves: Shopify committed the kit, not its parts. Moves that no line asked for are none. */
  async function kitParts(moves: readonly number[]): Promise<ReadonlySet<number>> {
    const unknown = [...new Set(moves)].filter((id) => !isPart.has(id));
    if (isPart.size > 50_000) isPart.clear();
    for (const ids of inChunks(unknown, 1000)) {
      const rows = (await client.call("stock.move", "search_read", {
        args: { domain: [["id", "in", ids]], fields: ["product_id", "sale_line_id"] },
      })) as { id: number; product_id: [number, string]; sale_line_id: [number, string] | false }[];
      const lines = rows.flatMap(({ sale_line_id }) => (sale_line_id ? [sale_line_id[0]] : []));
      const sold = (await client.call("sale.order.line", "search_read", {
        args: { domain: [["id", "in", [...new Set(lines)]]], fields: ["product_id"] },
      })) as { id: number; product_id: [number, string] | false }[];
      const productOf = new Map(sold.map(({ id, product_id }) => [id, product_id ? product_id[0] : 0]));
      for (const { id, product_id, sale_line_id } of rows)
        isPart.set(id, sale_line_id !== false && productOf.get(sale_line_id[0]) !== product_id[0]);
    }
    return new Set(moves.filter((id) => isPart.get(id)));
  }

  /** What the measure leaves out for Shopify's orders, by product. */
  async function known(products: readonly number[], location: number): Promise<Map<number, Decimal>> {
    const sums = new Map<number, Decimal>();
    if (measure === "onHand") return sums;
    const { major } = await client.version();
    const reserved = measure === "free";
    const model = reserved ? "stock.move.line" : "stock.move";
    const quantity = reserved ? fieldName(major, model, "quantity_product_uom")! : "product_qty";
    const states = ["waiting", "confirmed", "partially_available", "assigned"];
    const rows = (await client.call(model, "search_read", {
      args: {
        domain: [
          ["product_id", "in", products],
          ["location_id", "child_of", location],
          ["state", "in", states],
          ["picking_id.sale_id", "!=", false],
        ],
        fields: ["product_id", "picking_id", quantity, ...(reserved ? ["move_id"] : [])],
      },
    })) as ReservedRow[];
    const moveOf = (row: ReservedRow): number => (reserved ? (row.move_id || [0])[0] : row.id);
    const pickings = await ofShopify(rows.map(({ picking_id }) => picking_id[0]));
    const ours = rows.filter(({ picking_id }) => pickings.has(picking_id[0]));
    const parts = await kitParts(ours.map(moveOf));
    for (const row of ours.filter((one) => !parts.has(moveOf(one)))) {
      const product = row.product_id[0];
      sums.set(product, (sums.get(product) ?? zero).plus(decimal(Number(row[quantity]))));
    }
    return sums;
  }

  return {
    async read(productIds, locationIds) {
      const { major } = await client.version();
      const field = measured[measure];
      const held: HeldStock[] = [];
      for (const products of inChunks(productIds, mostProducts))
        for (const locationId of new Set(locationIds)) {
          // What is known is read first: whatever is set aside in between is taken off twice for a moment, not sold twice.
          const sums = await known(products, locationId);
          const rows = (await client.call("product.product", "search_read", {
            args: { domain: [["id", "in", products]], fields: [field] },
            context: quantityContext(major, { locationId }),
          })) as ({ id: number } & Record<string, unknown>)[];
          for (const row of rows)
            held.push({
              productId: row.id,
              locationId,
              free: Number(row[field]),
              reservedForShopify: decimalText(sums.get(row.id) ?? zero),
            });
        }
      return held;
    },
  };
}

async function shopifyPickings(
  pickings: readonly number[],
  orderOf: ReadonlyMap<number, number>,
  orders: ShopifyIds,
): Promise<Set<number>> {
  const ids = pickings.flatMap((picking) => orderOf.get(picking) ?? []);
  const ours = await orders.of(ids);
  return new Set(pickings.filter((picking) => ours.has(orderOf.get(picking) ?? 0)));
}
