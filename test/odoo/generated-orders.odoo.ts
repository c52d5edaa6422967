import assert from "node:assert/strict";
import { liveThrough } from "../../sandbox/shopify/order-changes.ts";
import { makeOrders } from "../../sandbox/shopify/orders.ts";
import type { ImportPlan } from "../../src/import-plan.ts";
import { parseExactJson } from "../../src/json.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { orderToPlan } from "../../src/sync/order.ts";
import { prepareOdoo, roundTaxes } from "../support/odoo-prepared.ts";
import { fresh, read, realClient, transports } from "../support/odoo-real.ts";
import { orderFixtures } from "../sync/order-fixtures.ts";
import { stateFixtures } from "../sync/order-state-fixtures.ts";

/** 500 orders as they come, and the same after a week, in the shop's currency or the buyer's. */
const count = 500;
const batchSize = 40;

const [transport = "xmlrpc"] = transports;

describe("orders of every kind in a real Odoo", function () {
  this.timeout(900_000);
  let client: OdooClient;
  let billing: OdooClient;
  let admin: OdooClient;
  before(() => {
    client = realClient("user", transport);
    billing = realClient("billing", transport);
    admin = realClient("admin", transport);
  });
  after(async () => {
    await roundTaxes(admin, "round_per_line");
    client.close();
    billing.close();
    admin.close();
  });

  for (const method of ["round_per_line", "round_globally"] as const)
    it(`writes every fixture, confirmed, invoiced and paid as its settings say, with Shopify's total and tax, or flags the cent, with ${method}`, async () => {
      const wanted = [...orderFixtures, ...stateFixtures].map((fixture) => {
        const run = `${fresh("f")}_`;
        const currency = currencyIn(fixture.payload, fixture.settings?.money);
        return orderToPlan(fixture.payload, {
          ...fixture.settings,
          externalIdPrefix: run,
          pricelist: currency === "USD" ? "" : `Shop ${currency}`,
        });
      });
      await prepareOdoo(admin, wanted);
      await roundTaxes(admin, method);
      const { equal, adjusted, wrong } = await writeAndCompare(billing, wanted);
      console.log(
        `      ${method}: ${equal} equal, ${adjusted} with a rounding line or a cent of tax, ${wrong.length} refused`,
      );
      assert.deepEqual(wrong, []);
      // Odoo 14 is a cent off with one of them, either way: it stands there as a line or a warning.
      const { major } = await admin.version();
      if (method === "round_per_line") assert.equal(adjusted, major === 14 ? 1 : 0);
    });

  it(`writes ${2 * count} generated orders with Odoo's own rounding: every total equal or flagged`, async () => {
    await roundTaxes(admin, "round_globally");
    const run = `${fresh("g")}_`;
    const seed = Date.now() % 1000;
    const plans = makeOrders({ seed, count }).flatMap(({ body }, at) => {
      const order = parseExactJson(body) as Record<string, unknown>;
      const settings = { money: at % 2 === 0 ? "shop" : "presentment", confirm: "never" } as const;
      return [
        orderToPlan(order, { ...settings, externalIdPrefix: `${run}a_` }),
        orderToPlan(liveThrough(order, at), { ...settings, externalIdPrefix: `${run}b_` }),
      ];
    });
    await prepareOdoo(admin, plans);
    const { equal, adjusted, wrong } = await writeAndCompare(client, plans);
    console.log(
      `      seed ${seed}: ${plans.length} orders, ${equal} equal, ${adjusted} with a rounding line or a cent of tax, ${wrong.length} refused`,
    );
    assert.deepEqual(wrong, []);
    assert.equal(equal + adjusted, 2 * count);
  });

  /** Every total as Odoo itself tells it, against the plan's. */
  async function writeAndCompare(
    by: OdooClient,
    plans: ImportPlan[],
  ): Promise<{ equal: number; adjusted: number; wrong: string[] }> {
    const wrong: string[] = [];
    let equal = 0;
    let adjusted = 0;
    for (let from = 0; from < plans.length; from += batchSize) {
      const batch = plans.slice(from, from + batchSize);
      const results = await applyPlans(by, batch);
      const ids = results.map((result, at) => (result.ok ? result.ids[orderId(batch[at]!)] : undefined));
      const rows = new Map(
        (
          await read(
            client,
            "sale.order",
            [["id", "in", ids.filter((id) => id !== undefined)]],
            ["amount_total", "amount_tax", "currency_id", "state"],
          )
        ).map((row) => [row.id, row]),
      );
      const rounded = new Set(
        (
          await read(
            client,
            "sale.order.line",
            [
              ["order_id", "in", [...rows.keys()]],
              ["product_id.default_code", "=", "ROUNDING"],
              ["price_unit", "!=", 0],
            ],
            ["order_id"],
          )
        ).map(({ order_id }) => (order_id as [number, string])[0]),
      );
      for (const [at, plan] of batch.entries()) {
        const result = results[at]!;
        if (!result.ok) {
          wrong.push(`${plan.reference} ${result.failure.message} ${result.failure.hint ?? ""}`);
          continue;
        }
        const row = rows.get(ids[at] ?? 0);
        if (!row) {
          wrong.push(`${plan.reference} is not in Odoo`);
          continue;
        }
        const totals = plan.totals;
        if (!totals) {
          if (row.state === "cancel") equal++;
          else wrong.push(`${plan.reference} is not cancelled`);
          continue;
        }
        const flagged = result.warnings.length > 0;
        const taxOff = Math.abs(Number(row.amount_tax) - Number(totals.tax));
        if (Math.abs(Number(row.amount_total) - Number(totals.total)) > 1e-6)
          wrong.push(
            `${plan.reference}: Odoo ${row.amount_total}, Shopify ${totals.total} ${totals.currency}`,
          );
        else if (taxOff > 1e-6 && !flagged)
          wrong.push(`${plan.reference}: tax ${row.amount_tax} for ${totals.tax}, and nobody says so`);
        else if (taxOff > 1e-6 || rounded.has(row.id)) adjusted++;
        else equal++;
      }
    }
    return { equal, adjusted, wrong };
  }
});

function orderId(plan: ImportPlan): string {
  return plan.records.find(({ model }) => model === "sale.order")!.externalId;
}

function currencyIn(payload: Record<string, unknown>, money = "shop"): string {
  return String(money === "shop" ? payload.currency : payload.presentment_currency);
}
