import { decimal, sum } from "../money.ts";
import {
  discountApplications,
  discountCodes,
  lineGroups,
  linePayloads,
  shippingPayload,
  taxLines,
  type WebhookLine,
} from "./order-reader-lines.ts";
import type {
  AddressNode,
  CustomerNode,
  FulfillmentNode,
  OrderNode,
  RefundNode,
  WholeOrder,
} from "./order-reader-shapes.ts";
import {
  amountOf,
  amountText,
  lowerCase,
  moneySet,
  namedValues,
  optionalId,
  priced,
  webhookId,
} from "./order-reader-values.ts";

/** The bodies that webhooks of an order, its refunds and its fulfillments would have now. */
export interface OrderPayloads {
  order: Record<string, unknown>;
  /** By GID. */
  refunds: Map<string, Record<string, unknown>>;
  fulfillments: Map<string, Record<string, unknown>>;
}

/**
 * An order as the Admin API tells it, in the shape of the orders/* webhooks, so that the same mapping reads both.
 * Pure. What webhooks say and the Admin API doesn't (browser, cart, checkout) is left out; times are in UTC.
 * https://shopify.dev/docs/api/webhooks/2026-10?reference=toml#list-of-topics-orders/create
 */
export function orderPayloads(whole: WholeOrder): OrderPayloads {
  const { order } = whole;
  const lines = linePayloads(whole);
  const refunds = new Map(whole.refunds.map((one) => [one.id, refundPayload(one, order, lines)]));
  const fulfillments = new Map(
    whole.fulfillments.map((one) => [one.id, fulfillmentPayload(one, order, lines)]),
  );
  return {
    refunds,
    fulfillments,
    order: {
      ...orderHead(order),
      ...orderMoney(whole),
      billing_address: addressPayload(order.billingAddress),
      customer: order.customer === null ? null : customerPayload(order.customer, order.currencyCode),
      discount_applications: discountApplications(order),
      discount_codes: discountCodes(whole),
      fulfillments: [...fulfillments.values()],
      line_item_groups: lineGroups(whole.lines),
      line_items: [...lines.values()],
      refunds: [...refunds.values()],
      shipping_address: addressPayload(order.shippingAddress),
      shipping_lines: order.shippingLines.nodes.map(shippingPayload),
    },
  };
}

const fulfillmentStatus: Record<string, string | null> = {
  FULFILLED: "fulfilled",
  PARTIALLY_FULFILLED: "partial",
  RESTOCKED: "restocked",
};

function orderHead(order: OrderNode): Record<string, unknown> {
  return {
    id: webhookId(order.id),
    admin_graphql_api_id: order.id,
    cancel_reason: lowerCase(order.cancelReason),
    cancelled_at: order.cancelledAt,
    closed_at: order.closedAt,
    confirmation_number: order.confirmationNumber,
    confirmed: order.confirmed,
    contact_email: order.email,
    created_at: order.createdAt,
    customer_locale: order.customerLocale,
    duties_included: order.dutiesIncluded,
    email: order.email,
    estimated_taxes: order.estimatedTaxes,
    financial_status: lowerCase(order.displayFinancialStatus),
    fulfillment_status: fulfillmentStatus[order.displayFulfillmentStatus] ?? null,
    landing_site: landingSite(order),
    location_id: optionalId(order.retailLocation),
    name: order.name,
    note: order.note,
    note_attributes: namedValues(order.customAttributes),
    order_number: order.number,
    order_status_url: order.statusPageUrl,
    payment_gateway_names: order.paymentGatewayNames,
    phone: order.phone,
    po_number: order.poNumber,
    processed_at: order.processedAt,
    source_identifier: order.sourceIdentifier,
    source_name: order.sourceName,
    tags: order.tags.join(", "),
    tax_exempt: order.taxExempt,
    test: order.test,
    updated_at: order.updatedAt,
  };
}

function orderMoney({ order, lines }: WholeOrder): Record<string, unknown> {
  const linesTotal = sum(
    lines.map((line) => decimal(line.originalUnitPriceSet.shopMoney.amount).times(line.quantity)),
  );
  return {
    currency: order.currencyCode,
    presentment_currency: order.presentmentCurrencyCode,
    taxes_included: order.taxesIncluded,
    ...priced("total_price", order.totalPriceSet),
    ...priced("total_tax", order.totalTaxSet),
    ...priced("subtotal_price", order.subtotalPriceSet),
    ...priced("total_discounts", order.totalDiscountsSet),
    ...priced("current_total_price", order.currentTotalPriceSet),
    ...priced("current_total_tax", order.currentTotalTaxSet),
    ...priced("current_subtotal_price", order.currentSubtotalPriceSet),
    total_line_items_price: amountText(linesTotal, order.currencyCode),
    total_shipping_price_set: moneySet(order.totalShippingPriceSet),
    total_outstanding: amountOf(order.totalOutstandingSet.shopMoney),
    total_tip_received: amountOf(order.totalTipReceivedSet.shopMoney),
    original_total_duties_set: moneySet(order.originalTotalDutiesSet),
    original_total_additional_fees_set: moneySet(order.originalTotalAdditionalFeesSet),
    tax_lines: taxLines(order.taxLines),
  };
}

/** Path and query of the page that a buyer came in by. */
function landingSite({ customerJourneySummary: journey }: OrderNode): string | null {
  const page = journey?.lastVisit?.landingPage ?? journey?.firstVisit?.landingPage;
  if (!page) return null;
  const url = URL.parse(page);
  return url === null ? page : `${url.pathname}${url.search}`;
}

function addressPayload(address: AddressNode | null) {
  return address === null
    ? null
    : {
        first_name: address.firstName,
        last_name: address.lastName,
        name: address.name,
        company: address.company,
        address1: address.address1,
        address2: address.address2,
        city: address.city,
        zip: address.zip,
        province: address.province,
        province_code: address.provinceCode,
        country: address.country,
        country_code: address.countryCodeV2,
        phone: address.phone,
        latitude: address.latitude,
        longitude: address.longitude,
      };
}

function customerPayload(customer: CustomerNode, currency: string) {
  return {
    id: webhookId(customer.id),
    admin_graphql_api_id: customer.id,
    created_at: customer.createdAt,
    updated_at: customer.updatedAt,
    first_name: customer.firstName,
    last_name: customer.lastName,
    note: customer.note,
    tax_exempt: customer.taxExempt,
    tax_exemptions: customer.taxExemptions,
    email: customer.defaultEmailAddress?.emailAddress ?? null,
    phone: customer.defaultPhoneNumber?.phoneNumber ?? null,
    currency,
    default_address: addressPayload(customer.defaultAddress),
  };
}

function refundPayload(
  refund: RefundNode,
  order: OrderNode,
  lines: ReadonlyMap<string, WebhookLine>,
): Record<string, unknown> {
  const duties = refund.duties ?? [];
  return {
    id: webhookId(refund.id),
    admin_graphql_api_id: refund.id,
    order_id: webhookId(order.id),
    created_at: refund.createdAt,
    processed_at: refund.createdAt,
    note: refund.note,
    ...(duties.length > 0 && { total_duties_set: dutiesTotal(refund) }),
    refund_line_items: refund.refundLineItems.nodes.map((one, at) => ({
      id: one.id === null ? `${at + 1}` : webhookId(one.id),
      line_item_id: webhookId(one.lineItem.id),
      line_item: lines.get(one.lineItem.id) ?? null,
      quantity: one.quantity,
      restock_type: lowerCase(one.restockType),
      location_id: optionalId(one.location),
      subtotal: Number(one.subtotalSet.shopMoney.amount),
      subtotal_set: moneySet(one.subtotalSet),
      total_tax: Number(one.totalTaxSet.shopMoney.amount),
      total_tax_set: moneySet(one.totalTaxSet),
    })),
    refund_shipping_lines: refund.refundShippingLines.nodes.map((one) => ({
      id: webhookId(one.id),
      shipping_line: shippingPayload(one.shippingLine),
      subtotal_amount_set: moneySet(one.subtotalAmountSet),
      tax_amount_set: moneySet(one.taxAmountSet),
    })),
    // Shipping is refunded in lines of its own here, so what is left are differences.
    order_adjustments: refund.orderAdjustments.nodes.map((one) => ({
      id: webhookId(one.id),
      kind: "refund_discrepancy",
      reason: lowerCase(one.reason),
      ...priced("amount", one.amountSet),
      ...priced("tax_amount", one.taxAmountSet),
    })),
    transactions: refund.transactions.nodes.map((one) => ({
      id: webhookId(one.id),
      kind: lowerCase(one.kind),
      status: lowerCase(one.status),
      gateway: one.gateway,
      amount: amountOf(one.amountSet.presentmentMoney),
      currency: one.amountSet.presentmentMoney.currencyCode,
      amount_set: moneySet(one.amountSet),
      created_at: one.createdAt,
      processed_at: one.processedAt,
    })),
  };
}

function dutiesTotal({ duties }: RefundNode) {
  const total = (side: "shopMoney" | "presentmentMoney") => {
    const amounts = duties!.map(({ amountSet }) => amountSet[side]);
    const { currencyCode } = amounts[0]!;
    return { amount: sum(amounts.map(({ amount }) => decimal(amount))).toFixed(), currencyCode };
  };
  return moneySet({ shopMoney: total("shopMoney"), presentmentMoney: total("presentmentMoney") });
}

function fulfillmentPayload(
  fulfillment: FulfillmentNode,
  order: OrderNode,
  lines: ReadonlyMap<string, WebhookLine>,
): Record<string, unknown> {
  const { trackingInfo } = fulfillment;
  const numbers = trackingInfo.flatMap(({ number }) => number ?? []);
  const urls = trackingInfo.flatMap(({ url }) => url ?? []);
  return {
    id: webhookId(fulfillment.id),
    admin_graphql_api_id: fulfillment.id,
    order_id: webhookId(order.id),
    name: fulfillment.name,
    status: lowerCase(fulfillment.status),
    created_at: fulfillment.createdAt,
    updated_at: fulfillment.updatedAt,
    location_id: optionalId(fulfillment.location),
    tracking_company: trackingInfo.find(({ company }) => company !== null)?.company ?? null,
    tracking_number: numbers[0] ?? null,
    tracking_numbers: numbers,
    tracking_url: urls[0] ?? null,
    tracking_urls: urls,
    line_items: fulfillment.fulfillmentLineItems.nodes.map(({ quantity, lineItem }) => ({
      ...lines.get(lineItem.id),
      id: webhookId(lineItem.id),
      quantity: quantity ?? 0,
    })),
  };
}
