import { type Decimal, decimal, parseDecimal, roundTo, sum, zero } from "../money.ts";
import { type MoneyView, moneyView } from "./money-view.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { listOf, malformed, objectOf, textOf, unreadable } from "./read.ts";
import type {
  MoneySet,
  ShopifyLineItem,
  ShopifyRefund,
  ShopifyRefundLineItem,
  ShopifyTaxLine,
  ShopifyTransaction,
  Unchecked,
} from "./shopify-shapes.ts";

/** A refund's amounts; it names its currencies only where it names amounts. Null where it names none at all. */
export function refundMoney(
  refund: Unchecked<ShopifyRefund>,
  options: Pick<OrderMappingOptions, "money">,
  who: string,
): MoneyView | null {
  const sets = [...moneySets(refund)];
  const [first] = sets;
  const paidIn = textOf(transactionsOf(refund, who)[0]?.currency);
  const shop = first?.shop ?? paidIn;
  if (shop === null || shop === undefined) return null;
  return moneyView({ currency: shop, presentment_currency: first?.presentment ?? shop }, options.money, who);
}

function* moneySets(value: unknown): Generator<{ shop: string; presentment: string | null }> {
  if (Array.isArray(value)) for (const part of value) yield* moneySets(part);
  const object = objectOf<MoneySet>(value);
  if (object === null) return;
  const shop = textOf(objectOf<{ currency_code: string }>(object.shop_money)?.currency_code);
  if (shop !== null)
    yield {
      shop,
      presentment: textOf(objectOf<{ currency_code: string }>(object.presentment_money)?.currency_code),
    };
  else for (const part of Object.values(object)) yield* moneySets(part);
}

/** Money on its way back, each transaction by itself. */
export interface RefundedMoney {
  id: string;
  gateway: string;
  amount: Decimal;
  /** Has it reached the buyer? */
  settled: boolean;
  at: unknown;
}

export function refundedMoney(
  refund: Unchecked<ShopifyRefund>,
  money: MoneyView,
  who: string,
): RefundedMoney[] {
  return transactionsOf(refund, who)
    .filter(({ kind, status }) => kind === "refund" && (status === "success" || status === "pending"))
    .map((transaction) => ({
      id: textOf(transaction.id) ?? "",
      gateway: textOf(transaction.gateway) ?? "",
      amount: transactionAmount(transaction, money, who),
      settled: transaction.status === "success",
      at: transaction.processed_at ?? transaction.created_at,
    }))
    .filter(({ amount }) => amount.gt(0));
}

function transactionsOf(refund: Unchecked<ShopifyRefund>, who: string): Unchecked<ShopifyTransaction>[] {
  return listOf<ShopifyTransaction>(refund.transactions, who, "transactions");
}

function transactionAmount(
  transaction: Unchecked<ShopifyTransaction>,
  money: MoneyView,
  who: string,
): Decimal {
  const fromSet = money.inSet(transaction.amount_set, "a transaction");
  if (fromSet !== null) return fromSet;
  const amount = parseDecimal(transaction.amount);
  if (amount === null)
    throw malformed(who, `a transaction has no amount: ${JSON.stringify(transaction.amount)}.`);
  const currency = textOf(transaction.currency)?.toUpperCase() ?? money.currency;
  if (currency === money.currency || amount.eq(0)) return amount;
  throw unreadable(
    who,
    "refund_in_other_currency",
    `its money went back in ${currency}, while the order is kept in ${money.currency}.`,
    `Set the mapping's money to the other currency, or enter the credit note in Odoo by hand and discard this.`,
  );
}

/**
 * Whether the refunded prices contain their taxes: a refund does not say, but its figures do. First by the money that went
 * back, then by what the taxes come to at their rates.
 */
export function refundTaxesIncluded(
  refund: Unchecked<ShopifyRefund>,
  paidBack: Decimal,
  money: MoneyView,
  who: string,
): boolean {
  const lines = listOf<ShopifyRefundLineItem>(refund.refund_line_items, who, "refund_line_items");
  const net = sum(lines.map((line) => money.amount(line, "subtotal") ?? zero));
  const tax = sum(lines.map((line) => money.amount(line, "total_tax") ?? zero));
  if (tax.eq(0)) return false;
  if (paidBack.eq(net)) return true;
  if (paidBack.eq(net.plus(tax))) return false;
  let asIncluded = zero;
  let asExcluded = zero;
  for (const line of lines) {
    const item = objectOf<ShopifyLineItem>(line.line_item);
    const rates = listOf<ShopifyTaxLine>(item?.tax_lines, who, "tax_lines").map(
      ({ rate }) => parseDecimal(rate) ?? zero,
    );
    const rate = sum(rates);
    const amount = money.amount(line, "subtotal") ?? zero;
    const charged = money.amount(line, "total_tax") ?? zero;
    asExcluded = asExcluded.plus(amount.times(rate).minus(charged).abs());
    asIncluded = asIncluded.plus(amount.times(rate).div(rate.plus(1)).minus(charged).abs());
  }
  return asIncluded.lt(asExcluded);
}

/** An amount over several parts by what each of them was of the whole; the last takes what rounding leaves. */
export function shareOut(amount: Decimal, of: readonly Decimal[], digits: number): Decimal[] {
  const whole = sum(of);
  if (whole.eq(0)) return of.map((_, at) => (at === 0 ? amount : zero));
  let rest = amount;
  return of.map((part, at) => {
    const share = at === of.length - 1 ? rest : roundTo(amount.times(part).div(whole), digits);
    rest = rest.minus(share);
    return share;
  });
}

/** What is still to be shipped of a line of which units were refunded that never will be; null: these were shipped. */
export function stillToShip(line: Unchecked<ShopifyRefundLineItem>): number | null {
  const item = objectOf<ShopifyLineItem>(line.line_item);
  const left = item?.fulfillable_quantity;
  const neverShipped =
    line.restock_type === "cancel" ||
    (line.restock_type === "no_restock" && item !== null && item.fulfillment_status === null);
  return neverShipped && typeof left === "number" && left >= 0 && item?.gift_card !== true ? left : null;
}

/** How many units a refunded line holds. */
export function refundedUnits(line: Unchecked<ShopifyRefundLineItem>, who: string): Decimal {
  const { quantity } = line;
  if (typeof quantity !== "number" || !Number.isSafeInteger(quantity) || quantity < 0)
    throw malformed(who, `a refunded line has no usable quantity: ${JSON.stringify(quantity)}.`);
  return decimal(quantity);
}
