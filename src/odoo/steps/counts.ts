import { failureOf, HoldfastError } from "../../failure.ts";
import { isWizard } from "../operations.ts";
import { isAway, type Run, refusal } from "../run.ts";
import { exact, type OnHand } from "../stock-on-hand.ts";
import { still } from "../versions.ts";

export interface CountedProduct {
  id: number;
  name: string;
  /** Odoo counts its stock. */
  counted: boolean;
  byLot: boolean;
}

/** What one quant is to hold; without an id there is none yet. */
export interface Count {
  id: number | null;
  /** The product has no other there that is counted as a whole. */
  only: boolean;
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
  product: Pick<CountedProduct, "name" | "byLot">,
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
  // Two transactions at once leave two rows of one place, one of them below zero.
  const [own] = usual
    .filter((quant) => quant.locationId === locationId)
    .toSorted((one, other) => other.quantity - one.quantity);
  const only = (place: number): boolean => usual.filter((quant) => quant.locationId === place).length <= 1;
  if (change > 0)
    return [
      {
        id: own?.id ?? null,
        only: only(locationId),
        locationId,
        quantity: exact((own?.quantity ?? 0) + change),
      },
    ];
  let left = -change;
  const counts: Count[] = [];
  for (const quant of [...usual].sort((one, other) => rank(one) - rank(other))) {
    const taken = Math.min(left, Math.max(0, quant.quantity));
    if (taken === 0) continue;
    counts.push({
      id: quant.id,
      only: only(quant.locationId),
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

const context = { inventory_mode: true, inventory_name: "Counted in Shopify" };

/**
 * Counts many products in two calls.
 * @returns false where nothing is done of it: then each is to be counted alone. @throws HoldfastError when Odoo is away.
 */
export async function countTogether(
  run: Run,
  all: readonly { productId: number; counts: readonly Count[] }[],
): Promise<boolean> {
  const rows = all.flatMap(({ productId, counts }) => counts.map((one) => ({ productId, ...one })));
  const quants = new Set(rows.map(({ productId, locationId }) => `${productId} ${locationId}`));
  const clear = quants.size === rows.length && rows.every(({ only }) => only);
  if (rows.length < 2 || !clear || still(run.major, "counts at once")) return false;
  try {
    // Odoo finds the quant that is there by product and place.
    const made = await run.client.call("stock.quant", "create", {
      args: {
        vals_list: rows.map(({ productId, locationId, quantity }) => ({
          product_id: productId,
          location_id: locationId,
          inventory_quantity: quantity,
        })),
      },
      context,
    });
    await apply(run, [made].flat() as number[]);
    return true;
  } catch (error) {
    if (isAway(error)) throw error;
    return false;
  }
}

/** @throws HoldfastError */
export async function countAlone(run: Run, product: number, counts: readonly Count[]): Promise<void> {
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
    await apply(run, ids);
  } catch (error) {
    throw withRights(error, run);
  }
}

async function apply(run: Run, ids: number[]): Promise<void> {
  const answer = await run.client.call("stock.quant", "action_apply_inventory", { ids, context });
  // Something moved between the count and now: Odoo would ask a person; we count again.
  if (isWizard(answer)) await run.client.call("stock.quant", "action_clear_inventory_quantity", { ids });
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
