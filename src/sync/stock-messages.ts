import type { MappedLocation } from "../event.ts";
import { idDigits } from "../shopify-id.ts";
import { type OdooStock, type ShopifyStockRow, type StockedProduct, stockRows } from "./inventory.ts";
import { type LocationRow, stockSources, toOdoo, toShopify } from "./locations.ts";

/** Why a stock message is sent: a push or the cursor, a full compare, or somebody asked. */
export type StockMessageCause = "push" | "cursor" | "compare" | "asked";

/** Stock of one product at one Shopify location; the newest of a key is all that counts. */
export interface StockMessage {
  topic: "stock/changed";
  /** "TENT-RIDGE-2 at Harbour Street" */
  reference: string;
  /** `compared`: shopify-write tells where Shopify's number is another, before it writes this one. */
  payload: ShopifyStockRow & { compared?: true };
  location: MappedLocation;
  stock: { key: string; cause: StockMessageCause };
}

/** A delivery for shopify-write, or what a person changed of one that Shopify knows. */
export interface DeliveryMessage {
  topic: "delivery/done" | "delivery/changed" | "delivery/taken-back";
  /** "WH/OUT/00012" */
  reference: string;
  payload: Record<string, unknown>;
  location?: MappedLocation;
  /** `key` keeps an order's deliveries in order, `dedupe` is the same for the same state of the same picking. */
  delivery: { key: string; dedupe: string; productIds: number[] };
}

/** Units of single products that are never offered, by SKU. */
export type ProductBuffers = ReadonlyMap<string, number>;

/**
 * What is told of a reading: each product at each Shopify location that follows Odoo, all its Odoo locations together.
 * @throws HoldfastError `location_ambiguous`
 */
export function stockMessages(
  table: readonly LocationRow[],
  reading: {
    cause: StockMessageCause;
    products: readonly StockedProduct[];
    held: readonly OdooStock[];
    /** Odoo locations where no stock can lie: what they feed is not known, so it is not told. */
    unusable?: ReadonlySet<number>;
  },
  buffers: ProductBuffers = new Map(),
): StockMessage[] {
  const products = reading.products.map((one) => ({ ...one, buffer: buffers.get(one.sku) ?? 0 }));
  const known = stockSources(table).filter(
    ({ odooLocationIds }) => !odooLocationIds.some((id) => reading.unusable?.has(id)),
  );
  return stockRows(reading.held, products, known).map((payload) => {
    // Sources are rows of this table.
    const location = toOdoo(table, payload.locationId, "reject")!;
    return {
      topic: "stock/changed",
      reference: `${payload.sku} at ${location.shopify.name || location.odoo.code}`,
      payload: reading.cause === "compare" ? { ...payload, compared: true } : payload,
      location,
      stock: { key: `stock:${payload.sku}:${payload.locationId}`, cause: reading.cause },
    };
  });
}

/** The Odoo locations whose stock is read: those of all Shopify locations that follow Odoo. @throws HoldfastError */
export function stockLocations(table: readonly LocationRow[]): number[] {
  return [...new Set(stockSources(table).flatMap(({ odooLocationIds }) => odooLocationIds))];
}

/** A validated delivery, as src/odoo reads it. */
export interface ReadDelivery {
  pickingId: number;
  reference: string;
  orderId: string;
  lines: { lineItemId: string; quantity: number; deliveredTotal: number }[];
  tracking: { company: string | null; numbers: string[]; urls: string[] } | null;
  locationId: number;
  fulfillmentId: string | null;
  takenBack: boolean;
  productIds: number[];
  changedAt: string;
}

/** @param options `returned`: whether a delivery that came back whole takes its fulfillment back. */
export function deliveryMessage(
  table: readonly LocationRow[],
  read: ReadDelivery,
  options: { notifyCustomer: boolean; returned: "leave" | "cancel" },
): DeliveryMessage | null {
  const { reference, orderId, lines, tracking, fulfillmentId, pickingId, changedAt, productIds } = read;
  const location = placeOf(table, read.locationId);
  // Odoo's dates are whole seconds, and a number, or the goods, may come in the second of the delivery.
  const dedupe = [
    ...["odoo-delivery", pickingId, changedAt, ...(tracking?.numbers ?? [])],
    ...(read.takenBack ? ["taken-back"] : []),
  ].join(":");
  const message = (topic: DeliveryMessage["topic"], payload: Record<string, unknown>): DeliveryMessage => ({
    topic,
    reference,
    payload,
    ...(location && { location }),
    delivery: { key: `order:${orderId}`, dedupe, productIds },
  });
  const whole = { orderId, reference, lines, tracking };
  if (read.takenBack) {
    if (options.returned === "leave") return null;
    return message("delivery/taken-back", {
      ...whole,
      ...(fulfillmentId && { fulfillmentId }),
      cancel: true,
    });
  }
  if (fulfillmentId === null)
    return message("delivery/done", {
      ...whole,
      locationId: idDigits(location?.shopify.id) ?? null,
      notifyCustomer: options.notifyCustomer,
    });
  if (tracking === null) return null;
  return message("delivery/changed", { fulfillmentId, tracking, notifyCustomer: options.notifyCustomer });
}

/** Null where it can't be said: Shopify then takes the location it expected. */
function placeOf(table: readonly LocationRow[], locationId: number): MappedLocation | null {
  try {
    return toShopify(table, { locationId }, "pass");
  } catch {
    return null;
  }
}
