import type { ExpectedTotals, ImportRecord } from "../import-plan.ts";
import { type Decimal, decimal, decimalText, parseDecimal, roundTo, sum, zero } from "../money.ts";
import type { LineState, UnitsValue } from "./line-state.ts";
import type { MoneyView } from "./money-view.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { specialProduct } from "./product.ts";
import { listOf } from "./read.ts";
import type {
  ShopifyOrder,
  ShopifyOrderAdjustment,
  ShopifyRefund,
  ShopifyRefundShippingLine,
  Unchecked,
} from "./shopify-shapes.ts";

interface Amounts {
  total: Decimal;
  tax: Decimal;
}

/**
 * What Odoo's order must come to, by Shopify's own totals.
 *
 * Without refunds that is the current total. With them, Shopify takes every refunded unit off it, while in Odoo only
 * those leave the order that will never be shipped: the others are added again, as their refunds value them. Whether
 * Shopify takes money refunded without goods off the current total, and puts what an edit added into the first one,
 * its documentation leaves open: of what its totals can mean, the one counts that the order's lines come to.
 */
export function expectedAmounts(
  order: Unchecked<ShopifyOrder>,
  money: MoneyView,
  states: readonly LineState[],
  linesTotal: Decimal,
  who: string,
): Amounts {
  const first: Amounts = {
    total: money.required(order, "total_price", "the order"),
    tax: money.amount(order, "total_tax") ?? zero,
  };
  const currentTotal = money.amount(order, "current_total_price");
  const current =
    currentTotal === null
      ? null
      : { total: currentTotal, tax: money.amount(order, "current_total_tax") ?? first.tax };
  const isCancelled = order.cancelled_at !== null && order.cancelled_at !== undefined;
  const refunds = listOf<ShopifyRefund>(order.refunds, who, "refunds");
  if (isCancelled) return first;
  if (refunds.length === 0) return current ?? first;

  const included = order.taxes_included === true;
  const plus = (amounts: Amounts, net: Decimal, tax: Decimal): Amounts => ({
    total: amounts.total.plus(net).plus(included ? zero : tax),
    tax: amounts.tax.plus(tax),
  });
  const removed = total(states.map((state) => state.removed));
  const meanings = [plus(first, removed.net.times(-1), removed.tax.times(-1))];
  if (current !== null) {
    const kept = total(states.map((state) => state.kept));
    const shipping = refundedShipping(refunds, money, who);
    const back = plus(plus(current, kept.net, kept.tax), shipping.net, shipping.tax);
    const given = givenBack(refunds, money, who);
    meanings.unshift(back, { total: back.total.plus(given), tax: back.tax });
  }
  return meanings.toSorted((one, other) =>
    distance(one.total, linesTotal).cmp(distance(other.total, linesTotal)),
  )[0]!;
}

function distance(one: Decimal, other: Decimal): Decimal {
  return one.minus(other).abs();
}

function total(values: readonly UnitsValue[]): { net: Decimal; tax: Decimal } {
  return { net: sum(values.map(({ net }) => net)), tax: sum(values.map(({ tax }) => tax)) };
}

/** What was refunded of shipping: as lines, or in older payloads as adjustments. */
export function refundedShipping(
  refunds: readonly Unchecked<ShopifyRefund>[],
  money: MoneyView,
  who: string,
): { net: Decimal; tax: Decimal } {
  const parts = refunds.flatMap((refund) => {
    const lines = listOf<ShopifyRefundShippingLine>(
      refund.refund_shipping_lines,
      who,
      "refund_shipping_lines",
    );
    if (lines.length > 0)
      return lines.map((line) => ({
        net: money.inSet(line.subtotal_amount_set, "refunded shipping") ?? zero,
        tax: money.inSet(line.tax_amount_set, "refunded shipping") ?? zero,
      }));
    return adjustments(refund, who)
      .filter(({ kind }) => kind === "shipping_refund")
      .map((adjustment) => ({
        net: (money.amount(adjustment, "amount") ?? zero).times(-1),
        tax: (money.amount(adjustment, "tax_amount") ?? zero).times(-1),
      }));
  });
  return { net: sum(parts.map(({ net }) => net)), tax: sum(parts.map(({ tax }) => tax)) };
}

/** Money that went back without goods; negative where goods went back without their money. */
function givenBack(refunds: readonly Unchecked<ShopifyRefund>[], money: MoneyView, who: string): Decimal {
  return sum(
    refunds.flatMap((refund) =>
      adjustments(refund, who)
        .filter(({ kind }) => kind !== "shipping_refund")
        .map((adjustment) =>
          (money.amount(adjustment, "amount") ?? zero)
            .plus(money.amount(adjustment, "tax_amount") ?? zero)
            .times(-1),
        ),
    ),
  );
}

function adjustments(refund: Unchecked<ShopifyRefund>, who: string): Unchecked<ShopifyOrderAdjustment>[] {
  return listOf<ShopifyOrderAdjustment>(refund.order_adjustments, who, "order_adjustments");
}

/** Expected totals of a document, with the line that takes up a rounding difference. */
export function expectedTotals(
  document: { model: string; externalId: string; field: string; line: ImportRecord },
  amounts: Amounts,
  money: MoneyView,
  options: OrderMappingOptions,
): ExpectedTotals {
  const totals: ExpectedTotals = {
    model: document.model,
    externalId: document.externalId,
    currency: money.currency,
    total: amountText(amounts.total, money.digits),
    tax: amountText(amounts.tax, money.digits),
  };
  const allowance = decimal(parseDecimal(options.roundingAllowance)?.toFixed() ?? "0");
  if (allowance.eq(0)) return totals;
  return {
    ...totals,
    adjustment: {
      // The setting counts cents; yen and fils count as many of theirs.
      upTo: decimalText(allowance.times(`1e${2 - money.digits}`)),
      field: document.field,
      line: document.line,
    },
  };
}

/** The line that a rounding difference goes to. */
export function roundingLine(
  model: "sale.order.line" | "account.move.line",
  externalId: string,
  options: OrderMappingOptions,
  who: string,
): ImportRecord {
  return {
    model,
    externalId,
    values: {
      product_id: specialProduct("rounding", options, who),
      name: "Rounding",
      [model === "sale.order.line" ? "product_uom_qty" : "quantity"]: "1",
      discount: "0",
      tax_ids: [],
    },
  };
}

/** With the currency's own digits: "103.25", "1200"; more where Shopify sent more. */
export function amountText(amount: Decimal, digits: number): string {
  return roundTo(amount, digits).eq(amount) ? amount.toFixed(digits) : decimalText(amount);
}
