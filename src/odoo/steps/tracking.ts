import { failureOf } from "../../failure.ts";
import type { FindReference, Tracking } from "../../import-plan.ts";
import { readLinks, writeLinks } from "../links.ts";
import { findAll, findKey } from "../references.ts";
import { isAway, type Run, warnPlan } from "../run.ts";
import { mustBeWritten } from "./fulfillment-link.ts";
import { knownNumbers, trackingLink } from "./tracking-link.ts";

/**
 * Writes carrier and numbers on pickings that are done: before, Odoo would order a shipment of its own.
 * An Odoo without delivery carriers keeps none, with a warning.
 */
export async function writeTracking(
  run: Run,
  {
    plan,
    picking,
    externalId,
    tracking,
  }: { plan: number; picking: number; externalId: string; tracking: Tracking | null },
): Promise<void> {
  if (!tracking || (tracking.numbers.length === 0 && !tracking.company)) return;
  try {
    const [row] = (await run.client.call("stock.picking", "search_read", {
      args: { domain: [["id", "=", picking]], fields: ["carrier_id", "carrier_tracking_ref"] },
    })) as { carrier_id: [number, string] | false; carrier_tracking_ref: string | false }[];
    const carrier = await carrierId(run, tracking.company);
    const held = row?.carrier_id ? row.carrier_id[0] : undefined;
    const numbers = tracking.numbers.join(", ");
    const vals = {
      ...(carrier !== undefined && carrier !== held && { carrier_id: carrier }),
      ...(numbers !== (row?.carrier_tracking_ref || "") && { carrier_tracking_ref: numbers }),
    };
    const links = (await readLinks(run.client, "stock.picking", [picking])).get(picking);
    const known = knownNumbers(links) ?? [row?.carrier_tracking_ref || ""];
    const remember = async (numbersNow: string[]): Promise<void> => {
      if (numbersNow.join() !== knownNumbers(links)?.join())
        mustBeWritten(await writeLinks(run.client, [trackingLink(externalId, picking, numbersNow)]));
    };
    if (row && Object.keys(vals).length > 0) {
      if (!known.includes(numbers)) await remember([...known, numbers]);
      await run.client.call("stock.picking", "write", { ids: [picking], args: { vals } });
    }
    await remember([numbers]);
  } catch (error) {
    const failure = failureOf(error, "odoo");
    if (isAway(error) || failure.code !== "unknown_field") throw error;
    warnPlan(
      run,
      plan,
      `Odoo keeps no tracking: the app for delivery carriers is not installed (${tracking.numbers.join(", ")}).`,
    );
  }
}

async function carrierId(run: Run, company: string | null): Promise<number | undefined> {
  if (!company) return undefined;
  const find: FindReference = {
    find: { model: "delivery.carrier", where: { name: company }, several: "first", missing: "empty" },
  };
  const ids = (await findAll(run.client, [find])).ids.get(findKey(find));
  return Array.isArray(ids) ? ids[0] : undefined;
}
