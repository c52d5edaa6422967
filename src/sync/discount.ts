import { type Decimal, decimal, roundTo, sum, zero } from "../money.ts";
import { exactSubtotal, isTie, type LineAmounts, subtotal, taxesOn } from "./odoo-rounding.ts";

/**
 * Shopify discounts a line by an amount, Odoo by a percentage with two digits. This finds numbers for Odoo
 * whose result is Shopify's net amount, to the last digit of the currency.
 */
export interface DiscountedLine {
  /** Each, before the discount. */
  price: Decimal;
  quantity: Decimal;
  /** Taken off the whole line. */
  discount: Decimal;
}

/** A tax on the line and what Shopify charged for it. */
export interface ChargedTax {
  percent: Decimal;
  amount: Decimal;
  /** The Odoo tax that the table of taxes names for it. */
  mapped?: string | null;
}

export interface Accuracy {
  /** Of the currency. */
  money: number;
  /** Odoo's "Product Price". */
  price: number;
  /** Odoo's "Discount". */
  discount: number;
}

/** The line as Odoo gets it: one line, or two when the discount needs a line of its own. */
export interface WrittenLine {
  main: LineAmounts;
  /** What a second line of quantity 1 adds; negative for a discount. */
  extra: Decimal | null;
}

/**
 * In order of taste: list price with a percentage (the fewer digits the better), net price each, list price and a line
 * with the discount as an amount, list price with a percentage and a line with the rest.
 * The first that gives net and taxes exactly is taken; failing that, the first that gives the net.
 */
export function writeDiscount(
  given: DiscountedLine,
  taxes: readonly ChargedTax[],
  taxesIncluded: boolean,
  accuracy: Accuracy,
): WrittenLine {
  const line = withStorablePrice(given, accuracy);
  const whole: LineAmounts = { priceUnit: line.price, quantity: line.quantity, discount: zero };
  if (line.discount.eq(0)) return { main: whole, extra: null };

  const net = subtotal(whole, accuracy.money).minus(line.discount);
  let fallback: WrittenLine | null = null;
  for (const way of waysToWrite(line, net, accuracy)) {
    if (!resultOf(way, accuracy.money).eq(net)) continue;
    if (taxesMatch(way, taxes, taxesIncluded, accuracy.money)) return way;
    fallback ??= way;
  }
  return fallback ?? { main: whole, extra: line.discount.times(-1) };
}

/** A price with more digits than Odoo keeps would be rounded there: rounded here, the discount takes up what it differs by. */
function withStorablePrice(line: DiscountedLine, accuracy: Accuracy): DiscountedLine {
  const price = roundTo(line.price, accuracy.price);
  if (price.eq(line.price)) return line;
  const gross = (each: Decimal): Decimal => roundTo(each.times(line.quantity), accuracy.money);
  return { ...line, price, discount: line.discount.plus(gross(price)).minus(gross(line.price)) };
}

/** What Odoo will make of it, before excluded taxes. */
export function resultOf({ main, extra }: WrittenLine, digits: number): Decimal {
  return subtotal(main, digits).plus(extra ?? zero);
}

function* waysToWrite(line: DiscountedLine, net: Decimal, accuracy: Accuracy): Generator<WrittenLine> {
  const { price, quantity, discount } = line;
  const list = (percent: Decimal): LineAmounts => ({ priceUnit: price, quantity, discount: percent });
  const gross = price.times(quantity);
  const percent = gross.eq(0) ? zero : discount.times(100).div(gross);
  const isDiscount = percent.gt(0) && percent.lte(100);

  if (isDiscount)
    for (let digits = 0; digits <= accuracy.discount; digits++) {
      const main = list(roundTo(percent, digits));
      if (!isTie(exactSubtotal(main), accuracy.money)) yield { main, extra: null };
    }

  if (quantity.gt(0) && net.gte(0)) {
    const each = roundTo(net.div(quantity), accuracy.price);
    // Only an exact price each: one that merely rounds to the net would look wrong on the invoice.
    if (each.times(quantity).eq(net))
      yield { main: { priceUnit: each, quantity, discount: zero }, extra: null };
  }

  yield { main: list(zero), extra: net.minus(subtotal(list(zero), accuracy.money)) };

  if (isDiscount) {
    const step = decimal(`1e-${accuracy.discount}`);
    const nearest = roundTo(percent, accuracy.discount);
    for (let tried = 0; tried <= 40; tried++) {
      // 0, then one step up, one down, two up, …
      const near = nearest.plus(step.times(Math.ceil(tried / 2)).times(tried % 2 === 0 ? -1 : 1));
      if (near.lt(0) || near.gt(100)) continue;
      const main = list(near);
      const rest = net.minus(subtotal(main, accuracy.money));
      if (!rest.eq(0) && !isTie(exactSubtotal(main), accuracy.money)) yield { main, extra: rest };
    }
  }
}

function taxesMatch(
  way: WrittenLine,
  taxes: readonly ChargedTax[],
  included: boolean,
  digits: number,
): boolean {
  const percents = taxes.map((tax) => tax.percent);
  const amounts = [subtotal(way.main, digits), ...(way.extra === null ? [] : [way.extra])];
  const perLine = amounts.map((amount) => taxesOn(amount, percents, included, digits));
  return taxes.every((tax, index) => sum(perLine.map((line) => line[index] ?? zero)).eq(tax.amount));
}
