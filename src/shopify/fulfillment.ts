import { HoldfastError } from "../failure.ts";
import { groupBy } from "../group.ts";
import { idDigits } from "../shopify-id.ts";
import type { AdminClient } from "./admin.ts";
import {
  cancelFulfillmentOperation,
  createFulfillmentOperation,
  updateTrackingOperation,
} from "./fulfillment-operations.ts";
import {
  type DoneShipment,
  type OpenShipment,
  type OrderShipping,
  readFulfillments,
  readOrderShipping,
  type TrackingState,
} from "./fulfillment-read.ts";

/** A delivery that left the warehouse, to be told to Shopify. */
export interface Delivery {
  /** Shopify's order: digits or a GID. */
  orderId: string;
  /** What people call it: "WH/OUT/00012". */
  reference: string;
  lines: DeliveredLine[];
  tracking?: Partial<TrackingState> | null;
  /** Shopify's location it left from; null or absent: wherever Shopify expects it to. */
  locationId?: string | null;
  /** Whether Shopify mails the buyer; false by default. */
  notifyCustomer?: boolean;
}

export interface DeliveredLine {
  /** Shopify's line item: digits or a GID. */
  lineItemId: string;
  /** Of this delivery. */
  quantity: number;
  /**
   * Of this delivery and all before it. Shopify knows no idempotency key here; but what it has fulfilled up to this
   * number is done, so a delivery that comes again, or whose answer was lost, is made once.
   */
  deliveredTotal: number;
}

export interface FulfilResult {
  /** "#1001" */
  orderName: string;
  /** False: Shopify had it already. */
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
    result.fulfillmentIds = recognised(shipping.done, delivery).map(({ id }) => id);
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

export interface TrackingChange {
  fulfillmentId: string;
  tracking: Partial<TrackingState>;
  notifyCustomer?: boolean;
}

/** Brings a fulfillment's tracking to this state. @returns whether anything had to change. @throws HoldfastError */
export async function updateTracking(client: AdminClient, change: TrackingChange): Promise<boolean> {
  const fulfillment = await fulfillmentOf(client, change.fulfillmentId);
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

/** Those that are this delivery's: by tracking number, or by the same lines. */
function recognised(done: DoneShipment[], { tracking, lines }: Delivery): DoneShipment[] {
  const numbers = tracking?.numbers ?? [];
  const byNumber = done.filter((one) => one.tracking.numbers.some((number) => numbers.includes(number)));
  if (byNumber.length > 0) return byNumber;
  const text = (all: { lineItemId: string; quantity: number }[]): string =>
    all
      .map(({ lineItemId, quantity }) => `${idDigits(lineItemId)}:${quantity}`)
      .sort()
      .join();
  const same = done.filter((one) => text(one.lines) === text(lines));
  // Two alike can't be told apart.
  return same.length === 1 ? same : [];
}

function sameTracking(now: TrackingState, wanted: Partial<TrackingState>): boolean {
  const same = (one: string[], other: string[]) => one.join("\n") === other.join("\n");
  if (!same(now.numbers, wanted.numbers ?? [])) return false;
  if (wanted.company && wanted.company !== now.company) return false;
  // Shopify makes addresses of its own for the carriers it knows.
  return !wanted.urls?.length || same(now.urls, wanted.urls);
}

function trackingInput(tracking: Partial<TrackingState> | null | undefined): object | null {
  if (!tracking) return null;
  const { company, numbers = [], urls = [] } = tracking;
  return { ...(company && { company }), numbers, ...(urls.length > 0 && { urls }) };
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

function readDelivery(delivery: Delivery): { orderGid: string; lines: DeliveredLine[] } {
  const order = idDigits(delivery.orderId);
  const lines = (Array.isArray(delivery.lines) ? delivery.lines : []).map((line) => ({
    ...line,
    lineItemId: idDigits(line?.lineItemId) ?? "",
  }));
  const right = lines.every(
    ({ lineItemId, quantity, deliveredTotal }) =>
      lineItemId !== "" &&
      Number.isSafeInteger(quantity) &&
      Number.isSafeInteger(deliveredTotal) &&
      quantity > 0 &&
      deliveredTotal >= quantity,
  );
  if (order === null || lines.length === 0 || !right)
    throw new HoldfastError({
      class: "rejected",
      code: "bad_delivery",
      message: `${delivery.reference || "This delivery"} is not what a fulfillment needs.`,
      hint: "It needs orderId and lines, each with lineItemId, quantity and deliveredTotal in whole units.",
      source: "shopify",
    });
  return { orderGid: `gid://shopify/Order/${order}`, lines };
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

function notChanged(code: string, id: string, message: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code,
    message: `Shopify refuses the change of fulfillment ${idDigits(id)}: ${message}`,
    source: "shopify",
  });
}
