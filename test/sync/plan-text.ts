import type { ImportPlan, ImportRecord, ImportValue } from "../../src/import-plan.ts";

/** A plan's order lines as one line of text each, for tests that read well. */
export function lineTexts(plan: ImportPlan): string[] {
  return linesOf(plan).map((line) => {
    const { product_uom_qty, price_unit, discount } = line.values;
    const parts = [
      `${line.externalId}: ${foundBy(line.values.product_id)}`,
      `${product_uom_qty} × ${price_unit}`,
      ...(discount === "0" ? [] : [`-${discount} %`]),
      taxText(line),
    ];
    return parts.join(", ");
  });
}

export function orderOf(plan: ImportPlan): ImportRecord {
  const order = plan.records.find((record) => record.model === "sale.order");
  if (order === undefined) throw new Error("the plan has no order");
  return order;
}

export function linesOf(plan: ImportPlan): ImportRecord[] {
  return orderOf(plan).children?.order_line ?? [];
}

export function partnersOf(plan: ImportPlan): ImportRecord[] {
  return plan.records.filter((record) => record.model === "res.partner");
}

/** A plan's steps as one line of text each. */
export function stepTexts(plan: ImportPlan): string[] {
  return (plan.steps ?? []).map((step) => {
    switch (step.kind) {
      case "confirm":
      case "cancel":
        return `${step.kind} ${step.order}`;
      case "invoice":
        return [
          `invoice ${step.order}`,
          ...step.payments.map(({ amount, journal }) => `${amount} to ${foundBy(journal)}`),
        ].join(", ");
      case "note":
        return `note on ${step.record}: ${step.text}`;
      case "deliver":
        return `deliver ${step.externalId} of ${step.order}: ${quantities(step.lines)}${step.warehouseId ? ` from ${step.warehouseId}` : ""}`;
      case "return":
        return `return ${step.externalId} of ${step.order}: ${quantities(step.lines)}${step.lines.some(({ locationId }) => locationId) ? ` to ${step.lines.map(({ locationId }) => locationId).join(", ")}` : ""}`;
      case "reduce":
        return `reduce ${step.order}: ${step.lines.map(({ line, stillToShip }) => `${stillToShip} of ${line} to come`).join(", ")}`;
      case "track":
        return `track ${step.externalId}: ${[step.tracking.company, ...step.tracking.numbers].join(" ")}`;
      case "credit":
        return [
          `credit ${step.record.externalId} of ${step.order}: ${step.totals.total}, tax ${step.totals.tax}`,
          ...step.payments.map(({ amount, journal }) => `${amount} from ${foundBy(journal)}`),
        ].join(", ");
      case "adjust":
        return `adjust ${typeof step.product === "object" && "find" in step.product ? Object.values(step.product.find.where).join(" ") : JSON.stringify(step.product)} at ${step.locationId}: ${step.available} available, ${step.committed} committed`;
      default:
        return `${step.kind} ${"externalId" in step ? step.externalId : step.record}`;
    }
  });
}

function quantities(lines: { line: string; quantity: string }[]): string {
  return lines.map(({ line, quantity }) => `${quantity} of ${line}`).join(", ");
}

function foundBy(value: ImportValue | undefined): string {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !("find" in value))
    throw new Error("not found by anything");
  return String(Object.values(value.find.where)[0]);
}

function taxText(line: ImportRecord): string {
  const taxes = line.values.tax_ids;
  if (!Array.isArray(taxes)) throw new Error(`${line.externalId} leaves its taxes to Odoo`);
  if (taxes.length === 0) return "no tax";
  const included = new Set<string>();
  const rates = taxes.map((tax) => {
    if (!("find" in tax)) throw new Error("not a tax");
    included.add(tax.find.where.price_include === true ? " included" : "");
    return `${tax.find.where.amount} %`;
  });
  return rates.join(" + ") + [...included].join();
}
