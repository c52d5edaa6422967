/** What the queries of order-reader answer: https://shopify.dev/docs/api/admin-graphql/2026-10/objects/Order */

export interface Page<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface MoneyNode {
  amount: string;
  currencyCode: string;
}

export interface MoneyBag {
  shopMoney: MoneyNode;
  presentmentMoney: MoneyNode;
}

export interface RefundMark {
  id: string;
  createdAt: string | null;
}

export interface FulfillmentMark {
  id: string;
  name: string;
  status: string;
  updatedAt: string;
}

/** An order as far as it takes to see whether a change of it arrived. */
export interface OrderChange {
  id: string;
  name: string;
  createdAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  refunds: RefundMark[];
  fulfillments: FulfillmentMark[];
}

export interface TaxLineNode {
  title: string;
  rate: number | null;
  channelLiable: boolean | null;
  priceSet: MoneyBag;
}

export interface AllocationNode {
  allocatedAmountSet: MoneyBag;
  discountApplication: { index: number };
}

interface Attribute {
  key: string;
  value: string | null;
}

export interface LineNode {
  id: string;
  name: string;
  title: string;
  variantTitle: string | null;
  vendor: string | null;
  sku: string | null;
  quantity: number;
  currentQuantity: number;
  unfulfilledQuantity: number;
  nonFulfillableQuantity: number;
  requiresShipping: boolean;
  taxable: boolean;
  isGiftCard: boolean;
  customAttributes: Attribute[];
  originalUnitPriceSet: MoneyBag;
  taxLines: TaxLineNode[];
  discountAllocations: AllocationNode[];
  duties: {
    id: string;
    harmonizedSystemCode: string | null;
    countryCodeOfOrigin: string | null;
    price: MoneyBag;
    taxLines: TaxLineNode[];
  }[];
  lineItemGroup: { id: string; title: string } | null;
  variant: { id: string } | null;
  product: { id: string } | null;
}

export interface ShippingNode {
  id: string | null;
  title: string;
  code: string | null;
  source: string | null;
  isRemoved: boolean;
  originalPriceSet: MoneyBag;
  discountedPriceSet: MoneyBag;
  taxLines: TaxLineNode[];
  discountAllocations: AllocationNode[];
}

export interface AddressNode {
  firstName: string | null;
  lastName: string | null;
  name: string | null;
  company: string | null;
  address1: string | null;
  address2: string | null;
  city: string | null;
  zip: string | null;
  province: string | null;
  provinceCode: string | null;
  country: string | null;
  countryCodeV2: string | null;
  phone: string | null;
  latitude: number | null;
  longitude: number | null;
}

export interface CustomerNode {
  id: string;
  firstName: string | null;
  lastName: string | null;
  note: string | null;
  taxExempt: boolean;
  taxExemptions: string[];
  createdAt: string;
  updatedAt: string;
  defaultEmailAddress: { emailAddress: string } | null;
  defaultPhoneNumber: { phoneNumber: string } | null;
  defaultAddress: AddressNode | null;
}

export interface DiscountNode {
  __typename: string;
  index: number;
  allocationMethod: string;
  targetSelection: string;
  targetType: string;
  value: { percentage: number } | MoneyNode;
  title?: string;
  code?: string;
  description?: string | null;
}

export interface OrderNode extends OrderChange {
  number: number;
  processedAt: string;
  closedAt: string | null;
  cancelReason: string | null;
  test: boolean;
  confirmed: boolean;
  tags: string[];
  sourceName: string | null;
  sourceIdentifier: string | null;
  poNumber: string | null;
  confirmationNumber: string | null;
  statusPageUrl: string;
  customerLocale: string | null;
  note: string | null;
  customAttributes: Attribute[];
  email: string | null;
  phone: string | null;
  currencyCode: string;
  presentmentCurrencyCode: string;
  taxesIncluded: boolean;
  taxExempt: boolean;
  estimatedTaxes: boolean;
  dutiesIncluded: boolean;
  paymentGatewayNames: string[];
  displayFinancialStatus: string | null;
  displayFulfillmentStatus: string;
  totalPriceSet: MoneyBag;
  totalTaxSet: MoneyBag | null;
  subtotalPriceSet: MoneyBag | null;
  totalDiscountsSet: MoneyBag | null;
  totalShippingPriceSet: MoneyBag;
  currentTotalPriceSet: MoneyBag;
  currentTotalTaxSet: MoneyBag;
  currentSubtotalPriceSet: MoneyBag;
  totalOutstandingSet: MoneyBag;
  totalTipReceivedSet: MoneyBag;
  originalTotalDutiesSet: MoneyBag | null;
  originalTotalAdditionalFeesSet: MoneyBag | null;
  taxLines: TaxLineNode[];
  retailLocation: { id: string } | null;
  customerJourneySummary: {
    firstVisit: { landingPage: string | null } | null;
    lastVisit: { landingPage: string | null } | null;
  } | null;
  customer: CustomerNode | null;
  billingAddress: AddressNode | null;
  shippingAddress: AddressNode | null;
  discountApplications: Page<DiscountNode>;
  lineItems: Page<LineNode>;
  shippingLines: Page<ShippingNode>;
}

export interface RefundNode {
  id: string;
  createdAt: string | null;
  note: string | null;
  order: { updatedAt: string };
  duties: { amountSet: MoneyBag }[] | null;
  refundLineItems: Page<{
    id: string | null;
    quantity: number;
    restockType: string;
    lineItem: { id: string };
    location: { id: string } | null;
    subtotalSet: MoneyBag;
    totalTaxSet: MoneyBag;
  }>;
  refundShippingLines: Page<{
    id: string;
    shippingLine: ShippingNode;
    subtotalAmountSet: MoneyBag;
    taxAmountSet: MoneyBag;
  }>;
  orderAdjustments: Page<{
    id: string;
    reason: string | null;
    amountSet: MoneyBag;
    taxAmountSet: MoneyBag;
  }>;
  transactions: Page<{
    id: string;
    kind: string;
    status: string;
    gateway: string | null;
    createdAt: string;
    processedAt: string | null;
    amountSet: MoneyBag;
  }>;
}

export interface FulfillmentNode {
  id: string;
  name: string;
  status: string;
  createdAt: string;
  updatedAt: string;
  order: { updatedAt: string };
  location: { id: string } | null;
  trackingInfo: { company: string | null; number: string | null; url: string | null }[];
  fulfillmentLineItems: Page<{ quantity: number | null; lineItem: { id: string } }>;
}

/** An order as it was at one moment, every line of it. */
export interface WholeOrder {
  order: OrderNode;
  lines: LineNode[];
  refunds: RefundNode[];
  fulfillments: FulfillmentNode[];
}
