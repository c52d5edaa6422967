import { type Failure, failureOf, HoldfastError } from "../failure.ts";
import type { FindReference, ImportPlan } from "../import-plan.ts";
import type { OdooClient } from "./client.ts";
import type { Document } from "./documents.ts";
import type { Item } from "./plan-items.ts";
import type { Found } from "./references.ts";

/** Plans on their way through Odoo together: what they share, and how each of them stands. */
export interface Run {
  client: OdooClient;
  major: number;
  plans: readonly ImportPlan[];
  items: Item[];
  /** What a find came to; asked only for finds of these items. */
  finds: (reference: FindReference) => Found;
  /** Read in this run, by "model,id"; whoever changes a document takes it out. */
  documents: Map<string, Document>;
  /** By the plan's index, as the two below. */
  failures: Map<number, Failure>;
  warnings: Map<number, string[]>;
  skipped: Map<number, "stale">;
}

export function startRun(client: OdooClient, major: number, plans: readonly ImportPlan[]): Run {
  return {
    client,
    major,
    plans,
    items: [],
    finds: () => ({ empty: true }),
    documents: new Map(),
    failures: new Map(),
    warnings: new Map(),
    skipped: new Map(),
  };
}

/** Whether there is still something to do for a plan. */
export function isOpen(run: Run, plan: number): boolean {
  return !run.failures.has(plan) && !run.skipped.has(plan);
}

/** Whether a plan still needs the item. */
export function isNeeded(run: Run, { plans }: Item): boolean {
  return plans.some((plan) => isOpen(run, plan));
}

/** Fails a plan, in words that name it; its first failure stays, and what was skipped needs nothing that could fail. */
export function failPlan(run: Run, plan: number, failure: Failure): void {
  if (isOpen(run, plan)) run.failures.set(plan, say(run.plans[plan], failure));
}

export function warnPlan(run: Run, plan: number, warning: string): void {
  const known = run.warnings.get(plan) ?? [];
  if (!known.includes(warning)) run.warnings.set(plan, [...known, warning]);
}

/** Fails an item and every plan that names it. */
export function failItem(run: Run, item: Item, failure: Failure): void {
  item.failure = failure;
  for (const plan of item.plans) failPlan(run, plan, failure);
}

/** Odoo is away, or asks for a pause: no single plan's failure. */
export function isAway(error: unknown): boolean {
  const { class: kind } = failureOf(error, "odoo");
  return error instanceof HoldfastError && (kind === "unavailable" || kind === "throttled");
}

/**
 * Does the work of many plans side by side; what is refused fails its plan alone.
 * @throws HoldfastError when Odoo is away, after all of them have ended.
 */
export async function eachAlone<Job extends { plan: number }>(
  run: Run,
  jobs: readonly Job[],
  work: (job: Job) => Promise<void>,
): Promise<void> {
  const outcomes = await Promise.allSettled(jobs.map(work));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === "rejected" && !isAway(outcome.reason))
      failPlan(run, jobs[index]!.plan, failureOf(outcome.reason, "odoo"));
  }
  const away = outcomes.find((outcome) => outcome.status === "rejected" && isAway(outcome.reason));
  if (away?.status === "rejected") throw away.reason;
}

/** Puts the record before what Odoo said of it. */
export function describe(item: Item, failure: Failure): Failure {
  const { model, externalId } = item.record;
  const verb = failure.class === "rejected" ? "Odoo refuses" : "Odoo can't write";
  const message = /^Odoo /.test(failure.message)
    ? failure.message
    : `${verb} ${model} ${externalId}: ${failure.message}`;
  return { ...failure, message: /[.!?…]$/.test(message) ? message : `${message}.` };
}

/** Names whose failure it is. */
function say(plan: ImportPlan | undefined, failure: Failure): Failure {
  const reference = plan?.reference;
  if (!reference || names(failure.message, reference)) return failure;
  return { ...failure, message: `${nameOf(plan)}: ${failure.message}` };
}

/** "#1001" is not named by "#10012". */
function names(message: string, reference: string): boolean {
  const literal = reference.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\w#])${literal}(?!\\w)`).test(message);
}

/** "Order #1001" */
export function nameOf(plan: ImportPlan | undefined): string {
  const reference = plan?.reference ?? "";
  return reference.startsWith("#") ? `Order ${reference}` : reference || "A plan without reference";
}

/** A refusal of ours, in the one shape of failures. */
export function refusal(
  kind: "rejected" | "dependency" | "conflict",
  code: string,
  message: string,
  hint?: string,
): HoldfastError {
  return new HoldfastError({ class: kind, code, message, ...(hint && { hint }), source: "odoo" });
}
