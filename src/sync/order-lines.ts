import type { ImportRecord } from "../import-plan.ts";
import { isJsonObject } from "../json.ts";
import { type Decimal, decimal, sum, zero } from "../money.ts";
import { type Charge, type ChargeRules, chargeToLines, netOf } from "./charge.ts";
import type { MoneyView } from "./money-view.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { isTip, lineTitle, productOf, specialProduct } from "./product.ts";
import { idOf, listOf, malformed, textOf } from "./read.ts";
import type {
  ShopifyDiscountAllocation,
  ShopifyDiscountApplication,
  ShopifyDuty,
  ShopifyLineItem,
  ShopifyOrder,
  ShopifyShippingLine,
  Unchecked,
} from "./shopify-shapes.ts";
import { chargedTaxes, taxReference } from "./taxes.ts";

export interface LineContext {
  order: Unchecked<ShopifyOrder>;
  orderId: string;
  /** "Order #1001", for messages. */
  who: string;
  money: MoneyView;
  options: OrderMappingOptions;
}

/** Every charge of an order as sale.order.line records: items, their duties, shipping, tips, fees. */
export function orderLines(context: LineContext): ImportRecord[] {
  const { options, money, who } = context;
  const rules: ChargeRules = {
    taxesIncluded: context.order.taxes_included === true,
    accuracy: {
      money: money.digits,
      price: options.priceDigits ?? Math.max(2, money.digits),
      discount: options.discountDigits,
    },
    discountProduct: specialProduct("discount", options, who),
  };
  const items = listOf<ShopifyLineItem>(context.order.line_items, who, "line_items");
  const charges = [
    ...items.map((item) => itemCharge(item, context)),
    ...dutyCharges(items, context),
    ...shippingCharges(context),
    ...tipCharge(items, context),
    ...feeCharge(context),
  ];
  return charges.flatMap((charge) => chargeToLines(charge, rules));
}

function itemCharge(item: Unchecked<ShopifyLineItem>, context: LineContext): Charge {
  const { who, money, options } = context;
  const id = idOf(item);
  if (id === null) throw malformed(who, "a line has no id.");
  const title = lineTitle(item, id);
  const quantity = item.quantity;
  if (typeof quantity !== "number" || !Number.isSafeInteger(quantity) || quantity < 0)
    throw malformed(who, `"${title}" has no usable quantity: ${JSON.stringify(quantity)}.`);
  return taxed(context, item.tax_lines, {
    externalId: `line_${id}`,
    product: productOf(item, title, options, who),
    name: [title, ...publicProperties(item)].join("\n"),
    price: notNegative(money.required(item, "price", `"${title}"`), title, who),
    quantity: decimal(quantity),
    ...discounts(item.discount_allocations, context),
  });
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
  return listOf<ShopifyShippingLine>(order.shipping_lines, who, "shipping_lines")
    .filter((line) => line.is_removed !== true)
    .map((line, index) => {
      const title = textOf(line.title) ?? "Shipping";
      return taxed(context, line.tax_lines, {
        externalId: `shipping_${idOf(line) ?? `${orderId}_${index + 1}`}`,
        product: specialProduct("shipping", options, who),
        name: title,
        price: notNegative(money.required(line, "price", `shipping "${title}"`), title, who),
        quantity: decimal(1),
        ...discounts(line.discount_allocations, context),
      });
    });
}

/** Duties as charged on each item; where Shopify only tells their sum, as one line. */
function dutyCharges(items: Unchecked<ShopifyLineItem>[], context: LineContext): Charge[] {
  const { order, orderId, who, money } = context;
  const charges = items.flatMap((item) =>
    listOf<ShopifyDuty>(item.duties, who, "duties").flatMap((duty, index) => {
      const amount = money.inSet(duty, "a duty");
      if (amount === null || amount.eq(0)) return [];
      const lineId = idOf(item) ?? "";
      const code = textOf(duty.harmonized_system_code);
      return [
        flatCharge(context, "duties", `duty_${idOf(duty) ?? `${lineId}_${index + 1}`}`, amount, {
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
    discount: zero,
    discountName: null,
  });
}

function taxed(
  { order, money, options, who }: LineContext,
  taxLines: unknown,
  charge: Omit<Charge, "taxes" | "taxReferences">,
): Charge {
  const included = order.taxes_included === true;
  const taxes = chargedTaxes(taxLines, netOf(charge, money.digits), included, money, who);
  return {
    ...charge,
    externalId: options.externalIdPrefix + charge.externalId,
    taxes,
    taxReferences: taxes.map((tax) => taxReference(tax, included, who)),
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
