import { groupBy } from "../../group.ts";
import type { LineQuantity } from "../../import-plan.ts";
import { type Decimal, decimal, zero } from "../../money.ts";
import type { Run } from "../run.ts";
import type { Sold } from "./kits.ts";
import type { Wanted } from "./stock.ts";

/** An order's line; goods have stock moves, services have none. */
export interface KindOfLine extends Sold {
  goods: boolean;
}

/** Lines of orders, by the order's id. @throws HoldfastError */
export async function kindsOfLines(run: Run, orders: readonly number[]): Promise<Map<number, KindOfLine[]>> {
  const rows = (await run.client.call("sale.order.line", "search_read", {
    args: {
      domain: [["order_id", "in", orders]],
      fields: ["order_id", "product_id", "qty_delivered_method"],
    },
  })) as {
    id: number;
    order_id: [number, string];
    product_id: [number, string] | false;
    qty_delivered_method: string;
  }[];
  const groups = groupBy(rows, (row) => row.order_id[0]);
  return new Map(
    [...groups].map(([order, lines]) => [
      order,
      lines.map(({ id, product_id, qty_delivered_method }) => ({
        id,
        product: product_id ? product_id[0] : 0,
        goods: qty_delivered_method === "stock_move",
      })),
    ]),
  );
}

/** Units of goods, by Odoo's id of the line; `ids` knows every line. */
export function wantedOf(
  lines: readonly LineQuantity[],
  ids: ReadonlyMap<string, number>,
  kinds: readonly KindOfLine[],
): Wanted {
  const goods = new Set(kinds.flatMap((one) => (one.goods ? [one.id] : [])));
  const wanted = new Map<number, Decimal>();
  for (const { line, quantity } of lines) {
    const id = ids.get(line)!;
    if (goods.has(id) && decimal(quantity).gt(zero))
      wanted.set(id, (wanted.get(id) ?? zero).plus(decimal(quantity)));
  }
  return wanted;
}
