import { currencyDigits, type Decimal, decimal, roundTo, sum, zero } from "../../src/money.ts";
import type { Cart, CartDiscount, TaxRate } from "./cart.ts";

/** What a cart costs in one currency, with every figure an order payload carries. */
export interface PricedCart {
  currency: string;
  digits: number;
  lines: PricedLine[];
  shipping: PricedLine | undefined;
  /** One amount for each rate that occurs, shipping included. */
  taxes: PricedTax[];
  /** Before discounts, tips apart. */
  linesTotal: Decimal;
  discountTotal: Decimal;
  /** After discounts, taxes inside when prices include them. */
  subtotal: Decimal;
  shippingTotal: Decimal;
  discountedShipping: Decimal;
  taxTotal: Decimal;
  tip: Decimal;
  duties: Decimal;
  total: Decimal;
}

export interface PricedLine {
  unit: Decimal;
  gross: Decimal;
  allocations: { discount: number; amount: Decimal }[];
  net: Decimal;
  taxes: PricedTax[];
  duty: Decimal;
}

export interface PricedTax {
  rate: TaxRate;
  amount: Decimal;
}

/**
 * Taxes are rounded for each line and each rate, on price × quantity less the line's discount allocations.
 * A presentment currency is priced on its own from converted unit prices, so its figures add up too.
 */
export function priceCart(cart: Cart, currency: string, exchangeRate: string): PricedCart {
  const digits = currencyDigits(currency);
  const convert = (amount: string): Decimal => roundTo(decimal(amount).times(exchangeRate), digits);

  const lines = cart.lines.map((line) =>
    blank(convert(line.unitPrice), line.quantity, convert(line.duty ?? "0")),
  );
  const shipping = cart.shipping && blank(convert(cart.shipping.price), 1, zero);
  cart.discounts.forEach((discount, index) => {
    const targets =
      discount.target === "shipping" ? (shipping ? [shipping] : []) : discount.lines.map((at) => lines[at]!);
    const quantities = discount.lines.map((at) => cart.lines[at]!.quantity);
    allocate(discount, index, targets, quantities, convert, digits);
  });
  lines.forEach((line, at) => {
    line.taxes = taxesOn(line.net, cart.lines[at]!.taxes, cart.taxesIncluded, digits);
  });
  if (shipping) shipping.taxes = taxesOn(shipping.net, cart.shipping!.taxes, cart.taxesIncluded, digits);

  const everything = shipping ? [...lines, shipping] : lines;
  const taxTotal = sum(everything.flatMap((line) => line.taxes.map((tax) => tax.amount)));
  const subtotal = sum(lines.map((line) => line.net));
  const discountedShipping = shipping?.net ?? zero;
  const tip = convert(cart.tip ?? "0");
  const duties = sum(lines.map((line) => line.duty));
  return {
    currency,
    digits,
    lines,
    shipping,
    taxes: byRate(everything),
    linesTotal: sum(lines.map((line) => line.gross)),
    discountTotal: sum(everything.flatMap((line) => line.allocations.map((allocation) => allocation.amount))),
    subtotal,
    shippingTotal: shipping?.gross ?? zero,
    discountedShipping,
    taxTotal,
    tip,
    duties,
    total: sum([subtotal, discountedShipping, cart.taxesIncluded ? zero : taxTotal, tip, duties]),
  };
}

function blank(unit: Decimal, quantity: number, duty: Decimal): PricedLine {
  const gross = unit.times(quantity);
  return { unit, gross, allocations: [], net: gross, taxes: [], duty };
}

function allocate(
  discount: CartDiscount,
  index: number,
  targets: PricedLine[],
  quantities: number[],
  convert: (amount: string) => Decimal,
  digits: number,
): void {
  const take = (line: PricedLine, wanted: Decimal): void => {
    const amount = wanted.gt(line.net) ? line.net : wanted;
    line.allocations.push({ discount: index, amount });
    line.net = line.net.minus(amount);
  };
  if (discount.allocation === "each" || targets.length === 1) {
    targets.forEach((line, at) => {
      const share =
        discount.valueType === "percentage"
          ? roundTo(line.net.times(discount.value).div(100), digits)
          : convert(discount.value).times(discount.allocation === "each" ? (quantities[at] ?? 1) : 1);
      take(line, share);
    });
    return;
  }
  const base = sum(targets.map((line) => line.net));
  const whole =
    discount.valueType === "percentage"
      ? roundTo(base.times(discount.value).div(100), digits)
      : convert(discount.value);
  spread(whole.gt(base) ? base : whole, targets, digits, take);
}

/** Over the lines by what they cost; what rounding leaves goes to the lines that still have room, last ones first. */
function spread(
  whole: Decimal,
  targets: PricedLine[],
  digits: number,
  take: (line: PricedLine, amount: Decimal) => void,
): void {
  const base = sum(targets.map((line) => line.net));
  if (base.eq(0)) return;
  const shares = targets.map((line) => roundTo(whole.times(line.net).div(base), digits));
  let rest = whole.minus(sum(shares));
  for (let at = shares.length - 1; at >= 0 && !rest.eq(0); at--) {
    const room = rest.gt(0) ? targets[at]!.net.minus(shares[at]!) : shares[at]!.times(-1);
    const moved = rest.gt(0) ? (rest.gt(room) ? room : rest) : rest.lt(room) ? room : rest;
    shares[at] = shares[at]!.plus(moved);
    rest = rest.minus(moved);
  }
  targets.forEach((line, at) => {
    take(line, shares[at]!);
  });
}

function taxesOn(net: Decimal, rates: TaxRate[], included: boolean, digits: number): PricedTax[] {
  const together = sum(rates.map((rate) => decimal(rate.rate)));
  return rates.map((rate) => {
    const tax = net.times(rate.rate);
    return { rate, amount: roundTo(included ? tax.div(together.plus(1)) : tax, digits) };
  });
}

function byRate(lines: PricedLine[]): PricedTax[] {
  const totals = new Map<string, PricedTax>();
  for (const { rate, amount } of lines.flatMap((line) => line.taxes)) {
    const key = `${rate.title} ${rate.rate}`;
    totals.set(key, { rate, amount: amount.plus(totals.get(key)?.amount ?? 0) });
  }
  return [...totals.values()];
}
