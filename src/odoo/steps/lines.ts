import { type Document, promiseAgain } from "../documents.ts";
import type { Run } from "../run.ts";

/** An order line as far as steps change it. */
export interface OrderLine {
  id: number;
  product_uom_qty: number;
  qty_delivered: number;
  price_unit: number;
  discount: number;
}

/** @throws HoldfastError */
export async function readLines(run: Run, ids: readonly number[]): Promise<OrderLine[]> {
  if (ids.length === 0) return [];
  return (await run.client.call("sale.order.line", "search_read", {
    args: {
      domain: [["id", "in", ids]],
      fields: ["product_uom_qty", "qty_delivered", "price_unit", "discount"],
      order: "id",
    },
  })) as OrderLine[];
}

/** Writes quantities; with the prices, which Odoo would compute anew otherwise. @throws HoldfastError */
export async function writeLines(
  run: Run,
  order: Document,
  lines: readonly (OrderLine & { quantity: number })[],
): Promise<void> {
  const commands = lines.map(({ id, quantity, price_unit, discount }) => [
    1,
    id,
    { product_uom_qty: quantity, price_unit, discount },
  ]);
  await run.client.call("sale.order", "write", {
    ids: [order.id],
    args: { vals: { ...promiseAgain(order), order_line: commands } },
  });
}
