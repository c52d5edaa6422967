import assert from "node:assert/strict";
import type { ImportPlan } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { createPlanWriter } from "../../src/odoo/plan-writer.ts";
import { eventually } from "../support/eventually.ts";
import { memoryOdoo } from "../support/odoo-memory.ts";

function order(n: number, customer: number, write: "once" | "always" = "once"): ImportPlan {
  return {
    kind: "import-plan",
    reference: `#${1000 + n}`,
    records: [
      { model: "res.partner", externalId: `customer_${customer}`, values: { name: "Ann" } },
      {
        model: "sale.order",
        externalId: `order_${n}`,
        write,
        values: { partner_id: { externalId: `customer_${customer}` } },
      },
    ],
    totals: { model: "sale.order", externalId: `order_${n}`, currency: "USD", total: "10.00", tax: "0.00" },
  };
}

/** An Odoo whose calls wait until the test lets them go on. */
function heldOdoo(maxParallel = 4) {
  const odoo = memoryOdoo({
    amounts: () => ({ amount_total: 10, amount_tax: 0, currency_id: [1, "USD"] }),
  });
  odoo.rows["res.currency"] = [{ id: 1, name: "USD", decimal_places: 2, rounding: 0.01 }];
  const held: { call: string; release(): void }[] = [];
  const client: OdooClient = {
    ...odoo,
    maxParallel,
    async call(model, method, params) {
      await new Promise<void>((release) => {
        held.push({ call: `${model}.${method}`, release });
      });
      return odoo.call(model, method, params);
    },
  };
  const waiting = () => held.map(({ call }) => call);
  const release = async (call: string) => {
    await eventually(`${call} is called`, () => waiting().includes(call));
    const at = held.findIndex((one) => one.call === call);
    held.splice(at, 1)[0]!.release();
    await settled();
  };
  const releaseAll = async (until: () => boolean) => {
    while (!until()) {
      held.shift()?.release();
      await settled();
    }
  };
  return { client, odoo, waiting, release, releaseAll };
}
const settled = () => new Promise((done) => setTimeout(done, 5));

describe("writing plans as they come", () => {
  it("creates the next batch's records while another one's are brought to their totals, for one batch at a time", async () => {
    const { client, waiting, release, releaseAll } = heldOdoo();
    const write = createPlanWriter(client, 100);
    let done = 0;
    const both = [write(order(1, 1)), settled().then(() => write(order(2, 2)))].map((one) =>
      one.then((result) => {
        assert.ok(result.ok);
        done++;
      }),
    );
    await eventually("both create", () => waiting().length === 2);
    assert.deepEqual(waiting(), ["res.partner.load", "res.partner.load"]);
    for (const model of ["res.partner", "res.partner", "sale.order", "sale.order"])
      await release(`${model}.load`);
    assert.deepEqual(waiting(), ["sale.order.search_read"], "the second one's totals wait for their turn");
    await releaseAll(() => done === 2);
    await Promise.all(both);
  });

  it("creates a new customer of two orders once, and keeps the second order waiting for it", async () => {
    const { client, odoo, waiting, releaseAll } = heldOdoo();
    const write = createPlanWriter(client, 100);
    let done = 0;
    const two = [write(order(1, 7)), settled().then(() => write(order(2, 7)))].map((one) =>
      one.then(() => done++),
    );
    await eventually("the first creates", () => waiting().length > 0);
    await settled();
    await settled();
    assert.deepEqual(waiting(), ["res.partner.load"]);
    await releaseAll(() => done === 2);
    await Promise.all(two);
    assert.equal(odoo.calls.filter((call) => call.startsWith("res.partner.load")).length, 1);
  });

  it("brings another order of a customer who is known beside the first", async () => {
    const { client, waiting, releaseAll } = heldOdoo();
    const write = createPlanWriter(client, 100);
    let done = 0;
    const count = () => done++;
    const first = write(order(1, 7)).then(count);
    await releaseAll(() => done === 1);
    await first;
    const two = [
      write(order(2, 7)).then(count),
      settled()
        .then(() => write(order(3, 7)))
        .then(count),
    ];
    await eventually("both create", () => waiting().length === 2);
    assert.deepEqual(waiting(), ["sale.order.load", "sale.order.load"]);
    await releaseAll(() => done === 3);
    await Promise.all(two);
  });

  it("writes two states of one order in the order they came", async () => {
    const { client, odoo, waiting, releaseAll } = heldOdoo();
    const write = createPlanWriter(client, 100);
    const ended: number[] = [];
    const states = [1, 2].map((state) =>
      settled()
        // As near to its end as the third's: they may share a batch.
        .then(() => write(order(1, 7, "always")).then(() => ended.push(state))),
    );
    await eventually("the first is under way", () => waiting().length > 0);
    const third = write(order(1, 7, "always")).then(() => ended.push(3));
    await settled();
    assert.equal(waiting().length, 1);
    await releaseAll(() => ended.length === 3);
    await Promise.all([...states, third]);
    assert.equal(ended[2], 3);
    assert.equal([...odoo.stored.keys()].filter((key) => key.includes("order_")).length, 1);
  });

  it("has one batch under way where calls may not run in parallel", async () => {
    const { client, waiting, releaseAll } = heldOdoo(1);
    const write = createPlanWriter(client, 100);
    let done = 0;
    const two = [write(order(1, 1)), settled().then(() => write(order(2, 2)))].map((one) =>
      one.then(() => done++),
    );
    await eventually("the first creates", () => waiting().length > 0);
    await settled();
    await settled();
    assert.equal(waiting().length, 1);
    await releaseAll(() => done === 2);
    await Promise.all(two);
  });

  it("says of what is no plan that it is none, and goes on", async () => {
    const { client, releaseAll } = heldOdoo();
    const write = createPlanWriter(client, 100);
    const odd = [null, 5, { kind: "import-plan", records: [null], steps: [null, 3] }];
    const results = await Promise.all(odd.map((payload) => write(payload as unknown as ImportPlan)));
    assert.deepEqual(
      results.map((result) => !result.ok && result.failure.class),
      ["rejected", "rejected", "rejected"],
    );
    let done = false;
    const fine = write(order(1, 1)).then((result) => {
      done = true;
      return result;
    });
    await releaseAll(() => done);
    assert.ok((await fine).ok);
  });
});
