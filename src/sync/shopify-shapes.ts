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
}

export interface ShopifyCustomer {
  id: Id;
  admin_graphql_api_id: string;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
  phone: string | null;
  default_address: ShopifyAddress | null;
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
  quantity: number;
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
