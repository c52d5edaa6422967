import { currencyDigits, type Decimal, parseDecimal } from "../money.ts";
import { malformed, objectOf, textOf, unreadable } from "./read.ts";
import type { Money, MoneySet, ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/** The shop's own currency, or the one the customer paid in. */
export type MoneyChoice = "shop" | "presentment";

/** One order's amounts, all in one of its two currencies. */
export interface MoneyView {
  /** ISO 4217 */
  currency: string;
  digits: number;
  /** The order was paid in another currency than the shop's, and that one was chosen. */
  foreign: boolean;
  /** `price` of a record, from its `price_set` where there is one; null when it has neither. */
  amount(record: object, field: string): Decimal | null;
  /** The same, but it must be there. */
  required(record: object, field: string, where: string): Decimal;
  /** What a { shop_money, presentment_money } holds; null when there is none. */
  inSet(set: unknown, where: string): Decimal | null;
}

export function moneyView(order: Unchecked<ShopifyOrder>, choice: MoneyChoice, who: string): MoneyView {
  const shopCurrency = textOf(order.currency)?.toUpperCase() ?? null;
  const paidCurrency = textOf(order.presentment_currency)?.toUpperCase() ?? shopCurrency;
  const currency = choice === "shop" ? shopCurrency : paidCurrency;
  if (currency === null) throw malformed(who, "it names no currency.");
  const foreign = choice === "presentment" && paidCurrency !== shopCurrency;
  const side = choice === "shop" ? "shop_money" : "presentment_money";

  function inSet(set: unknown, where: string): Decimal | null {
    const money = objectOf<Money>(objectOf<MoneySet>(set)?.[side]);
    return money === null || money.amount === null || money.amount === undefined
      ? null
      : decimalOf(money.amount, where);
  }

  function decimalOf(value: unknown, where: string): Decimal {
    const amount = parseDecimal(value);
    if (amount === null) throw malformed(who, `${where} is not an amount: ${JSON.stringify(value)}.`);
    return amount;
  }

  function amount(record: object, field: string): Decimal | null {
    const fields = record as Record<string, unknown>;
    const fromSet = inSet(fields[`${field}_set`], field);
    if (fromSet !== null) return fromSet;
    const plain = fields[field];
    if (plain === null || plain === undefined) return null;
    const value = decimalOf(plain, field);
    // Plain amounts are in shop money. Zero is zero in any currency.
    if (foreign && !value.eq(0))
      throw unreadable(
        who,
        "no_presentment_amount",
        `Shopify sent ${field} in ${shopCurrency} only, not in ${currency}.`,
        "Set the mapping's money to the shop's currency, then retry.",
      );
    return value;
  }

  return {
    currency,
    digits: currencyDigits(currency),
    foreign,
    amount,
    inSet,
    required(record, field, where) {
      const value = amount(record, field);
      if (value === null) throw malformed(who, `${where} has no ${field}.`);
      return value;
    },
  };
}
