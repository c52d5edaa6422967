import { HoldfastError } from "../failure.ts";
import { idDigits } from "../shopify-id.ts";
import type { AdminClient } from "./admin.ts";
import { type Delivery, readDelivery, recognised, trackingInput } from "./fulfillment-delivery.ts";
import { cancelFulfillmentOperation, updateTrackingOperation } from "./fulfillment-operations.ts";
import {
  type DoneShipment,
  readFulfillments,
  readOrderShipping,
  type TrackingState,
} from "./fulfillment-read.ts";

export interface TrackingChange {
  fulfillmentId: string;
  tracking: Partial<TrackingState>;
  notifyCustomer?: boolean;
}

/** Brings a fulfillment's tracking to this state. @returns whether anything had to change. @throws HoldfastError */
export async function updateTracking(client: AdminClient, change: TrackingChange): Promise<boolean> {
  return changeTracking(client, await fulfillmentOf(client, change.fulfillmentId), change);
}

/** As `updateTracking`, of a fulfillment that was read. */
export async function changeTracking(
  client: AdminClient,
  fulfillment: DoneShipment,
  change: Omit<TrackingChange, "fulfillmentId">,
): Promise<boolean> {
  if (fulfillment.status === "CANCELLED" || sameTracking(fulfillment.tracking, change.tracking)) return false;
  const { fulfillmentTrackingInfoUpdate } = await client.run<{
    fulfillmentTrackingInfoUpdate: { userErrors: { message: string }[] };
  }>(updateTrackingOperation, {
    id: fulfillment.id,
    tracking: trackingInput(change.tracking),
    notify: change.notifyCustomer === true,
  });
  const [error] = fulfillmentTrackingInfoUpdate.userErrors;
  if (error) throw notChanged("tracking_refused", fulfillment.id, error.message);
  return true;
}

/**
 * Takes back what a delivery told, where it can be recognised.
 * @returns the fulfillments taken back; none when Shopify has none of it, or they were cancelled before.
 * @throws HoldfastError
 */
export async function takeBackDelivery(client: AdminClient, delivery: Delivery): Promise<string[]> {
  const { orderGid } = readDelivery(delivery);
  const { done } = await readOrderShipping(client, orderGid);
  const ids = recognised(done, delivery).map(({ id }) => id);
  for (const id of ids) await cancelFulfillment(client, id);
  return ids;
}

/** Takes a fulfillment back. @returns false when it was cancelled before. @throws HoldfastError */
export async function cancelFulfillment(client: AdminClient, fulfillmentId: string): Promise<boolean> {
  const fulfillment = await fulfillmentOf(client, fulfillmentId);
  if (fulfillment.status === "CANCELLED") return false;
  const { fulfillmentCancel } = await client.run<{
    fulfillmentCancel: { userErrors: { message: string }[] };
  }>(cancelFulfillmentOperation, { id: fulfillment.id });
  const [error] = fulfillmentCancel.userErrors;
  if (error) throw notChanged("cancel_refused", fulfillment.id, error.message);
  return true;
}

function sameTracking(now: TrackingState, wanted: Partial<TrackingState>): boolean {
  const same = (one: string[], other: string[]) => one.join("\n") === other.join("\n");
  if (!same(now.numbers, wanted.numbers ?? [])) return false;
  if (wanted.company && wanted.company !== now.company) return false;
  // Shopify makes addresses of its own for the carriers it knows.
  return !wanted.urls?.length || same(now.urls, wanted.urls);
}

async function fulfillmentOf(client: AdminClient, id: string): Promise<DoneShipment> {
  const digits = idDigits(id);
  const [found] =
    digits === null ? [] : await readFulfillments(client, [`gid://shopify/Fulfillment/${digits}`]);
  if (found) return found;
  throw new HoldfastError({
    class: "rejected",
    code: "fulfillment_not_found",
    message: `Shopify has no fulfillment ${String(id).slice(0, 60)}.`,
    source: "shopify",
  });
}

function notChanged(code: string, id: string, message: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code,
    message: `Shopify refuses the change of fulfillment ${idDigits(id)}: ${message}`,
    source: "shopify",
  });
}
