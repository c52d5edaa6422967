import type { RecordReference } from "../import-plan.ts";
import { type Decimal, decimal, roundTo, sum, zero } from "../money.ts";
import { type Charge, netOf } from "./charge.ts";
import type { ChargedTax } from "./discount.ts";
import { refundedShipping } from "./expected-totals.ts";
import type { MoneyView } from "./money-view.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { lineTitle, productOf, specialProduct } from "./product.ts";
import { idOf, listOf, objectOf, textOf } from "./read.ts";
import { type RefundedMoney, refundedUnits, shareOut, stillToShip } from "./refund-amounts.ts";
import type {
  ShopifyDuty,
  ShopifyLineItem,
  ShopifyRefund,
  ShopifyRefundLineItem,
  ShopifyRefundShippingLine,
  ShopifyShippingLine,
  ShopifyTaxLine,
  Unchecked,
} from "./shopify-shapes.ts";
import { chargedTaxes, type TaxRules, taxReference, waivedTax } from "./taxes.ts";

export interface RefundContext {
  refund: Unchecked<ShopifyRefund>;
  refundId: string;
  order: string;
  who: string;
  money: MoneyView;
  paidBack: RefundedMoney[];
  options: OrderMappingOptions;
}

export interface CreditedCharge extends Charge {
  /** The order line it credits. */
  orderLine: string | null;
  /** Of units that an order invoiced later is invoiced without: all that were ever on the order line. */
  asInvoicedOf: number | null;
}

/** What a refund gives back: goods, shipping, duties, each with the taxes of the line it credits. */
export function refundedCharges(context: RefundContext, taxRules: TaxRules): CreditedCharge[] {
  return [
    ...itemCharges(context, taxRules),
    ...shippingCharges(context, taxRules),
    ...dutyCharges(context, taxRules),
  ];
}

function itemCharges(
  { refund, refundId, who, money, options }: RefundContext,
  taxRules: TaxRules,
): CreditedCharge[] {
  const prefix = options.externalIdPrefix;
  return listOf<ShopifyRefundLineItem>(refund.refund_line_items, who, "refund_line_items").flatMap(
    (line, index) => {
      const quantity = refundedUnits(line, who);
      const net = money.amount(line, "subtotal") ?? zero;
      if (quantity.eq(0)) return [];
      const item = objectOf<ShopifyLineItem>(line.line_item) ?? {};
      const lineId = idOf({ id: line.line_item_id }) ?? idOf(item);
      const title = lineTitle(item, lineId ?? "");
      const price = money.amount(item, "price") ?? net.div(quantity);
      const whole = price.times(quantity);
      return [
        credited(
          item.tax_lines,
          money.amount(line, "total_tax") ?? zero,
          { money, taxRules, who },
          {
            externalId: `${prefix}refund_${refundId}_line_${lineId ?? index + 1}_${index + 1}`,
            product: objectOf(line.line_item)
              ? productOf(item, title, options, who)
              : specialProduct("custom", options, who),
            name: title,
            price,
            quantity,
            discount: whole.minus(net),
            discountName: null,
            orderLine: lineId === null ? null : `${prefix}line_${lineId}`,
            asInvoicedOf:
              stillToShip(line) !== null && typeof item.quantity === "number" ? item.quantity : null,
          },
        ),
      ];
    },
  );
}

function shippingCharges(context: RefundContext, taxRules: TaxRules): CreditedCharge[] {
  const { refund, refundId, who, money, options } = context;
  const prefix = options.externalIdPrefix;
  const product = specialProduct("shipping", options, who);
  const lines = listOf<ShopifyRefundShippingLine>(refund.refund_shipping_lines, who, "refund_shipping_lines");
  if (lines.length === 0) {
    const { net, tax } = refundedShipping([refund], money, who);
    // Older payloads don't say which tax it was; the amount is right all the same.
    const gross = taxRules.included ? net : net.plus(tax);
    return gross.eq(0)
      ? []
      : [flat(`${prefix}refund_${refundId}_shipping`, product, "Shipping", gross, taxRules)];
  }
  return lines.flatMap((line, index) => {
    const net = money.inSet(line.subtotal_amount_set, "refunded shipping") ?? zero;
    if (net.eq(0)) return [];
    const shipping = objectOf<ShopifyShippingLine>(line.shipping_line) ?? {};
    const shippingId = idOf(shipping);
    const tax = money.inSet(line.tax_amount_set, "refunded shipping") ?? zero;
    return [
      credited(
        shipping.tax_lines,
        tax,
        { money, taxRules, who },
        {
          externalId: `${prefix}refund_${refundId}_shipping_${shippingId ?? index + 1}`,
          product,
          name: textOf(shipping.title) ?? "Shipping",
          price: net,
          quantity: decimal(1),
          discount: zero,
          discountName: null,
          orderLine: shippingId === null ? null : `${prefix}shipping_${shippingId}`,
          asInvoicedOf: 1,
        },
      ),
    ];
  });
}

/** Duties by those of the refunded lines, because these tell their taxes; else as their sum. */
function dutyCharges(context: RefundContext, taxRules: TaxRules): CreditedCharge[] {
  const { refund, refundId, who, money, options } = context;
  const total = money.inSet(refund.total_duties_set, "total_duties_set") ?? zero;
  if (total.eq(0)) return [];
  const externalId = `${options.externalIdPrefix}refund_${refundId}_duties`;
  const product = specialProduct("duties", options, who);
  const duties = refundedDuties(context);
  if (duties.length === 0) return [flat(externalId, product, "Duties", total, taxRules)];
  const shares = shareOut(
    total,
    duties.map(({ amount }) => amount),
    money.digits,
  );
  return duties.map(({ duty, amount, title }, at) => {
    const price = shares[at]!;
    const taxLines = listOf<ShopifyTaxLine>(duty.tax_lines, who, "tax_lines");
    const tax = sum(taxLines.map((line) => money.required(line, "price", "a tax on duties")));
    return credited(
      taxLines,
      roundTo(tax.times(price).div(amount), money.digits),
      { money, taxRules, who },
      {
        externalId: `${externalId}_${at + 1}`,
        product,
        name: `Duties: ${title}`,
        price,
        quantity: decimal(1),
        discount: zero,
        discountName: null,
        orderLine: null,
        asInvoicedOf: null,
      },
    );
  });
}

/** The duties that the order put on the refunded lines, each once. */
function refundedDuties({ refund, who, money }: RefundContext) {
  const lines = new Map(
    listOf<ShopifyRefundLineItem>(refund.refund_line_items, who, "refund_line_items").map((line, at) => {
      const item = objectOf<ShopifyLineItem>(line.line_item) ?? {};
      return [idOf({ id: line.line_item_id }) ?? idOf(item) ?? at, item] as const;
    }),
  );
  return [...lines].flatMap(([id, item]) =>
    listOf<ShopifyDuty>(item.duties, who, "duties").flatMap((duty) => {
      const amount = money.inSet(duty, "a duty") ?? zero;
      return amount.eq(0) ? [] : [{ duty, amount, title: lineTitle(item, String(id)) }];
    }),
  );
}

export function adjustmentId({ refundId, options }: RefundContext): string {
  return `${options.externalIdPrefix}refund_${refundId}_adjustment`;
}

/** Money without goods, or goods without all of their money: a discount given later, or a part of it taken back. */
export function adjustmentCharge(context: RefundContext, gap: Decimal, taxRules: TaxRules): CreditedCharge {
  return flat(
    adjustmentId(context),
    specialProduct("discount", context.options, context.who),
    gap.gt(0) ? "Refunded amount" : "Kept back from the refund",
    gap,
    taxRules,
  );
}

function flat(
  externalId: string,
  product: RecordReference,
  name: string,
  price: Decimal,
  taxRules: TaxRules,
): CreditedCharge {
  return {
    externalId,
    product,
    name,
    price,
    quantity: decimal(1),
    discount: zero,
    discountName: null,
    taxes: [],
    taxReferences: [],
    taxesIncluded: taxRules.included,
    orderLine: null,
    asInvoicedOf: null,
  };
}

/** With the taxes of the line it credits, in the amount that was refunded. */
function credited(
  taxLines: unknown,
  refundedTax: Decimal,
  { money, taxRules, who }: { money: MoneyView; taxRules: TaxRules; who: string },
  charge: Omit<CreditedCharge, "taxes" | "taxReferences" | "taxesIncluded">,
): CreditedCharge {
  const net = netOf(charge, money.digits);
  const onLine = chargedTaxes(taxLines, net, taxRules, money, who);
  const zeroRated = onLine.filter(({ percent }) => percent.eq(0));
  const untaxed = zeroRated.length > 0 ? zeroRated : waivedTax(taxLines, net, taxRules, money, who);
  const taxes = refundedTax.eq(0) ? untaxed : shared(refundedTax, onLine, money.digits);
  return {
    ...charge,
    taxes,
    taxReferences: taxes.map((tax) => taxReference(tax, taxRules, who)),
    taxesIncluded: taxRules.included,
  };
}

function shared(amount: Decimal, taxes: readonly ChargedTax[], digits: number): ChargedTax[] {
  const shares = shareOut(
    amount,
    taxes.map((tax) => tax.amount),
    digits,
  );
  return taxes.map((tax, at) => ({ ...tax, amount: shares[at]! }));
}

/** What a charge comes to, taxes included. */
export function grossOf(charge: Charge, digits: number): Decimal {
  const net = netOf(charge, digits);
  return charge.taxesIncluded ? net : net.plus(sum(charge.taxes.map(({ amount }) => amount)));
}
