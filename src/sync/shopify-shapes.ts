/**
 * What is read from Shopify's payloads, by name. The types say what Shopify documents; nothing here has been checked
 * yet, so code takes them `Unchecked` and reads every value through read.ts.
 */

export type Unchecked<T> = { [K in keyof T]?: unknown };

/** Decimal text. Some payloads carry numbers; both are read. */
type Amount = string | number;
type Id = string | number;

export interface Money {
  amount: Amount;
  currency_code: string;
}

export interface MoneySet {
  shop_money: Money;
  presentment_money: Money;
}

export interface ShopifyOrder {
  id: Id;
  admin_graphql_api_id: string;
  name: string;
  created_at: string;
  processed_at: string;
  updated_at: string;
  cancelled_at: string | null;
  cancel_reason: string | null;
  financial_status: string;
  test: boolean;
  /** With commas. */
  tags: string;
  source_name: string | null;
  /** The path and query a buyer came in by. */
  landing_site: string | null;
  tax_exempt: boolean;
  /** Not sent by Shopify; an integrator may add what the Admin API says. */
  risk_level: string | null;
  risks: { recommendation: string }[];
  payment_gateway_names: string[];
  /** In shop money, and without a set. */
  total_outstanding: Amount;
  email: string | null;
  contact_email: string | null;
  phone: string | null;
  note: string | null;
  note_attributes: { name: string; value: string }[];
  location_id: Id | null;
  currency: string;
  presentment_currency: string;
  taxes_included: boolean;
  total_price: Amount;
  total_price_set: MoneySet;
  total_tax: Amount;
  total_tax_set: MoneySet;
  /** After edits, cancelled units, returns and refunds. */
  current_total_price: Amount;
  current_total_price_set: MoneySet;
  current_total_tax: Amount;
  current_total_tax_set: MoneySet;
  /** In shop money, and without a set. */
  total_tip_received: Amount;
  original_total_duties_set: MoneySet | null;
  original_total_additional_fees_set: MoneySet | null;
  customer: ShopifyCustomer | null;
  billing_address: ShopifyAddress | null;
  shipping_address: ShopifyAddress | null;
  discount_applications: ShopifyDiscountApplication[];
  line_items: ShopifyLineItem[];
  shipping_lines: ShopifyShippingLine[];
  line_item_groups: ShopifyLineItemGroup[];
  fulfillments: ShopifyFulfillment[];
  refunds: ShopifyRefund[];
}

/** A bundle: its parts are lines of the order that name it. */
export interface ShopifyLineItemGroup {
  id: Id;
  title: string;
}

export interface ShopifyFulfillment {
  id: Id;
  admin_graphql_api_id: string;
  order_id: Id;
  /** "#1001.1" */
  name: string;
  /** pending, open, success, cancelled, error, failure */
  status: string;
  updated_at: string;
  location_id: Id | null;
  tracking_company: string | null;
  tracking_number: string | null;
  tracking_numbers: string[];
  tracking_url: string | null;
  tracking_urls: string[];
  line_items: ShopifyLineItem[];
}

export interface ShopifyRefund {
  id: Id;
  admin_graphql_api_id: string;
  order_id: Id;
  created_at: string;
  processed_at: string;
  note: string | null;
  refund_line_items: ShopifyRefundLineItem[];
  refund_shipping_lines: ShopifyRefundShippingLine[];
  total_duties_set: MoneySet | null;
  order_adjustments: ShopifyOrderAdjustment[];
  transactions: ShopifyTransaction[];
}

export interface ShopifyRefundLineItem {
  id: Id;
  line_item_id: Id;
  line_item: ShopifyLineItem;
  quantity: number;
  /** cancel: not to be shipped any more; return: came back; no_restock: neither said. */
  restock_type: string;
  location_id: Id | null;
  /** A JSON number here; with included taxes it contains them. */
  subtotal: Amount;
  subtotal_set: MoneySet;
  total_tax: Amount;
  total_tax_set: MoneySet;
}

export interface ShopifyRefundShippingLine {
  id: Id;
  shipping_line: ShopifyShippingLine;
  subtotal_amount_set: MoneySet;
  tax_amount_set: MoneySet;
}

/** Money that went back without goods, or less money than the goods were worth. */
export interface ShopifyOrderAdjustment {
  kind: string;
  /** Negative where the buyer got money. */
  amount: Amount;
  amount_set: MoneySet;
  tax_amount: Amount;
  tax_amount_set: MoneySet;
}

export interface ShopifyTransaction {
  id: Id;
  kind: string;
  status: string;
  gateway: string;
  amount: Amount;
  currency: string;
  amount_set: MoneySet;
  processed_at: string;
  created_at: string;
}

export interface ShopifyCustomer {
  id: Id;
  admin_graphql_api_id: string;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  default_address: ShopifyAddress | null;
  /** "EU_REVERSE_CHARGE_EXEMPTION_RULE" */
  tax_exemptions: string[];
  updated_at: string;
}

export interface ShopifyProduct {
  id: Id;
  admin_graphql_api_id: string;
  title: string;
  /** active, draft, archived */
  status: string;
  updated_at: string;
  variants: ShopifyVariant[];
}

export interface ShopifyVariant {
  id: Id;
  admin_graphql_api_id: string;
  /** "Default Title" where a product has only this one. */
  title: string;
  sku: string | null;
  barcode: string | null;
  price: Amount;
  grams: number;
}

export interface ShopifyAddress {
  name: string | null;
  first_name: string | null;
  last_name: string | null;
  company: string | null;
  address1: string | null;
  address2: string | null;
  city: string | null;
  zip: string | null;
  province: string | null;
  province_code: string | null;
  country: string | null;
  country_code: string | null;
  phone: string | null;
}

export interface ShopifyLineItem {
  id: Id;
  admin_graphql_api_id: string;
  variant_id: Id | null;
  sku: string | null;
  /** Title and variant title together. */
  name: string;
  title: string;
  /** All that was ever ordered, removed and refunded units too. */
  quantity: number;
  /** Less what was removed or refunded. */
  current_quantity: number;
  /** What is left to ship. */
  fulfillable_quantity: number;
  sales_line_item_group_id: Id | null;
  line_item_group: ShopifyLineItemGroup | null;
  requires_shipping: boolean;
  fulfillment_status: string | null;
  /** Each, before discounts. */
  price: Amount;
  price_set: MoneySet;
  gift_card: boolean;
  properties: { name: string; value: unknown }[];
  discount_allocations: ShopifyDiscountAllocation[];
  tax_lines: ShopifyTaxLine[];
  duties: ShopifyDuty[];
  /** Present, though maybe null, only on a tip. */
  tip_payment_gateway: string | null;
}

export interface ShopifyShippingLine {
  id: Id;
  title: string;
  price: Amount;
  price_set: MoneySet;
  is_removed: boolean;
  discount_allocations: ShopifyDiscountAllocation[];
  tax_lines: ShopifyTaxLine[];
}

export interface ShopifyDiscountAllocation {
  amount: Amount;
  amount_set: MoneySet;
  discount_application_index: number;
}

export interface ShopifyDiscountApplication {
  title: string;
  code: string;
  description: string;
}

export interface ShopifyTaxLine {
  title: string;
  /** 0.19 is 19 %. */
  rate: number;
  price: Amount;
  price_set: MoneySet;
}

export interface ShopifyDuty extends MoneySet {
  id: Id;
  harmonized_system_code: string | null;
  tax_lines: ShopifyTaxLine[];
}
