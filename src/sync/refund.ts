import type { MappedLocation } from "../event.ts";
import type { ImportPlan, PlanStep } from "../import-plan.ts";
import { sum } from "../money.ts";
import { creditStep } from "./credit.ts";
import type { RefundContext } from "./credited-charges.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { lineTitle } from "./product.ts";
import { idOf, listOf, malformed, objectOf, textOf, unreadable } from "./read.ts";
import { refundedMoney, refundedUnits, refundMoney, stillToShip } from "./refund-amounts.ts";
import type { ShopifyLineItem, ShopifyRefund, ShopifyRefundLineItem, Unchecked } from "./shopify-shapes.ts";

/**
 * refunds/create: goods that won't be shipped leave the order, goods that came back return to stock, money that went back
 * becomes a credit note — or a note on the order, where invoices are not the mapping's business.
 * @throws HoldfastError of class `rejected` for a body that is no refund.
 */
export function refundToPlan(
  payload: unknown,
  settings: OrderMappingSettings = {},
  location?: MappedLocation | null,
  locations: readonly MappedLocation[] = location ? [location] : [],
): ImportPlan {
  const options = withDefaults(settings);
  const refund = readRefund(payload);
  const refundId = idOf(refund);
  const orderId = idOf({ id: refund.order_id });
  if (orderId === null) throw malformed("A refund", "it names no order.");
  const reference = `refund of order ${orderId}`;
  const who = `The ${reference}`;
  if (refundId === null) throw malformed(who, "it has no id.");
  const order = `${options.externalIdPrefix}order_${orderId}`;
  const steps: PlanStep[] = [
    ...reduceStep(refund, order, options.externalIdPrefix, who),
    ...returnStep(refund, refundId, order, options.externalIdPrefix, locations, who),
  ];
  const money = refundMoney(refund, options, who);
  const paidBack = money === null ? [] : refundedMoney(refund, money, who);
  if (money !== null && paidBack.length > 0) {
    const context: RefundContext = { refund, refundId, order, who, money, paidBack, options };
    const isInvoiced = options.invoice !== "none" && options.confirm !== "never";
    steps.push(isInvoiced ? creditStep(context) : refundNote(context));
  }
  return {
    kind: "import-plan",
    reference,
    records: [],
    ...(steps.length > 0
      ? { steps }
      : { nothing: "No money and no goods moved: the order's own event carries what changed." }),
  };
}

/** Units that were still to be shipped and will not be. */
function reduceStep(
  refund: Unchecked<ShopifyRefund>,
  order: string,
  prefix: string,
  who: string,
): PlanStep[] {
  const lines = new Map<string, string>();
  for (const line of linesOf(refund, who)) {
    const lineId = idOf({ id: line.line_item_id });
    const left = stillToShip(line);
    if (left === null || lineId === null) continue;
    lines.set(`${prefix}line_${lineId}`, String(left));
  }
  if (lines.size === 0) return [];
  return [
    {
      kind: "reduce",
      order,
      lines: [...lines].map(([line, stillToShip]) => ({ line, stillToShip })),
    },
  ];
}

function returnStep(
  refund: Unchecked<ShopifyRefund>,
  refundId: string,
  order: string,
  prefix: string,
  locations: readonly MappedLocation[],
  who: string,
): PlanStep[] {
  const lines = linesOf(refund, who).flatMap((line) => {
    if (line.restock_type !== "return") return [];
    const lineId = idOf({ id: line.line_item_id });
    if (lineId === null) throw malformed(who, "a refunded line names no line of the order.");
    const quantity = refundedUnits(line, who);
    if (quantity.eq(0)) return [];
    const place = idOf({ id: line.location_id });
    // Goods of a location that is not mapped go back to where they came from.
    const locationId = locations.find(({ shopify }) => shopify.id === place)?.odoo.locationId ?? null;
    return [{ line: `${prefix}line_${lineId}`, quantity: quantity.toFixed(), locationId }];
  });
  return lines.length === 0
    ? []
    : [{ kind: "return", order, externalId: `${prefix}return_${refundId}`, lines }];
}

function refundNote({ refund, refundId, order, who, money, paidBack, options }: RefundContext): PlanStep {
  const goods = linesOf(refund, who).map((line) => {
    const item = objectOf<ShopifyLineItem>(line.line_item) ?? {};
    return `${refundedUnits(line, who).toFixed()} × ${lineTitle(item, idOf({ id: line.line_item_id }) ?? "")}`;
  });
  const total = sum(paidBack.map(({ amount }) => amount)).toFixed(money.digits);
  const ways = paidBack.map(({ gateway, id }) => [gateway, id].filter(Boolean).join(" ")).filter(Boolean);
  const reason = textOf(refund.note);
  return {
    kind: "note",
    record: order,
    externalId: `${options.externalIdPrefix}refund_${refundId}_note`,
    text: [
      `Refunded in Shopify: ${total} ${money.currency}`,
      goods.length > 0 ? ` for ${goods.join(", ")}` : "",
      ways.length > 0 ? ` (${ways.join("; ")})` : "",
      ".",
      reason === null ? "" : ` Reason: ${reason}`,
    ].join(""),
  };
}

function linesOf(refund: Unchecked<ShopifyRefund>, who: string): Unchecked<ShopifyRefundLineItem>[] {
  return listOf<ShopifyRefundLineItem>(refund.refund_line_items, who, "refund_line_items");
}

function readRefund(payload: unknown): Unchecked<ShopifyRefund> {
  const refund = objectOf<ShopifyRefund>(payload);
  if (refund !== null && Array.isArray(refund.refund_line_items)) return refund;
  throw unreadable(
    "The message",
    "not_a_refund",
    "the payload is not a Shopify refund: it has no refund_line_items.",
    "Send refunds/create events here, as shopify-webhook-in emits them; check what changed msg.payload on the way.",
  );
}
