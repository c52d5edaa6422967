import type { FindReference, RecordReference } from "../import-plan.ts";
import { type Decimal, decimalText, parseDecimal, roundTo, sum, zero } from "../money.ts";
import type { ChargedTax } from "./discount.ts";
import type { MoneyView } from "./money-view.ts";
import { taxesOn } from "./odoo-rounding.ts";
import type { OrderMappingOptions, TaxRow } from "./order-options.ts";
import { listOf, malformed, objectOf, textOf } from "./read.ts";
import type { ShopifyCustomer, ShopifyOrder, ShopifyTaxLine, Unchecked } from "./shopify-shapes.ts";

/** Odoo keeps a tax's percentage with four digits. */
const percentDigits = 4;
/** 10,000 %: beyond it, it is no tax, and further on no number that JSON can carry. */
const highestRate = 100;

/** What decides which Odoo tax a tax line means. */
export interface TaxRules {
  /** Whether the shop's prices contain their taxes. */
  included: boolean;
  /** Where the order goes: "DE"; null where it names no country; undefined where nobody says, as in a refund. */
  country: string | null | undefined;
  options: Pick<OrderMappingOptions, "taxes" | "odooTaxes" | "missingTax" | "externalIdPrefix">;
}

/**
 * The taxes that Shopify charged on a line whose net amount is given.
 * A rate of zero adds nothing and needs no tax in Odoo, unless the table of taxes names one. A tax line whose amount is
 * zero although its rate would give more was waived (an exempt customer). Lines that mean the same Odoo tax (a state and
 * a county of 4 % each) are one tax of the sum, because in Odoo a line has each tax once.
 */
export function chargedTaxes(
  lines: unknown,
  net: Decimal,
  rules: TaxRules,
  money: MoneyView,
  who: string,
): ChargedTax[] {
  const taxes = new Map<string, ChargedTax>();
  for (const line of listOf<ShopifyTaxLine>(lines, who, "tax_lines")) {
    const percent = percentOf(line, who);
    const amount = money.required(line, "price", "a tax");
    const row = rowFor(rules, textOf(line.title), percent);
    if (row === null && percent.eq(0)) continue;
    if (!percent.eq(0) && isWaived(amount, net, percent, rules.included, money.digits)) continue;
    const key = row?.tax ?? decimalText(percent);
    const known = taxes.get(key);
    taxes.set(key, {
      percent: known ? known.percent.plus(percent) : percent,
      amount: known ? known.amount.plus(amount) : amount,
      mapped: row?.tax ?? null,
    });
  }
  return [...taxes.values()];
}

/**
 * The tax of a charge that pays none because of who buys, where the table of taxes names one: a row with the title of
 * the customer's own exemption ("EU_REVERSE_CHARGE_EXEMPTION_RULE"), else the one titled "exempt".
 */
export function exemptTax(exemptions: readonly string[], rules: TaxRules): ChargedTax[] {
  const titled = (wanted: string) => fittingRow(rules, (row) => textOf(row.title)?.toLowerCase() === wanted);
  const [row] = exemptions.flatMap((title) => titled(title) ?? []);
  return row ? [untaxed(row.tax)] : [];
}

/**
 * The tax of a charge whose taxes were waived, where nobody says why, as in a refund: what the table of taxes names for
 * exemptions, unless it names several.
 */
export function waivedTax(
  lines: unknown,
  net: Decimal,
  rules: TaxRules,
  money: MoneyView,
  who: string,
): ChargedTax[] {
  const waived = listOf<ShopifyTaxLine>(lines, who, "tax_lines").some((line) =>
    isWaived(money.required(line, "price", "a tax"), net, percentOf(line, who), rules.included, money.digits),
  );
  if (!waived) return [];
  const rows = fittingRows(rules, (row) => /^exempt$|_exemption/i.test(textOf(row.title) ?? ""));
  const [only, another] = new Set(rows.map(({ tax }) => tax));
  return only !== undefined && another === undefined ? [untaxed(only)] : [];
}

function untaxed(mapped: string): ChargedTax {
  return { percent: zero, amount: zero, mapped };
}

/** Why an order may pay no tax, as titles in the table of taxes; the most telling first. */
export function exemptionsOf(order: Unchecked<ShopifyOrder>): string[] {
  const customer = objectOf<ShopifyCustomer>(order.customer);
  const named = Array.isArray(customer?.tax_exemptions)
    ? customer.tax_exemptions.flatMap((each: unknown) => textOf(each)?.toLowerCase() ?? [])
    : [];
  return order.tax_exempt === true ? [...named, "exempt"] : named;
}

/** Percent as Odoo keeps it. */
function percentOf(line: Unchecked<ShopifyTaxLine>, who: string): Decimal {
  const rate = parseDecimal(line.rate);
  if (rate === null || rate.lt(0) || rate.gt(highestRate))
    throw malformed(who, `a tax has no usable rate: ${JSON.stringify(line.rate)}.`);
  return roundTo(rate.times(100), percentDigits);
}

function rowFor(rules: TaxRules, title: string | null, percent: Decimal): TaxRow | null {
  return fittingRow(rules, (row) => {
    const rate = textOf(row.rate);
    const wanted = textOf(row.title)?.toLowerCase() ?? null;
    return (
      (wanted === null || wanted === title?.toLowerCase()) &&
      (rate === null || parseDecimal(rate.replace(/\s*%$/, ""))?.eq(percent) === true)
    );
  });
}

/** The first row that fits; where nobody says which country, one for all countries comes before those of one. */
function fittingRow(rules: TaxRules, matches: (row: TaxRow) => boolean): TaxRow | null {
  const rows = fittingRows(rules, matches);
  const forAll = rules.country === undefined ? rows.find((row) => countryOf(row) === null) : undefined;
  return forAll ?? rows[0] ?? null;
}

function fittingRows({ country, options }: TaxRules, matches: (row: TaxRow) => boolean): TaxRow[] {
  return options.taxes.filter((row) => {
    const wanted = countryOf(row);
    return (
      textOf(row.tax) !== null &&
      (wanted === null || country === undefined || wanted === country) &&
      matches(row)
    );
  });
}

function countryOf(row: TaxRow): string | null {
  return textOf(row.country)?.toUpperCase() ?? null;
}

/** Whether the Odoo taxes of an order are part of the price. */
export function odooIncluded({ included, options }: TaxRules): boolean {
  return options.odooTaxes === "as_shopify" ? included : options.odooTaxes === "included";
}

/** The sales tax in Odoo that a charged tax means. */
export function taxReference(tax: ChargedTax, rules: TaxRules, who: string): RecordReference {
  if (tax.mapped) return mappedTax(tax.mapped, who);
  const included = odooIncluded(rules);
  const rate = `${decimalText(tax.percent)} %`;
  return {
    find: {
      model: "account.tax",
      where: {
        type_tax_use: "sale",
        amount_type: "percent",
        amount: tax.percent.toNumber(),
        price_include: included,
      },
      several: "first",
      missing:
        rules.options.missingTax === "create"
          ? { create: newTax(tax.percent, included, rules.options.externalIdPrefix) }
          : {
              class: "rejected",
              code: "tax_not_found",
              message: `${who}: Odoo has no sales tax of ${rate} with prices ${included ? "including" : "excluding"} tax.`,
              hint: `In Odoo under Accounting, Configuration, Taxes, add a sales tax of ${rate}, computed as a percentage, that is ${included ? "included in" : "not included in"} the price; or name the tax to use in the mapping node's table of taxes. Then retry.`,
            },
    },
  };
}

function mappedTax(named: string, who: string): RecordReference {
  if (/^\d+$/.test(named)) return { id: Number(named) };
  const reference: FindReference = {
    find: {
      model: "account.tax",
      where: { type_tax_use: "sale", name: named },
      several: "first",
      missing: {
        class: "rejected",
        code: "tax_not_found",
        message: `${who}: Odoo has no sales tax named "${named}", which the mapping node's table of taxes names.`,
        hint: "Correct the name in the table of taxes, or add the tax in Odoo, then retry.",
      },
    },
  };
  return reference;
}

function newTax(percent: Decimal, included: boolean, prefix: string) {
  const text = decimalText(percent);
  return {
    model: "account.tax",
    externalId: `${prefix}tax_${text.replace(".", "_")}${included ? "_included" : ""}`,
    values: {
      name: `Shopify ${text} %${included ? " (included)" : ""}`,
      type_tax_use: "sale",
      amount_type: "percent",
      amount: text,
      price_include_override: included ? "tax_included" : "tax_excluded",
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
