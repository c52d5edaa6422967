import type { ImportRecord } from "../import-plan.ts";
import { isJsonObject } from "../json.ts";
import { type Decimal, decimal, roundTo, sum, zero } from "../money.ts";
import { type Charge, type ChargeRules, chargeToLines, netOf, onOtherBasis } from "./charge.ts";
import { type LineState, lineStates, remainingDiscount } from "./line-state.ts";
import type { MoneyView } from "./money-view.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { isTip, lineTitle, productOf, productRecords, specialProduct } from "./product.ts";
import { idOf, listOf, malformed, objectOf, textOf } from "./read.ts";
import type {
  ShopifyDiscountAllocation,
  ShopifyDiscountApplication,
  ShopifyDuty,
  ShopifyLineItem,
  ShopifyLineItemGroup,
  ShopifyOrder,
  ShopifyShippingLine,
  Unchecked,
} from "./shopify-shapes.ts";
import { chargedTaxes, exemptionsOf, exemptTax, odooIncluded, type TaxRules, taxReference } from "./taxes.ts";

export interface LineContext {
  order: Unchecked<ShopifyOrder>;
  orderId: string;
  /** "Order #1001", for messages. */
  who: string;
  money: MoneyView;
  options: OrderMappingOptions;
  taxRules: TaxRules;
}

export interface OrderLines {
  /** As sale.order.line. */
  lines: ImportRecord[];
  /** Products that must be there before. */
  products: ImportRecord[];
  /** What the lines come to by Shopify's own figures for the units that count, taxes included. */
  total: Decimal;
  states: LineState[];
}

/** Every charge of an order as sale.order.line records: items, their duties, shipping, tips, fees. */
export function orderLines(context: LineContext): OrderLines {
  const { options, money, who, order } = context;
  const rules = chargeRules(money, options, who);
  const items = listOf<ShopifyLineItem>(order.line_items, who, "line_items");
  const stateOf = lineStates(order, money, who);
  const states = items.map((item) => stateOf(item, lineTitle(item, idOf(item) ?? "?")));
  const charges = [
    ...items.map((item, at) => itemCharge(item, states[at]!, context, rules)),
    ...dutyCharges(items, states, context),
    ...shippingCharges(context),
    ...tipCharge(items, context),
    ...feeCharge(context),
  ];
  const included = odooIncluded(context.taxRules);
  const products = new Map<string, ImportRecord>();
  for (const item of items)
    for (const product of productRecords(item, lineTitle(item, ""), options))
      products.set(product.externalId, product);
  return {
    lines: charges
      .map((charge) =>
        charge.taxes.length > 0 && charge.taxesIncluded !== included
          ? onOtherBasis(charge, rules.accuracy)
          : charge,
      )
      .flatMap((charge) => chargeToLines(charge, rules)),
    products: [...products.values()],
    total: sum(charges.map((charge) => grossOf(charge, money.digits))),
    states,
  };
}

export function chargeRules(money: MoneyView, options: OrderMappingOptions, who: string): ChargeRules {
  return {
    accuracy: {
      money: money.digits,
      price: options.priceDigits,
      discount: options.discountDigits,
    },
    discountProduct: specialProduct("discount", options, who),
  };
}

function grossOf(charge: Charge, digits: number): Decimal {
  const net = netOf(charge, digits);
  return charge.taxesIncluded ? net : net.plus(sum(charge.taxes.map(({ amount }) => amount)));
}

function itemCharge(
  item: Unchecked<ShopifyLineItem>,
  state: LineState,
  context: LineContext,
  rules: ChargeRules,
): Charge {
  const { who, money, options } = context;
  const id = idOf(item);
  if (id === null) throw malformed(who, "a line has no id.");
  const title = lineTitle(item, id);
  const whole = taxed(context, item.tax_lines, {
    externalId: `line_${id}`,
    product: productOf(item, title, options, who),
    name: [title, ...standInNote(item, options), ...bundleOf(item, context), ...publicProperties(item)].join(
      "\n",
    ),
    price: notNegative(money.required(item, "price", `"${title}"`), title, who),
    quantity: decimal(state.quantity),
    ...discounts(item.discount_allocations, context),
  });
  return state.ordered === state.quantity ? whole : forOrdered(whole, state, rules);
}

/** The charge of the units that still count. */
function forOrdered(whole: Charge, state: LineState, rules: ChargeRules): Charge {
  const { money: digits } = rules.accuracy;
  return {
    ...whole,
    quantity: decimal(state.ordered),
    discount: remainingDiscount(state, whole.price, whole.discount, digits),
    taxes: whole.taxes.map((tax) => ({
      ...tax,
      amount: roundTo(tax.amount.times(state.ordered).div(state.quantity), digits),
    })),
    hadDiscountLine: chargeToLines(whole, rules).length > 1,
  };
}

/** Which product the stand-in means. */
function standInNote(item: Unchecked<ShopifyLineItem>, { missingProduct }: OrderMappingOptions): string[] {
  const sku = textOf(item.sku);
  return missingProduct === "stand_in" && sku !== null ? [`SKU: ${sku}`] : [];
}

/** The bundle that a line is a part of; Shopify prices the parts, so a bundle needs no line of its own. */
function bundleOf(item: Unchecked<ShopifyLineItem>, { order, who }: LineContext): string[] {
  const own = objectOf<ShopifyLineItemGroup>(item.line_item_group);
  const groupId = idOf({ id: item.sales_line_item_group_id });
  const group =
    own ??
    (groupId === null
      ? undefined
      : listOf<ShopifyLineItemGroup>(order.line_item_groups, who, "line_item_groups").find(
          (each) => idOf(each) === groupId,
        ));
  const title = textOf(group?.title);
  return title === null ? [] : [`Part of: ${title}`];
}

/** What the customer entered for the line ("Engraving: For Ann"); names that start with "_" are meant for programs. */
function publicProperties(item: Unchecked<ShopifyLineItem>): string[] {
  if (!Array.isArray(item.properties)) return [];
  return item.properties.flatMap((property: unknown) => {
    if (!isJsonObject(property)) return [];
    const name = textOf(property.name);
    const value = textOf(property.value);
    return name === null || value === null || name.startsWith("_") ? [] : [`${name}: ${value}`];
  });
}

function shippingCharges(context: LineContext): Charge[] {
  const { order, orderId, who, money, options } = context;
  return listOf<ShopifyShippingLine>(order.shipping_lines, who, "shipping_lines").map((line, index) => {
    const title = textOf(line.title) ?? "Shipping";
    const removed = line.is_removed === true;
    return taxed(context, line.tax_lines, {
      externalId: `shipping_${idOf(line) ?? `${orderId}_${index + 1}`}`,
      product: specialProduct("shipping", options, who),
      name: title,
      price: notNegative(money.required(line, "price", `shipping "${title}"`), title, who),
      quantity: decimal(removed ? 0 : 1),
      ...(removed ? noDiscount : discounts(line.discount_allocations, context)),
    });
  });
}

const noDiscount = { discount: zero, discountName: null };

/** Duties as charged on each item; where Shopify only tells their sum, as one line. */
function dutyCharges(
  items: Unchecked<ShopifyLineItem>[],
  states: LineState[],
  context: LineContext,
): Charge[] {
  const { order, orderId, who, money } = context;
  const charges = items.flatMap((item, at) =>
    listOf<ShopifyDuty>(item.duties, who, "duties").flatMap((duty, index) => {
      const amount = money.inSet(duty, "a duty");
      if (amount === null || amount.eq(0)) return [];
      const lineId = idOf(item) ?? "";
      const code = textOf(duty.harmonized_system_code);
      const { ordered, quantity } = states[at]!;
      const share = roundTo(amount.times(ordered).div(Math.max(1, quantity)), money.digits);
      return [
        flatCharge(context, "duties", `duty_${idOf(duty) ?? `${lineId}_${index + 1}`}`, share, {
          name: `Duties${code ? ` (${code})` : ""}: ${lineTitle(item, lineId)}`,
          taxLines: duty.tax_lines,
        }),
      ];
    }),
  );
  if (charges.length > 0) return charges;
  const total = money.inSet(order.original_total_duties_set, "original_total_duties_set") ?? zero;
  return total.eq(0) ? [] : [flatCharge(context, "duties", `duties_${orderId}`, total, { name: "Duties" })];
}

/** Tips are lines of the order by now; a tip that only stands in total_tip_received gets a line of its own. */
function tipCharge(items: Unchecked<ShopifyLineItem>[], context: LineContext): Charge[] {
  const { order, orderId, money } = context;
  if (items.some(isTip)) return [];
  const tip = money.amount(order, "total_tip_received") ?? zero;
  return tip.eq(0) ? [] : [flatCharge(context, "tip", `tip_${orderId}`, tip, { name: "Tip" })];
}

function feeCharge(context: LineContext): Charge[] {
  const { order, orderId, money } = context;
  const fees =
    money.inSet(order.original_total_additional_fees_set, "original_total_additional_fees_set") ?? zero;
  return fees.eq(0) ? [] : [flatCharge(context, "fee", `fee_${orderId}`, fees, { name: "Additional fees" })];
}

function flatCharge(
  context: LineContext,
  use: "duties" | "tip" | "fee",
  externalId: string,
  price: Decimal,
  { name, taxLines }: { name: string; taxLines?: unknown },
): Charge {
  return taxed(context, taxLines, {
    externalId,
    product: specialProduct(use, context.options, context.who),
    name,
    price: notNegative(price, name, context.who),
    quantity: decimal(1),
    ...noDiscount,
  });
}

function taxed(
  { order, money, options, taxRules, who }: LineContext,
  taxLines: unknown,
  charge: Omit<Charge, "taxes" | "taxReferences" | "taxesIncluded">,
): Charge {
  const charged = chargedTaxes(taxLines, netOf(charge, money.digits), taxRules, money, who);
  const taxes = charged.length === 0 ? exemptTax(exemptionsOf(order), taxRules) : charged;
  return {
    ...charge,
    externalId: options.externalIdPrefix + charge.externalId,
    taxes,
    taxReferences: taxes.map((tax) => taxReference(tax, taxRules, who)),
    taxesIncluded: taxRules.included,
  };
}

function discounts(
  allocations: unknown,
  { order, money, who }: LineContext,
): Pick<Charge, "discount" | "discountName"> {
  const list = listOf<ShopifyDiscountAllocation>(allocations, who, "discount_allocations");
  const applications = listOf<ShopifyDiscountApplication>(
    order.discount_applications,
    who,
    "discount_applications",
  );
  const names = list.map((allocation) => {
    const application = applications[Number(allocation.discount_application_index)];
    return textOf(application?.code) ?? textOf(application?.title) ?? textOf(application?.description);
  });
  return {
    discount: sum(
      list.map((allocation) =>
        notNegative(money.required(allocation, "amount", "a discount"), "a discount", who),
      ),
    ),
    discountName: [...new Set(names.filter((name) => name !== null))].join(", ") || null,
  };
}

function notNegative(amount: Decimal, what: string, who: string): Decimal {
  if (amount.lt(0)) throw malformed(who, `${what} has a negative amount: ${amount.toFixed()}.`);
  return amount;
}
