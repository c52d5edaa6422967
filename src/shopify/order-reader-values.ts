/** Values that webhooks and the Admin API write differently. */
import { currencyDigits, type Decimal, decimal, decimalText, roundTo } from "../money.ts";
import type { MoneyBag, MoneyNode } from "./order-reader-shapes.ts";

/** A GID's digits as webhooks tell an id, after parsing: a number, or text where a number would lose digits. */
export function webhookId(gid: string): number | string {
  const digits = /(\d+)(?:\?.*)?$/.exec(gid)?.[1] ?? gid;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}

export function optionalId(node: { id: string | null } | null): number | string | null {
  return node?.id ? webhookId(node.id) : null;
}

/** "14.0" is "14.00" in a webhook: as many digits as the currency has, more only where Shopify tells more. */
export function amountOf({ amount, currencyCode }: MoneyNode): string {
  return amountText(decimal(amount), currencyCode);
}

export function amountText(amount: Decimal, currency: string): string {
  const digits = currencyDigits(currency);
  return roundTo(amount, digits).eq(amount) ? amount.toFixed(digits) : decimalText(amount);
}

export interface WebhookMoney {
  shop_money: { amount: string; currency_code: string };
  presentment_money: { amount: string; currency_code: string };
}

export function moneySet(bag: MoneyBag): WebhookMoney;
export function moneySet(bag: MoneyBag | null): WebhookMoney | null;
export function moneySet(bag: MoneyBag | null): WebhookMoney | null {
  if (bag === null) return null;
  const part = (money: MoneyNode) => ({ amount: amountOf(money), currency_code: money.currencyCode });
  return { shop_money: part(bag.shopMoney), presentment_money: part(bag.presentmentMoney) };
}

/** `price` and `price_set`, as webhooks tell an amount twice. */
export function priced<Name extends string>(name: Name, bag: MoneyBag | null): Record<string, unknown> {
  return { [name]: bag === null ? null : amountOf(bag.shopMoney), [`${name}_set`]: moneySet(bag) };
}

/** LINE_ITEM is "line_item". */
export function lowerCase(value: string): string;
export function lowerCase(value: string | null): string | null;
export function lowerCase(value: string | null): string | null {
  return value === null ? null : value.toLowerCase();
}

export function namedValues(attributes: readonly { key: string; value: string | null }[]) {
  return attributes.map(({ key, value }) => ({ name: key, value: value ?? "" }));
}
