/** Orders, their people and their refunds in the shapes of the GraphQL schema. */
import { connection, type PageArguments } from "./connection.ts";
import { fulfillmentOrderView, fulfillmentView } from "./fulfillment-views.ts";
import { gid } from "./ids.ts";
import { discountView, lineView, shippingLineView, taxLineViews } from "./order-line-views.ts";
import type { Order, RefundPayload } from "./order-shapes.ts";
import type { Shop } from "./shop.ts";
import { attributeViews, enumView, moneyView, shopMoneyView, timeView } from "./value-views.ts";
import { locationView } from "./views.ts";

type Json = Record<string, unknown>;

const position = ({ id }: { id?: unknown }): string => String(id).padStart(20, "0");

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Order */
export function orderView(shop: Shop, order: Order): Record<string, unknown> {
  const { payload } = order;
  const status = payload.fulfillment_status;
  const location = shop.stock.location(String(payload.location_id));
  return {
    __typename: "Order",
    id: gid("Order", order.id),
    legacyResourceId: order.id,
    name: payload.name,
    number: payload.order_number,
    createdAt: timeView(payload.created_at),
    updatedAt: timeView(payload.updated_at),
    processedAt: timeView(payload.processed_at),
    closedAt: timeView(payload.closed_at),
    cancelledAt: timeView(payload.cancelled_at),
    cancelReason: enumView(payload.cancel_reason),
    test: payload.test,
    confirmed: payload.confirmed,
    tags: String(payload.tags)
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ""),
    sourceName: payload.source_name,
    sourceIdentifier: payload.source_identifier,
    poNumber: payload.po_number,
    confirmationNumber: payload.confirmation_number,
    statusPageUrl: payload.order_status_url,
    customerLocale: payload.customer_locale,
    note: payload.note,
    customAttributes: attributeViews(payload.note_attributes),
    email: payload.email,
    phone: payload.phone,
    currencyCode: payload.currency,
    presentmentCurrencyCode: payload.presentment_currency,
    taxesIncluded: payload.taxes_included,
    taxExempt: payload.tax_exempt,
    estimatedTaxes: payload.estimated_taxes,
    dutiesIncluded: payload.duties_included,
    paymentGatewayNames: payload.payment_gateway_names,
    displayFinancialStatus: enumView(payload.financial_status),
    displayFulfillmentStatus:
      status === "fulfilled" ? "FULFILLED" : status === "partial" ? "PARTIALLY_FULFILLED" : "UNFULFILLED",
    totalPriceSet: moneyView(payload.total_price_set),
    totalTaxSet: moneyView(payload.total_tax_set),
    subtotalPriceSet: moneyView(payload.subtotal_price_set),
    totalDiscountsSet: moneyView(payload.total_discounts_set),
    totalShippingPriceSet: moneyView(payload.total_shipping_price_set),
    currentTotalPriceSet: moneyView(payload.current_total_price_set),
    currentTotalTaxSet: moneyView(payload.current_total_tax_set),
    currentSubtotalPriceSet: moneyView(payload.current_subtotal_price_set),
    totalOutstandingSet: shopMoneyView(payload.total_outstanding, payload.currency),
    totalTipReceivedSet: shopMoneyView(payload.total_tip_received, payload.currency),
    originalTotalDutiesSet: moneyView(payload.original_total_duties_set),
    originalTotalAdditionalFeesSet: moneyView(payload.original_total_additional_fees_set),
    taxLines: taxLineViews(payload.tax_lines),
    retailLocation: location ? locationView(location) : null,
    // What a visit was is not told in webhooks but for its landing page.
    customerJourneySummary: payload.landing_site
      ? { firstVisit: null, lastVisit: { landingPage: `https://${shop.domain}${payload.landing_site}` } }
      : null,
    customer: payload.customer ? customerView(payload.customer as Json) : null,
    billingAddress: payload.billing_address ? addressView(payload.billing_address as Json) : null,
    shippingAddress: payload.shipping_address ? addressView(payload.shipping_address as Json) : null,
    discountApplications: (page: PageArguments) =>
      connection(
        (payload.discount_applications as Json[]).map((_, index) => index),
        page,
        (index) => discountView(order, index),
        (index) => String(index).padStart(4, "0"),
      ),
    fulfillments: ({ first }: PageArguments) =>
      order.fulfillments.slice(0, first ?? undefined).map((one) => fulfillmentView(shop, one)),
    refunds: ({ first }: PageArguments) =>
      payload.refunds.slice(0, first ?? undefined).map((one) => refundView(shop, order, one)),
    fulfillmentOrders: (page: PageArguments) =>
      connection(
        order.fulfillmentOrders,
        page,
        (one) => fulfillmentOrderView(shop, one),
        (one) => one.id,
      ),
    lineItems: (page: PageArguments) =>
      connection(payload.line_items, page, (line) => lineView(shop, order, line), position),
    shippingLines: (page: PageArguments) =>
      connection(payload.shipping_lines as Json[], page, (line) => shippingLineView(order, line), position),
  };
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Customer */
function customerView(customer: Json) {
  const contact = (value: unknown, field: string) => (value ? { [field]: value } : null);
  return {
    __typename: "Customer",
    id: customer.admin_graphql_api_id,
    legacyResourceId: String(customer.id),
    firstName: customer.first_name,
    lastName: customer.last_name,
    note: customer.note,
    taxExempt: customer.tax_exempt,
    taxExemptions: customer.tax_exemptions ?? [],
    createdAt: timeView(customer.created_at),
    updatedAt: timeView(customer.updated_at),
    defaultEmailAddress: contact(customer.email, "emailAddress"),
    defaultPhoneNumber: contact(customer.phone, "phoneNumber"),
    defaultAddress: customer.default_address ? addressView(customer.default_address as Json) : null,
  };
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/MailingAddress */
function addressView(address: Json) {
  return {
    __typename: "MailingAddress",
    firstName: address.first_name,
    lastName: address.last_name,
    name: address.name,
    company: address.company,
    address1: address.address1,
    address2: address.address2,
    city: address.city,
    zip: address.zip,
    province: address.province,
    provinceCode: address.province_code,
    country: address.country,
    countryCodeV2: address.country_code,
    phone: address.phone,
    latitude: address.latitude ?? null,
    longitude: address.longitude ?? null,
  };
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Refund */
export function refundView(shop: Shop, order: Order, refund: RefundPayload): Record<string, unknown> {
  return {
    __typename: "Refund",
    id: refund.admin_graphql_api_id,
    legacyResourceId: String(refund.id),
    createdAt: timeView(refund.created_at),
    updatedAt: timeView(refund.created_at),
    note: refund.note,
    order: () => orderView(shop, order),
    duties: ((refund.duties ?? []) as Json[]).map((duty) => ({ amountSet: moneyView(duty.amount_set) })),
    refundLineItems: (page: PageArguments) =>
      connection(
        refund.refund_line_items,
        page,
        (one) => {
          const line = order.payload.line_items.find(({ id }) => id === one.line_item_id)!;
          const location = shop.stock.location(String(one.location_id));
          return {
            __typename: "RefundLineItem",
            id: gid("RefundLineItem", String(one.id)),
            lineItem: lineView(shop, order, line),
            quantity: one.quantity,
            restockType: enumView(one.restock_type),
            location: location ? locationView(location) : null,
            subtotalSet: moneyView(one.subtotal_set),
            totalTaxSet: moneyView(one.total_tax_set),
          };
        },
        position,
      ),
    refundShippingLines: (page: PageArguments) =>
      connection(
        refund.refund_shipping_lines as Json[],
        page,
        (one) => ({
          id: gid("RefundShippingLine", String(one.id)),
          shippingLine: shippingLineView(order, one.shipping_line as Json),
          subtotalAmountSet: moneyView(one.subtotal_amount_set),
          taxAmountSet: moneyView(one.tax_amount_set),
        }),
        position,
      ),
    orderAdjustments: (page: PageArguments) =>
      connection(
        refund.order_adjustments as Json[],
        page,
        (one) => ({
          id: gid("OrderAdjustment", String(one.id)),
          reason: enumView(one.kind),
          amountSet: moneyView(one.amount_set),
          taxAmountSet: moneyView(one.tax_amount_set),
        }),
        position,
      ),
    transactions: (page: PageArguments) =>
      connection(
        refund.transactions,
        page,
        (one) => ({
          id: gid("OrderTransaction", String(one.id)),
          kind: enumView(one.kind),
          status: enumView(one.status),
          gateway: one.gateway,
          amountSet: moneyView(one.amount_set),
          createdAt: timeView(one.created_at),
          processedAt: timeView(one.processed_at),
        }),
        position,
      ),
  };
}
