import type { CreditedUnits, CreditStep, ImportRecord } from "../import-plan.ts";
import { decimalText, sum } from "../money.ts";
import { chargeToLines, invoiceLine, onOtherBasis } from "./charge.ts";
import {
  adjustmentCharge,
  adjustmentId,
  type CreditedCharge,
  grossOf,
  type RefundContext,
  refundedCharges,
} from "./credited-charges.ts";
import { versionTime } from "./dates.ts";
import { amountText, expectedTotals, roundingLine } from "./expected-totals.ts";
import { chargeRules } from "./order-lines.ts";
import { dayOf, journalOf } from "./payments.ts";
import { type RefundedMoney, refundTaxesIncluded } from "./refund-amounts.ts";
import { odooIncluded, type TaxRules } from "./taxes.ts";

/** The credit note of a refund: the goods, shipping and duties that were refunded, and what the money differs by. */
export function creditStep(context: RefundContext): CreditStep {
  const { refund, refundId, order, who, money, paidBack, options } = context;
  const prefix = options.externalIdPrefix;
  const paid = sum(paidBack.map(({ amount }) => amount));
  const taxRules: TaxRules = {
    included: refundTaxesIncluded(refund, paid, money, who),
    country: undefined,
    options,
  };
  const charges = refundedCharges(context, taxRules);
  const gap = paid.minus(sum(charges.map((charge) => grossOf(charge, money.digits))));
  if (!gap.eq(0)) charges.push(adjustmentCharge(context, gap, taxRules));
  const rules = chargeRules(money, options, who);
  const included = odooIncluded(taxRules);
  const externalId = `${prefix}refund_${refundId}`;
  const credited = charges.map((charge) => {
    const turned =
      charge.taxes.length > 0 && charge.taxesIncluded !== included
        ? { ...charge, ...onOtherBasis(charge, rules.accuracy) }
        : charge;
    const lines = linked(chargeToLines(turned, rules, invoiceLine), charge.orderLine);
    return { lines, asInvoiced: asInvoiced(charge, lines, money.digits) };
  });
  const at = versionTime(refund.created_at);
  const ifInvoiced = credited.flatMap(({ asInvoiced: units }) => units ?? []);
  return {
    kind: "credit",
    order,
    ...(at !== null && { at }),
    ...(ifInvoiced.length > 0 && { asInvoiced: ifInvoiced }),
    ...(gap.lt(0) && {
      keptBack: { credit: adjustmentId(context), amount: amountText(gap.times(-1), money.digits) },
    }),
    record: {
      model: "account.move",
      externalId,
      values: {
        move_type: "out_refund",
        invoice_date: dayOf(refund.processed_at) ?? dayOf(refund.created_at),
        ref: `Shopify refund ${refundId}`,
      },
      children: { invoice_line_ids: credited.flatMap(({ lines }) => lines) },
    },
    totals: expectedTotals(
      {
        model: "account.move",
        externalId,
        field: "invoice_line_ids",
        line: roundingLine("account.move.line", `${prefix}rounding_refund_${refundId}`, options, who),
      },
      { total: paid, tax: sum(charges.flatMap(({ taxes }) => taxes.map(({ amount }) => amount))) },
      money,
      options,
    ),
    payments:
      options.invoice === "invoice_and_payment"
        ? paidBack.filter(({ settled }) => settled).map((each, at) => payment(each, at, context))
        : [],
  };
}

function payment(
  { id, gateway, amount, at }: RefundedMoney,
  index: number,
  { refund, refundId, who, money, options }: RefundContext,
) {
  return {
    externalId: `${options.externalIdPrefix}refund_payment_${id || `${refundId}_${index + 1}`}`,
    amount: amount.toFixed(money.digits),
    journal: journalOf(gateway === "" ? [] : [gateway], options, who),
    date: dayOf(at) ?? dayOf(refund.created_at) ?? "",
    memo: `Shopify refund ${refundId}${gateway ? `, ${gateway}` : ""}${id ? ` ${id}` : ""}`,
  };
}

function asInvoiced(
  charge: CreditedCharge,
  lines: readonly ImportRecord[],
  digits: number,
): CreditedUnits | null {
  const { orderLine, asInvoicedOf, quantity, taxes } = charge;
  if (orderLine === null || asInvoicedOf === null) return null;
  return {
    line: orderLine,
    quantity: decimalText(quantity),
    of: String(asInvoicedOf),
    credits: lines.map(({ externalId }) => externalId),
    total: amountText(grossOf(charge, digits), digits),
    tax: amountText(sum(taxes.map(({ amount }) => amount)), digits),
  };
}

/** Every line says it, also those of no order line: Odoo would empty it where only some do. */
function linked(lines: ImportRecord[], orderLine: string | null): ImportRecord[] {
  return lines.map((line, at) => ({
    ...line,
    values: {
      ...line.values,
      sale_line_ids: at === 0 && orderLine !== null ? [{ externalId: orderLine }] : [],
    },
  }));
}
