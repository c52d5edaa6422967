import { HoldfastError } from "../failure.ts";
import { groupBy } from "../group.ts";
import { idDigits } from "../shopify-id.ts";
import type { AdminClient } from "./admin.ts";
import { changeTracking } from "./fulfillment-changes.ts";
import {
  type DeliveredLine,
  type Delivery,
  readDelivery,
  recognised,
  trackingInput,
} from "./fulfillment-delivery.ts";
import { createFulfillmentOperation } from "./fulfillment-operations.ts";
import { type OpenShipment, type OrderShipping, readOrderShipping } from "./fulfillment-read.ts";

export interface FulfilResult {
  /** "#1001" */
  orderName: string;
  /** False: Shopify had it already, with this tracking. */
  made: boolean;
  /** GIDs; of what it had already, those that are recognised. */
  fulfillmentIds: string[];
  warnings: string[];
}

/** Tells Shopify what was delivered, once. @throws HoldfastError */
export async function fulfilDelivery(client: AdminClient, delivery: Delivery): Promise<FulfilResult> {
  const wanted = readDelivery(delivery);
  const shipping = await readOrderShipping(client, wanted.orderGid);
  const result: FulfilResult = { orderName: shipping.name, made: false, fulfillmentIds: [], warnings: [] };
  const due = dueLines(wanted.lines, shipping);
  if (due.length === 0) {
    const known = recognised(shipping.done, delivery);
    result.fulfillmentIds = known.map(({ id }) => id);
    // It was told before, and may have got another number since.
    const [only, ...others] = known;
    if (only && others.length === 0 && delivery.tracking)
      result.made = await changeTracking(client, only, { ...delivery, tracking: delivery.tracking });
    return result;
  }
  const parcels = allocate(due, shipping, idDigits(delivery.locationId), delivery.reference);
  for (const [location, parts] of groupBy(parcels, ({ from }) => from.locationId ?? from.locationName)) {
    const { fulfillmentCreate } = await client.run<{
      fulfillmentCreate: { fulfillment: { id: string } | null; userErrors: { message: string }[] };
    }>(createFulfillmentOperation, {
      fulfillment: {
        lineItemsByFulfillmentOrder: [...groupBy(parts, ({ from }) => from.id)].map(([id, lines]) => ({
          fulfillmentOrderId: id,
          fulfillmentOrderLineItems: lines.map(({ lineId, quantity }) => ({ id: lineId, quantity })),
        })),
        notifyCustomer: delivery.notifyCustomer === true,
        trackingInfo: trackingInput(delivery.tracking),
      },
    });
    const [error] = fulfillmentCreate.userErrors;
    if (error || !fulfillmentCreate.fulfillment) throw refused(shipping.name, delivery, error?.message);
    result.made = true;
    result.fulfillmentIds.push(fulfillmentCreate.fulfillment.id);
    const asked = idDigits(delivery.locationId);
    if (asked !== null && location !== asked)
      result.warnings.push(
        `${delivery.reference} left location ${asked}, but Shopify expected ${shipping.name} to ship from ${parts[0]!.from.locationName}: its stock there went down.`,
      );
  }
  return result;
}

interface Due {
  lineItemId: string;
  quantity: number;
}

/** What Shopify has not fulfilled yet of what was delivered so far. */
export function dueLines(lines: readonly DeliveredLine[], { done }: Pick<OrderShipping, "done">): Due[] {
  const fulfilled = new Map<string, number>();
  for (const { lineItemId, quantity } of done.flatMap((one) => one.lines))
    fulfilled.set(lineItemId, (fulfilled.get(lineItemId) ?? 0) + quantity);
  return lines
    .map(({ lineItemId, quantity, deliveredTotal }) => ({
      lineItemId,
      quantity: Math.min(quantity, deliveredTotal - (fulfilled.get(lineItemId) ?? 0)),
    }))
    .filter(({ quantity }) => quantity > 0);
}

interface Parcel {
  from: OpenShipment;
  lineId: string;
  quantity: number;
}

/** Takes what is due out of the fulfillment orders, those of the location it left from first. */
function allocate(
  due: Due[],
  shipping: OrderShipping,
  locationId: string | null,
  reference: string,
): Parcel[] {
  const usable = shipping.open.filter(({ canFulfil }) => canFulfil);
  const near = (one: OpenShipment): number => (one.locationId === locationId ? 0 : 1);
  const sources = usable.toSorted((one, other) => near(one) - near(other));
  const parcels: Parcel[] = [];
  for (const { lineItemId, quantity } of due) {
    let missing = quantity;
    for (const from of sources)
      for (const line of from.lines) {
        if (line.lineItemId !== lineItemId || missing === 0) continue;
        const taken = Math.min(missing, line.remaining);
        missing -= taken;
        parcels.push({ from, lineId: line.id, quantity: taken });
      }
    if (missing > 0) throw notEnough(shipping, lineItemId, quantity, missing, reference);
  }
  return parcels;
}

function notEnough(
  { name, open, cancelled }: OrderShipping,
  lineItemId: string,
  quantity: number,
  missing: number,
  reference: string,
): HoldfastError {
  const held = open.find((one) => !one.canFulfil && one.lines.some((line) => line.lineItemId === lineItemId));
  if (held)
    return new HoldfastError({
      class: "dependency",
      code: "fulfillment_on_hold",
      message: `${reference} can't be told to Shopify: ${name} is ${held.status.toLowerCase().replaceAll("_", " ")}${held.hold ? ` (${held.hold})` : ""}.`,
      hint: "Release the hold in Shopify (order, Fulfillment); it is tried again by itself.",
      source: "shopify",
    });
  return new HoldfastError({
    class: "rejected",
    code: "nothing_left_to_fulfil",
    message: `${reference} delivered ${quantity} of line ${lineItemId} of ${name}, but Shopify has only ${quantity - missing} left to fulfil${cancelled ? ": the order is cancelled" : ""}.`,
    hint: "The order was edited, refunded or cancelled in Shopify: settle the difference by hand, then discard this.",
    source: "shopify",
  });
}

/** Somebody may have shipped it between our reading and our writing, so it is tried again, but not for ever. */
function refused(name: string, { reference }: Delivery, message = "no reason given"): HoldfastError {
  return new HoldfastError({
    class: "unknown",
    code: "fulfillment_refused",
    message: `Shopify refuses to fulfil ${name} for ${reference}: ${message}`,
    hint: "Look at the order in Shopify: what is left to fulfil, and where.",
    source: "shopify",
  });
}
