import { isDeepStrictEqual } from "node:util";
import type { ImportPlan, ImportRecord } from "../import-plan.ts";

/**
 * Splits plans so that no two that write the same record with other values go together: later ones come after.
 * @returns indexes of plans, in order.
 */
export function inWaves(plans: readonly ImportPlan[]): number[][] {
  const waves: number[][] = [];
  let wave: number[] = [];
  let brought = new Map<string, ImportRecord>();
  for (const [index, plan] of plans.entries()) {
    const records = Array.isArray(plan?.records) ? plan.records : [];
    if (records.some((record) => clashes(brought.get(record?.externalId), record))) {
      waves.push(wave);
      wave = [];
      brought = new Map();
    }
    wave.push(index);
    for (const record of records)
      if (!brought.has(record?.externalId)) brought.set(record?.externalId, record);
  }
  return wave.length > 0 ? [...waves, wave] : waves;
}

function clashes(known: ImportRecord | undefined, record: ImportRecord): boolean {
  if (!known || (known.write !== "always" && record.write !== "always")) return false;
  return (
    !isDeepStrictEqual(known.values, record.values) || !isDeepStrictEqual(known.children, record.children)
  );
}
