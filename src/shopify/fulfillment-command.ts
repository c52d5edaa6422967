import { HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import type { AdminClient } from "./admin.ts";
import { fulfilDelivery } from "./fulfillment.ts";
import {
  cancelFulfillment,
  type TrackingChange,
  takeBackDelivery,
  updateTracking,
} from "./fulfillment-changes.ts";
import type { Delivery } from "./fulfillment-delivery.ts";

export interface FulfillmentDone {
  /** False: Shopify was in this state already. */
  changed: boolean;
  fulfillmentIds: string[];
  /** "#1001"; null where no order was asked for. */
  orderName: string | null;
  warnings: string[];
}

/**
 * Does what a payload says: `{ orderId, reference, lines, … }` is a delivery, `{ fulfillmentId, tracking }` a change of
 * its tracking, `{ fulfillmentId, cancel: true }` takes it back; so does a delivery with `cancel: true`.
 * @throws HoldfastError
 */
export async function doFulfillment(client: AdminClient, payload: unknown): Promise<FulfillmentDone> {
  if (!isJsonObject(payload)) throw noCommand();
  if (payload.orderId !== undefined && payload.fulfillmentId === undefined) {
    const delivery = payload as unknown as Delivery;
    if (payload.cancel === true) {
      const fulfillmentIds = await takeBackDelivery(client, delivery);
      return { changed: fulfillmentIds.length > 0, fulfillmentIds, orderName: null, warnings: [] };
    }
    const { made, fulfillmentIds, orderName, warnings } = await fulfilDelivery(client, delivery);
    return { changed: made, fulfillmentIds, orderName, warnings };
  }
  const fulfillmentId = String(payload.fulfillmentId ?? "");
  const done = (changed: boolean) => ({
    changed,
    fulfillmentIds: [fulfillmentId],
    orderName: null,
    warnings: [],
  });
  if (payload.fulfillmentId !== undefined && payload.cancel === true)
    return done(await cancelFulfillment(client, fulfillmentId));
  if (payload.fulfillmentId !== undefined && isJsonObject(payload.tracking))
    return done(await updateTracking(client, { ...(payload as unknown as TrackingChange), fulfillmentId }));
  throw noCommand();
}

function noCommand(): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "bad_delivery",
    message: "The message holds no delivery.",
    hint: "msg.payload is { orderId, reference, lines }, { fulfillmentId, tracking } or { fulfillmentId, cancel: true }.",
    source: "shopify",
  });
}
