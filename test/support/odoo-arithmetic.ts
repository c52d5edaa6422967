import type { ImportPlan, ImportRecord, ImportValue } from "../../src/import-plan.ts";

/**
 * What Odoo (rounding per line, its default) would say to a plan's order. Written apart from src/, on whole numbers:
 * every amount is a fraction of BigInts, so nothing is shared with the arithmetic it checks.
 */
export interface OdooTotals {
  untaxed: string;
  tax: string;
  total: string;
}

interface Fraction {
  top: bigint;
  bottom: bigint;
}

export function odooTotals(
  plan: ImportPlan,
  accuracy: { price?: number; discount?: number } = {},
): OdooTotals {
  const order = plan.records.find((record) => record.model === "sale.order");
  if (order === undefined) throw new Error("the plan has no sale.order");
  const currency = plan.totals?.currency ?? "EUR";
  const digits =
    currency === "JPY" || currency === "KRW" ? 0 : currency === "KWD" || currency === "BHD" ? 3 : 2;
  let untaxed = 0n;
  let tax = 0n;
  for (const line of order.children?.order_line ?? []) {
    const result = lineResult(line, digits, accuracy.price ?? 2, accuracy.discount ?? 2);
    untaxed += result.untaxed;
    tax += result.tax;
  }
  const text = (units: bigint): string => unitsToText(units, digits);
  return { untaxed: text(untaxed), tax: text(tax), total: text(untaxed + tax) };
}

/** In the currency's smallest unit. */
function lineResult(
  line: ImportRecord,
  digits: number,
  priceDigits: number,
  discountDigits: number,
): { untaxed: bigint; tax: bigint } {
  const field = (name: string): Fraction => fraction(line.values[name], name);
  // Odoo stores price and discount rounded to their accuracy.
  const price = stored(field("price_unit"), priceDigits);
  const discount = stored(field("discount"), discountDigits);
  const left: Fraction = { top: 100n * discount.bottom - discount.top, bottom: 100n * discount.bottom };
  const amount = toUnits(times(times(price, field("product_uom_qty")), left), digits);

  const taxes = taxesOf(line);
  const whole: Fraction = { top: amount, bottom: 10n ** BigInt(digits) };
  const excluded = taxes.filter((each) => !each.included);
  if (excluded.length > 0) {
    if (excluded.length !== taxes.length) throw new Error("included and excluded taxes on one line");
    const tax = taxes.reduce((total, each) => total + toUnits(percentOf(whole, each.percent), digits), 0n);
    return { untaxed: amount, tax };
  }
  const together = taxes.reduce<Fraction>((total, each) => plus(total, each.percent), {
    top: 0n,
    bottom: 1n,
  });
  const gross: Fraction = {
    top: 100n * together.bottom,
    bottom: 100n * together.bottom + together.top,
  };
  const tax = taxes.reduce(
    (total, each) => total + toUnits(times(percentOf(whole, each.percent), gross), digits),
    0n,
  );
  return { untaxed: amount - tax, tax };
}

function taxesOf(line: ImportRecord): { percent: Fraction; included: boolean }[] {
  const taxes = line.values.tax_ids;
  if (!Array.isArray(taxes)) throw new Error(`${line.externalId} leaves its taxes to Odoo`);
  const seen = new Set<string>();
  return taxes.map((reference) => {
    if (!("find" in reference) || reference.find.model !== "account.tax") throw new Error("not a tax");
    const { amount, price_include } = reference.find.where;
    const key = JSON.stringify(reference.find.where);
    if (seen.has(key)) throw new Error(`${line.externalId} has one tax twice; Odoo would count it once`);
    seen.add(key);
    return { percent: fraction(amount, "amount"), included: price_include === true };
  });
}

function fraction(value: ImportValue | undefined, name: string): Fraction {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (match === null) throw new Error(`${name} is not a decimal: ${String(value)}`);
  const [, sign, whole = "", rest = ""] = match;
  return { top: BigInt(`${sign}${whole}${rest}`), bottom: 10n ** BigInt(rest.length) };
}

function times(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.top, bottom: a.bottom * b.bottom };
}

function plus(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom };
}

function percentOf(value: Fraction, percent: Fraction): Fraction {
  return { top: value.top * percent.top, bottom: value.bottom * percent.bottom * 100n };
}

function stored(value: Fraction, digits: number): Fraction {
  return { top: toUnits(value, digits), bottom: 10n ** BigInt(digits) };
}

/** Half away from zero. */
function toUnits({ top, bottom }: Fraction, digits: number): bigint {
  const scaled = (top < 0n ? -top : top) * 10n ** BigInt(digits);
  const rounded = (2n * scaled + bottom) / (2n * bottom);
  return top < 0n ? -rounded : rounded;
}

function unitsToText(units: bigint, digits: number): string {
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, "0");
  const sign = units < 0n ? "-" : "";
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
