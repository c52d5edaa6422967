import { type Decimal, decimal, sum } from "../money.ts";
import type {
  AllocationNode,
  DiscountNode,
  LineNode,
  OrderNode,
  ShippingNode,
  TaxLineNode,
  WholeOrder,
} from "./order-reader-shapes.ts";
import {
  amountText,
  lowerCase,
  moneySet,
  namedValues,
  optionalId,
  priced,
  webhookId,
} from "./order-reader-values.ts";

export type WebhookLine = Record<string, unknown> & { id: number | string; quantity: number };

/** Every line of an order by its GID, as webhooks tell it. */
export function linePayloads(whole: WholeOrder): Map<string, WebhookLine> {
  const tip = tipLine(whole);
  const shipped = shippedUnits(whole);
  return new Map(
    whole.lines.map((line) => [line.id, linePayload(line, shipped.get(line.id) ?? 0, line === tip)]),
  );
}

function linePayload(line: LineNode, shipped: number, isTip: boolean): WebhookLine {
  return {
    id: webhookId(line.id),
    admin_graphql_api_id: line.id,
    current_quantity: line.currentQuantity,
    fulfillable_quantity: line.unfulfilledQuantity,
    fulfillment_status: shipped === 0 ? null : line.unfulfilledQuantity === 0 ? "fulfilled" : "partial",
    gift_card: line.isGiftCard,
    name: line.name,
    ...priced("price", line.originalUnitPriceSet),
    product_exists: line.product !== null,
    product_id: optionalId(line.product),
    properties: namedValues(line.customAttributes),
    quantity: line.quantity,
    requires_shipping: line.requiresShipping,
    sales_line_item_group_id: optionalId(line.lineItemGroup),
    sku: line.sku,
    taxable: line.taxable,
    title: line.title,
    variant_id: optionalId(line.variant),
    variant_title: line.variantTitle,
    vendor: line.vendor,
    tax_lines: taxLines(line.taxLines),
    duties: line.duties.map((duty) => ({
      id: String(webhookId(duty.id)),
      admin_graphql_api_id: duty.id,
      country_code_of_origin: duty.countryCodeOfOrigin,
      harmonized_system_code: duty.harmonizedSystemCode,
      ...moneySet(duty.price),
      tax_lines: taxLines(duty.taxLines),
    })),
    discount_allocations: allocations(line.discountAllocations),
    // "Present only on tips"; the Admin API does not tell the gateway: https://shopify.dev/docs/api/admin-rest/2026-10/resources/order#resource-object
    ...(isTip && { tip_payment_gateway: null }),
  };
}

/**
 * The line that is a tip: the Admin API marks none, but an order tells how much was tipped, and a tip is a line without
 * a product that can't be fulfilled.
 */
function tipLine({ order, lines }: WholeOrder): LineNode | undefined {
  const tip = order.totalTipReceivedSet.shopMoney.amount;
  if (decimal(tip).eq(0)) return undefined;
  const may = lines.filter(
    (line) =>
      line.variant === null &&
      line.product === null &&
      !line.requiresShipping &&
      !line.isGiftCard &&
      line.quantity === 1 &&
      line.nonFulfillableQuantity === 1 &&
      decimal(line.originalUnitPriceSet.shopMoney.amount).eq(tip),
  );
  return may.find(({ title }) => title.trim().toLowerCase() === "tip") ?? may[0];
}

function shippedUnits({ fulfillments }: WholeOrder): Map<string, number> {
  const units = new Map<string, number>();
  for (const { status, fulfillmentLineItems } of fulfillments)
    if (status === "SUCCESS")
      for (const { lineItem, quantity } of fulfillmentLineItems.nodes)
        units.set(lineItem.id, (units.get(lineItem.id) ?? 0) + (quantity ?? 0));
  return units;
}

/** The bundles that lines of the order are parts of. */
export function lineGroups(lines: readonly LineNode[]) {
  const groups = new Map(
    lines.flatMap(({ lineItemGroup }) => lineItemGroup ?? []).map((one) => [one.id, one]),
  );
  return [...groups.values()].map(({ id, title }) => ({ id: webhookId(id), title }));
}

export function shippingPayload(line: ShippingNode) {
  return {
    id: line.id === null ? null : webhookId(line.id),
    code: line.code,
    ...priced("price", line.originalPriceSet),
    ...priced("discounted_price", line.discountedPriceSet),
    is_removed: line.isRemoved,
    source: line.source,
    title: line.title,
    tax_lines: taxLines(line.taxLines),
    discount_allocations: allocations(line.discountAllocations),
  };
}

export function taxLines(lines: readonly TaxLineNode[]) {
  return lines.map(({ title, rate, channelLiable, priceSet }) => ({
    channel_liable: channelLiable,
    ...priced("price", priceSet),
    rate: rate ?? 0,
    title,
  }));
}

function allocations(nodes: readonly AllocationNode[]) {
  return nodes.map(({ allocatedAmountSet, discountApplication }) => ({
    ...priced("amount", allocatedAmountSet),
    discount_application_index: discountApplication.index,
  }));
}

const discountTypes: Record<string, string> = {
  AutomaticDiscountApplication: "automatic",
  DiscountCodeApplication: "discount_code",
  ManualDiscountApplication: "manual",
  ScriptDiscountApplication: "script",
};

/** At the place that allocations name them by. */
export function discountApplications({ discountApplications: { nodes } }: OrderNode) {
  return nodes
    .toSorted((one, other) => one.index - other.index)
    .map((one) => ({
      target_type: lowerCase(one.targetType),
      type: discountTypes[one.__typename] ?? "automatic",
      value: discountValue(one),
      value_type: "percentage" in one.value ? "percentage" : "fixed_amount",
      allocation_method: lowerCase(one.allocationMethod),
      target_selection: lowerCase(one.targetSelection),
      ...(one.title !== undefined && { title: one.title }),
      ...(one.code !== undefined && { code: one.code }),
      ...(one.description !== undefined && { description: one.description }),
    }));
}

function discountValue({ value }: DiscountNode): string {
  if ("amount" in value) return value.amount;
  return Number.isInteger(value.percentage) ? `${value.percentage}.0` : String(value.percentage);
}

/** What each code took off, over all lines. */
export function discountCodes({ order, lines }: WholeOrder) {
  const all = [...lines, ...order.shippingLines.nodes].flatMap((line) => line.discountAllocations);
  return order.discountApplications.nodes.flatMap((one) => {
    if (one.code === undefined) return [];
    const amount: Decimal = sum(
      all
        .filter(({ discountApplication }) => discountApplication.index === one.index)
        .map(({ allocatedAmountSet }) => decimal(allocatedAmountSet.shopMoney.amount)),
    );
    const type =
      one.targetType === "SHIPPING_LINE"
        ? "shipping"
        : "percentage" in one.value
          ? "percentage"
          : "fixed_amount";
    return [{ code: one.code, amount: amountText(amount, order.currencyCode), type }];
  });
}
