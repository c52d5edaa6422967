import { type Failure, HoldfastError } from "../failure.ts";
import type {
  AdjustStep,
  ExpectedTotals,
  ImportPlan,
  ImportRecord,
  PlanStep,
  PlanVersion,
  RecordReference,
} from "../import-plan.ts";
import { parseDecimal } from "../money.ts";
import { referencesIn, unevenChildren } from "./cells.ts";

/** Plans pass through function nodes: anything may be in them. */
export function planFault(plan: ImportPlan): Failure | undefined {
  if (plan?.kind !== "import-plan" || !Array.isArray(plan.records)) {
    return badPlan('This is no import plan: kind must be "import-plan" and records a list.');
  }
  for (const record of plan.records) {
    const fault = recordFault(record);
    if (fault) return fault;
    const uneven = unevenChildren(record);
    if (uneven) {
      return badPlan(
        `${uneven}, which its neighbours have; Odoo would empty it.`,
        "Give this field in every line in the mapping; null leaves it empty on purpose.",
      );
    }
  }
  return (
    (plan.totals && totalsFault(plan.totals)) ??
    (plan.version && versionFault(plan.version)) ??
    stepsFault(plan.steps ?? [])
  );
}

function versionFault({ externalId, at }: PlanVersion): Failure | undefined {
  if (typeof externalId === "string" && !Number.isNaN(Date.parse(at))) return undefined;
  return badPlan(`The version to compare is no time: ${JSON.stringify(at)}.`);
}

/** Which record a step is about. */
const subjects: Record<Exclude<PlanStep["kind"], "adjust">, "order" | "record"> = {
  confirm: "order",
  cancel: "order",
  invoice: "order",
  deliver: "order",
  track: "order",
  undeliver: "order",
  return: "order",
  reduce: "order",
  credit: "order",
  note: "record",
  archive: "record",
};

function stepsFault(given: unknown): Failure | undefined {
  if (!Array.isArray(given)) return badPlan("The steps must be a list.");
  for (const step of given as PlanStep[]) {
    if (step?.kind === "adjust") {
      const fault = adjustFault(step);
      if (fault) return fault;
      continue;
    }
    const subject = subjects[step?.kind];
    if (!subject) return badPlan(`There is no step "${String(step?.kind)}".`);
    const named = (step as unknown as Record<string, unknown>)[subject];
    if (typeof named !== "string") return badPlan(`The step ${step.kind} does not say which ${subject}.`);
    const lines = "lines" in step ? step.lines : [];
    if (!Array.isArray(lines)) return badPlan(`The lines of the step ${step.kind} must be a list.`);
    for (const line of lines) {
      const quantity = "stillToShip" in line ? line.stillToShip : line.quantity;
      const units = parseDecimal(quantity);
      if (typeof line.line !== "string" || units === null || units.lt(0))
        return badPlan(`The step ${step.kind} has a line without name or quantity: ${JSON.stringify(line)}.`);
    }
    if (step.kind === "credit") {
      const fault = recordFault(step.record) ?? totalsFault(step.totals);
      if (fault) return fault;
    }
    for (const payment of "payments" in step ? step.payments : []) {
      if (parseDecimal(payment.amount)?.gt(0) && typeof payment.externalId === "string") continue;
      return badPlan(`A payment of the step ${step.kind} has no amount: ${JSON.stringify(payment)}.`);
    }
  }
  return undefined;
}

function adjustFault({
  product,
  locationId,
  available,
  committed,
  externalIdPrefix = "",
}: AdjustStep): Failure | undefined {
  if (!isWhole(product)) return badPlan(`The step adjust names no product: ${JSON.stringify(product)}.`);
  if (!(Number.isSafeInteger(locationId) && locationId > 0))
    return badPlan(`The step adjust names no stock location: ${JSON.stringify(locationId)}.`);
  if (!/^[A-Za-z0-9_]*$/.test(externalIdPrefix))
    return badPlan(`The step adjust has no usable prefix: ${JSON.stringify(externalIdPrefix)}.`);
  if ([available, committed].every(Number.isSafeInteger)) return undefined;
  return badPlan(`The step adjust has no whole numbers: available ${available}, committed ${committed}.`);
}

/** Whether a reference points somewhere at all. */
function isWhole(reference: RecordReference | undefined): boolean {
  if (typeof reference !== "object" || reference === null) return false;
  if ("externalId" in reference) return typeof reference.externalId === "string";
  if ("id" in reference) return typeof reference.id === "number";
  return typeof reference.find?.model === "string" && typeof reference.find.where === "object";
}

function recordFault(record: ImportRecord): Failure | undefined {
  const { model, externalId, values, children = {} } = record ?? {};
  if (typeof externalId !== "string" || !/^[^\s.,/]+$/.test(externalId)) {
    return badPlan(
      `${JSON.stringify(externalId)} can't be an external id: use letters, digits, _ and - only.`,
    );
  }
  if (typeof model !== "string" || typeof values !== "object" || values === null) {
    return badPlan(`The record ${externalId} lacks its model or its values.`);
  }
  for (const [field, value] of Object.entries(values)) {
    for (const reference of referencesIn(value)) {
      if (!isWhole(reference))
        return badPlan(`${field} of ${externalId} points nowhere: ${JSON.stringify(value)}.`);
    }
  }
  for (const [field, records] of Object.entries(children)) {
    if (!Array.isArray(records)) return badPlan(`${field} of ${externalId} must be a list of records.`);
    for (const child of records) {
      const fault = recordFault(child);
      if (fault) return fault;
    }
  }
  return undefined;
}

function totalsFault(totals: ExpectedTotals): Failure | undefined {
  const sums = [totals.total, totals.tax, ...(totals.adjustment ? [totals.adjustment.upTo] : [])];
  if (typeof totals.externalId === "string" && sums.every((text) => /^-?\d+(\.\d+)?$/.test(text)))
    return undefined;
  return badPlan(`The totals to compare are no decimal numbers: ${sums.join(", ")}.`);
}

function badPlan(
  message: string,
  hint = "Correct the function node that makes or changes the plan.",
): Failure {
  return new HoldfastError({ class: "rejected", code: "bad_plan", message, hint, source: "flow" }).failure;
}
