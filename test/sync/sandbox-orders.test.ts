import assert from "node:assert/strict";
import { liveThrough } from "../../sandbox/shopify/order-changes.ts";
import { makeOrders } from "../../sandbox/shopify/orders.ts";
import { parseExactJson } from "../../src/json.ts";
import { decimal } from "../../src/money.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { odooTotals } from "../support/odoo-arithmetic.ts";

describe("orders of the sandbox shop", () => {
  const orders = makeOrders({ seed: 20261123, count: 300 });

  it("all map, and Odoo arrives at every total and every tax", () => {
    for (const { body, id, name, total, tax, currency } of orders) {
      const plan = orderToPlan(parseExactJson(body));
      assert.equal(plan.reference, name);
      const { adjustment, ...expected } = plan.totals!;
      assert.deepEqual(expected, { model: "sale.order", externalId: `order_${id}`, currency, total, tax });
      assert.equal(adjustment?.upTo, "0.05");
      const odoo = odooTotals(plan);
      assert.deepEqual({ total: odoo.total, tax: odoo.tax }, { total, tax }, name);
    }
  });

  it("all map in the currency the customer paid in, too", () => {
    const currencies = new Set<string>();
    for (const { body, name } of orders) {
      const plan = orderToPlan(parseExactJson(body), { money: "presentment" });
      const odoo = odooTotals(plan);
      currencies.add(plan.totals!.currency);
      assert.deepEqual(
        { total: odoo.total, tax: odoo.tax },
        { total: plan.totals!.total, tax: plan.totals!.tax },
        name,
      );
    }
    assert.ok(currencies.size > 1);
  });

  it("come to what Shopify says after a week of shipping, cancelling and refunding, or within the allowance", () => {
    let exact = 0;
    const currencies = new Set<string>();
    for (const [at, { body, name }] of orders.entries()) {
      const later = liveThrough(parseExactJson(body) as Record<string, unknown>, at);
      for (const money of ["shop", "presentment"] as const) {
        const plan = orderToPlan(later, { money });
        const odoo = odooTotals(plan);
        const { total, tax, currency, adjustment } = plan.totals!;
        const off = decimal(odoo.total).minus(total).abs();
        assert.ok(off.lte(adjustment!.upTo), `${name}: ${odoo.total} for ${total} ${currency}`);
        assert.ok(
          decimal(odoo.tax).minus(tax).abs().lte(adjustment!.upTo),
          `${name}: tax ${odoo.tax} for ${tax}`,
        );
        if (off.eq(0)) exact++;
        currencies.add(currency);
      }
    }
    assert.ok(exact / (2 * orders.length) > 0.9, `${exact} of ${2 * orders.length} are exact`);
    assert.deepEqual([...currencies].sort(), ["EUR", "GBP", "JPY", "KWD", "USD"]);
  });
});
