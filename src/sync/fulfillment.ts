import type { MappedLocation } from "../event.ts";
import type { ImportPlan, LineQuantity, PlanStep, PlanVersion, Tracking } from "../import-plan.ts";
import { versionTime } from "./dates.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { isTip } from "./product.ts";
import { idOf, listOf, malformed, objectOf, textOf, unreadable } from "./read.ts";
import type { ShopifyFulfillment, ShopifyLineItem, Unchecked } from "./shopify-shapes.ts";

/**
 * fulfillments/create and fulfillments/update: what left the shop leaves Odoo's stock, what was called back returns to it.
 * @throws HoldfastError of class `rejected` for a body that is no fulfillment.
 */
export function fulfillmentToPlan(
  payload: unknown,
  settings: OrderMappingSettings = {},
  location?: MappedLocation | null,
): ImportPlan {
  const { externalIdPrefix: prefix } = withDefaults(settings);
  const fulfillment = readFulfillment(payload);
  const id = idOf(fulfillment);
  const orderId = idOf({ id: fulfillment.order_id });
  const reference = `fulfillment ${textOf(fulfillment.name) ?? id ?? "without an id"}`;
  const who = `The ${reference}`;
  if (id === null) throw malformed(who, "it has no id.");
  if (orderId === null) throw malformed(who, "it names no order.");
  const order = `${prefix}order_${orderId}`;
  const externalId = `${prefix}fulfillment_${id}`;
  const status = (textOf(fulfillment.status) ?? "").toLowerCase();
  const version = versionOf(fulfillment, externalId, status);
  const plan = (steps: PlanStep[]): ImportPlan => ({
    kind: "import-plan",
    reference,
    ...(version && { version }),
    records: [],
    steps,
  });

  if (status === "cancelled") {
    const lines = deliveredLines(fulfillment, prefix, who);
    return plan([{ kind: "undeliver", order, externalId, ...(lines.length > 0 && { lines }) }]);
  }
  if (status !== "success")
    return {
      kind: "import-plan",
      reference,
      records: [],
      nothing: `Its status is ${status || "unknown"}: nothing has left the shop.`,
    };
  const lines = deliveredLines(fulfillment, prefix, who);
  const tracking = trackingOf(fulfillment);
  if (lines.length === 0)
    return { kind: "import-plan", reference, records: [], nothing: "It holds nothing that is stocked." };
  return plan([
    {
      kind: "deliver",
      order,
      externalId,
      lines,
      warehouseId: location?.odoo?.warehouseId ?? null,
      tracking,
    },
    // The delivery may be an earlier event's, from before the parcel had a number.
    ...(tracking === null ? [] : [{ kind: "track" as const, order, externalId, tracking }]),
  ]);
}

/** Shopify tells seconds, and what was cancelled stays so: within its second, that is the last word. */
function versionOf(
  fulfillment: Unchecked<ShopifyFulfillment>,
  externalId: string,
  status: string,
): PlanVersion | null {
  const at = versionTime(fulfillment.updated_at);
  if (at === null) return null;
  return { externalId, at: status === "cancelled" ? at.replace(/Z$/, ".999Z") : at };
}

/** Gift cards and tips are services in Odoo: no picking holds them. */
function deliveredLines(
  fulfillment: Unchecked<ShopifyFulfillment>,
  prefix: string,
  who: string,
): LineQuantity[] {
  return listOf<ShopifyLineItem>(fulfillment.line_items, who, "line_items").flatMap((line) => {
    if (line.gift_card === true || isTip(line)) return [];
    const id = idOf(line);
    if (id === null) throw malformed(who, "a line has no id.");
    const { quantity } = line;
    if (typeof quantity !== "number" || !Number.isSafeInteger(quantity) || quantity < 0)
      throw malformed(who, `line ${id} has no usable quantity: ${JSON.stringify(quantity)}.`);
    return quantity === 0 ? [] : [{ line: `${prefix}line_${id}`, quantity: String(quantity) }];
  });
}

function trackingOf(fulfillment: Unchecked<ShopifyFulfillment>): Tracking | null {
  const numbers = texts(fulfillment.tracking_numbers, fulfillment.tracking_number);
  const urls = texts(fulfillment.tracking_urls, fulfillment.tracking_url);
  const company = textOf(fulfillment.tracking_company);
  return numbers.length === 0 && urls.length === 0 && company === null ? null : { company, numbers, urls };
}

function texts(list: unknown, single: unknown): string[] {
  const all = [...(Array.isArray(list) ? list : []), single].map(textOf).filter((text) => text !== null);
  return [...new Set(all)];
}

function readFulfillment(payload: unknown): Unchecked<ShopifyFulfillment> {
  const fulfillment = objectOf<ShopifyFulfillment>(payload);
  if (fulfillment !== null && fulfillment.status !== undefined && fulfillment.order_id !== undefined)
    return fulfillment;
  throw unreadable(
    "The message",
    "not_a_fulfillment",
    "the payload is not a Shopify fulfillment: it has no order_id or no status.",
    "Send fulfillments/* events here, as shopify-webhook-in emits them; check what changed msg.payload on the way.",
  );
}
