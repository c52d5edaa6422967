import { type Failure, HoldfastError } from "../failure.ts";
import type { ExpectedTotals, ImportPlan, ImportRecord, RecordReference } from "../import-plan.ts";
import { allReferences, broughtBy, referencesIn, shapeOf, unevenChildren } from "./cells.ts";
import { qualified } from "./external-ids.ts";
import { withoutParent } from "./parents.ts";
import { translateRecord } from "./versions.ts";

/** A record to write, once, however many plans name it. */
export interface Item {
  record: ImportRecord;
  /** Indexes of the plans that name it. */
  plans: number[];
  shape: string;
  /** A contact's parent, set after it was created. */
  parent?: RecordReference;
  /** Items that must be there before. */
  needs: Set<Item>;
  /** Set when it stands in Odoo. */
  id?: number;
  failure?: Failure;
}

/**
 * The records of all plans, each once, in the words of this Odoo.
 * @returns them, and for plans that make no sense why.
 */
export function gather(
  plans: readonly ImportPlan[],
  major: number,
): { items: Item[]; refused: Map<number, Failure> } {
  const items = new Map<string, Item>();
  const refused = new Map<number, Failure>();
  for (const [index, plan] of plans.entries()) {
    const fault = planFault(plan);
    if (fault) {
      refused.set(index, fault);
      continue;
    }
    for (const record of plan.records) {
      const known = items.get(record.externalId);
      if (known) {
        if (!known.plans.includes(index)) known.plans.push(index);
        continue;
      }
      const split = withoutParent(translateRecord(major, record));
      items.set(record.externalId, {
        ...split,
        plans: [index],
        shape: shapeOf(split.record),
        needs: new Set(),
      });
    }
  }
  connect([...items.values()]);
  return { items: [...items.values()], refused };
}

function connect(items: readonly Item[]): void {
  const bringer = new Map<string, Item>();
  for (const item of items) for (const id of broughtBy(item.record)) bringer.set(qualified(id), item);
  for (const item of items) {
    for (const reference of referencesOf(item)) {
      if (!("externalId" in reference)) continue;
      const needed = bringer.get(qualified(reference.externalId));
      if (needed && needed !== item) item.needs.add(needed);
    }
  }
}

/** All that an item points to. */
export function referencesOf(item: Item): RecordReference[] {
  return item.parent ? [...allReferences(item.record), item.parent] : allReferences(item.record);
}

/** Plans pass through function nodes: anything may be in them. */
function planFault(plan: ImportPlan): Failure | undefined {
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
  return plan.totals && totalsFault(plan.totals);
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
      const whole =
        "externalId" in reference
          ? typeof reference.externalId === "string"
          : "id" in reference
            ? typeof reference.id === "number"
            : typeof reference.find?.model === "string" && typeof reference.find.where === "object";
      if (!whole) return badPlan(`${field} of ${externalId} points nowhere: ${JSON.stringify(value)}.`);
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
  const sums = [totals.total, totals.tax];
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
