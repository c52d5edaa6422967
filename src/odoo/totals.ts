import type { Failure } from "../failure.ts";
import type { ExpectedTotals } from "../import-plan.ts";
import { type Decimal, decimal, roundTo } from "../money.ts";
import type { OdooClient } from "./client.ts";
import { type Document, isDraft } from "./documents.ts";

/** "Order #1001", and what it must come to. */
export interface TotalsQuestion {
  who: string;
  expected: ExpectedTotals;
}

/**
 * How a document stands beside what Shopify says. `total` and `tax`: what is to be added to Odoo's, zero when equal.
 * `sums` says both for people, where they differ.
 */
export type Comparison = { total: Decimal; tax: Decimal; sums: string } | { failure: Failure };

/** Compares exactly, in the document's currency. */
export function compare({ who, expected }: TotalsQuestion, row: Document | undefined): Comparison {
  if (!row) {
    return refused(
      "record_missing",
      `${who}: its ${expected.model} ${expected.externalId} is gone from Odoo, or this user can't see it.`,
      "Look at it in Odoo, then retry.",
    );
  }
  const currency = row.currency_id ? row.currency_id[1] : "no currency";
  const total = amount(row.amount_total);
  const tax = amount(row.amount_tax);
  if (currency !== expected.currency) {
    return refused(
      "currency_mismatch",
      `${who}: Shopify says ${expected.total} ${expected.currency}, Odoo ${total} ${currency} (${row.display_name}).`,
      `Give the plan a pricelist in ${expected.currency}; delete the draft ${row.display_name} in Odoo, then retry.`,
    );
  }
  return {
    total: decimal(expected.total).minus(total),
    tax: decimal(expected.tax).minus(tax),
    sums: `${who}: ${describe(expected, total, tax, currency)} (${row.display_name}).`,
  };
}

/** The failure of a difference that nothing may level out. */
export function mismatch(sums: string, row: Document): Failure {
  const hint = isDraft(row)
    ? `${compareTaxes} retry: the draft ${row.display_name} is then written anew.`
    : `${compareTaxes} correct ${row.display_name} in Odoo and retry.`;
  return {
    class: "rejected",
    code: "total_mismatch",
    message: sums,
    hint,
    source: "odoo",
    at: Date.now(),
  };
}

const compareTaxes = "Compare the taxes of its lines and how Odoo rounds them; then";

/** Most cents are lost in one setting: Odoo may round taxes once for the whole order, Shopify does it line by line. */
export async function explainRounding(
  client: OdooClient,
  failures: readonly Failure[],
  companies: ReadonlySet<number>,
): Promise<Failure[]> {
  if (failures.length === 0) return [];
  const rows = (await client
    .call("res.company", "search_read", {
      args: {
        domain: [
          ["id", "in", [...companies]],
          ["tax_calculation_rounding_method", "=", "round_globally"],
        ],
        fields: ["name"],
      },
    })
    // A hint is not worth a failure.
    .catch(() => [])) as { name: string }[];
  const [company] = rows;
  if (!company) return [...failures];
  const hint = `In Odoo, ${company.name} rounds taxes globally, Shopify line by line: set Accounting, Settings, Rounding Method to "Round per Line"; then`;
  return failures.map((failure) => ({ ...failure, hint: (failure.hint ?? "").replace(compareTaxes, hint) }));
}

function describe(expected: ExpectedTotals, total: Decimal, tax: Decimal, currency: string): string {
  const digits = Math.max(2, decimals(expected.total), decimals(expected.tax));
  const text = `Shopify says ${expected.total} ${expected.currency}, Odoo ${total.toFixed(Math.max(digits, decimals(total.toFixed())))} ${currency}`;
  if (tax.eq(decimal(expected.tax))) return text;
  return `${text}; of it tax ${expected.tax} against ${tax.toFixed(Math.max(digits, decimals(tax.toFixed())))}`;
}

/** Odoo's amounts travel as binary floats; past the sixth digit there is only their noise. */
function amount(value: number): Decimal {
  return roundTo(decimal(value), 6);
}

function decimals(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

function refused(code: string, message: string, hint: string): { failure: Failure } {
  return { failure: { class: "rejected", code, message, hint, source: "odoo", at: Date.now() } };
}
