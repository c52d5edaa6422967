import { HoldfastError } from "../failure.ts";
import { idDigits } from "../shopify-id.ts";
import type { DoneShipment, TrackingState } from "./fulfillment-read.ts";

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

/** Those that are this delivery's: by tracking number, or by the same lines. */
export function recognised(done: DoneShipment[], { tracking, lines }: Delivery): DoneShipment[] {
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

export function trackingInput(tracking: Partial<TrackingState> | null | undefined): object | null {
  if (!tracking) return null;
  const { company, numbers = [], urls = [] } = tracking;
  return { ...(company && { company }), numbers, ...(urls.length > 0 && { urls }) };
}

export function readDelivery(delivery: Delivery): { orderGid: string; lines: DeliveredLine[] } {
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
