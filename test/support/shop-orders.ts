import type { CatalogueItem } from "../../sandbox/catalogue.ts";
import { makeOrder } from "../../sandbox/shopify/index.ts";
import { variantIds } from "../../sandbox/shopify/payload-lines.ts";
import { ann, both, item, type Json, order } from "../sync/order-builder.ts";

/** Ids nobody used before, so that a test can run again on the same database. */
let last = Math.floor(Date.now() / 1000) * 1000 + Math.floor(Math.random() * 900);

/** Goods with SKUs that no earlier run used. */
export function sellableCatalogue(prefix: string, count: number): CatalogueItem[] {
  const run = `${prefix}-${(++last).toString(36).toUpperCase()}`;
  return Array.from({ length: count }, (_, at) => ({
    sku: `${run}-${at + 1}`,
    title: `${run} article ${at + 1}`,
    price: "10.00",
    type: "goods",
  }));
}

/** An order of a shop that sells this catalogue, paid, without taxes: the body of its webhook. */
export function shopOrder(
  catalogue: readonly CatalogueItem[],
  lines: readonly { sku: string; quantity: number }[],
): string {
  const id = ++last;
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const total = (10 * units).toFixed(2);
  const items = lines.map(({ sku, quantity }) => {
    const { title } = catalogue.find((one) => one.sku === sku)!;
    const variant = Number(variantIds({ title: title.split(" - ")[0]!, sku }).variant);
    return item({
      id: ++last,
      sku,
      title,
      price: "10.00",
      quantity,
      more: {
        variant_id: variant,
        price_set: both("10.00", "USD"),
        current_quantity: quantity,
        fulfillable_quantity: quantity,
      },
    });
  });
  const price = both(total, "USD");
  const none = both("0.00", "USD");
  // Whatever else the Admin API tells of an order.
  const whole = JSON.parse(makeOrder(1, 1001).body) as Json;
  const { created_at } = whole;
  const told: Json = order({
    currency: "USD",
    total,
    items,
    more: {
      id,
      name: `#${id}`,
      admin_graphql_api_id: `gid://shopify/Order/${id}`,
      financial_status: "paid",
      fulfillment_status: null,
      total_outstanding: "0.00",
      current_total_price: total,
      current_total_price_set: price,
      current_total_tax: "0.00",
      current_total_tax_set: none,
      subtotal_price_set: price,
      current_subtotal_price_set: price,
      total_discounts_set: none,
      total_shipping_price_set: none,
      tax_lines: [],
      customer: { ...ann, tax_exempt: false, created_at, updated_at: created_at },
      payment_gateway_names: ["shopify_payments"],
      fulfillments: [],
      refunds: [],
    },
  });
  return JSON.stringify({ ...whole, ...told });
}
