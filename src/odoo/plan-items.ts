import type { Failure } from "../failure.ts";
import type { FindReference, ImportPlan, ImportRecord, RecordReference } from "../import-plan.ts";
import { allReferences, broughtBy, shapeOf } from "./cells.ts";
import { qualified } from "./external-ids.ts";
import { withoutParent } from "./parents.ts";
import { planFault } from "./plan-faults.ts";
import { findKey } from "./references.ts";
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
  /** Ids of the orders that stood in Odoo under its name before this run; undefined where nobody asked. */
  before?: ReadonlySet<number>;
  /** This run made it, so it holds these values already. */
  fresh?: boolean;
  /** It was seen there before; this run did not ask. */
  recalled?: boolean;
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
    if (fault) refused.set(index, fault);
    else for (const record of plan.records) addItem(items, translateRecord(major, record), [index]);
  }
  connect([...items.values()], new Map());
  return { items: [...items.values()], refused };
}

function addItem(items: Map<string, Item>, record: ImportRecord, plans: readonly number[]): Item {
  const known = items.get(record.externalId);
  if (known) {
    known.plans.push(...plans.filter((plan) => !known.plans.includes(plan)));
    // Who only needs it to be there takes it as another plan wants it.
    if (record.write === "always" && known.record.write !== "always")
      Object.assign(known, withoutParent(record), { shape: shapeOf(withoutParent(record).record) });
    return known;
  }
  const split = withoutParent(record);
  const item = { ...split, plans: [...plans], shape: shapeOf(split.record), needs: new Set<Item>() };
  items.set(record.externalId, item);
  return item;
}

/** Adds records that finds want to be made, before those that need them; they are this Odoo's words already. */
export function addMissing(
  items: Item[],
  missing: readonly { item: Item; find: FindReference; create: ImportRecord }[],
): Item[] {
  const all = new Map(items.map((item) => [item.record.externalId, item]));
  const makes = new Map<string, string>();
  for (const { item, find, create } of missing) {
    addItem(all, create, item.plans);
    makes.set(findKey(find), create.externalId);
  }
  connect([...all.values()], makes);
  return [...all.values()];
}

/** @param makes by `findKey`, the external id of the record that is made because nothing was found. */
function connect(items: readonly Item[], makes: ReadonlyMap<string, string>): void {
  const bringer = new Map<string, Item>();
  for (const item of items) for (const id of broughtBy(item.record)) bringer.set(qualified(id), item);
  for (const item of items) {
    for (const reference of referencesOf(item)) {
      const id = "find" in reference ? makes.get(findKey(reference)) : externalIdOf(reference);
      const needed = id && bringer.get(qualified(id));
      if (needed && needed !== item) item.needs.add(needed);
    }
  }
}

function externalIdOf(reference: RecordReference): string | undefined {
  return "externalId" in reference ? reference.externalId : undefined;
}

/** All that an item points to. */
export function referencesOf(item: Item): RecordReference[] {
  return item.parent ? [...allReferences(item.record), item.parent] : allReferences(item.record);
}
