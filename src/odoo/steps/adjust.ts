import { failureOf, HoldfastError } from "../../failure.ts";
import type { AdjustStep, RecordReference } from "../../import-plan.ts";
import type { OdooClient } from "../client.ts";
import { findAny } from "../known-ids.ts";
import { isWizard } from "../operations.ts";
import { findAll, findKey, judge } from "../references.ts";
import { eachAlone, type Run, refusal, warnPlan } from "../run.ts";
import { exact, type OnHand, readOnHand } from "../stock-on-hand.ts";
import { fieldName, still } from "../versions.ts";
import { missing } from "./note.ts";
import type { Job } from "./step.ts";

/** So often a count is made again when something moved meanwhile. */
const mostRounds = 4;

/**
 * Counts products at places. What is to be on hand is worked out of what Odoo has set aside right now, and is absolute:
 * doing it twice is doing it once.
 */
export async function adjust(run: Run, jobs: readonly Job<"adjust">[]): Promise<void> {
  await eachAlone(run, jobs, async ({ plan, step }) => {
    const productId = await productOf(run, step.product);
    const [product, place] = await Promise.all([
      readProduct(run, productId),
      readPlace(run, step.locationId),
    ]);
    if (!product.counted) {
      warnPlan(run, plan, `Odoo does not count the stock of ${product.name}: nothing was adjusted.`);
      return;
    }
    await oneAtATime(run.client, `${productId} ${step.locationId}`, async () => {
      for (let round = 1; ; round++) {
        const prefix = step.externalIdPrefix ?? "";
        const onHand = await readOnHand(run.client, productId, step.locationId, prefix);
        const change = exact(wantedOnHand(step, onHand) - onHand.total);
        if (change === 0) return;
        if (round > mostRounds) throw keepsMoving(product.name, place);
        await count(run, productId, countsFor(step.locationId, onHand, change, product, place));
      }
    });
  });
}

const underWay = new WeakMap<OdooClient, Map<string, Promise<void>>>();

/** Two adjustments of one product at one place at once leave a reservation behind in Odoo that nobody holds. */
async function oneAtATime(client: OdooClient, key: string, work: () => Promise<void>): Promise<void> {
  const last = underWay.get(client) ?? new Map<string, Promise<void>>();
  underWay.set(client, last);
  const before = last.get(key) ?? Promise.resolve();
  const mine = before.catch(() => {}).then(work);
  last.set(key, mine);
  try {
    await mine;
  } finally {
    if (last.get(key) === mine) last.delete(key);
  }
}

/** See `AdjustStep`. */
export function wantedOnHand(
  { available, committed }: Pick<AdjustStep, "available" | "committed">,
  { reserved, reservedForShopify }: Pick<OnHand, "reserved" | "reservedForShopify">,
): number {
  const forOthers = Math.max(0, exact(reserved - reservedForShopify));
  return Math.max(0, exact(available + forOthers + Math.max(committed, reservedForShopify)));
}

/** What one quant is to hold; without an id there is none yet. */
export interface Count {
  id: number | null;
  locationId: number;
  quantity: number;
}

/**
 * Spreads a change over what lies there: goods are added at the place itself, and taken from it first, then from below.
 * @throws HoldfastError where only lots, packages or somebody else's goods are left to take from.
 */
export function countsFor(
  locationId: number,
  { quants }: OnHand,
  change: number,
  product: { name: string; byLot: boolean },
  place: string,
): Count[] {
  if (product.byLot)
    throw refusal(
      "rejected",
      "counted_by_lot",
      `${product.name} is counted by lot or serial number in Odoo, and Shopify knows none: ${Math.abs(change)} too ${change > 0 ? "few" : "many"} at ${place}`,
      `Count it in Odoo (Inventory, Physical Inventory), or let Odoo's count be the truth at this location; then retry.`,
    );
  const usual = quants.filter(({ particular }) => !particular);
  const own = usual.find((quant) => quant.locationId === locationId);
  if (change > 0)
    return [{ id: own?.id ?? null, locationId, quantity: exact((own?.quantity ?? 0) + change) }];
  let left = -change;
  const counts: Count[] = [];
  for (const quant of [...usual].sort((one, other) => rank(one) - rank(other))) {
    const taken = Math.min(left, Math.max(0, quant.quantity));
    if (taken === 0) continue;
    counts.push({
      id: quant.id,
      locationId: quant.locationId,
      quantity: exact(quant.quantity - taken),
    });
    left = exact(left - taken);
  }
  if (left === 0) return counts;
  throw refusal(
    "rejected",
    "counted_by_package",
    `${left} of ${product.name} at ${place} lie in packages or belong to somebody else, so Shopify's count can't take them away`,
    "Count them in Odoo (Inventory, Physical Inventory), then retry.",
  );

  function rank(quant: { locationId: number }): number {
    return quant.locationId === locationId ? 0 : 1;
  }
}

async function count(run: Run, product: number, counts: readonly Count[]): Promise<void> {
  const context = { inventory_mode: true, inventory_name: "Counted in Shopify" };
  try {
    const ids: number[] = [];
    for (const { id, locationId, quantity } of counts) {
      const values = { inventory_quantity: quantity };
      if (id !== null) {
        await run.client.call("stock.quant", "write", { ids: [id], args: { vals: values }, context });
        ids.push(id);
        continue;
      }
      const made = await run.client.call("stock.quant", "create", {
        args: { vals_list: [{ product_id: product, location_id: locationId, ...values }] },
        context,
      });
      ids.push(...([made].flat() as number[]));
    }
    if (still(run.major, "counts at once")) return;
    const answer = await run.client.call("stock.quant", "action_apply_inventory", { ids, context });
    // Something moved between the count and now: Odoo would ask a person; we count again.
    if (isWizard(answer)) await run.client.call("stock.quant", "action_clear_inventory_quantity", { ids });
  } catch (error) {
    throw withRights(error, run);
  }
}

/** Who may adjust differs between versions, and Odoo's own words don't always say it. */
function withRights(error: unknown, run: Run): unknown {
  const failure = failureOf(error, "odoo");
  const refused = failure.class === "rejected";
  if (!refused || !/access|denied|stock manager|restricted/i.test(`${failure.code} ${failure.message}`))
    return error;
  const right = run.major >= 18 ? "Inventory / User" : "Inventory / Administrator";
  return new HoldfastError({
    ...failure,
    code: "adjustment_denied",
    message: `Odoo does not let ${run.client.asked.login || "this user"} adjust stock: ${failure.message}`,
    hint: `In Odoo, give ${run.client.asked.login || "this user"} the right ${right} (Settings, Users), then retry.`,
  });
}

async function productOf(run: Run, reference: RecordReference): Promise<number> {
  if ("id" in reference) return reference.id;
  if ("externalId" in reference) {
    const known = await findAny(run.client, reference.externalId);
    if (!known) throw missing(reference.externalId);
    return known.id;
  }
  const { ids } = await findAll(run.client, [reference]);
  const found = judge(reference, ids.get(findKey(reference)) ?? []);
  if ("failure" in found) throw found.failure;
  if ("id" in found) return found.id;
  throw refusal("rejected", "bad_plan", "the step adjust can't make its product");
}

async function readProduct(
  run: Run,
  id: number,
): Promise<{ name: string; counted: boolean; byLot: boolean }> {
  const storable = fieldName(run.major, "product.product", "is_storable");
  const [row] = (await run.client.call("product.product", "search_read", {
    args: {
      domain: [["id", "=", id]],
      fields: ["default_code", "name", "tracking", ...(storable ? [storable] : ["type"])],
    },
    context: { active_test: false },
  })) as Record<string, unknown>[];
  if (!row) throw refusal("dependency", "record_missing", `Odoo has no product ${id} any more`);
  return {
    name: String(row.default_code || row.name),
    counted: storable ? row[storable] === true : row.type === "product",
    byLot: row.tracking === "lot" || row.tracking === "serial",
  };
}

/** @returns the place's name. */
async function readPlace(run: Run, id: number): Promise<string> {
  const [row] = (await run.client.call("stock.location", "search_read", {
    args: { domain: [["id", "=", id]], fields: ["complete_name", "usage", "active"] },
    context: { active_test: false },
  })) as { complete_name: string; usage: string; active: boolean }[];
  if (row?.active && row.usage === "internal") return row.complete_name;
  const hint = "Choose another stock location in the table of the location-mapper node, deploy, then retry.";
  if (!row)
    throw refusal("rejected", "stock_location_missing", `Odoo has no stock location ${id} any more`, hint);
  throw refusal(
    "rejected",
    "stock_location_unusable",
    row.active
      ? `nothing can be counted at ${row.complete_name}: it is no place where stock lies (${row.usage})`
      : `${row.complete_name} is archived in Odoo`,
    hint,
  );
}

function keepsMoving(product: string, place: string): HoldfastError {
  return refusal(
    "conflict",
    "stock_keeps_changing",
    `Stock of ${product} at ${place} changed each time it was about to be counted`,
  );
}
