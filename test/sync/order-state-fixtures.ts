import {
  both,
  fulfilled,
  item,
  type Json,
  now,
  off,
  order,
  paidBack,
  refunded,
  shippingLine,
  tax,
} from "./order-builder.ts";
import type { OrderFixture } from "./order-fixtures.ts";

/** Orders to which something happened, and ones that must not end like any other. */

const two = (more: Json = {}): Json => item({ price: "25.00", quantity: 2, more });
const journals = [
  { gateway: "shopify_payments", journal: "SHPAY" },
  { gateway: "gift_card, shopify_payments", journal: "SHPAY" },
  { gateway: "paypal", journal: "PAYPL" },
];

export const stateFixtures: OrderFixture[] = [
  {
    title: "an edit that took one piece of three away",
    payload: order({
      items: [
        item({
          price: "20.00",
          quantity: 3,
          taxes: [tax(0.19, "11.40")],
          more: { current_quantity: 2, fulfillable_quantity: 2 },
        }),
      ],
      total: "71.40",
      tax: "11.40",
      more: {
        ...now("47.60", "7.60"),
        refunds: [refunded([{ id: 1, quantity: 1, restock: "no_restock", net: "20.00", tax: "3.80" }])],
      },
    }),
    lines: ["line_1: SH-1, 2 × 20, 19 %"],
    total: "47.60",
    tax: "7.60",
  },
  {
    title: "an edit that added a line, where the first total stayed as it was",
    payload: order({
      items: [
        item({ price: "20.00", taxes: [tax(0.19, "3.80")] }),
        item({ id: 2, sku: "SH-2", price: "10.00", taxes: [tax(0.19, "1.90")] }),
      ],
      total: "23.80",
      tax: "3.80",
      more: now("35.70", "5.70"),
    }),
    lines: ["line_1: SH-1, 1 × 20, 19 %", "line_2: SH-2, 1 × 10, 19 %"],
    total: "35.70",
    tax: "5.70",
  },
  {
    title: "an edit that took one line away and left the other",
    payload: order({
      items: [
        item({ price: "20.00", more: { current_quantity: 0, fulfillable_quantity: 0 } }),
        item({ id: 2, sku: "SH-2", price: "5.00" }),
      ],
      total: "25.00",
      more: {
        ...now("5.00", "0.00"),
        refunds: [refunded([{ id: 1, quantity: 1, restock: "no_restock", net: "20.00" }])],
      },
    }),
    lines: ["line_1: SH-1, 0 × 20, no tax", "line_2: SH-2, 1 × 5, no tax"],
    total: "5.00",
  },
  {
    title: "a discounted piece cancelled before it was shipped: the discount shrinks to the cent",
    payload: order({
      items: [
        item({
          price: "19.95",
          quantity: 3,
          off: [off("5.99")],
          more: { current_quantity: 2, fulfillable_quantity: 2 },
        }),
      ],
      total: "53.86",
      more: {
        ...now("35.91", "0.00"),
        refunds: [
          refunded([{ id: 1, quantity: 1, restock: "cancel", net: "17.95" }], {
            transactions: [paidBack("17.95")],
          }),
        ],
      },
    }),
    lines: ["line_1: SH-1, 2 × 19.95, -10 %, no tax"],
    total: "35.91",
  },
  {
    title: "one of two came back after delivery: the order keeps two, the return takes one off the delivered",
    payload: order({
      items: [two({ current_quantity: 1, fulfillable_quantity: 0 })],
      total: "50.00",
      more: {
        ...now("25.00", "0.00"),
        fulfillments: [fulfilled([{ id: 1, quantity: 2 }])],
        refunds: [refunded([{ id: 1, quantity: 1, restock: "return", net: "25.00" }])],
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    total: "50.00",
  },
  {
    title: "one of two refunded after delivery, and kept by the buyer",
    payload: order({
      items: [two({ current_quantity: 1, fulfillable_quantity: 0 })],
      total: "50.00",
      more: {
        ...now("25.00", "0.00"),
        fulfillments: [fulfilled([{ id: 1, quantity: 2 }])],
        refunds: [refunded([{ id: 1, quantity: 1, restock: "no_restock", net: "25.00" }])],
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    total: "50.00",
  },
  {
    title: "all refunded after delivery",
    payload: order({
      items: [two({ current_quantity: 0, fulfillable_quantity: 0 })],
      total: "50.00",
      more: {
        ...now("0.00", "0.00"),
        financial_status: "refunded",
        fulfillments: [fulfilled([{ id: 1, quantity: 2 }])],
        refunds: [refunded([{ id: 1, quantity: 2, restock: "return", net: "50.00" }])],
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    total: "50.00",
  },
  {
    title: "two of five shipped, three cancelled",
    payload: order({
      items: [item({ price: "10.00", quantity: 5, more: { current_quantity: 2, fulfillable_quantity: 0 } })],
      total: "50.00",
      more: {
        ...now("20.00", "0.00"),
        fulfillments: [fulfilled([{ id: 1, quantity: 2 }])],
        refunds: [refunded([{ id: 1, quantity: 3, restock: "cancel", net: "30.00" }])],
      },
    }),
    lines: ["line_1: SH-1, 2 × 10, no tax"],
    total: "20.00",
  },
  {
    title: "of four: one returned, one delivered, one cancelled, one to come",
    payload: order({
      items: [item({ price: "10.00", quantity: 4, more: { current_quantity: 2, fulfillable_quantity: 1 } })],
      total: "40.00",
      more: {
        ...now("20.00", "0.00"),
        fulfillments: [fulfilled([{ id: 1, quantity: 2 }])],
        refunds: [
          refunded([{ id: 1, quantity: 1, restock: "return", net: "10.00" }]),
          refunded([{ id: 1, quantity: 1, restock: "cancel", net: "10.00" }], { id: 8002 }),
        ],
      },
    }),
    lines: ["line_1: SH-1, 3 × 10, no tax"],
    total: "30.00",
  },
  {
    title: "a fulfillment still under way takes nothing off the order",
    payload: order({
      items: [two({ current_quantity: 2, fulfillable_quantity: 0 })],
      total: "50.00",
      more: {
        ...now("50.00", "0.00"),
        fulfillments: [fulfilled([{ id: 1, quantity: 2 }], { status: "open" })],
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
  },
  {
    title: "a fulfillment that was called back leaves its pieces to be shipped",
    payload: order({
      items: [two({ current_quantity: 2, fulfillable_quantity: 2 })],
      total: "50.00",
      more: {
        ...now("50.00", "0.00"),
        fulfillments: [fulfilled([{ id: 1, quantity: 2 }], { status: "cancelled" })],
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
  },
  {
    title: "shipping refunded, the goods kept",
    payload: order({
      items: [item({ price: "20.00", taxes: [tax(0.19, "3.80")] })],
      shipping: [shippingLine({ price: "4.90", taxes: [tax(0.19, "0.93")] })],
      total: "29.63",
      tax: "4.73",
      more: {
        ...now("23.80", "3.80"),
        refunds: [
          refunded([], {
            refund_shipping_lines: [
              {
                id: 1,
                shipping_line: { id: 80 },
                subtotal_amount_set: both("4.90", "EUR"),
                tax_amount_set: both("0.93", "EUR"),
              },
            ],
            transactions: [paidBack("5.83")],
          }),
        ],
      },
    }),
    lines: ["line_1: SH-1, 1 × 20, 19 %", "shipping_80: SHIPPING, 1 × 4.9, 19 %"],
  },
  {
    title: "shipping refunded as older payloads say it, and an edit besides",
    payload: order({
      items: [item({ price: "20.00", quantity: 2, more: { current_quantity: 1, fulfillable_quantity: 1 } })],
      shipping: [shippingLine({ price: "4.90" })],
      total: "44.90",
      more: {
        ...now("20.00", "0.00"),
        refunds: [
          refunded([{ id: 1, quantity: 1, restock: "cancel", net: "20.00" }], {
            order_adjustments: [
              {
                kind: "shipping_refund",
                amount: "-4.90",
                amount_set: both("-4.90", "EUR"),
                tax_amount: "0.00",
              },
            ],
          }),
        ],
      },
    }),
    lines: ["line_1: SH-1, 1 × 20, no tax", "shipping_80: SHIPPING, 1 × 4.9, no tax"],
    total: "24.90",
  },
  {
    title: "five euros given back without goods",
    payload: order({
      items: [item({ price: "20.00" })],
      total: "20.00",
      more: {
        ...now("20.00", "0.00"),
        refunds: [
          refunded([], {
            order_adjustments: [
              {
                kind: "refund_discrepancy",
                amount: "-5.00",
                amount_set: both("-5.00", "EUR"),
                tax_amount: "0.00",
              },
            ],
            transactions: [paidBack("5.00")],
          }),
        ],
      },
    }),
    lines: ["line_1: SH-1, 1 × 20, no tax"],
  },
  {
    title: "five euros given back, where Shopify takes them off the current total",
    payload: order({
      items: [
        item({ price: "20.00" }),
        item({ id: 2, price: "8.00", more: { current_quantity: 0, fulfillable_quantity: 0 } }),
      ],
      total: "28.00",
      more: {
        ...now("15.00", "0.00"),
        refunds: [
          refunded([{ id: 2, quantity: 1, restock: "cancel", net: "8.00" }], {
            order_adjustments: [
              {
                kind: "refund_discrepancy",
                amount: "-5.00",
                amount_set: both("-5.00", "EUR"),
                tax_amount: "0.00",
              },
            ],
            transactions: [paidBack("13.00")],
          }),
        ],
      },
    }),
    lines: ["line_1: SH-1, 1 × 20, no tax", "line_2: SH-1, 0 × 8, no tax"],
    total: "20.00",
  },
  {
    title: "an exchange: one came back, another goes out",
    payload: order({
      items: [
        item({ price: "20.00", more: { current_quantity: 0, fulfillable_quantity: 0 } }),
        item({ id: 2, sku: "SH-2", price: "25.00", more: { current_quantity: 1, fulfillable_quantity: 1 } }),
      ],
      total: "20.00",
      more: {
        ...now("25.00", "0.00"),
        fulfillments: [fulfilled([{ id: 1, quantity: 1 }])],
        refunds: [refunded([{ id: 1, quantity: 1, restock: "return", net: "20.00" }])],
      },
    }),
    lines: ["line_1: SH-1, 1 × 20, no tax", "line_2: SH-2, 1 × 25, no tax"],
    total: "45.00",
  },
  {
    title: "yen, one piece of three removed, with its share of the discount",
    payload: order({
      currency: "JPY",
      taxesIncluded: true,
      items: [
        item({
          price: "1980",
          quantity: 3,
          off: [off("594")],
          taxes: [tax(0.1, "486")],
          more: { current_quantity: 2, fulfillable_quantity: 2 },
        }),
      ],
      total: "5346",
      tax: "486",
      more: {
        ...now("3564", "324"),
        refunds: [refunded([{ id: 1, quantity: 1, restock: "cancel", net: "1782", tax: "162" }])],
      },
    }),
    lines: ["line_1: SH-1, 2 × 1980, -10 %, 10 % included"],
    total: "3564",
    tax: "324",
  },
  {
    title: "duties shrink with the pieces they are on",
    payload: order({
      items: [
        item({
          price: "100.00",
          quantity: 2,
          more: {
            current_quantity: 1,
            fulfillable_quantity: 1,
            duties: [{ id: "901", harmonized_system_code: null, ...both("12.50", "EUR"), tax_lines: [] }],
          },
        }),
      ],
      total: "212.50",
      more: {
        ...now("106.25", "0.00"),
        refunds: [
          refunded([{ id: 1, quantity: 1, restock: "cancel", net: "106.25" }], {
            total_duties_set: both("6.25", "EUR"),
          }),
        ],
      },
    }),
    lines: ["line_1: SH-1, 1 × 100, no tax", "duty_901: DUTIES, 1 × 6.25, no tax"],
    total: "106.25",
  },
  {
    title: "cancelled before payment: what was ordered stays readable",
    payload: order({
      items: [two({ current_quantity: 0, fulfillable_quantity: 0 })],
      total: "50.00",
      more: {
        ...now("0.00", "0.00"),
        cancelled_at: "2026-11-03T08:00:00+01:00",
        cancel_reason: "customer",
        financial_status: "voided",
        refunds: [refunded([{ id: 1, quantity: 2, restock: "cancel", net: "50.00" }])],
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    total: null,
    steps: ["cancel order_5678"],
  },
  {
    title: "cancelled as fraud, after an edit",
    payload: order({
      items: [
        item({ price: "20.00", quantity: 3, more: { current_quantity: 0, fulfillable_quantity: 0 } }),
        item({ id: 2, price: "5.00", more: { current_quantity: 0, fulfillable_quantity: 0 } }),
      ],
      total: "60.00",
      more: {
        ...now("0.00", "0.00"),
        cancelled_at: "2026-11-03T08:00:00Z",
        cancel_reason: "fraud",
        financial_status: "refunded",
      },
    }),
    settings: { confirm: "always", invoice: "invoice" },
    lines: ["line_1: SH-1, 3 × 20, no tax", "line_2: SH-1, 1 × 5, no tax"],
    total: null,
    steps: ["cancel order_5678"],
  },
  {
    title: "paid: confirmed",
    settings: { confirm: "paid" },
    payload: order({ items: [two()], total: "50.00", more: { financial_status: "paid" } }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: ["confirm order_5678"],
  },
  {
    title: "authorized, where only paid orders are confirmed",
    settings: { confirm: "paid" },
    payload: order({ items: [two()], total: "50.00", more: { financial_status: "authorized" } }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: [],
  },
  {
    title: "authorized, where that is enough to confirm, not to invoice",
    settings: { confirm: "authorized", invoice: "invoice" },
    payload: order({ items: [two()], total: "50.00", more: { financial_status: "authorized" } }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: ["confirm order_5678"],
  },
  {
    title: "cash on delivery, where every order is confirmed",
    settings: { confirm: "always", invoice: "invoice_and_payment", journals },
    payload: order({
      items: [two()],
      total: "50.00",
      more: {
        financial_status: "pending",
        payment_gateway_names: ["Cash on Delivery (COD)"],
        total_outstanding: "50.00",
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: ["confirm order_5678"],
  },
  {
    title: "paid: confirmed, invoiced, and its payment registered",
    settings: { confirm: "paid", invoice: "invoice_and_payment", journals },
    payload: order({
      items: [item({ price: "20.00", taxes: [tax(0.19, "3.80")] })],
      total: "23.80",
      tax: "3.80",
      more: {
        financial_status: "paid",
        payment_gateway_names: ["shopify_payments"],
        total_outstanding: "0.00",
      },
    }),
    lines: ["line_1: SH-1, 1 × 20, 19 %"],
    steps: ["confirm order_5678", "invoice order_5678, 23.80 to SHPAY"],
  },
  {
    title: "paid in part with a gift card: no line, one payment",
    settings: { confirm: "paid", invoice: "invoice_and_payment", journals },
    payload: order({
      items: [two()],
      total: "50.00",
      more: {
        financial_status: "paid",
        payment_gateway_names: ["shopify_payments", "gift_card"],
        total_outstanding: "0.00",
      },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: ["confirm order_5678", "invoice order_5678, 50.00 to SHPAY"],
  },
  {
    title: "free of charge: an invoice without a payment",
    settings: { confirm: "paid", invoice: "invoice_and_payment" },
    payload: order({
      items: [item({ price: "20.00", off: [off("20.00")] })],
      total: "0.00",
      more: { financial_status: "paid", payment_gateway_names: [], total_outstanding: "0.00" },
    }),
    lines: ["line_1: SH-1, 1 × 20, -100 %, no tax"],
    steps: ["confirm order_5678", "invoice order_5678"],
  },
  {
    title: "a tag for orders that somebody shall look at",
    settings: { confirm: "always", holdTags: "fraud review, vip" },
    payload: order({
      items: [two()],
      total: "50.00",
      more: { financial_status: "paid", tags: "summer, Fraud Review" },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: [
      "note on order_5678: Held, because it has the tag Fraud Review in Shopify: look at it, then confirm it by hand.",
    ],
  },
  {
    title: "the same tag on an order that would not be confirmed anyway",
    settings: { confirm: "paid", holdTags: "fraud review" },
    payload: order({
      items: [two()],
      total: "50.00",
      more: { financial_status: "pending", tags: "fraud review" },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: [],
  },
  {
    title: "a risk that an integrator fetched",
    settings: { confirm: "always" },
    payload: order({
      items: [two()],
      total: "50.00",
      more: { financial_status: "paid", risk_level: "HIGH" },
    }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: [
      "note on order_5678: Held, because Shopify calls it high risk: look at it, then confirm it by hand.",
    ],
  },
  {
    title: "a test order kept as a quotation",
    settings: { confirm: "always", testOrders: "quotation" },
    payload: order({ items: [two()], total: "50.00", more: { test: true, financial_status: "paid" } }),
    lines: ["line_1: SH-1, 2 × 25, no tax"],
    steps: ["note on order_5678: Held, because it is a test order: look at it, then confirm it by hand."],
  },
  {
    title: "tax in the shop's prices, none in Odoo's",
    settings: { odooTaxes: "excluded" },
    payload: order({
      taxesIncluded: true,
      items: [item({ price: "59.50", quantity: 2, taxes: [tax(0.19, "19.00")] })],
      shipping: [shippingLine({ price: "4.99", taxes: [tax(0.19, "0.80")] })],
      total: "123.99",
      tax: "19.80",
    }),
    lines: ["line_1: SH-1, 2 × 50, 19 %", "shipping_80: SHIPPING, 1 × 4.19, 19 %"],
  },
  {
    title: "tax on top in the shop, in the prices in Odoo",
    settings: { odooTaxes: "included" },
    payload: order({
      items: [item({ price: "10.00", quantity: 2, off: [off("2.00")], taxes: [tax(0.19, "3.42")] })],
      shipping: [shippingLine({ price: "5.00" })],
      total: "26.42",
      tax: "3.42",
    }),
    lines: ["line_1: SH-1, 2 × 11.9, -10 %, 19 % included", "shipping_80: SHIPPING, 1 × 5, no tax"],
  },
  {
    title: "a bundle is its parts, which say so",
    payload: order({
      items: [
        item({ title: "Cup", price: "12.00", more: { sales_line_item_group_id: 31 } }),
        item({ id: 2, sku: "SH-2", title: "Plate", price: "18.00", more: { sales_line_item_group_id: 31 } }),
      ],
      total: "30.00",
      more: { line_item_groups: [{ id: 31, title: "Breakfast for one", quantity: 1 }] },
    }),
    lines: ["line_1: SH-1, 1 × 12, no tax", "line_2: SH-2, 1 × 18, no tax"],
  },
  {
    title: "a company with a VAT number, exempt from tax",
    settings: { vatAttribute: "VAT number" },
    payload: order({
      items: [item({ price: "100.00", quantity: 2, more: { taxable: false } })],
      total: "200.00",
      more: { tax_exempt: true, note_attributes: [{ name: "vat number", value: "FR 40-303 265 045" }] },
    }),
    lines: ["line_1: SH-1, 2 × 100, no tax"],
  },
  {
    title: "paid in dollars and kept in dollars, one piece cancelled",
    settings: { money: "presentment" },
    payload: order({
      paidIn: { currency: "USD", total: "44.00", tax: "0.00" },
      items: [
        item({
          price: "20.00",
          paid: "22.00",
          quantity: 2,
          more: { current_quantity: 1, fulfillable_quantity: 1 },
        }),
      ],
      total: "40.00",
      more: {
        current_total_price_set: both("20.00", "EUR", "22.00", "USD"),
        current_total_tax_set: both("0.00", "EUR", "0.00", "USD"),
        refunds: [
          {
            id: 8001,
            refund_line_items: [
              {
                id: 1,
                line_item_id: 1,
                quantity: 1,
                restock_type: "cancel",
                subtotal_set: both("20.00", "EUR", "22.00", "USD"),
                total_tax_set: both("0.00", "EUR", "0.00", "USD"),
              },
            ],
          },
        ],
      },
    }),
    lines: ["line_1: SH-1, 1 × 22, no tax"],
    total: "22.00",
  },
  {
    title: "a gift card that was sent out by mail",
    payload: order({
      items: [
        item({
          sku: "",
          title: "Gift card",
          price: "50.00",
          more: {
            gift_card: true,
            current_quantity: 1,
            fulfillable_quantity: 0,
            fulfillment_status: "fulfilled",
          },
        }),
      ],
      total: "50.00",
      more: { ...now("50.00", "0.00"), fulfillments: [fulfilled([{ id: 1, quantity: 1 }])] },
    }),
    lines: ["line_1: GIFT-CARD, 1 × 50, no tax"],
  },
  {
    title: "cash rounded at the counter changes no total",
    payload: order({
      items: [item({ price: "19.98" })],
      total: "19.98",
      more: {
        source_name: "pos",
        payment_gateway_names: ["cash"],
        total_cash_rounding_payment_adjustment_set: both("0.02", "EUR"),
      },
    }),
    lines: ["line_1: SH-1, 1 × 19.98, no tax"],
  },
];
