import { failureOf, HoldfastError } from "../failure.ts";
import { idDigits } from "../shopify-id.ts";
import type { AdminClient } from "./admin.ts";
import { type BackfillEvent, backfillEvent } from "./backfill-event.ts";
import { findLevels, levelScopes } from "./backfill-levels.ts";
import { type Arrived, type MissingEvent, missingEvents } from "./backfill-missing.ts";
import { type Patience, patiently } from "./backfill-patience.ts";
import type { BackfillJob } from "./backfill-request.ts";
import { missingScopes, testConnection } from "./connection.ts";
import { findOrders, findOrdersById, readOrder } from "./order-reader.ts";
import { orderPayloads } from "./order-reader-payload.ts";
import type { OrderChange } from "./order-reader-shapes.ts";

/** What reading whole orders takes. */
export const backfillScopes: readonly string[] = [
  "read_customers",
  "read_locations",
  "read_orders",
  "read_products",
];

const sixtyDaysMs = 60 * 86_400_000;
/** A report is read by people. */
const listedAtMost = 500;

export interface MissingRow {
  topic: string;
  /** "#1001" */
  order: string;
  orderId: string;
  changedAt: string;
}

export interface BackfillReport {
  shop: string;
  by: BackfillJob["by"];
  /** Locations whose counts were sent on; null: it was about orders. */
  levels: string[] | null;
  /** ISO 8601; both null where orders or locations were named by id. */
  from: string | null;
  to: string | null;
  dryRun: boolean;
  /** Orders, or counts, that were looked at. */
  checked: number;
  /** Events that never arrived; the first 500 of them are listed. */
  missingCount: number;
  missing: MissingRow[];
  /** Events that went into the queue. */
  brought: number;
  /** Orders that could not be read, with the reason. */
  failed: { order: string; message: string }[];
  /** What else a person should know. */
  notes: string[];
}

export interface BackfillProgress {
  checked: number;
  missing: number;
  brought: number;
  /** Everything that changed, or was placed, before is dealt with; milliseconds since 1970. */
  position: number;
}

export interface BackfillRun extends Patience {
  client: AdminClient;
  shop: string;
  job: BackfillJob;
  /** What a queue knows of an order. */
  arrived: (orderId: string) => Promise<Arrived[]>;
  /** Resolves once the event is stored. */
  emit: (event: BackfillEvent) => Promise<void>;
  onProgress?: (progress: BackfillProgress) => Promise<void> | void;
  now?: () => number;
}

/**
 * Looks for what Shopify never delivered, and brings it as its webhooks would have. An outage is waited for; an order
 * that can't be read is reported and does not stop the others.
 * @throws HoldfastError when scopes are missing, or an event could not be stored; AbortError when it is stopped.
 */
export async function runBackfill(run: BackfillRun): Promise<BackfillReport> {
  const { client, job, shop } = run;
  const report: BackfillReport = {
    shop,
    by: job.by,
    levels: job.levels ?? null,
    from: isRange(job) ? new Date(job.from).toISOString() : null,
    to: isRange(job) ? new Date(job.to).toISOString() : null,
    dryRun: job.dryRun,
    checked: 0,
    missingCount: 0,
    missing: [],
    brought: 0,
    failed: [],
    notes: [],
  };
  await checkAccess(run, report);
  if (job.levels) return bringLevels(run, job.levels, report);
  let position = job.from;
  for await (const orders of pages(run, report)) {
    for (const order of orders) {
      run.signal.throwIfAborted();
      await reconcile(run, order, report);
      report.checked++;
      position = Date.parse(job.by === "updated" ? order.updatedAt : order.createdAt);
    }
    const { checked, missingCount, brought } = report;
    await run.onProgress?.({ checked, missing: missingCount, brought, position });
  }
  report.notes.push(...versionNote(client));
  return report;
}

/** Counts are not looked up in the queue: whoever adjusts asks Shopify and Odoo, and writes where they differ. */
async function bringLevels(
  run: BackfillRun,
  locationIds: readonly string[],
  report: BackfillReport,
): Promise<BackfillReport> {
  const { client, shop, job } = run;
  const asked = { locationIds, shop, at: job.to };
  for await (const events of findLevels(client, asked, (work) => patiently(work, run))) {
    for (const event of events) {
      run.signal.throwIfAborted();
      report.checked++;
      if (job.dryRun) continue;
      await patiently(() => run.emit(event), run);
      report.brought++;
    }
    const { checked, missingCount, brought } = report;
    await run.onProgress?.({ checked, missing: missingCount, brought, position: job.from });
  }
  report.notes.push(...versionNote(client));
  return report;
}

function isRange({ ids, levels }: BackfillJob): boolean {
  return ids === null && !levels;
}

async function checkAccess(run: BackfillRun, report: BackfillReport): Promise<void> {
  const { granted } = await patiently(() => testConnection(run.client), run);
  const missing = missingScopes(granted, run.job.levels ? levelScopes : backfillScopes);
  if (missing.length > 0)
    throw new HoldfastError({
      class: "rejected",
      code: "scopes_missing",
      message: `The app may not read ${run.job.levels ? "stock" : "whole orders"} of ${run.shop}: it lacks ${missing.join(", ")}.`,
      hint: "Give the app these scopes in Shopify and install it again.",
      source: "shopify",
    });
  const oldest = (run.now ?? Date.now)() - sixtyDaysMs;
  if (isRange(run.job) && run.job.from < oldest && !granted.includes("read_all_orders"))
    report.notes.push(
      `Shopify shows this app no orders from before ${new Date(oldest).toISOString().slice(0, 10)}: only the last 60 days, unless Shopify grants it the scope read_all_orders.`,
    );
}

async function* pages(run: BackfillRun, report: BackfillReport): AsyncGenerator<OrderChange[]> {
  const { client, job } = run;
  if (job.ids === null) {
    yield* findOrders(client, job, (work) => patiently(work, run));
    return;
  }
  const { ids } = job;
  const orders = await patiently(() => findOrdersById(client, ids), run);
  for (const [at, order] of orders.entries())
    if (order === null)
      report.failed.push({
        order: ids[at]!,
        message: "Shopify shows the app no such order: wrong id, deleted, or older than 60 days.",
      });
  yield orders.filter((order) => order !== null);
}

async function reconcile(run: BackfillRun, order: OrderChange, report: BackfillReport): Promise<void> {
  const { job, client, shop } = run;
  const owed = async (now: OrderChange): Promise<MissingEvent[]> =>
    missingEvents(now, await patiently(() => run.arrived(idDigits(order.id) ?? ""), run), job.topics);
  let missing = await owed(order);
  if (missing.length === 0) return;
  if (job.dryRun) return tell(report, order, missing);
  try {
    const whole = await patiently(() => readOrder(client, order.id), run);
    if (whole === null) return;
    // It may have changed since it was found, and its webhooks have come meanwhile.
    missing = await owed(whole.order);
    const payloads = orderPayloads(whole);
    const from = { shop, apiVersion: client.servedVersion() ?? client.apiVersion };
    for (const one of missing) {
      const payload =
        payloads.refunds.get(one.record) ?? payloads.fulfillments.get(one.record) ?? payloads.order;
      const event = backfillEvent(one, payload, from);
      await patiently(() => run.emit(event), run);
      tell(report, order, [one]);
      report.brought++;
    }
  } catch (thrown) {
    run.signal.throwIfAborted();
    const failure = failureOf(thrown, "shopify");
    if (failure.source === "queue") throw thrown;
    report.failed.push({ order: order.name, message: failure.message });
  }
}

function tell(report: BackfillReport, order: OrderChange, missing: readonly MissingEvent[]): void {
  report.missingCount += missing.length;
  for (const { topic, changedAt } of missing)
    if (report.missing.length < listedAtMost)
      report.missing.push({ topic, order: order.name, orderId: idDigits(order.id) ?? "", changedAt });
}

function versionNote(client: AdminClient): string[] {
  const served = client.servedVersion();
  return served !== null && served !== client.apiVersion
    ? [`Shopify no longer serves API version ${client.apiVersion}: it answered as ${served}.`]
    : [];
}
