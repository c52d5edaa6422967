/** An order's lines, shipping, taxes and discounts in the shapes of the GraphQL schema. */
import { gid } from "./ids.ts";
import type { LinePayload, Order } from "./order-shapes.ts";
import type { Shop } from "./shop.ts";
import { attributeViews, enumView, moneyView } from "./value-views.ts";
import { variantView } from "./views.ts";

type Json = Record<string, unknown>;

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/LineItem */
export function lineView(shop: Shop, order: Order, line: LinePayload): Record<string, unknown> {
  const item = line.variant_id === null ? undefined : shop.stock.itemOfVariant(String(line.variant_id));
  const isTip = "tip_payment_gateway" in line;
  return {
    __typename: "LineItem",
    id: gid("LineItem", String(line.id)),
    name: line.name,
    title: line.title,
    variantTitle: line.variant_title,
    vendor: line.vendor,
    sku: line.sku,
    quantity: line.quantity,
    currentQuantity: line.current_quantity,
    unfulfilledQuantity: line.fulfillable_quantity,
    // "if items have been refunded, or the item isn't something that can be fulfilled, like a tip"
    nonFulfillableQuantity: isTip ? line.quantity : line.quantity - line.current_quantity,
    requiresShipping: line.requires_shipping,
    taxable: line.taxable,
    isGiftCard: line.gift_card,
    customAttributes: attributeViews(line.properties),
    originalUnitPriceSet: moneyView(line.price_set),
    taxLines: taxLineViews(line.tax_lines),
    discountAllocations: allocationViews(order, line.discount_allocations),
    duties: ((line.duties ?? []) as Json[]).map((duty) => ({
      __typename: "Duty",
      id: duty.admin_graphql_api_id,
      harmonizedSystemCode: duty.harmonized_system_code,
      countryCodeOfOrigin: duty.country_code_of_origin,
      price: moneyView(duty),
      taxLines: taxLineViews(duty.tax_lines),
    })),
    lineItemGroup: groupView(order, line),
    variant: () =>
      line.variant_id === null
        ? null
        : item
          ? variantView(shop, item)
          : { __typename: "ProductVariant", id: gid("ProductVariant", String(line.variant_id)) },
    product: () =>
      line.product_id === null
        ? null
        : { __typename: "Product", id: gid("Product", String(line.product_id)), title: line.title },
  };
}

function groupView(order: Order, line: LinePayload) {
  const groups = (order.payload.line_item_groups ?? []) as Json[];
  const group = groups.find(({ id }) => String(id) === String(line.sales_line_item_group_id));
  return group ? { id: gid("LineItemGroup", String(group.id)), title: group.title } : null;
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/ShippingLine */
export function shippingLineView(order: Order, line: Json) {
  return {
    __typename: "ShippingLine",
    id: gid("ShippingLine", String(line.id)),
    title: line.title,
    code: line.code,
    source: line.source,
    isRemoved: line.is_removed,
    originalPriceSet: moneyView(line.price_set),
    discountedPriceSet: moneyView(line.discounted_price_set),
    taxLines: taxLineViews(line.tax_lines),
    discountAllocations: allocationViews(order, line.discount_allocations),
  };
}

/** https://shopify.dev/docs/api/admin-graphql/2026-10/objects/TaxLine */
export function taxLineViews(lines: unknown) {
  return ((lines ?? []) as Json[]).map((line) => ({
    title: line.title,
    rate: line.rate,
    channelLiable: line.channel_liable,
    priceSet: moneyView(line.price_set),
  }));
}

function allocationViews(order: Order, allocations: unknown) {
  return ((allocations ?? []) as Json[]).map((one) => ({
    allocatedAmountSet: moneyView(one.amount_set),
    discountApplication: () => discountView(order, Number(one.discount_application_index)),
  }));
}

const discountTypes: Record<string, string> = {
  discount_code: "DiscountCodeApplication",
  automatic: "AutomaticDiscountApplication",
  manual: "ManualDiscountApplication",
  script: "ScriptDiscountApplication",
};

/** https://shopify.dev/docs/api/admin-graphql/2026-10/interfaces/DiscountApplication */
export function discountView(order: Order, index: number) {
  const one = (order.payload.discount_applications as Json[])[index]!;
  return {
    __typename: discountTypes[String(one.type)],
    index,
    allocationMethod: enumView(one.allocation_method),
    targetSelection: enumView(one.target_selection),
    targetType: enumView(one.target_type),
    value:
      one.value_type === "percentage"
        ? { __typename: "PricingPercentageValue", percentage: Number(one.value) }
        : { __typename: "MoneyV2", amount: String(one.value), currencyCode: order.payload.currency },
    title: one.title,
    code: one.code,
    description: one.description,
  };
}
