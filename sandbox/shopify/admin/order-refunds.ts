/** What a refund says and leaves behind: https://shopify.dev/docs/api/webhooks/2026-10?reference=toml#list-of-topics-refunds/create */
import { type Decimal, sum } from "../../../src/money.ts";
import { amountOf, currencyOf, digitsOf, type Side, sides, worth } from "../order-changes.ts";
import type { LinePayload, Order, RefundLinePayload, RefundPayload } from "./order-shapes.ts";

export interface RefundWish {
  line: LinePayload;
  quantity: number;
  restock: "cancel" | "return" | "no_restock";
  /** Where the goods went to; only with `return`. */
  locationId?: string;
}

/** Units of a line that nothing was shipped of yet leave the order, put back on the shelf or not. */
export function staysUnshipped(line: LinePayload, restock: RefundWish["restock"]): boolean {
  return restock === "cancel" || (restock === "no_restock" && line.fulfillment_status === null);
}

interface Worth {
  net: Decimal;
  tax: Decimal;
}

/** Takes the units off the order's current quantities and totals; what they were worth goes back by the gateway that was paid with. */
export function makeRefund(
  order: Order,
  wishes: readonly RefundWish[],
  { nextId, at, note }: { nextId: () => string; at: string; note: string | null },
): RefundPayload {
  const { payload } = order;
  const included = payload.taxes_included === true;
  const given: Record<Side, Worth[]> = { shop_money: [], presentment_money: [] };
  const set = (amount: (side: Side) => Decimal) =>
    Object.fromEntries(
      sides.map((side) => [
        side,
        { amount: amount(side).toFixed(digitsOf(payload, side)), currency_code: currencyOf(payload, side) },
      ]),
    );

  const lines = wishes.map(({ line, quantity, restock, locationId }): RefundLinePayload => {
    const refunded = line.quantity - line.current_quantity;
    const left = (side: Side, more: number): Worth =>
      worth({ line, quantity: line.quantity, refunded: refunded + more }, side, included);
    for (const side of sides) {
      const before = left(side, 0);
      const after = left(side, quantity);
      given[side].push({ net: before.net.minus(after.net), tax: before.tax.minus(after.tax) });
    }
    line.current_quantity -= quantity;
    if (staysUnshipped(line, restock)) line.fulfillable_quantity -= quantity;
    const own = given.shop_money.length - 1;
    return {
      id: Number(nextId()),
      line_item_id: line.id,
      line_item: { ...line },
      quantity,
      restock_type: restock,
      location_id: locationId === undefined ? null : Number(locationId),
      subtotal: given.shop_money[own]!.net.toNumber(),
      subtotal_set: set((side) => given[side][own]!.net),
      total_tax: given.shop_money[own]!.tax.toNumber(),
      total_tax_set: set((side) => given[side][own]!.tax),
    };
  });

  const back = (side: Side): Decimal =>
    sum(given[side].map(({ net, tax }) => (included ? net : net.plus(tax))));
  const taxBack = (side: Side): Decimal => sum(given[side].map(({ tax }) => tax));
  const lower = (field: "current_total_price" | "current_total_tax", by: (side: Side) => Decimal): void => {
    const now = set((side) => amountOf(payload[`${field}_set`], side).minus(by(side)));
    payload[`${field}_set`] = now;
    payload[field] = now.shop_money!.amount;
  };
  lower("current_total_price", back);
  lower("current_total_tax", taxBack);
  payload.financial_status = amountOf(payload.current_total_price_set, "shop_money").eq(0)
    ? "refunded"
    : "partially_refunded";

  const id = nextId();
  const gateways = payload.payment_gateway_names as string[];
  return {
    id: Number(id),
    admin_graphql_api_id: `gid://shopify/Refund/${id}`,
    order_id: payload.id,
    created_at: at,
    processed_at: at,
    note,
    duties: [],
    refund_line_items: lines,
    refund_shipping_lines: [],
    order_adjustments: [],
    transactions: [
      {
        id: Number(nextId()),
        kind: "refund",
        status: "success",
        gateway: gateways[0] ?? "manual",
        amount: back("presentment_money").toFixed(digitsOf(payload, "presentment_money")),
        currency: currencyOf(payload, "presentment_money"),
        amount_set: set(back),
        created_at: at,
        processed_at: at,
      },
    ],
  };
}
