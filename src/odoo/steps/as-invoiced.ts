import type {
  CreditedUnits,
  CreditStep,
  ExpectedTotals,
  ImportRecord,
  PlanPayment,
} from "../../import-plan.ts";
import { type Decimal, decimal, decimalText, roundTo, zero } from "../../money.ts";

/** An order line's units, as Odoo has them. */
export interface UnitsInOdoo {
  invoiced: Decimal;
  ordered: Decimal;
  /** By other credit notes, of units that are credited as far as they were invoiced. */
  credited: Decimal;
}

/**
 * How many of each are to be credited, where they stand in a row.
 * @param isTold whether Odoo holds the order as of the refund, or later.
 */
export function unitsToCredit(
  all: readonly CreditedUnits[],
  inOdoo: (line: string) => UnitsInOdoo,
  isTold: boolean,
): Decimal[] {
  const before = new Map<string, Decimal>();
  return all.map(({ line, quantity, of }) => {
    const units = inOdoo(line);
    const earlier = before.get(line) ?? zero;
    const together = earlier.plus(quantity);
    before.set(line, together);
    const invoiced = (refunded: Decimal) => invoicedOf(refunded, decimal(of), units, isTold);
    return invoiced(together).minus(invoiced(earlier));
  });
}

/**
 * Which units were invoiced no document tells, so they are counted: those that can't be among the line's units that were
 * never invoiced; and those that are invoiced, ordered no more and not credited yet. The latter may be other refunds' as
 * long as the order is not told as of this one.
 */
function invoicedOf(
  refunded: Decimal,
  ever: Decimal,
  { invoiced, ordered, credited }: UnitsInOdoo,
  isTold: boolean,
): Decimal {
  const surplus = isTold ? invoiced.minus(ordered).minus(credited) : zero;
  const atLeast = refunded.minus(ever.minus(invoiced));
  return least(refunded, most(zero, most(surplus, atLeast)));
}

/**
 * Credit lines that count as credited above have this place in the credit note, below the others: Odoo 14 keeps no external
 * id of an invoice's lines that could say so.
 */
export const asInvoicedSequence = 11;

export interface Cut {
  record: ImportRecord;
  totals: ExpectedTotals;
  payments: PlanPayment[];
}

/** A refund without the units that were never invoiced; money that was never booked as received is not paid back. */
export function cutToInvoiced(step: CreditStep, units: readonly Decimal[]): Cut {
  const { asInvoiced: all = [], keptBack } = step;
  const digits = digitsOf(step.totals.total);
  const cuts = new Map<string, (line: ImportRecord) => ImportRecord[]>();
  const leftOut = { total: zero, tax: zero };
  all.forEach(({ quantity, credits, total, tax }, at) => {
    const share = (amount: Decimal) => amount.times(units[at]!).div(quantity);
    for (const [index, credit] of credits.entries())
      cuts.set(credit, (line) => (index === 0 ? countedLine(line, share) : pricedLine(line, share, digits)));
    leftOut.total = leftOut.total.plus(total).minus(roundTo(share(decimal(total)), digits));
    leftOut.tax = leftOut.tax.plus(tax).minus(roundTo(share(decimal(tax)), digits));
  });
  let total = decimal(step.totals.total).minus(leftOut.total);
  // Where the money of all that is left out was kept back, it was never paid: an edit added it, and it was taken off again.
  if (keptBack && decimal(keptBack.amount).gte(leftOut.total)) {
    const share = (amount: Decimal) =>
      amount.times(decimal(keptBack.amount).minus(leftOut.total)).div(keptBack.amount);
    cuts.set(keptBack.credit, (line) => pricedLine(line, share, digits));
    total = decimal(step.totals.total);
  }
  const lines = (step.record.children?.invoice_line_ids ?? []).flatMap(
    (line) => cuts.get(line.externalId)?.(line) ?? [line],
  );
  return {
    record: { ...step.record, ...(lines.length > 0 && { children: { invoice_line_ids: lines } }) },
    totals: {
      ...step.totals,
      total: total.toFixed(digits),
      tax: decimal(step.totals.tax).minus(leftOut.tax).toFixed(digits),
    },
    payments: total.eq(step.totals.total) ? step.payments : upTo(total, step.payments, digits),
  };
}

type Share = (amount: Decimal) => Decimal;

function countedLine(line: ImportRecord, share: Share): ImportRecord[] {
  const quantity = share(decimal(String(line.values.quantity)));
  if (quantity.eq(zero)) return [];
  return [
    {
      ...line,
      values: { ...line.values, quantity: decimalText(quantity), sequence: asInvoicedSequence },
    },
  ];
}

function pricedLine(line: ImportRecord, share: Share, digits: number): ImportRecord[] {
  const price = decimal(String(line.values.price_unit));
  const now = share(price);
  if (now.eq(zero)) return [];
  const left = now.eq(price) ? price : roundTo(now, digits);
  return [{ ...line, values: { ...line.values, price_unit: decimalText(left) } }];
}

/** The first of these payments, as far as they come to no more than this. */
function upTo(total: Decimal, payments: readonly PlanPayment[], digits: number): PlanPayment[] {
  let left = total;
  return payments.flatMap((payment) => {
    const amount = least(left, decimal(payment.amount));
    left = left.minus(amount);
    return amount.gt(zero) ? [{ ...payment, amount: amount.toFixed(digits) }] : [];
  });
}

const least = (one: Decimal, other: Decimal): Decimal => (one.lt(other) ? one : other);
const most = (one: Decimal, other: Decimal): Decimal => (one.gt(other) ? one : other);

/** "10.00" has two. */
const digitsOf = (amount: string): number => amount.split(".")[1]?.length ?? 0;
