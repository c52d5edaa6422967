import type { FindReference } from "../import-plan.ts";
import { type Decimal, decimalText, parseDecimal, roundTo, sum } from "../money.ts";
import type { ChargedTax } from "./discount.ts";
import type { MoneyView } from "./money-view.ts";
import { taxesOn } from "./odoo-rounding.ts";
import { listOf, malformed } from "./read.ts";
import type { ShopifyTaxLine } from "./shopify-shapes.ts";

/** Odoo keeps a tax's percentage with four digits. */
const percentDigits = 4;
/** 10,000 %: beyond it, it is no tax, and further on no number that JSON can carry. */
const highestRate = 100;

/**
 * The taxes that Shopify charged on a line whose net amount is given.
 * A rate of zero adds nothing and needs no tax in Odoo. A tax line whose amount is zero although its rate would give
 * more was waived (an exempt customer). The same rate twice (a state and a county of 4 % each) is one tax of the sum,
 * because in Odoo a line has each tax once.
 */
export function chargedTaxes(
  lines: unknown,
  net: Decimal,
  included: boolean,
  money: MoneyView,
  who: string,
): ChargedTax[] {
  const byPercent = new Map<string, ChargedTax[]>();
  for (const line of listOf<ShopifyTaxLine>(lines, who, "tax_lines")) {
    const rate = parseDecimal(line.rate);
    if (rate === null || rate.lt(0) || rate.gt(highestRate))
      throw malformed(who, `a tax has no usable rate: ${JSON.stringify(line.rate)}.`);
    const percent = roundTo(rate.times(100), percentDigits);
    const amount = money.required(line, "price", "a tax");
    if (percent.eq(0) || isWaived(amount, net, percent, included, money.digits)) continue;
    const key = decimalText(percent);
    byPercent.set(key, [...(byPercent.get(key) ?? []), { percent, amount }]);
  }
  return [...byPercent.values()].map((same) => ({
    percent: sum(same.map((tax) => tax.percent)),
    amount: sum(same.map((tax) => tax.amount)),
  }));
}

/** The sales tax in Odoo with this percentage. */
export function taxReference({ percent }: ChargedTax, included: boolean, who: string): FindReference {
  const rate = `${decimalText(percent)} %`;
  return {
    find: {
      model: "account.tax",
      where: {
        type_tax_use: "sale",
        amount_type: "percent",
        amount: percent.toNumber(),
        price_include: included,
      },
      several: "first",
      missing: {
        class: "rejected",
        code: "tax_not_found",
        message: `${who}: Odoo has no sales tax of ${rate} with prices ${included ? "including" : "excluding"} tax.`,
        hint: `In Odoo under Accounting, Configuration, Taxes, add a sales tax of ${rate}, computed as a percentage, that is ${included ? "included in" : "not included in"} the price, then retry.`,
      },
    },
  };
}

function isWaived(
  amount: Decimal,
  net: Decimal,
  percent: Decimal,
  included: boolean,
  digits: number,
): boolean {
  return amount.eq(0) && !sum(taxesOn(net, [percent], included, digits)).eq(0);
}
