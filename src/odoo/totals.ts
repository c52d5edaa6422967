import type { Failure } from "../failure.ts";
import { groupBy } from "../group.ts";
import type { ExpectedTotals } from "../import-plan.ts";
import { type Decimal, decimal, roundTo } from "../money.ts";
import type { OdooClient } from "./client.ts";

export interface TotalsQuestion {
  /** "Order #1001" */
  who: string;
  expected: ExpectedTotals;
  id: number;
}

export type TotalsAnswer = { ok: true; warning?: string } | { ok: false; failure: Failure };

interface Amounts {
  id: number;
  display_name: string;
  amount_total: number;
  amount_tax: number;
  currency_id: [id: number, name: string] | false;
  state: string;
  company_id: [id: number, name: string] | false;
}

/**
 * Compares what stands in Odoo with what Shopify says, exactly; one read for each model.
 * A document that was confirmed meanwhile has passed this before, or a person took it as it is: it only warns.
 * @returns one answer for each question, in order. @throws HoldfastError
 */
export async function checkTotals(
  client: OdooClient,
  questions: readonly TotalsQuestion[],
): Promise<TotalsAnswer[]> {
  const amounts = new Map<string, Amounts>();
  for (const [model, group] of groupBy(questions, ({ expected }) => expected.model)) {
    const rows = (await client.call(model, "search_read", {
      args: {
        domain: [["id", "in", group.map(({ id }) => id)]],
        fields: ["display_name", "amount_total", "amount_tax", "currency_id", "state", "company_id"],
      },
      context: { active_test: false },
    })) as Amounts[];
    for (const row of rows) amounts.set(`${model},${row.id}`, row);
  }
  const answers = questions.map((question) =>
    compare(question, amounts.get(`${question.expected.model},${question.id}`)),
  );
  return explainRounding(client, answers, [...amounts.values()]);
}

/** Most cents are lost in one setting: Odoo may round taxes once for the whole order, Shopify does it line by line. */
async function explainRounding(
  client: OdooClient,
  answers: TotalsAnswer[],
  amounts: readonly Amounts[],
): Promise<TotalsAnswer[]> {
  if (!answers.some((answer) => !answer.ok && answer.failure.code === "total_mismatch")) return answers;
  const companies = new Set(amounts.flatMap(({ company_id }) => (company_id ? [company_id[0]] : [])));
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
  if (!company) return answers;
  const hint = `In Odoo, ${company.name} rounds taxes globally, Shopify line by line: set Accounting, Settings, Rounding Method to "Round per Line"; then`;
  return answers.map((answer) =>
    answer.ok || answer.failure.code !== "total_mismatch"
      ? answer
      : {
          ok: false,
          failure: { ...answer.failure, hint: (answer.failure.hint ?? "").replace(compareTaxes, hint) },
        },
  );
}

const compareTaxes = "Compare the taxes of its lines and how Odoo rounds them; then";

function compare({ who, expected, id }: TotalsQuestion, row: Amounts | undefined): TotalsAnswer {
  if (!row) {
    return refused(
      "record_missing",
      `${who}: its ${expected.model} (id ${id}) is gone from Odoo, or this user can't see it.`,
      "Look at it in Odoo, then retry.",
    );
  }
  const currency = row.currency_id ? row.currency_id[1] : "no currency";
  const total = amount(row.amount_total);
  const tax = amount(row.amount_tax);
  const sums =
    total.eq(decimal(expected.total)) && tax.eq(decimal(expected.tax))
      ? undefined
      : describe(expected, total, tax, currency);
  if (currency === expected.currency && !sums) return { ok: true };

  const said =
    currency === expected.currency
      ? `${who}: ${sums} (${row.display_name}).`
      : `${who}: Shopify says ${expected.total} ${expected.currency}, Odoo ${total} ${currency} (${row.display_name}).`;
  if (row.state !== "draft" && row.state !== "sent") return { ok: true, warning: said };
  if (currency !== expected.currency) {
    return refused(
      "currency_mismatch",
      said,
      `Give the plan a pricelist in ${expected.currency}; delete the draft ${row.display_name} in Odoo, then retry.`,
    );
  }
  return refused(
    "total_mismatch",
    said,
    `${compareTaxes} correct or delete the draft ${row.display_name} in Odoo and retry.`,
  );
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

function refused(code: string, message: string, hint: string): TotalsAnswer {
  return { ok: false, failure: { class: "rejected", code, message, hint, source: "odoo", at: Date.now() } };
}
