import assert from "node:assert/strict";
import fc from "fast-check";
import { makeOrder, makeOrders, type SandboxOrder } from "../../sandbox/shopify/index.ts";
import { parseExactJson } from "../../src/json.ts";
import { currencyDigits, type Decimal, decimal, roundTo, sum, zero } from "../../src/money.ts";

interface MoneySet {
  shop_money: { amount: string; currency_code: string };
  presentment_money: { amount: string; currency_code: string };
}
interface Line {
  id: string | number;
  sku: string | null;
  variant_id: unknown;
  price: string;
  price_set: MoneySet;
  quantity: number;
  tip_payment_gateway?: string;
  tax_lines: { rate: number; price: string; price_set: MoneySet }[];
  discount_allocations: { amount: string; amount_set: MoneySet; discount_application_index: number }[];
  duties: { shop_money: MoneySet["shop_money"]; presentment_money: MoneySet["presentment_money"] }[];
}
interface Order {
  id: string | number;
  admin_graphql_api_id: string;
  line_items: Line[];
  shipping_lines: (Line & { discounted_price: string; discounted_price_set: MoneySet })[];
  tax_lines: { rate: number; title: string; price: string }[];
  discount_applications: unknown[];
  taxes_included: boolean;
  location_id: unknown;
  customer: { email: string } | null;
  shipping_address: object | null;
  email: string;
  presentment_currency: string;
  [field: string]: unknown;
}

const parsed = (order: SandboxOrder): Order => parseExactJson(order.body) as Order;
type Side = "shop_money" | "presentment_money";

/** Works every figure out again from prices, quantities, allocations and rates. */
function assertAddsUp(order: Order, side: Side): void {
  const read = (set: unknown): Decimal => decimal((set as MoneySet)[side].amount);
  const digits = currencyDigits((order.total_price_set as MoneySet)[side].currency_code);
  const tips = order.line_items.filter((line) => line.tip_payment_gateway !== undefined);
  const lines = order.line_items.filter((line) => line.tip_payment_gateway === undefined);
  const allocated = (line: Line) => sum(line.discount_allocations.map(({ amount_set }) => read(amount_set)));
  const net = (line: Line) =>
    read(line.price_set)
      .times(line.quantity ?? 1)
      .minus(allocated(line));

  for (const line of [...lines, ...order.shipping_lines]) {
    assert.ok(net(line).gte(0), `a line below zero in ${order.name}`);
    for (const tax of line.tax_lines) {
      const excluded = net(line).times(tax.rate);
      const expected = order.taxes_included ? excluded.div(decimal(tax.rate).plus(1)) : excluded;
      assert.equal(read(tax.price_set).toFixed(digits), roundTo(expected, digits).toFixed(digits));
    }
  }
  const subtotal = sum(lines.map(net));
  const shipping = sum(order.shipping_lines.map(net));
  const taxes = sum(
    [...lines, ...order.shipping_lines].flatMap((line) => line.tax_lines.map((tax) => read(tax.price_set))),
  );
  const duties = sum(lines.flatMap((line) => line.duties.map((each) => decimal(each[side].amount))));
  const discounts = sum([...lines, ...order.shipping_lines].map(allocated));
  const tip =
    side === "shop_money"
      ? decimal(order.total_tip_received as string)
      : sum(tips.map((line) => read(line.price_set)));
  const equal = (field: string, value: Decimal) =>
    assert.equal(read(order[field]).toFixed(digits), value.toFixed(digits), `${field} of ${order.name}`);
  equal("subtotal_price_set", subtotal);
  equal("total_tax_set", taxes);
  equal("total_discounts_set", discounts);
  for (const line of order.shipping_lines) assert.equal(read(line.discounted_price_set).cmp(net(line)), 0);
  if (side === "shop_money" || tips.length > 0 || order.location_id === null) {
    equal("total_price_set", sum([subtotal, shipping, order.taxes_included ? zero : taxes, tip, duties]));
  }
}

describe("sandbox: Shopify orders", () => {
  it("add up, in both currencies, whatever the seed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 1001, max: 99_999 }),
        (seed, number) => {
          const order = parsed(makeOrder(seed, number));
          assertAddsUp(order, "shop_money");
          assertAddsUp(order, "presentment_money");
        },
      ),
      { numRuns: 300 },
    );
  });

  it("say in the short fields what the sets say", () => {
    for (const made of makeOrders({ seed: 5, count: 200 })) {
      const order = parsed(made);
      for (const field of ["total_price", "subtotal_price", "total_tax", "total_discounts"]) {
        assert.equal(order[field], (order[`${field}_set`] as MoneySet).shop_money.amount);
        assert.equal(order[`current_${field}`], order[field]);
      }
      assert.deepEqual([made.total, made.tax, made.name], [order.total_price, order.total_tax, order.name]);
      assert.equal(made.id, String(order.id));
      assert.equal(sum(order.tax_lines.map((tax) => decimal(tax.price))).toFixed(2), made.tax);
    }
  });

  it("are the same for the same seed, and one by one as in bulk", () => {
    const orders = makeOrders({ seed: 3, count: 20, firstNumber: 1010 });
    assert.deepEqual(orders, makeOrders({ seed: 3, count: 20, firstNumber: 1010 }));
    assert.deepEqual(orders[7], makeOrder(3, 1017));
    assert.notEqual(makeOrder(4, 1017).body, orders[7]!.body);
  });

  it("have unique ids as bare numerals, many beyond 2^53", () => {
    const orders = makeOrders({ seed: 1, count: 500 });
    const ids = orders.flatMap((made) => [
      made.id,
      ...parsed(made).line_items.map((line) => String(line.id)),
    ]);
    assert.equal(new Set(ids).size, ids.length);
    const large = orders.filter(({ id }) => BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER));
    assert.ok(large.length > 200 && large.length < 450, `${large.length}`);
    for (const { body, id } of large) {
      assert.ok(body.startsWith(`{"id":${id},"admin_graphql_api_id":"gid://shopify/Order/${id}"`));
      assert.notEqual(String((JSON.parse(body) as { id: number }).id), id);
    }
  });

  it("cover what shops sell", () => {
    const orders = makeOrders({ seed: 2, count: 1500 }).map(parsed);
    const some = (what: string, has: (order: Order) => boolean) =>
      assert.ok(orders.filter(has).length >= 5, `too few orders with ${what}`);
    const zeroNet = (line: Line) =>
      decimal(line.price).gt(0) &&
      decimal(line.price)
        .times(line.quantity)
        .eq(sum(line.discount_allocations.map(({ amount }) => decimal(amount))));
    some("guests", (order) => order.customer === null && order.email.endsWith("@example.com"));
    some("taxes included", (order) => order.taxes_included);
    for (const currency of ["EUR", "JPY", "KWD", "GBP"])
      some(currency, (order) => order.presentment_currency === currency);
    some("a counter sale", (order) => order.location_id !== null && order.shipping_lines.length === 0);
    some("a tip line", (order) => order.line_items.some((line) => line.tip_payment_gateway !== undefined));
    some(
      "a tip without a line",
      (order) => order.total_tip_received !== "0.00" && order.location_id !== null,
    );
    some("two taxes on a line", (order) => order.line_items.some((line) => line.tax_lines.length === 2));
    some("no tax on a line", (order) => order.line_items.some((line) => line.tax_lines.length === 0));
    some("a line for nothing", (order) => order.line_items.some(zeroNet));
    some("two discounts on a line", (order) =>
      order.line_items.some((line) => line.discount_allocations.length > 1),
    );
    some("a custom line", (order) =>
      order.line_items.some((line) => line.variant_id === null && line.sku === null),
    );
    some("free shipping by discount", (order) =>
      order.shipping_lines.some(
        ({ price, discounted_price }) => price !== "0.00" && discounted_price === "0.00",
      ),
    );
    some("discounted shipping", (order) =>
      order.shipping_lines.some(
        ({ price, discounted_price }) => price !== discounted_price && discounted_price !== "0.00",
      ),
    );
    some("duties", (order) => order.line_items.some((line) => line.duties.length > 0));
    some("a gift card", (order) =>
      order.line_items.some((line) => (line as { gift_card?: boolean }).gift_card === true),
    );
    some("several pieces", (order) => order.line_items.some((line) => line.quantity > 1));
  });
});
