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

/** How many of each are to be credited, where they stand in a row. */
export function unitsToCredit(
  all: readonly CreditedUnits[],
  inOdoo: (line: string) => UnitsInOdoo,
): Decimal[] {
  const before = new Map<string, Decimal>();
  return all.map(({ line, quantity, of }) => {
    const units = inOdoo(line);
    const earlier = before.get(line) ?? zero;
    const together = earlier.plus(quantity);
    before.set(line, together);
    return invoicedOf(together, decimal(of), units).minus(invoicedOf(earlier, decimal(of), units));
  });
}

/**
 * Which units were invoiced no document tells, so they are counted: those that are invoiced, ordered no more and not
 * credited yet; and at any rate those that can't be among the line's units that were never invoiced, because Odoo may not
 * have been told yet that less is ordered.
 */
function invoicedOf(refunded: Decimal, ever: Decimal, { invoiced, ordered, credited }: UnitsInOdoo): Decimal {
  const surplus = invoiced.minus(ordered).minus(credited);
  const atLeast = refunded.minus(ever.minus(invoiced));
  return least(refunded, most(zero, most(surplus, atLeast)));
}

/** Credit lines that count as credited above are known by this, at the end of their external ids. */
export const creditedAsInvoiced = "_as_invoiced";

export interface Cut {
  record: ImportRecord;
  totals: ExpectedTotals;
  payments: PlanPayment[];
}

/** A refund without the units that were never invoiced; money that was never booked as received is not paid back. */
export function cutToInvoiced(step: CreditStep, units: readonly Decimal[]): Cut {
  const all = step.asInvoiced ?? [];
  const digits = digitsOf(step.totals.total);
  const cuts = new Map<string, { share: (amount: Decimal) => Decimal; isFirst: boolean }>();
  const left = { total: decimal(step.totals.total), tax: decimal(step.totals.tax) };
  all.forEach(({ quantity, credits, total, tax }, at) => {
    const share = (amount: Decimal) => amount.times(units[at]!).div(quantity);
    for (const [index, credit] of credits.entries()) cuts.set(credit, { share, isFirst: index === 0 });
    left.total = left.total.minus(total).plus(roundTo(share(decimal(total)), digits));
    left.tax = left.tax.minus(tax).plus(roundTo(share(decimal(tax)), digits));
  });
  const lines = (step.record.children?.invoice_line_ids ?? []).flatMap((line): ImportRecord[] => {
    const cut = cuts.get(line.externalId);
    if (cut === undefined) return [line];
    const { isFirst, share } = cut;
    const factor = share(decimal(1));
    if (factor.eq(zero)) return [];
    const field = isFirst ? "quantity" : "price_unit";
    const whole = decimal(String(line.values[field]));
    const value = isFirst ? decimalText(share(whole)) : roundTo(share(whole), digits).toFixed(digits);
    return [
      {
        ...line,
        externalId: isFirst ? `${line.externalId}${creditedAsInvoiced}` : line.externalId,
        values: { ...line.values, ...(!factor.eq(1) && { [field]: value }) },
      },
    ];
  });
  const isWhole = all.every(({ quantity }, at) => units[at]!.eq(quantity));
  return {
    record: { ...step.record, ...(lines.length > 0 && { children: { invoice_line_ids: lines } }) },
    totals: { ...step.totals, total: left.total.toFixed(digits), tax: left.tax.toFixed(digits) },
    payments: isWhole ? step.payments : upTo(left.total, step.payments, digits),
  };
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
