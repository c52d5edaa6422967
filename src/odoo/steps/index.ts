import type { PlanStep } from "../../import-plan.ts";
import { failPlan, isOpen, type Run, refusal } from "../run.ts";
import { cancel } from "./cancel.ts";
import { confirm } from "./confirm.ts";
import type { Job, StepKind, TakeStep } from "./step.ts";

const takes: { [Kind in StepKind]?: TakeStep<Kind> } = {
  confirm,
  cancel,
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
    const take = takes[first.step.kind] as TakeStep<StepKind> | undefined;
    if (take) await take(run, jobs as Job<StepKind>[]);
    else
      for (const { plan, step } of jobs)
        failPlan(
          run,
          plan,
          refusal("rejected", "step_unknown", `the step ${step.kind} is not known`).failure,
        );
    for (const { plan } of jobs) left[plan]!.shift();
  }
}

/** The next steps of the kind that most plans wait for; no record twice, so that its steps stay in order. */
function nextJobs(run: Run, left: readonly (readonly PlanStep[])[]): { plan: number; step: PlanStep }[] {
  const byKind = new Map<StepKind, { plan: number; step: PlanStep }[]>();
  const taken = new Set<string>();
  for (const [plan, [step]] of left.entries()) {
    if (!step || !isOpen(run, plan)) continue;
    const record = "order" in step ? step.order : step.record;
    if (taken.has(record)) continue;
    taken.add(record);
    byKind.set(step.kind, [...(byKind.get(step.kind) ?? []), { plan, step }]);
  }
  return [...byKind.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}
