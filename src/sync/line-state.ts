import { type Decimal, decimal, roundTo, zero } from "../money.ts";
import type { MoneyView } from "./money-view.ts";
import { idOf, listOf, malformed } from "./read.ts";
import type {
  ShopifyFulfillment,
  ShopifyLineItem,
  ShopifyOrder,
  ShopifyRefund,
  ShopifyRefundLineItem,
  Unchecked,
} from "./shopify-shapes.ts";

/** Net and tax of some units, as Shopify refunded them; with included taxes the net contains the tax. */
export interface UnitsValue {
  units: number;
  net: Decimal;
  tax: Decimal;
}

/** Where a line of an order stands by now. */
export interface LineState {
  /** All that was ever on the line, removed and refunded units too. */
  quantity: number;
  /**
   * What Odoo shall have as ordered: shipped and still to be shipped. A unit returned after delivery still counts, because
   * the return takes it off the delivered quantity; a unit that will never be shipped does not.
   */
  ordered: number;
  /** Units that will never be shipped: what their refunds say they cost. */
  removed: UnitsValue;
  /** Refunded units that stay on the order. */
  kept: UnitsValue;
}

/** Reads the quantities of an order's lines, with what its fulfillments and refunds say of them. */
export function lineStates(
  order: Unchecked<ShopifyOrder>,
  money: MoneyView,
  who: string,
): (item: Unchecked<ShopifyLineItem>, title: string) => LineState {
  const shipped = shippedUnits(order, who);
  const refunded = refundedLines(order, who);
  const isCancelled = order.cancelled_at !== null && order.cancelled_at !== undefined;
  return (item, title) => {
    const id = idOf(item) ?? "";
    const quantity = wholeNumber(item.quantity, `"${title}" has no usable quantity`, who);
    const current = optionalNumber(item.current_quantity, quantity, `"${title}", current_quantity`, who);
    const sent = shipped.get(id) ?? 0;
    const open = optionalNumber(item.fulfillable_quantity, 0, `"${title}", fulfillable_quantity`, who);
    const refunds = refunded.get(id) ?? [];
    const cancelled = refunds.reduce(
      (units, each) => units + (each.restock === "cancel" ? each.quantity : 0),
      0,
    );
    // A cancelled order says in Odoo what was ordered; that nothing of it will come, its state says.
    const ordered = isCancelled
      ? quantity
      : Math.max(0, Math.min(quantity - cancelled, Math.max(sent + open, current)));
    return { quantity, ordered, ...split(refunds, quantity - ordered, money) };
  };
}

interface RefundedUnits {
  restock: string;
  quantity: number;
  line: Unchecked<ShopifyRefundLineItem>;
}

/** Units that left, or are on their way out: Shopify takes both off what is fulfillable. */
function shippedUnits(order: Unchecked<ShopifyOrder>, who: string): Map<string, number> {
  const units = new Map<string, number>();
  for (const fulfillment of listOf<ShopifyFulfillment>(order.fulfillments, who, "fulfillments")) {
    if (!["success", "pending", "open"].includes(String(fulfillment.status))) continue;
    for (const line of listOf<ShopifyLineItem>(fulfillment.line_items, who, "fulfillments.line_items")) {
      const id = idOf(line);
      if (id !== null)
        units.set(id, (units.get(id) ?? 0) + optionalNumber(line.quantity, 0, "a fulfillment", who));
    }
  }
  return units;
}

function refundedLines(order: Unchecked<ShopifyOrder>, who: string): Map<string, RefundedUnits[]> {
  const byLine = new Map<string, RefundedUnits[]>();
  for (const refund of listOf<ShopifyRefund>(order.refunds, who, "refunds"))
    for (const line of listOf<ShopifyRefundLineItem>(refund.refund_line_items, who, "refund_line_items")) {
      const id = idOf({ id: line.line_item_id });
      if (id === null) continue;
      const quantity = wholeNumber(line.quantity, "a refunded line has no usable quantity", who);
      const units = { restock: String(line.restock_type ?? "no_restock"), quantity, line };
      byLine.set(id, [...(byLine.get(id) ?? []), units]);
    }
  return byLine;
}

const removedFirst = ["cancel", "no_restock", "legacy_restock", "return"];

/** Which refunded units were removed and which stay: those that say so first. */
function split(
  refunds: RefundedUnits[],
  removedUnits: number,
  money: MoneyView,
): { removed: UnitsValue; kept: UnitsValue } {
  const removed: UnitsValue = { units: 0, net: zero, tax: zero };
  const kept: UnitsValue = { units: 0, net: zero, tax: zero };
  const inOrder = refunds.toSorted(
    (one, other) => removedFirst.indexOf(one.restock) - removedFirst.indexOf(other.restock),
  );
  for (const { quantity, line } of inOrder) {
    if (quantity === 0) continue;
    const net = money.amount(line, "subtotal") ?? zero;
    const tax = money.amount(line, "total_tax") ?? zero;
    const taken = Math.min(quantity, removedUnits - removed.units);
    const share = (amount: Decimal): Decimal => roundTo(amount.times(taken).div(quantity), money.digits);
    add(removed, taken, share(net), share(tax));
    add(kept, quantity - taken, net.minus(share(net)), tax.minus(share(tax)));
  }
  return { removed, kept };
}

function add(value: UnitsValue, units: number, net: Decimal, tax: Decimal): void {
  value.units += units;
  value.net = value.net.plus(net);
  value.tax = value.tax.plus(tax);
}

/** The discount that is left on the ordered units: exact where refunds tell what the others cost, else by share. */
export function remainingDiscount(
  state: LineState,
  price: Decimal,
  allocated: Decimal,
  digits: number,
): Decimal {
  const { quantity, ordered, removed } = state;
  if (ordered === quantity || allocated.eq(0)) return allocated;
  const gross = price.times(ordered);
  if (removed.units === quantity - ordered) {
    const left = allocated.minus(price.times(removed.units).minus(removed.net));
    if (left.gte(0) && left.lte(gross)) return left;
  }
  return roundTo(allocated.times(ordered).div(decimal(quantity)), digits);
}

function wholeNumber(value: unknown, what: string, who: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw malformed(who, `${what}: ${JSON.stringify(value)}.`);
  return value;
}

function optionalNumber(value: unknown, otherwise: number, what: string, who: string): number {
  return value === null || value === undefined
    ? otherwise
    : wholeNumber(value, `${what} is not a whole number`, who);
}
