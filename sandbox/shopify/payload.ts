// Field names and shapes as in Shopify's order webhook: https://shopify.dev/docs/api/webhooks/2026-10?reference=toml#list-of-topics-orders/create
import { createHash } from "node:crypto";
import { type Decimal, zero } from "../../src/money.ts";
import { shopCurrency } from "./markets.ts";
import { moneySet, type OrderFacts } from "./order-facts.ts";
import { discountApplication, discountCodes } from "./payload-discounts.ts";
import { grams, lineItem, shippingLine, taxLines, tipLine } from "./payload-lines.ts";
import type { Address } from "./people.ts";
import type { PricedCart } from "./pricing.ts";

/** Ids are BigInts here; exactJson writes them as the bare numerals they are. */
export function orderPayload(facts: OrderFacts): Record<string, unknown> {
  const { cart, shop, presentment, id, number, random, buyer } = facts;
  const money = (of: (priced: PricedCart) => Decimal) => moneySet(of(shop), of(presentment), presentment);
  const token = createHash("md5").update(`order ${id}`).digest("hex");
  const pos = facts.location !== null;
  const paid = pos || random.chance(0.9);
  const nothing = money(() => zero);
  const hasDuties = shop.duties.gt(0);
  const lines = cart.lines.map((line, at) =>
    lineItem(facts, line, shop.lines[at]!, presentment.lines[at]!, id + BigInt(at + 1)),
  );
  if (cart.tip && !pos) lines.push(tipLine(facts, id + 90n));

  return {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    app_id: pos ? 129785 : 580111,
    browser_ip: pos ? null : "192.0.2.17",
    buyer_accepts_marketing: random.chance(0.4),
    cancel_reason: null,
    cancelled_at: null,
    cart_token: pos ? null : `hW${token.slice(0, 22)}`,
    checkout_id: 38_000_000_000_000n + BigInt(number),
    checkout_token: token,
    client_details: {
      accept_language: "en-US",
      browser_height: null,
      browser_ip: "192.0.2.17",
      browser_width: null,
      session_hash: null,
      user_agent: "Mozilla/5.0 (Sandbox)",
    },
    closed_at: null,
    company: null,
    confirmation_number: token.slice(0, 9).toUpperCase(),
    confirmed: true,
    contact_email: buyer.email,
    created_at: facts.createdAt,
    currency: shopCurrency,
    current_shipping_price_set: money((priced) => priced.discountedShipping),
    current_subtotal_price: shop.subtotal.toFixed(shop.digits),
    current_subtotal_price_set: money((priced) => priced.subtotal),
    current_total_additional_fees_set: null,
    current_total_discounts: shop.discountTotal.toFixed(shop.digits),
    current_total_discounts_set: money((priced) => priced.discountTotal),
    current_total_duties_set: hasDuties ? money((priced) => priced.duties) : null,
    current_total_price: shop.total.toFixed(shop.digits),
    current_total_price_set: money((priced) => priced.total),
    current_total_tax: shop.taxTotal.toFixed(shop.digits),
    current_total_tax_set: money((priced) => priced.taxTotal),
    customer_locale: "en",
    device_id: pos ? 7 : null,
    discount_codes: discountCodes(cart, shop),
    duties_included: false,
    email: buyer.email,
    estimated_taxes: false,
    financial_status: paid ? "paid" : random.pick(["pending", "authorized"]),
    fulfillment_status: null,
    landing_site: pos ? null : "/",
    landing_site_ref: null,
    location_id: facts.location ? BigInt(facts.location.id) : null,
    merchant_business_entity_id: "MTAwMDAwMDAwMDAx",
    merchant_of_record_app_id: null,
    name: `#${number}`,
    note: random.chance(0.1) ? 'Please leave it behind the green bin. "Thanks" — 架空\nSecond line' : null,
    note_attributes: random.chance(0.08) ? [{ name: "delivery-date", value: "2026-11-30" }] : [],
    number: number - 1000,
    order_number: number,
    order_status_url: `https://holdfast-outdoor.example.com/1/orders/${token}/authenticate?key=none`,
    original_total_additional_fees_set: null,
    original_total_duties_set: hasDuties ? money((priced) => priced.duties) : null,
    payment_gateway_names: paid ? [pos ? "cash" : random.pick(["shopify_payments", "paypal"])] : ["manual"],
    payment_terms: null,
    phone: buyer.phone,
    po_number: null,
    presentment_currency: presentment.currency,
    processed_at: facts.createdAt,
    reference: null,
    referring_site: null,
    source_identifier: null,
    source_name: pos ? "pos" : "web",
    source_url: null,
    subtotal_price: shop.subtotal.toFixed(shop.digits),
    subtotal_price_set: money((priced) => priced.subtotal),
    tags: random.chance(0.15) ? "flash-sale, vip" : "",
    tax_exempt: false,
    tax_lines: taxLines(shop.taxes, presentment.taxes, presentment),
    taxes_included: cart.taxesIncluded,
    test: false,
    token,
    total_cash_rounding_payment_adjustment_set: nothing,
    total_cash_rounding_refund_adjustment_set: nothing,
    total_discounts: shop.discountTotal.toFixed(shop.digits),
    total_discounts_set: money((priced) => priced.discountTotal),
    total_line_items_price: shop.linesTotal.toFixed(shop.digits),
    total_line_items_price_set: money((priced) => priced.linesTotal),
    total_outstanding: paid ? "0.00" : shop.total.toFixed(shop.digits),
    total_price: shop.total.toFixed(shop.digits),
    total_price_set: money((priced) => priced.total),
    total_shipping_price_set: money((priced) => priced.shippingTotal),
    total_tax: shop.taxTotal.toFixed(shop.digits),
    total_tax_set: money((priced) => priced.taxTotal),
    total_tip_received: shop.tip.toFixed(shop.digits),
    total_weight: cart.lines.reduce((weight, line) => weight + grams(line) * line.quantity, 0),
    updated_at: facts.createdAt,
    user_id: pos ? 802_000_001 : null,
    billing_address: pos && facts.guest ? null : located(facts.billing),
    customer: facts.guest ? null : customer(facts),
    discount_applications: cart.discounts.map(discountApplication),
    fulfillments: [],
    line_item_groups: [],
    line_items: lines,
    refunds: [],
    returns: [],
    shipping_address: facts.shipping && located(facts.shipping),
    shipping_lines: cart.shipping ? [shippingLine(facts, cart.shipping)] : [],
  };
}

function customer(facts: OrderFacts) {
  const { buyer, billing } = facts;
  const id = 9_100_000_000_000_000n + BigInt(buyer.number);
  return {
    id,
    created_at: "2026-03-01T10:00:00-05:00",
    updated_at: facts.createdAt,
    first_name: buyer.firstName,
    last_name: buyer.lastName,
    state: "disabled",
    note: null,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    email: buyer.email,
    phone: buyer.phone,
    currency: shopCurrency,
    tax_exemptions: [],
    admin_graphql_api_id: `gid://shopify/Customer/${id}`,
    default_address: {
      id: id + 500_000n,
      customer_id: id,
      ...billing,
      country_name: billing.country,
      default: true,
    },
  };
}

function located(address: Address) {
  return { ...address, latitude: null, longitude: null };
}
