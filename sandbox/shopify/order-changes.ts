import { currencyDigits, type Decimal, decimal, roundTo, sum, zero } from "../../src/money.ts";
import { randomFrom } from "../random.ts";

type Json = Record<string, unknown>;
export type Side = "shop_money" | "presentment_money";
export const sides: readonly Side[] = ["shop_money", "presentment_money"];

interface LineBooks {
  line: Json;
  quantity: number;
  toShip: number;
  shipped: number;
  refunded: number;
}

/**
 * What a week does to an order: units are shipped, cancelled, taken back, refunded, shipping is given back.
 * @param order an order's parsed body; ids are numbers or digits.
 * @returns the body of an orders/updated later on, with its fulfillments, refunds and current totals.
 */
export function liveThrough(order: Json, seed: number): Json {
  const random = randomFrom(seed, 0x11fe);
  const later = structuredClone(order);
  const included = later.taxes_included === true;
  const books = (later.line_items as Json[]).map(
    (line): LineBooks => ({
      line,
      quantity: Number(line.quantity),
      toShip: Number(line.fulfillable_quantity),
      shipped: 0,
      refunded: 0,
    }),
  );
  const fulfillments: Json[] = [];
  const refunds: Json[] = [];
  const worthOf = (side: Side): { net: Decimal; tax: Decimal } => {
    const values = books.map((book) => worth(book, side, included));
    return { net: sum(values.map(({ net }) => net)), tax: sum(values.map(({ tax }) => tax)) };
  };
  const first = { shop_money: worthOf("shop_money"), presentment_money: worthOf("presentment_money") };

  for (const [at, book] of books.entries()) {
    if (book.toShip === 0 || !random.chance(0.6)) continue;
    const count = random.int(1, book.toShip);
    book.toShip -= count;
    book.shipped += count;
    fulfillments.push({
      id: 70_000 + at,
      status: "success",
      line_items: [{ id: book.line.id, quantity: count }],
    });
  }
  for (const [at, book] of books.entries()) {
    // What becomes of the duties of a refunded unit, the shop decides each time.
    if ((book.line.duties as Json[]).length > 0 || !random.chance(0.4)) continue;
    const fromShelf = book.toShip > 0 && random.chance(0.5);
    const limit = fromShelf ? book.toShip : book.shipped;
    if (limit === 0) continue;
    const count = random.int(1, limit);
    const before = sides.map((side) => worth(book, side, included));
    book.refunded += count;
    if (fromShelf) book.toShip -= count;
    const after = sides.map((side) => worth(book, side, included));
    refunds.push(
      refund(later, at, book.line, count, fromShelf ? "cancel" : random.pick(["return", "no_restock"]), {
        net: sides.map((_, side) => before[side]!.net.minus(after[side]!.net)),
        tax: sides.map((_, side) => before[side]!.tax.minus(after[side]!.tax)),
      }),
    );
  }
  for (const { line, quantity, toShip, refunded } of books) {
    line.current_quantity = quantity - refunded;
    line.fulfillable_quantity = toShip;
  }
  const change = (of: "total" | "tax"): Json =>
    Object.fromEntries(
      sides.map((side) => {
        const now = worthOf(side);
        const tax = now.tax.minus(first[side].tax);
        const net = now.net.minus(first[side].net);
        const told = amountOf(later[of === "total" ? "total_price_set" : "total_tax_set"], side);
        const amount = told.plus(of === "tax" ? tax : included ? net : net.plus(tax));
        return [
          side,
          { amount: amount.toFixed(digitsOf(later, side)), currency_code: currencyOf(later, side) },
        ];
      }),
    );
  later.current_total_price_set = change("total");
  later.current_total_tax_set = change("tax");
  later.current_total_price = (later.current_total_price_set as Record<Side, Json>).shop_money.amount;
  later.current_total_tax = (later.current_total_tax_set as Record<Side, Json>).shop_money.amount;
  later.updated_at = "2026-12-20T12:00:00-05:00";
  later.fulfillments = fulfillments;
  later.refunds = refunds;
  return later;
}

/** What the units that are left come to: their share of the line, its tax by rate. */
export function worth(
  { line, quantity, refunded }: Pick<LineBooks, "line" | "quantity" | "refunded">,
  side: Side,
  included: boolean,
) {
  const left = quantity - refunded;
  const digits = currencyDigits(String((line.price_set as Record<Side, Json>)[side].currency_code));
  const allocated = sum(
    (line.discount_allocations as Json[]).map(({ amount_set }) => amountOf(amount_set, side)),
  );
  const whole = amountOf(line.price_set, side).times(quantity).minus(allocated);
  const net = quantity === 0 ? zero : roundTo(whole.times(left).div(quantity), digits);
  const rates = (line.tax_lines as Json[]).map(({ rate }) => decimal(Number(rate)));
  const together = sum(rates).plus(1);
  return {
    net,
    tax: sum(
      rates.map((rate) => roundTo(included ? net.times(rate).div(together) : net.times(rate), digits)),
    ),
  };
}

function refund(
  order: Json,
  at: number,
  line: Json,
  quantity: number,
  restock: string,
  value: { net: Decimal[]; tax: Decimal[] },
): Json {
  const set = (amounts: Decimal[]): Json =>
    Object.fromEntries(
      sides.map((side, index) => [
        side,
        {
          amount: amounts[index]!.toFixed(digitsOf(order, side)),
          currency_code: currencyOf(order, side),
        },
      ]),
    );
  return {
    id: 80_000 + at,
    order_id: order.id,
    refund_line_items: [
      {
        id: 81_000 + at,
        line_item_id: line.id,
        quantity,
        restock_type: restock,
        location_id: null,
        subtotal: value.net[0]!.toNumber(),
        subtotal_set: set(value.net),
        total_tax: value.tax[0]!.toNumber(),
        total_tax_set: set(value.tax),
      },
    ],
    refund_shipping_lines: [],
    order_adjustments: [],
    transactions: [],
  };
}

export function amountOf(set: unknown, side: Side): Decimal {
  return decimal(String((set as Record<Side, Json>)[side].amount));
}

export function currencyOf(order: Json, side: Side): string {
  return String((order.total_price_set as Record<Side, Json>)[side].currency_code);
}

export function digitsOf(order: Json, side: Side): number {
  return currencyDigits(currencyOf(order, side));
}
