/** Shopify orders in few words: every function fills in what Shopify sends and a test does not care about. */

export type Json = Record<string, unknown>;

export interface SomeOrder {
  currency?: string;
  /** What the customer paid in, and how many of those one unit of the shop's currency is. */
  paidIn?: { currency: string; total: string; tax: string };
  items?: Json[];
  shipping?: Json[];
  total: string;
  tax?: string;
  taxesIncluded?: boolean;
  more?: Json;
}

export const ann: Json = {
  id: 7001,
  admin_graphql_api_id: "gid://shopify/Customer/7001",
  first_name: "Ann",
  last_name: "Lee",
  email: "ann.lee@example.com",
  phone: "+44 20 7946 0001",
};

export const annsHome: Json = {
  name: "Ann Lee",
  first_name: "Ann",
  last_name: "Lee",
  company: null,
  address1: "1 Harbour Street",
  address2: null,
  city: "Leeds",
  zip: "LS1 1AA",
  province: "England",
  province_code: "ENG",
  country: "United Kingdom",
  country_code: "GB",
  phone: null,
};

export function order({
  currency = "EUR",
  paidIn,
  items = [],
  shipping = [],
  total,
  tax = "0.00",
  taxesIncluded = false,
  more = {},
}: SomeOrder): Json {
  return {
    id: 5678,
    admin_graphql_api_id: "gid://shopify/Order/5678",
    name: "#1001",
    created_at: "2026-11-02T10:15:30+01:00",
    updated_at: "2026-11-02T10:15:31+01:00",
    email: "ann.lee@example.com",
    phone: null,
    note: null,
    note_attributes: [],
    location_id: null,
    currency,
    presentment_currency: paidIn?.currency ?? currency,
    taxes_included: taxesIncluded,
    total_price: total,
    total_price_set: both(total, currency, paidIn?.total, paidIn?.currency),
    total_tax: tax,
    total_tax_set: both(tax, currency, paidIn?.tax, paidIn?.currency),
    total_tip_received: "0.00",
    original_total_duties_set: null,
    original_total_additional_fees_set: null,
    customer: ann,
    billing_address: annsHome,
    shipping_address: annsHome,
    discount_applications: [],
    line_items: items,
    shipping_lines: shipping,
    ...more,
  };
}

export interface SomeItem {
  id?: number | string;
  sku?: string | null;
  title?: string;
  price: string;
  /** The price in the currency the customer paid in. */
  paid?: string;
  quantity?: number;
  off?: Json[];
  taxes?: Json[];
  more?: Json;
}

export function item({
  id = 1,
  sku = "SH-1",
  title = "Shirt",
  price,
  paid,
  quantity = 1,
  off = [],
  taxes = [],
  more = {},
}: SomeItem): Json {
  return {
    id,
    variant_id: 4001,
    sku,
    name: title,
    title,
    price,
    price_set: both(price, "", paid),
    quantity,
    gift_card: false,
    requires_shipping: true,
    taxable: true,
    properties: [],
    discount_allocations: off,
    tax_lines: taxes,
    duties: [],
    ...more,
  };
}

export function shippingLine({
  id = 80,
  title = "Standard",
  price,
  paid,
  off = [],
  taxes = [],
  more = {},
}: SomeItem): Json {
  return {
    id,
    title,
    price,
    price_set: both(price, "", paid),
    is_removed: false,
    discount_allocations: off,
    tax_lines: taxes,
    ...more,
  };
}

export function off(amount: string, paid?: string, application = 0): Json {
  return { amount, amount_set: both(amount, "", paid), discount_application_index: application };
}

export function tax(rate: number, amount: string, paid?: string): Json {
  return { title: "VAT", rate, price: amount, price_set: both(amount, "", paid), channel_liable: false };
}

export function both(shop: string, shopCurrency: string, paid = shop, paidCurrency = shopCurrency): Json {
  return {
    shop_money: { amount: shop, currency_code: shopCurrency },
    presentment_money: { amount: paid, currency_code: paidCurrency },
  };
}

export function fulfilled(lines: { id: number; quantity: number }[], more: Json = {}): Json {
  return {
    id: 6001,
    admin_graphql_api_id: "gid://shopify/Fulfillment/6001",
    order_id: 5678,
    name: "#1001.1",
    status: "success",
    location_id: 70000000001,
    tracking_company: null,
    tracking_number: null,
    tracking_numbers: [],
    tracking_url: null,
    tracking_urls: [],
    line_items: lines.map(({ id, quantity }) => ({ id, quantity, gift_card: false, sku: "SH-1" })),
    ...more,
  };
}

export interface SomeRefundedLine {
  id: number;
  quantity: number;
  restock: "cancel" | "return" | "no_restock";
  net: string;
  tax?: string;
  location?: number;
  /** The order's line, as refunds carry it. */
  of?: Json;
}

export function refunded(lines: SomeRefundedLine[], more: Json = {}): Json {
  return {
    id: 8001,
    admin_graphql_api_id: "gid://shopify/Refund/8001",
    order_id: 5678,
    created_at: "2026-11-05T09:00:00+01:00",
    processed_at: "2026-11-05T09:00:00+01:00",
    note: null,
    refund_line_items: lines.map(({ id, quantity, restock, net, tax: taxed = "0.00", location, of }, at) => ({
      id: 8100 + at,
      line_item_id: id,
      quantity,
      restock_type: restock,
      location_id: location ?? null,
      // Numbers, as Shopify sends them.
      subtotal: Number(net),
      subtotal_set: both(net, "EUR"),
      total_tax: Number(taxed),
      total_tax_set: both(taxed, "EUR"),
      ...(of && { line_item: of }),
    })),
    refund_shipping_lines: [],
    order_adjustments: [],
    total_duties_set: both("0.00", "EUR"),
    transactions: [],
    ...more,
  };
}

export function paidBack(amount: string, more: Json = {}): Json {
  return {
    id: 9001,
    order_id: 5678,
    kind: "refund",
    status: "success",
    gateway: "shopify_payments",
    amount,
    currency: "EUR",
    created_at: "2026-11-05T09:00:01+01:00",
    processed_at: "2026-11-05T09:00:01+01:00",
    ...more,
  };
}

/** What an order is worth by now, where that is not what it was. */
export function now(total: string, taxes: string): Json {
  return {
    current_total_price: total,
    current_total_price_set: both(total, "EUR"),
    current_total_tax: taxes,
    current_total_tax_set: both(taxes, "EUR"),
  };
}
