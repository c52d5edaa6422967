import { createHash } from "node:crypto";
import { type Decimal, decimal, zero } from "../../src/money.ts";
import type { Cart, CartLine } from "./cart.ts";
import { moneySet, type OrderFacts } from "./order-facts.ts";
import type { PricedCart, PricedLine, PricedTax } from "./pricing.ts";

export function lineItem(facts: OrderFacts, line: CartLine, shop: PricedLine, shown: PricedLine, id: bigint) {
  const { presentment } = facts;
  const money = (of: (priced: PricedLine) => Decimal) => moneySet(of(shop), of(shown), presentment);
  const variant =
    line.kind === "custom" ? null : variantIds({ title: line.title, sku: line.item?.sku ?? line.title });
  return {
    id,
    admin_graphql_api_id: `gid://shopify/LineItem/${id}`,
    attributed_staffs: [],
    current_quantity: line.quantity,
    fulfillable_quantity: line.quantity,
    fulfillment_service: line.kind === "gift-card" ? "gift_card" : "manual",
    fulfillment_status: null,
    gift_card: line.kind === "gift-card",
    grams: grams(line),
    name: line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title,
    price: shop.unit.toFixed(2),
    price_set: money((priced) => priced.unit),
    product_exists: variant !== null,
    product_id: variant?.product ?? null,
    properties: line.properties,
    quantity: line.quantity,
    requires_shipping: line.kind === "variant",
    sales_line_item_group_id: null,
    sku: line.item?.sku ?? (line.kind === "gift-card" ? "" : null),
    taxable: line.taxes.length > 0,
    title: line.title,
    // Only set by draft orders, scripts and the API; discount_allocations tell the truth (shopify.dev, REST Order, line_items.total_discount).
    total_discount: "0.00",
    total_discount_set: moneySet(zero, zero, presentment),
    variant_id: variant?.variant ?? null,
    variant_inventory_management: variant ? "shopify" : null,
    variant_title: line.variantTitle,
    vendor: variant ? "Holdfast Outdoor" : null,
    tax_lines: taxLines(shop.taxes, shown.taxes, presentment),
    duties: shop.duty.gt(0) ? [duty(id, shop.duty, shown.duty, presentment)] : [],
    discount_allocations: allocations(shop, shown, presentment),
  };
}

// A tip shows as a line with tip_payment_gateway, "present only on tips" (shopify.dev, REST Order, line_items). That subtotal_price leaves it out is assumed.
export function tipLine(facts: OrderFacts, id: bigint) {
  const { shop, presentment } = facts;
  const line: CartLine = {
    kind: "custom",
    title: "Tip",
    variantTitle: null,
    unitPrice: shop.tip.toFixed(2),
    quantity: 1,
    taxes: [],
    properties: [],
  };
  const priced = (tip: Decimal): PricedLine => {
    return { unit: tip, gross: tip, allocations: [], net: tip, taxes: [], duty: zero };
  };
  const item = lineItem(facts, line, priced(shop.tip), priced(presentment.tip), id);
  return {
    ...item,
    fulfillable_quantity: 0,
    tip_payment_gateway: "shopify_payments",
    tip_payment_method: "Visa",
  };
}

export function shippingLine(facts: OrderFacts, shipping: NonNullable<Cart["shipping"]>) {
  const shop = facts.shop.shipping!;
  const shown = facts.presentment.shipping!;
  const money = (of: (priced: PricedLine) => Decimal) => moneySet(of(shop), of(shown), facts.presentment);
  return {
    id: facts.id + 80n,
    carrier_identifier: null,
    code: shipping.code,
    current_discounted_price_set: money((priced) => priced.net),
    discounted_price: shop.net.toFixed(2),
    discounted_price_set: money((priced) => priced.net),
    is_removed: false,
    phone: null,
    price: shop.gross.toFixed(2),
    price_set: money((priced) => priced.gross),
    requested_fulfillment_service_id: null,
    source: "shopify",
    title: shipping.title,
    tax_lines: taxLines(shop.taxes, shown.taxes, facts.presentment),
    discount_allocations: allocations(shop, shown, facts.presentment),
  };
}

export function taxLines(shop: PricedTax[], shown: PricedTax[], presentment: PricedCart) {
  return shop.map(({ rate, amount }, at) => ({
    channel_liable: false,
    price: amount.toFixed(2),
    price_set: moneySet(amount, shown[at]!.amount, presentment),
    rate: Number(rate.rate),
    title: rate.title,
  }));
}

function allocations(shop: PricedLine, shown: PricedLine, presentment: PricedCart) {
  return shop.allocations.map(({ discount, amount }, at) => ({
    amount: amount.toFixed(2),
    amount_set: moneySet(amount, shown.allocations[at]?.amount ?? zero, presentment),
    discount_application_index: discount,
  }));
}

function duty(line: bigint, shop: Decimal, shown: Decimal, presentment: PricedCart) {
  return {
    id: String(line + 1_000_000n),
    admin_graphql_api_id: `gid://shopify/Duty/${line + 1_000_000n}`,
    country_code_of_origin: "PT",
    harmonized_system_code: "630622",
    ...moneySet(shop, shown, presentment),
    tax_lines: [],
  };
}

export function grams(line: CartLine): number {
  return decimal(line.item?.weight ?? 0)
    .times(1000)
    .toNumber();
}

/** Every variant keeps its ids from order to order; variants of one product share the product's. */
export function variantIds(of: { title: string; sku: string }): { product: bigint; variant: bigint } {
  const hash = (text: string) => BigInt(`0x${createHash("md5").update(text).digest("hex").slice(0, 9)}`);
  return {
    product: 788_000_000_000_000_000n + hash(of.title),
    variant: 40_000_000_000_000n + hash(of.sku),
  };
}
