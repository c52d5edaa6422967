import type { AdminOperation } from "./admin.ts";

/** How many lines of an order, a refund or a fulfillment one query asks for: more would pass 1,000 points. */
export const linesAtOnce = 15;

const money = `fragment Money on MoneyBag {
  shopMoney { amount currencyCode }
  presentmentMoney { amount currencyCode }
}`;

const taxes = "title rate channelLiable priceSet { ...Money }";
const allocations = "allocatedAmountSet { ...Money } discountApplication { index }";

const line = `fragment Line on LineItem {
  id name title variantTitle vendor sku
  quantity currentQuantity unfulfilledQuantity nonFulfillableQuantity
  requiresShipping taxable isGiftCard
  customAttributes { key value }
  originalUnitPriceSet { ...Money }
  taxLines { ${taxes} }
  discountAllocations { ${allocations} }
  duties { id harmonizedSystemCode countryCodeOfOrigin price { ...Money } taxLines { ${taxes} } }
  lineItemGroup { id title }
  variant { id }
  product { id }
}`;

const shippingLine = `fragment Shipping on ShippingLine {
  id title code source isRemoved
  originalPriceSet { ...Money }
  discountedPriceSet { ...Money }
  taxLines { ${taxes} }
  discountAllocations { ${allocations} }
}`;

const address = `fragment Address on MailingAddress {
  firstName lastName name company address1 address2 city zip
  province provinceCode country countryCodeV2 phone latitude longitude
}`;

const page = "pageInfo { hasNextPage endCursor }";

/** What a change is known by: the order with its refunds and fulfillments, and when each changed. */
const change = `fragment Change on Order {
  id name createdAt updatedAt cancelledAt
  refunds { id createdAt }
  fulfillments { id name status updatedAt }
}`;

export const findOrdersOperation = (sortKey: "UPDATED_AT" | "CREATED_AT"): AdminOperation => ({
  name: "FindOrders",
  text: `query FindOrders($query: String!, $first: Int!, $after: String) {
  orders(query: $query, first: $first, after: $after, sortKey: ${sortKey}) {
    nodes { ...Change }
    ${page}
  }
}
${change}`,
  repeatable: true,
});

export const findOrdersByIdOperation: AdminOperation = {
  name: "FindOrdersById",
  text: `query FindOrdersById($ids: [ID!]!) {
  nodes(ids: $ids) { ...Change }
}
${change}`,
  repeatable: true,
};

export const readOrderOperation: AdminOperation = {
  name: "ReadOrder",
  text: `query ReadOrder($id: ID!, $lines: Int!) {
  order(id: $id) {
    ...Change
    number processedAt closedAt cancelReason test confirmed tags
    sourceName sourceIdentifier poNumber confirmationNumber statusPageUrl customerLocale
    note customAttributes { key value }
    email phone
    currencyCode presentmentCurrencyCode taxesIncluded taxExempt estimatedTaxes dutiesIncluded
    paymentGatewayNames displayFinancialStatus displayFulfillmentStatus
    totalPriceSet { ...Money }
    totalTaxSet { ...Money }
    subtotalPriceSet { ...Money }
    totalDiscountsSet { ...Money }
    totalShippingPriceSet { ...Money }
    currentTotalPriceSet { ...Money }
    currentTotalTaxSet { ...Money }
    currentSubtotalPriceSet { ...Money }
    totalOutstandingSet { ...Money }
    totalTipReceivedSet { ...Money }
    originalTotalDutiesSet { ...Money }
    originalTotalAdditionalFeesSet { ...Money }
    taxLines { ${taxes} }
    retailLocation { id }
    customerJourneySummary { firstVisit { landingPage } lastVisit { landingPage } }
    customer {
      id firstName lastName note taxExempt taxExemptions createdAt updatedAt
      defaultEmailAddress { emailAddress }
      defaultPhoneNumber { phoneNumber }
      defaultAddress { ...Address }
    }
    billingAddress { ...Address }
    shippingAddress { ...Address }
    discountApplications(first: 20) {
      nodes {
        __typename index allocationMethod targetSelection targetType
        value { ... on MoneyV2 { amount currencyCode } ... on PricingPercentageValue { percentage } }
        ... on AutomaticDiscountApplication { title }
        ... on DiscountCodeApplication { code }
        ... on ManualDiscountApplication { title description }
        ... on ScriptDiscountApplication { title }
      }
      ${page}
    }
    lineItems(first: $lines) { nodes { ...Line } ${page} }
    shippingLines(first: 5) { nodes { ...Shipping } ${page} }
  }
}
${[change, money, address, line, shippingLine].join("\n")}`,
  repeatable: true,
};

export const readOrderLinesOperation: AdminOperation = {
  name: "ReadOrderLines",
  text: `query ReadOrderLines($id: ID!, $lines: Int!, $after: String) {
  order(id: $id) {
    updatedAt
    lineItems(first: $lines, after: $after) { nodes { ...Line } ${page} }
  }
}
${[money, line].join("\n")}`,
  repeatable: true,
};

export const readRefundOperation: AdminOperation = {
  name: "ReadRefund",
  text: `query ReadRefund($id: ID!, $lines: Int!, $after: String) {
  refund(id: $id) {
    id createdAt note
    order { updatedAt }
    duties { amountSet { ...Money } }
    refundLineItems(first: $lines, after: $after) {
      nodes {
        id quantity restockType
        lineItem { id }
        location { id }
        subtotalSet { ...Money }
        totalTaxSet { ...Money }
      }
      ${page}
    }
    refundShippingLines(first: 5) {
      nodes {
        id
        shippingLine { ...Shipping }
        subtotalAmountSet { ...Money }
        taxAmountSet { ...Money }
      }
      ${page}
    }
    orderAdjustments(first: 10) {
      nodes { id reason amountSet { ...Money } taxAmountSet { ...Money } }
      ${page}
    }
    transactions(first: 10) {
      nodes { id kind status gateway createdAt processedAt amountSet { ...Money } }
      ${page}
    }
  }
}
${[money, shippingLine].join("\n")}`,
  repeatable: true,
};

export const readFulfillmentOperation: AdminOperation = {
  name: "ReadFulfillment",
  text: `query ReadFulfillment($id: ID!, $lines: Int!, $after: String) {
  fulfillment(id: $id) {
    id name status createdAt updatedAt
    order { updatedAt }
    location { id }
    trackingInfo(first: 20) { company number url }
    fulfillmentLineItems(first: $lines, after: $after) {
      nodes { quantity lineItem { id } }
      ${page}
    }
  }
}`,
  repeatable: true,
};
