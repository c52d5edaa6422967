import type { FindReference, ImportRecord } from "../import-plan.ts";
import { lookUp } from "./external-ids.ts";
import { addMissing, type Item, referencesOf } from "./plan-items.ts";
import { type Answer, findAll, findKey, judge } from "./references.ts";
import { failItem, isNeeded, type Run } from "./run.ts";

/**
 * Answers all finds of a run's items; records that are to be made because nothing was found become items too.
 * @returns for each plan, the finds that were answered from memory. @throws HoldfastError when Odoo is away.
 */
export async function findRecords(run: Run): Promise<Map<number, Set<string>>> {
  const remembered = new Map<number, Set<string>>();
  const answers = new Map<string, Answer>();
  run.finds = (reference) => judge(reference, answers.get(findKey(reference)) ?? []);
  // A record that is made may have finds of its own.
  for (let asked: { item: Item; find: FindReference }[] = findsOf(run, answers); asked.length > 0; ) {
    const { ids, remembered: fromMemory } = await findAll(
      run.client,
      asked.map(({ find }) => find),
    );
    for (const [key, ids_] of ids) answers.set(key, ids_);
    for (const { item, find } of asked) {
      const key = findKey(find);
      if (!fromMemory.has(key)) continue;
      for (const plan of item.plans) remembered.set(plan, (remembered.get(plan) ?? new Set()).add(key));
    }
    run.items = addMissing(
      run.items,
      asked.flatMap(({ item, find }) => {
        const create = toCreate(run, find);
        return create ? [{ item, find, create }] : [];
      }),
    );
    asked = findsOf(run, answers);
  }
  await settleExisting(run);
  return remembered;
}

function toCreate(run: Run, find: FindReference): ImportRecord | undefined {
  const found = run.finds(find);
  return "create" in found ? found.create : undefined;
}

function findsOf(run: Run, answered: ReadonlyMap<string, Answer>) {
  return neededOf(run).flatMap((item) =>
    referencesOf(item).flatMap((find) =>
      "find" in find && !answered.has(findKey(find)) ? [{ item, find }] : [],
    ),
  );
}

function neededOf(run: Run): Item[] {
  return run.items.filter((item) => isNeeded(run, item));
}

/** A find that fails only matters to a record that is not there yet: a replay after a renamed SKU is fine. */
async function settleExisting(run: Run): Promise<void> {
  await Promise.all(
    neededOf(run).map(async (item) => {
      for (const reference of referencesOf(item)) {
        if (!("find" in reference)) continue;
        const found = run.finds(reference);
        if (!("failure" in found)) continue;
        const existing = await lookUp(run.client, item.record.externalId);
        if (existing?.model === item.record.model) item.id = existing.id;
        else failItem(run, item, found.failure.failure);
        return;
      }
    }),
  );
}
