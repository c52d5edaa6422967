import { HoldfastError } from "../../failure.ts";
import type { Tracking } from "../../import-plan.ts";
import type { Outcome } from "../isolate.ts";
import { claimLinks, type FoundLink, type Link, readLinks, writeLinks } from "../links.ts";
import { type Run, refusal } from "../run.ts";
import { trackingLink } from "./tracking-link.ts";

const prefix = "Shopify delivery ";

/** Which fulfillment a picking is: the first that was bound to it. */
export function fulfillmentOf(links: readonly FoundLink[] | undefined): string | undefined {
  return links?.find(({ name }) => name.startsWith(prefix))?.name.slice(prefix.length);
}

/** Which picking a fulfillment takes; of a warehouse with several steps, one for each. */
export interface Binding {
  externalId: string;
  picking: number;
  /** Id of the operation type of a step before the last. */
  step?: number;
  tracking: Tracking | null;
}

/**
 * Binds a fulfillment to a picking, before anything is moved: one picking for each, however many try at once.
 * @throws HoldfastError of class `conflict` when another fulfillment took the picking at the same time.
 */
export async function bindFulfillment(
  run: Run,
  plan: number,
  { externalId, picking, step, tracking }: Binding,
): Promise<void> {
  const link: Link = {
    externalId: step === undefined ? externalId : `${externalId}_step_${step}`,
    model: "stock.picking",
    id: picking,
    name: prefix + externalId,
    text: run.plans[plan]?.version?.at ?? "",
    url: tracking?.urls[0] ?? null,
  };
  // Both at once: nobody shall read a delivery whose number nobody knows to be Shopify's.
  const links =
    step === undefined
      ? [link, trackingLink(externalId, picking, [(tracking?.numbers ?? []).join(", ")])]
      : [link];
  mustBeWritten(await claimLinks(run.client, links));
  if (fulfillmentOf((await readLinks(run.client, "stock.picking", [picking])).get(picking)) === externalId)
    return;
  // It exists but is bound to a picking that another fulfillment had taken first: it may move to this one.
  mustBeWritten(await writeLinks(run.client, links));
  if (fulfillmentOf((await readLinks(run.client, "stock.picking", [picking])).get(picking)) === externalId)
    return;
  throw refusal("conflict", "concurrent_update", "another fulfillment takes the same picking right now");
}

/** @throws HoldfastError */
export function mustBeWritten(outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) if ("failure" in outcome) throw new HoldfastError(outcome.failure);
}

/**
 * Remembers that a fulfillment was cancelled before anything of it was delivered: its delivery, told late, is older then.
 * @throws HoldfastError
 */
export async function rememberCancelled(
  run: Run,
  plan: number,
  { externalId, order }: { externalId: string; order: number },
): Promise<void> {
  const text = run.plans[plan]?.version?.at;
  if (text === undefined) return;
  const link: Link = {
    externalId,
    model: "sale.order",
    id: order,
    name: `Shopify cancelled ${externalId}`,
    text,
    url: null,
  };
  mustBeWritten(await claimLinks(run.client, [link]));
}
