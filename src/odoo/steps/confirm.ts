import { failureOf } from "../../failure.ts";
import { inChunks } from "../../group.ts";
import type { Document } from "../documents.ts";
import { changed, isDraft } from "../documents.ts";
import { shopifyModule } from "../external-ids.ts";
import { eachAlone, failPlan, isAway, isOpen, type Run, refusal, warnPlan } from "../run.ts";
import { type Job, orderIn, ordersOf } from "./step.ts";

interface Confirming extends Job<"confirm"> {
  order: Document;
  /** "YYYY-MM-DD HH:MM:SS": confirming sets it to now. */
  date: string;
}

/** One transaction: some 60 ms an order at best, several times that on a busy server, and it holds its locks. */
const atOnce = 50;

/** Confirms quotations, many in one call, and puts their order dates back. */
export async function confirm(run: Run, jobs: readonly Job<"confirm">[]): Promise<void> {
  const orders = await ordersOf(
    run,
    jobs.map(({ step }) => step.order),
  );
  const all: Confirming[] = [];
  await eachAlone(run, jobs, async (job) => {
    const order = orderIn(orders, job.step.order);
    if (order.state === "cancel")
      warnPlan(run, job.plan, `${order.display_name} is cancelled in Odoo and stays so.`);
    else all.push({ ...job, order, date: plannedDate(run, job.step.order) ?? order.date_order ?? "" });
  });
  const quotations = all.filter(({ order }) => isDraft(order));
  for (const chunk of inChunks(quotations, atOnce)) await confirmAll(run, chunk);
  await putDatesBack(run, quotations, all);
}

/** All in one call, or, when Odoo refuses, in halves, until the one that is in the way is alone. */
async function confirmAll(run: Run, jobs: readonly Confirming[]): Promise<void> {
  const ids = jobs.map(({ order }) => order.id);
  try {
    await run.client.call("sale.order", "action_confirm", { ids });
  } catch (error) {
    if (isAway(error)) throw error;
    if (jobs.length > 1) {
      const middle = jobs.length >> 1;
      await confirmAll(run, jobs.slice(0, middle));
      await confirmAll(run, jobs.slice(middle));
      return;
    }
    changed(run, "sale.order", ids);
    const [job] = jobs;
    const now = (await ordersOf(run, [job!.step.order])).get(job!.step.order);
    // Somebody else was quicker: that is what was wanted.
    if (now?.state === "sale" || now?.state === "done") return;
    failPlan(run, job!.plan, failureOf(error, "odoo"));
    return;
  }
  changed(run, "sale.order", ids);
}

/** Reads the orders again: they must be confirmed, and dated as before. */
async function putDatesBack(
  run: Run,
  quotations: readonly Confirming[],
  all: readonly Confirming[],
): Promise<void> {
  const dated = all.filter(({ plan }) => isOpen(run, plan));
  const wrong = dated.filter(({ order, date, step }) =>
    // Those just confirmed are dated now, without asking; others where a crash came between.
    isDraft(order) ? date !== "" : date !== order.date_order && plannedDate(run, step.order) !== undefined,
  );
  if (wrong.length > 0) await setDates(run, wrong);
  const confirmed = quotations.filter(({ plan }) => isOpen(run, plan));
  const now = await ordersOf(
    run,
    confirmed.map(({ step }) => step.order),
  );
  await eachAlone(run, confirmed, async ({ step }) => {
    const order = orderIn(now, step.order);
    if (!isDraft(order)) return;
    throw refusal(
      "rejected",
      "not_confirmed",
      `Odoo left ${order.display_name} a quotation`,
      "Confirm it in Odoo by hand: it may ask a question there; then retry.",
    );
  });
}

async function setDates(run: Run, jobs: readonly Confirming[]): Promise<void> {
  changed(
    run,
    "sale.order",
    jobs.map(({ order }) => order.id),
  );
  const rows = jobs.map(({ order, date }) => [String(order.id), date]);
  const reply = (await run.client.call("sale.order", "load", {
    args: { fields: [".id", "date_order"], data: rows },
    context: { module: shopifyModule, tz: "UTC", lang: "en_US" },
  })) as { ids: number[] | false };
  if (reply.ids) return;
  await eachAlone(run, jobs, async ({ order, date }) => {
    await run.client.call("sale.order", "write", { ids: [order.id], args: { vals: { date_order: date } } });
  });
}

/** The order date that a plan of this run gives; the date that stands in Odoo may be that of confirming already. */
function plannedDate(run: Run, externalId: string): string | undefined {
  const date = run.items.find(({ record }) => record.externalId === externalId)?.record.values.date_order;
  return typeof date === "string" ? date : undefined;
}
