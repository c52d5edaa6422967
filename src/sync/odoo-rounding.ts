import { type Decimal, roundTo, zero } from "../money.ts";

/** Odoo's own arithmetic for one line, so that a mapping can choose numbers that come out right. */

/** A sale.order.line's amounts, as they will be stored. */
export interface LineAmounts {
  priceUnit: Decimal;
  quantity: Decimal;
  /** Percent: 12.5 */
  discount: Decimal;
}

/** price × quantity × (1 − discount/100), before rounding. */
export function exactSubtotal({ priceUnit, quantity, discount }: LineAmounts): Decimal {
  return priceUnit.times(quantity).times(discount.times(-1).plus(100)).times("0.01");
}

/** The line's amount, rounded to the currency; with included taxes it contains them. */
export function subtotal(line: LineAmounts, digits: number): Decimal {
  return roundTo(exactSubtotal(line), digits);
}

/** Each tax on a line's amount, rounded per line. */
export function taxesOn(
  amount: Decimal,
  percents: readonly Decimal[],
  included: boolean,
  digits: number,
): Decimal[] {
  const all = percents.reduce((total, percent) => total.plus(percent), zero);
  return percents.map((percent) =>
    roundTo(
      included ? amount.times(percent).div(all.plus(100)) : amount.times(percent).times("0.01"),
      digits,
    ),
  );
}

/** Whether a value lies so near the middle between two roundings that binary floating point may go either way. */
export function isTie(value: Decimal, digits: number): boolean {
  const half = roundTo(value, digits).minus(value).abs();
  return half.times(2).times(`1e${digits}`).minus(1).abs().lt("1e-9");
}
