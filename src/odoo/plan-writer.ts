import type { ImportPlan } from "../import-plan.ts";
import type { OdooClient } from "./client.ts";
import { createGatherer } from "./gather.ts";
import { applyPlans, type PlanResult } from "./import.ts";
import { isKnown } from "./known-ids.ts";
import { subjectOf } from "./steps/index.ts";

/** One batch creates its records while the other is confirmed, invoiced or delivered; a third would only wait. */
const BATCHES_AT_ONCE = 2;

/**
 * Writes plans as they come, many in few calls; those that touch the same record one after the other.
 * Two batches are under way at once where the client may call in parallel.
 * @param batchSize plans in a batch, at most.
 * @returns writes one plan; what `applyPlans` says of it.
 */
export function createPlanWriter(
  client: OdooClient,
  batchSize: number,
): (plan: ImportPlan) => Promise<PlanResult> {
  return createGatherer({
    max: batchSize,
    lanes: Math.min(BATCHES_AT_ONCE, client.maxParallel),
    touches: (plan) => touchedBy(client, plan),
    run: (plans) => applyPlans(client, plans),
  });
}

/** What a plan may create or change; a record that is only pointed to, and known to be there, is free to others. */
function touchedBy(client: OdooClient, plan: ImportPlan): string[] {
  // What is no plan at all is refused in words when it is applied.
  const records = Array.isArray(plan?.records) ? plan.records : [];
  const steps = Array.isArray(plan?.steps) ? plan.steps : [];
  return [
    ...records
      .filter((record) => record?.write === "always" || !isKnown(client, String(record?.externalId)))
      .map((record) => String(record?.externalId)),
    ...steps.filter((step) => step && typeof step === "object").map(subjectOf),
  ];
}
