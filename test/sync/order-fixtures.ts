import type { MappedLocation } from "../../src/event.ts";
import type { OrderMappingSettings } from "../../src/sync/order-options.ts";
import { both, item, type Json, off, order, shippingLine, tax } from "./order-builder.ts";

/** An order, and what must stand in Odoo: its lines one by one; the totals are Shopify's own. */
export interface OrderFixture {
  title: string;
  payload: Json;
  settings?: OrderMappingSettings;
  location?: MappedLocation;
  /** "external id: product, quantity × price, -discount %, taxes" */
  lines: string[];
  /** What Odoo must come to, where that is not Shopify's first total; null: nothing, the order is cancelled. */
  total?: string | null;
  tax?: string;
  /** "confirm order_5678" */
  steps?: string[];
}

const harbourStore: MappedLocation = {
  shopify: { id: "70000000001", name: "Harbour Street Store" },
  odoo: { warehouseId: 3, locationId: 28, code: "HARB" },
};

export const orderFixtures: OrderFixture[] = [
  {
    title: "one item, no taxes",
    payload: order({ items: [item({ price: "20.00" })], total: "20.00" }),
    lines: ["line_1: SH-1, 1 × 20, no tax"],
  },
  {
    title: "two items and shipping, 19 % on top",
    payload: order({
      items: [
        item({ price: "20.00", quantity: 2, taxes: [tax(0.19, "7.60")] }),
        item({ id: 2, sku: "SH-2", price: "9.99", taxes: [tax(0.19, "1.90")] }),
      ],
      shipping: [shippingLine({ price: "4.90", taxes: [tax(0.19, "0.93")] })],
      total: "65.32",
      tax: "10.43",
    }),
    lines: [
      "line_1: SH-1, 2 × 20, 19 %",
      "line_2: SH-2, 1 × 9.99, 19 %",
      "shipping_80: SHIPPING, 1 × 4.9, 19 %",
    ],
  },
  {
    title: "20 % inside the prices",
    payload: order({
      currency: "GBP",
      taxesIncluded: true,
      items: [item({ price: "19.99", quantity: 3, taxes: [tax(0.2, "10.00")] })],
      shipping: [shippingLine({ price: "3.50", taxes: [tax(0.2, "0.58")] })],
      total: "63.47",
      tax: "10.58",
    }),
    lines: ["line_1: SH-1, 3 × 19.99, 20 % included", "shipping_80: SHIPPING, 1 × 3.5, 20 % included"],
  },
  {
    title: "seven of 8.49 with 21 %, where other connectors are two cents off",
    payload: order({
      items: [item({ price: "8.49", quantity: 7, taxes: [tax(0.21, "12.48")] })],
      total: "71.91",
      tax: "12.48",
    }),
    lines: ["line_1: SH-1, 7 × 8.49, 21 %"],
  },
  {
    title: "10 % off is 10 % in Odoo",
    payload: order({
      items: [item({ price: "20.00", quantity: 2, off: [off("4.00")], taxes: [tax(0.19, "6.84")] })],
      total: "42.84",
      tax: "6.84",
    }),
    lines: ["line_1: SH-1, 2 × 20, -10 %, 19 %"],
  },
  {
    title: "an amount off one piece becomes the shortest percentage that gives it",
    payload: order({ items: [item({ price: "24.90", off: [off("5.00")] })], total: "19.90" }),
    lines: ["line_1: SH-1, 1 × 24.9, -20.1 %, no tax"],
  },
  {
    title: "where no percentage fits one dear piece, its net price is written",
    payload: order({ items: [item({ price: "1299.00", off: [off("33.33")] })], total: "1265.67" }),
    lines: ["line_1: SH-1, 1 × 1265.67, no tax"],
  },
  {
    title: "where no percentage fits several pieces, their net price each is written if it is exact",
    payload: order({
      items: [item({ price: "1299.00", quantity: 3, off: [off("99.99")] })],
      total: "3797.01",
    }),
    lines: ["line_1: SH-1, 3 × 1265.67, no tax"],
  },
  {
    title: "where nothing else fits, the discount gets a line of its own with the same taxes",
    payload: order({
      items: [item({ price: "1299.00", quantity: 3, off: [off("100.00")], taxes: [tax(0.19, "721.43")] })],
      total: "4518.43",
      tax: "721.43",
      more: { discount_applications: [{ type: "discount_code", code: "WELCOME100" }] },
    }),
    lines: ["line_1: SH-1, 3 × 1299, 19 %", "line_1_discount: DISCOUNT, 1 × -100, 19 %"],
  },
  {
    title: "100 % off costs nothing",
    payload: order({
      items: [item({ price: "20.00", quantity: 3, off: [off("60.00")], taxes: [tax(0.19, "0.00")] })],
      total: "0.00",
    }),
    lines: ["line_1: SH-1, 3 × 20, -100 %, 19 %"],
  },
  {
    title: "an order discount of 10.00 spread over the lines",
    payload: order({
      items: [
        item({ price: "19.95", quantity: 2, off: [off("6.66")], taxes: [tax(0.2, "6.65")] }),
        item({ id: 2, sku: "SH-2", price: "20.00", off: [off("3.34")], taxes: [tax(0.2, "3.33")] }),
      ],
      total: "59.88",
      tax: "9.98",
    }),
    lines: ["line_1: SH-1, 2 × 19.95, -16.7 %, 20 %", "line_2: SH-2, 1 × 20, -16.7 %, 20 %"],
  },
  {
    title: "two discounts on one line add up",
    payload: order({
      items: [item({ price: "50.00", quantity: 2, off: [off("10.00"), off("5.00", undefined, 1)] })],
      total: "85.00",
    }),
    lines: ["line_1: SH-1, 2 × 50, -15 %, no tax"],
  },
  {
    title: "free shipping by a discount",
    payload: order({
      items: [item({ price: "20.00", taxes: [tax(0.19, "3.80")] })],
      shipping: [shippingLine({ price: "4.90", off: [off("4.90")], taxes: [tax(0.19, "0.00")] })],
      total: "23.80",
      tax: "3.80",
    }),
    lines: ["line_1: SH-1, 1 × 20, 19 %", "shipping_80: SHIPPING, 1 × 4.9, -100 %, 19 %"],
  },
  {
    title: "free shipping by its price",
    payload: order({
      items: [item({ price: "20.00" })],
      shipping: [shippingLine({ price: "0.00", title: "Pickup" })],
      total: "20.00",
    }),
    lines: ["line_1: SH-1, 1 × 20, no tax", "shipping_80: SHIPPING, 1 × 0, no tax"],
  },
  {
    title: "half off shipping, taxes included",
    payload: order({
      taxesIncluded: true,
      items: [item({ price: "20.00", taxes: [tax(0.19, "3.19")] })],
      shipping: [shippingLine({ price: "4.95", off: [off("2.47")], taxes: [tax(0.19, "0.40")] })],
      total: "22.48",
      tax: "3.59",
    }),
    lines: ["line_1: SH-1, 1 × 20, 19 % included", "shipping_80: SHIPPING, 1 × 4.95, -49.9 %, 19 % included"],
  },
  {
    title: "a shipping line that was removed again",
    payload: order({
      items: [item({ price: "20.00" })],
      shipping: [
        shippingLine({ price: "4.90", more: { is_removed: true } }),
        shippingLine({ id: 81, price: "0.00" }),
      ],
      total: "20.00",
    }),
    lines: [
      "line_1: SH-1, 1 × 20, no tax",
      "shipping_80: SHIPPING, 0 × 4.9, no tax",
      "shipping_81: SHIPPING, 1 × 0, no tax",
    ],
  },
  {
    title: "paid in dollars, kept in the shop's euros",
    payload: order({
      paidIn: { currency: "USD", total: "26.18", tax: "4.18" },
      items: [item({ price: "20.00", paid: "22.00", taxes: [tax(0.19, "3.80", "4.18")] })],
      total: "23.80",
      tax: "3.80",
    }),
    lines: ["line_1: SH-1, 1 × 20, 19 %"],
  },
  {
    title: "paid in dollars, kept in dollars",
    settings: { money: "presentment" },
    payload: order({
      paidIn: { currency: "USD", total: "23.56", tax: "3.76" },
      items: [
        item({
          price: "20.00",
          paid: "22.00",
          off: [off("2.00", "2.20")],
          taxes: [tax(0.19, "3.42", "3.76")],
        }),
      ],
      total: "21.42",
      tax: "3.42",
    }),
    lines: ["line_1: SH-1, 1 × 22, -10 %, 19 %"],
  },
  {
    title: "paid in yen, kept in yen, the shop in euros",
    settings: { money: "presentment" },
    payload: order({
      paidIn: { currency: "JPY", total: "6930", tax: "630" },
      items: [item({ price: "20.00", paid: "3150", quantity: 2, taxes: [tax(0.1, "4.00", "630")] })],
      total: "44.00",
      tax: "4.00",
    }),
    lines: ["line_1: SH-1, 2 × 3150, 10 %"],
  },
  {
    title: "yen have no digits",
    payload: order({
      currency: "JPY",
      taxesIncluded: true,
      items: [item({ price: "1980", quantity: 3, off: [off("594")], taxes: [tax(0.1, "486")] })],
      shipping: [shippingLine({ price: "550", taxes: [tax(0.1, "50")] })],
      total: "5896",
      tax: "536",
    }),
    lines: ["line_1: SH-1, 3 × 1980, -10 %, 10 % included", "shipping_80: SHIPPING, 1 × 550, 10 % included"],
  },
  {
    title: "dinars have three digits, prices in Odoo two: a line takes up the difference",
    payload: order({
      currency: "KWD",
      items: [item({ price: "7.125", quantity: 3, off: [off("0.713")], taxes: [tax(0.05, "1.033")] })],
      total: "21.695",
      tax: "1.033",
    }),
    lines: ["line_1: SH-1, 3 × 7.13, -3.4 %, 5 %", "line_1_discount: DISCOUNT, 0.1 × -0.01, 5 %"],
  },
  {
    title: "state, county and city tax, each found by its rate",
    payload: order({
      currency: "USD",
      items: [
        item({ price: "79.95", taxes: [tax(0.0625, "5.00"), tax(0.0125, "1.00"), tax(0.00375, "0.30")] }),
      ],
      total: "86.25",
      tax: "6.30",
    }),
    lines: ["line_1: SH-1, 1 × 79.95, 6.25 % + 1.25 % + 0.375 %"],
  },
  {
    title: "two taxes with the same rate are one tax of the sum, since Odoo would count one tax once",
    payload: order({
      currency: "USD",
      items: [item({ price: "50.00", taxes: [tax(0.04, "2.00"), tax(0.04, "2.00")] })],
      total: "54.00",
      tax: "4.00",
    }),
    lines: ["line_1: SH-1, 1 × 50, 8 %"],
  },
  {
    title: "a waived tax and a rate of zero are no taxes",
    payload: order({
      items: [
        item({ price: "50.00", taxes: [tax(0.19, "0.00")] }),
        item({ id: 2, price: "10.00", taxes: [tax(0, "0.00")] }),
      ],
      total: "60.00",
    }),
    lines: ["line_1: SH-1, 1 × 50, no tax", "line_2: SH-1, 1 × 10, no tax"],
  },
  {
    title: "a tip, as the line that Shopify makes of it",
    payload: order({
      items: [
        item({ price: "20.00" }),
        item({
          id: 2,
          sku: null,
          title: "Tip",
          price: "3.00",
          more: { variant_id: null, tip_payment_gateway: null },
        }),
      ],
      total: "23.00",
      more: { total_tip_received: "3.00" },
    }),
    lines: ["line_1: SH-1, 1 × 20, no tax", "line_2: TIP, 1 × 3, no tax"],
  },
  {
    title: "a tip that is only told as a sum",
    payload: order({
      items: [item({ price: "20.00" })],
      total: "23.00",
      more: { total_tip_received: "3.00" },
    }),
    lines: ["line_1: SH-1, 1 × 20, no tax", "tip_5678: TIP, 1 × 3, no tax"],
  },
  {
    title: "duties of each item, with tax on them",
    payload: order({
      items: [
        item({
          price: "100.00",
          quantity: 2,
          taxes: [tax(0.2, "40.00")],
          more: {
            duties: [
              {
                id: "901",
                harmonized_system_code: "6109.10",
                ...both("12.50", "EUR"),
                tax_lines: [tax(0.2, "2.50")],
              },
            ],
          },
        }),
      ],
      total: "255.00",
      tax: "42.50",
      more: { original_total_duties_set: both("12.50", "EUR") },
    }),
    lines: ["line_1: SH-1, 2 × 100, 20 %", "duty_901: DUTIES, 1 × 12.5, 20 %"],
  },
  {
    title: "duties that are only told as a sum",
    payload: order({
      items: [item({ price: "100.00" })],
      total: "112.50",
      more: { original_total_duties_set: both("12.50", "EUR") },
    }),
    lines: ["line_1: SH-1, 1 × 100, no tax", "duties_5678: DUTIES, 1 × 12.5, no tax"],
  },
  {
    title: "an additional fee",
    payload: order({
      items: [item({ price: "100.00" })],
      total: "100.28",
      more: { original_total_additional_fees_set: both("0.28", "EUR") },
    }),
    lines: ["line_1: SH-1, 1 × 100, no tax", "fee_5678: FEE, 1 × 0.28, no tax"],
  },
  {
    title: "a gift card sold; the one used to pay changes nothing",
    payload: order({
      items: [item({ sku: "", title: "Gift card", price: "50.00", more: { gift_card: true } })],
      total: "50.00",
      more: { payment_gateway_names: ["gift_card"] },
    }),
    lines: ["line_1: GIFT-CARD, 1 × 50, no tax"],
  },
  {
    title: "a line typed in by hand, and one with a SKU from a sales channel",
    payload: order({
      items: [
        item({ sku: null, title: "Engraving", price: "8.00", more: { variant_id: null } }),
        item({ id: 2, sku: "SH-9", title: "Hat", price: "12.00", more: { variant_id: null } }),
      ],
      total: "20.00",
    }),
    lines: ["line_1: CUSTOM, 1 × 8, no tax", "line_2: SH-9, 1 × 12, no tax"],
  },
  {
    title: "products under other names and by barcode",
    settings: { productsBy: "barcode", specialProducts: { shipping: "FREIGHT" }, externalIdPrefix: "uk_" },
    payload: order({
      items: [item({ sku: "2000000000015", price: "20.00" })],
      shipping: [shippingLine({ price: "5.00" })],
      total: "25.00",
    }),
    lines: ["uk_line_1: 2000000000015, 1 × 20, no tax", "uk_shipping_80: FREIGHT, 1 × 5, no tax"],
  },
  {
    title: "ids beyond 2^53",
    payload: order({
      items: [item({ id: "866550311766439020", price: "20.00" })],
      total: "20.00",
      more: { id: "820982911946154508", admin_graphql_api_id: "gid://shopify/Order/820982911946154508" },
    }),
    lines: ["line_866550311766439020: SH-1, 1 × 20, no tax"],
  },
  {
    title: "over the counter, with a location and nobody's name",
    location: harbourStore,
    payload: order({
      items: [item({ price: "20.00", taxes: [tax(0.08875, "1.78")] })],
      currency: "USD",
      total: "21.78",
      tax: "1.78",
      more: {
        source_name: "pos",
        location_id: 70000000001,
        customer: null,
        email: "",
        billing_address: null,
        shipping_address: null,
      },
    }),
    lines: ["line_1: SH-1, 1 × 20, 8.875 %"],
  },
  {
    title: "a line whose quantity an edit took to zero",
    payload: order({
      items: [
        item({ price: "20.00", quantity: 0, taxes: [tax(0.19, "0.00")] }),
        item({ id: 2, price: "5.00" }),
      ],
      total: "5.00",
    }),
    lines: ["line_1: SH-1, 0 × 20, 19 %", "line_2: SH-1, 1 × 5, no tax"],
  },
  {
    title: "names from everywhere",
    payload: order({
      items: [item({ sku: "TEE-Ü/红", title: "Tričko „Žluťoučký“ 红色 👕", price: "20.00" })],
      total: "20.00",
      more: { customer: { id: 7002, first_name: "Zoë", last_name: "Łukasiewicz 山田" } },
    }),
    lines: ["line_1: TEE-Ü/红, 1 × 20, no tax"],
  },
  {
    title: "nothing but a tip: an order without items",
    payload: order({ items: [], total: "5.00", more: { total_tip_received: "5.00" } }),
    lines: ["tip_5678: TIP, 1 × 5, no tax"],
  },
];
