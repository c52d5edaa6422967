import { item, type Json, order } from "../sync/order-builder.ts";

/** One mug for 14.00 and 10 % on top, in the stand-in's currency, as Shopify's JSON text. */
export function smallOrder(more: Json & { id: number; name: string; sku?: string }): string {
  const { sku = "MUG-HEARTH-CREAM", ...rest } = more;
  const tax = { title: "Sales tax", rate: 0.1, price: "1.40" };
  const items = [item({ id: more.id * 10, sku, title: "Mug", price: "14.00", taxes: [tax] })];
  return JSON.stringify(
    order({
      currency: "USD",
      items,
      total: "15.40",
      tax: "1.40",
      more: { financial_status: "paid", ...rest },
    }),
  );
}
