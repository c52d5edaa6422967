import { type Failure, failureOf } from "../failure.ts";
import type { ImportPlan } from "../import-plan.ts";
import { bringUpToDate, createMissing, type Remembered } from "./bring-records.ts";
import type { OdooClient } from "./client.ts";
import { forgetContacts } from "./placed-contacts.ts";
import { inWaves } from "./plan-waves.ts";
import { forgetFinds } from "./references.ts";
import { failPlan, isOpen, type Run, startRun } from "./run.ts";
import { takeSteps } from "./steps/index.ts";
import { inTurn } from "./turns.ts";

export type PlanResult =
  | {
      ok: true;
      reference: string;
      /** Odoo's ids of the plan's records, by their external ids. */
      ids: Record<string, number>;
      /** For people. */
      warnings: string[];
      /** Why nothing was changed, and rightly: Odoo holds a later version. */
      skipped?: "stale";
    }
  | { ok: false; reference: string; failure: Failure };

/**
 * Brings plans into Odoo: every record is created once and every step taken once, whoever asks and however often.
 * Many plans share few calls, yet each fails alone.
 * @returns one result for each plan, in order; nothing is thrown. Where Odoo went away in the middle, the
 * plans that are not through have class `unavailable`; applying them again is safe.
 */
export async function applyPlans(client: OdooClient, plans: readonly ImportPlan[]): Promise<PlanResult[]> {
  const results: PlanResult[] = [];
  for (const wave of inWaves(plans)) {
    const applied = await applyWave(
      client,
      wave.map((index) => plans[index]!),
    );
    wave.forEach((index, position) => {
      results[index] = applied[position]!;
    });
  }
  return results;
}

async function applyWave(client: OdooClient, plans: readonly ImportPlan[]): Promise<PlanResult[]> {
  const { results, remembered } = await applyOnce(client, plans);
  // A remembered product may be archived by now, a contact deleted: look again, once, before anybody hears of it.
  const { finds, contacts } = remembered;
  const again = [...plans.keys()].filter(
    (index) => (finds.has(index) || contacts.has(index)) && worthAnotherLook(results[index]!),
  );
  if (again.length === 0) return results;
  const of = (memory: Map<number, Set<string>>) => again.flatMap((index) => [...(memory.get(index) ?? [])]);
  forgetFinds(client, new Set(of(finds)));
  forgetContacts(client, of(contacts));
  const second = await applyOnce(
    client,
    again.map((index) => plans[index]!),
  );
  again.forEach((index, position) => {
    results[index] = second.results[position]!;
  });
  return results;
}

/** What a record that was found earlier, and is another by now, can be the reason of. */
const lookAgain = new Set([
  "record_missing",
  "external_id_not_found",
  "refused",
  "field_missing",
  "reference_ambiguous",
  "odoo_error",
]);

function worthAnotherLook(result: PlanResult): boolean {
  return !result.ok && lookAgain.has(result.failure.code);
}

interface Pass {
  results: PlanResult[];
  remembered: Remembered;
}

async function applyOnce(client: OdooClient, plans: readonly ImportPlan[]): Promise<Pass> {
  const run = startRun(client, 0, plans);
  let remembered: Remembered = { finds: new Map(), contacts: new Map() };
  try {
    run.major = (await client.version()).major;
    remembered = await createMissing(run);
    await inTurn(client, async () => {
      await bringUpToDate(run);
      await takeSteps(run);
    });
  } catch (error) {
    const failure = failureOf(error, "odoo");
    plans.forEach((_, index) => {
      if (isOpen(run, index)) failPlan(run, index, failure);
    });
  }
  return { results: plans.map((plan, index) => resultOf(run, plan, index)), remembered };
}

function resultOf(run: Run, plan: ImportPlan, index: number): PlanResult {
  const reference = plan?.reference ?? "";
  const failure = run.failures.get(index);
  if (failure) return { ok: false, reference, failure };
  const byExternalId = new Map(run.items.map((item) => [item.record.externalId, item.id]));
  const ids: Record<string, number> = {};
  for (const { externalId } of plan.records) {
    const id = byExternalId.get(externalId);
    if (id !== undefined) ids[externalId] = id;
  }
  const skipped = run.skipped.get(index);
  return { ok: true, reference, ids, warnings: run.warnings.get(index) ?? [], ...(skipped && { skipped }) };
}
