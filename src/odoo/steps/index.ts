import type { PlanStep } from "../../import-plan.ts";
import { isOpen, type Run } from "../run.ts";
import { adjust } from "./adjust.ts";
import { archive } from "./archive.ts";
import { cancel } from "./cancel.ts";
import { confirm } from "./confirm.ts";
import { credit } from "./credit.ts";
import { deliver } from "./deliver.ts";
import { invoice } from "./invoice.ts";
import { note } from "./note.ts";
import { reduce } from "./reduce.ts";
import { returnGoods } from "./return-goods.ts";
import type { Job, StepKind, TakeStep } from "./step.ts";
import { track } from "./track.ts";
import { undeliver } from "./undeliver.ts";

const takes: { [Kind in StepKind]: TakeStep<Kind> } = {
  confirm,
  cancel,
  invoice,
  deliver,
  track,
  undeliver,
  return: returnGoods,
  reduce,
  credit,
  note,
  archive,
  adjust,
};

/**
 * Takes the steps of all open plans, each plan's in order; plans whose next step is of one kind take it together.
 * @throws HoldfastError when Odoo is away.
 */
export async function takeSteps(run: Run): Promise<void> {
  const left = run.plans.map((plan) => [...(plan?.steps ?? [])]);
  for (;;) {
    const jobs = nextJobs(run, left);
    const [first] = jobs;
    if (!first) return;
    const take = takes[first.step.kind] as TakeStep<StepKind>;
    await take(run, jobs as Job<StepKind>[]);
    for (const { plan } of jobs) left[plan]!.shift();
  }
}

/** The next steps of the kind that most plans wait for; no record twice, so that its steps stay in order. */
function nextJobs(run: Run, left: readonly (readonly PlanStep[])[]): { plan: number; step: PlanStep }[] {
  const byKind = new Map<StepKind, { plan: number; step: PlanStep }[]>();
  const taken = new Set<string>();
  for (const [plan, [step]] of left.entries()) {
    if (!step || !isOpen(run, plan)) continue;
    const subject = subjectOf(step);
    if (taken.has(subject)) continue;
    taken.add(subject);
    byKind.set(step.kind, [...(byKind.get(step.kind) ?? []), { plan, step }]);
  }
  return [...byKind.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** The record whose steps stay in order. */
export function subjectOf(step: PlanStep): string {
  if (step.kind === "adjust") return `${JSON.stringify(step.product)} at ${step.locationId}`;
  return "order" in step ? step.order : step.record;
}
