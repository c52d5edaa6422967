import Big from "big.js";

/** Exact decimal arithmetic on decimal text, as Shopify and Odoo send money. */
export type Decimal = Big;

/** @throws Error when the text is not a decimal number. */
export function decimal(value: string | number): Decimal {
  return new Big(value);
}

/** The number behind decimal text such as "19.95" or "-3"; null for anything else ("", "1,5", "NaN"). */
export function parseDecimal(value: unknown): Decimal | null {
  if (typeof value === "number") return Number.isFinite(value) ? new Big(value) : null;
  if (typeof value !== "string") return null;
  return /^-?\d{1,30}(\.\d{1,30})?$/.test(value.trim()) ? new Big(value.trim()) : null;
}

export const zero: Decimal = new Big(0);

export function sum(values: Iterable<Decimal>): Decimal {
  let total = zero;
  for (const value of values) total = total.plus(value);
  return total;
}

/** ISO 4217 currencies whose minor unit is not a hundredth. */
const minorUnits = new Map<string, number>([
  ...["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"].map((code) => [code, 0] as const),
  ...["PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"].map((code) => [code, 0] as const),
  ...["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map((code) => [code, 3] as const),
]);

/** Digits after the point that a currency's amounts have. */
export function currencyDigits(currency: string): number {
  return minorUnits.get(currency.toUpperCase()) ?? 2;
}

/** Rounds half away from zero, as both Shopify and Odoo do. */
export function roundTo(value: Decimal, digits: number): Decimal {
  return value.round(digits, Big.roundHalfUp);
}

/** Plain decimal text, never an exponent: "0.00000001", "20", "-3.5". */
export function decimalText(value: Decimal): string {
  return value.eq(zero) ? "0" : value.toFixed();
}
