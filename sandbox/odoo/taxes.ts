// After account.tax of 19.0 (addons/account/models/account_tax.py), percent taxes in one currency only.

import { taxesField } from "./conventions.ts";
import type { Database, Row } from "./database.ts";
import { floatRound } from "./rounding.ts";

interface TaxedLine {
  rawExcluded: number;
  taxes: { id: number; raw: number; included: boolean }[];
}

/** Fills a line's amounts (sale.order.line._compute_amount). */
export function computeLine(db: Database, line: Row): void {
  const digits = currencyDigits(db, db.row("sale.order", Number(line.order_id)));
  const taxed = taxDetails(db, line, digits);
  const subtotal = floatRound(taxed.rawExcluded, digits);
  const total = taxed.taxes.reduce((sum, tax) => sum + floatRound(tax.raw, digits), subtotal);
  db.set("sale.order.line", line.id, "price_subtotal", subtotal);
  db.set("sale.order.line", line.id, "price_total", floatRound(total, digits));
  db.set("sale.order.line", line.id, "price_tax", total - subtotal);
}

/** Fills an order's totals (sale.order._compute_amounts). */
export function computeOrder(db: Database, order: Row): void {
  const digits = currencyDigits(db, order);
  const lines = db
    .children(db.field("sale.order", "order_line")!, order.id)
    .map((id) => db.row("sale.order.line", id)!)
    .filter((line) => !line.display_type)
    .map((line) => taxDetails(db, line, digits));
  const byTax = new Map<number, number>();
  for (const tax of lines.flatMap((line) => line.taxes))
    byTax.set(tax.id, (byTax.get(tax.id) ?? 0) + tax.raw);
  const taxes = floatRound(
    [...byTax.values()].reduce((sum, raw) => sum + floatRound(raw, digits), 0),
    digits,
  );
  const excluded = lines.reduce((sum, line) => sum + line.rawExcluded, 0);
  const everythingIncluded = lines.every((line) => line.taxes.every((tax) => tax.included));
  const rawTaxes = lines.flatMap((line) => line.taxes).reduce((sum, tax) => sum + tax.raw, 0);
  // _round_tax_details_base_lines: with price-included taxes only, the total is rounded and the base takes the rest.
  const untaxed = everythingIncluded
    ? floatRound(floatRound(excluded + rawTaxes, digits) - taxes, digits)
    : floatRound(excluded, digits);
  db.set("sale.order", order.id, "amount_untaxed", untaxed);
  db.set("sale.order", order.id, "amount_tax", taxes);
  db.set("sale.order", order.id, "amount_total", floatRound(untaxed + taxes, digits));
}

/** Amounts before the last rounding; `round_per_line` rounds them here already (_get_tax_details). */
function taxDetails(db: Database, line: Row, digits: number): TaxedLine {
  const perLine = db.settings.taxRounding === "round_per_line";
  const round = (amount: number): number => (perLine ? floatRound(amount, digits) : amount);
  const unit = Number(line.price_unit) * (1 - Number(line.discount) / 100);
  const raw = round(Number(line.product_uom_qty) * unit);
  const taxes = ((line[taxesField(db.settings.major)] || []) as number[])
    .map((id) => db.row("account.tax", id)!)
    .sort((one, other) => Number(one.sequence) - Number(other.sequence) || one.id - other.id)
    .map((tax) => ({
      id: tax.id,
      rate: Number(tax.amount),
      included: tax.price_include_override === "tax_included",
    }));
  const includedRate = taxes.reduce((sum, tax) => sum + (tax.included ? tax.rate : 0), 0) / 100;
  const amounts = new Map<number, number>();
  for (const tax of taxes.filter((each) => each.included)) {
    amounts.set(tax.id, round((raw * (1 / (1 + includedRate)) * tax.rate) / 100));
  }
  const base = raw - [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
  for (const tax of taxes.filter((each) => !each.included))
    amounts.set(tax.id, round((base * tax.rate) / 100));
  return {
    rawExcluded: base,
    taxes: taxes.map((tax) => ({ id: tax.id, raw: amounts.get(tax.id)!, included: tax.included })),
  };
}

function currencyDigits(db: Database, order: Row | undefined): number {
  return Number(db.row("res.currency", Number(order?.currency_id))?.decimal_places ?? 2);
}
