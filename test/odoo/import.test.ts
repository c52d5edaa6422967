import assert from "node:assert/strict";
import { HoldfastError } from "../../src/failure.ts";
import type { ImportPlan, ImportRecord } from "../../src/import-plan.ts";
import { applyPlans, type PlanResult } from "../../src/odoo/import.ts";
import { memoryOdoo, type Troubles } from "../support/odoo-memory.ts";

const missingSku = (sku: string) => ({
  class: "rejected" as const,
  code: "sku_not_found",
  message: `Variant SKU ${sku} is not in Odoo.`,
  hint: `Set Internal Reference ${sku} on the product, then retry.`,
});

function order(
  n: number,
  options: { sku?: string; name?: string; customer?: number; total?: string } = {},
): ImportPlan {
  const { sku = "SH-1", name = "fine", customer = n, total } = options;
  const partner: ImportRecord = {
    model: "res.partner",
    externalId: `customer_${customer}`,
    values: { name: "Ann" },
  };
  const line: ImportRecord = {
    model: "sale.order.line",
    externalId: `line_${n}`,
    values: {
      product_id: {
        find: { model: "product.product", where: { default_code: sku }, missing: missingSku(sku) },
      },
      price_unit: "10.00",
    },
  };
  return {
    kind: "import-plan",
    reference: `#${1000 + n}`,
    records: [
      partner,
      {
        model: "sale.order",
        externalId: `order_${n}`,
        values: { partner_id: { externalId: partner.externalId }, note: name },
        children: { order_line: [line] },
      },
    ],
    ...(total && {
      totals: { model: "sale.order", externalId: `order_${n}`, currency: "USD", total, tax: "0.00" },
    }),
  };
}

const orders = (count: number) => Array.from({ length: count }, (_, n) => order(n));
const product = { id: 11, default_code: "SH-1" };
const bad = {
  refuse: (record: { cells: Record<string, string> }) =>
    record.cells.note === "bad" ? "That note is bad" : undefined,
};

function failureIn(result: PlanResult | undefined) {
  assert.ok(result && !result.ok, "it should have failed");
  return result.failure;
}

describe("applyPlans", () => {
  it("writes forty orders in one search and two loads, and the same again", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    const first = await applyPlans(odoo, orders(40));
    assert.ok(first.every((result) => result.ok));
    assert.deepEqual(odoo.calls, [
      "product.product.search_read",
      "res.partner.load 40",
      "sale.order.load 40",
    ]);
    const second = await applyPlans(odoo, orders(40));
    assert.deepEqual(
      second.map((result) => result.ok && result.ids),
      first.map((result) => result.ok && result.ids),
    );
    assert.equal(odoo.stored.size, 80);
  });

  it("sends a record that many plans name once", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    const results = await applyPlans(
      odoo,
      [1, 2, 3].map((n) => order(n, { customer: 7 })),
    );
    assert.deepEqual(odoo.calls.slice(1), ["res.partner.load 1", "sale.order.load 3"]);
    assert.equal(new Set(results.map((result) => result.ok && result.ids.customer_7)).size, 1);
  });

  for (const blame of ["right", "first", "nobody"] as const) {
    it(`a bad record fails alone when load blames ${blame}`, async () => {
      const odoo = memoryOdoo({ ...bad, blame });
      odoo.rows["product.product"] = [product];
      const plans = orders(20);
      plans[5] = order(5, { name: "bad" });
      plans[13] = order(13, { name: "bad" });
      const results = await applyPlans(odoo, plans);
      assert.deepEqual(
        results.flatMap((result, index) => (result.ok ? [] : [index])),
        [5, 13],
      );
      const failure = failureIn(results[5]);
      assert.equal(failure.class, "rejected");
      assert.match(failure.message, /^Order #1005: .*sale\.order order_5: That note is bad\.$/);
      assert.equal([...odoo.stored.keys()].filter((key) => key.includes("order_")).length, 18);
    });
  }

  it("a missing product fails its order with the plan's own words, and leaves no customer behind", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    const results = await applyPlans(odoo, [order(1), order(2, { sku: "SH-2" })]);
    assert.ok(results[0]!.ok);
    const failure = failureIn(results[1]);
    assert.equal(failure.code, "sku_not_found");
    assert.equal(failure.message, "Order #1002: Variant SKU SH-2 is not in Odoo.");
    assert.equal(failure.hint, "Set Internal Reference SH-2 on the product, then retry.");
    assert.ok(!odoo.stored.has("__shopify__.customer_2"));
  });

  describe("an external id that is not in Odoo", () => {
    const variant = (id: string) => ({
      externalId: id,
      missing: { ...missingSku("SH-1"), class: "dependency" as const, message: `${id} is not in Odoo.` },
    });
    const byVariant = (n: number, id: string, beside: "shipping" | "nothing" = "nothing"): ImportPlan => {
      const plan = order(n);
      const lines = plan.records[1]!.children!.order_line!;
      if (beside === "nothing") lines.pop();
      const values = { product_id: variant(id), price_unit: "10.00" };
      lines.push({ model: "sale.order.line", externalId: `line_${n}_v`, values });
      return plan;
    };

    for (const beside of ["shipping", "nothing"] as const)
      it(`fails its order alone, in the plan's own words, with ${beside} beside it`, async () => {
        const odoo = memoryOdoo();
        odoo.rows["product.product"] = [product];
        odoo.stored.set("__shopify__.variant_1", {
          model: "product.product",
          id: 11,
          record: { cells: {}, children: {} },
        });
        const plans = [byVariant(1, "variant_1", beside), byVariant(2, "variant_2", beside)];
        const [fine, missing] = await applyPlans(odoo, plans);
        assert.ok(fine?.ok);
        const failure = failureIn(missing);
        assert.deepEqual([failure.class, failure.code], ["dependency", "sku_not_found"]);
        assert.equal(failure.message, "Order #1002: variant_2 is not in Odoo.");
        assert.match(failure.hint ?? "", /Internal Reference/);
      });

    it("is no failure where the order stands already, or the same batch brings it", async () => {
      const odoo = memoryOdoo();
      odoo.rows["product.product"] = [product];
      const brings: ImportPlan = {
        kind: "import-plan",
        reference: "Shirt",
        records: [{ model: "product.product", externalId: "variant_1", values: { name: "Shirt" } }],
      };
      const first = await applyPlans(odoo, [byVariant(1, "variant_1", "shipping"), brings]);
      assert.ok(first.every((result) => result.ok));
      odoo.stored.delete("__shopify__.variant_1");
      assert.ok((await applyPlans(odoo, [byVariant(1, "variant_1", "shipping")]))[0]!.ok);
    });
  });

  it("a SKU on two products is refused, unless the plan takes the first", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product, { id: 12, default_code: "SH-1" }];
    const failure = failureIn((await applyPlans(odoo, [order(1)]))[0]);
    assert.equal(failure.code, "reference_ambiguous");
    assert.match(failure.message, /ids 11, 12/);
    const lenient = order(1);
    const { product_id } = lenient.records[1]!.children!.order_line![0]!.values as unknown as {
      product_id: { find: { several?: string } };
    };
    product_id.find.several = "first";
    const [result] = await applyPlans(odoo, [lenient]);
    assert.ok(result!.ok);
    assert.equal(
      odoo.stored.get("__shopify__.order_1")!.record.children.order_line![0]!.cells["product_id/.id"],
      "11",
    );
  });

  it("a find may leave the field empty", async () => {
    const odoo = memoryOdoo();
    const plan = order(1);
    plan.records[1]!.values.team_id = {
      find: { model: "crm.team", where: { name: "Web", active: true }, missing: "empty" },
    };
    plan.records[1]!.children = {};
    assert.ok((await applyPlans(odoo, [plan]))[0]!.ok);
    assert.equal(odoo.stored.get("__shopify__.order_1")!.record.cells["team_id/.id"], "");
  });

  it("a replay is fine though its SKU was renamed since", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    const [first] = await applyPlans(odoo, [order(1)]);
    odoo.rows["product.product"] = [];
    const other = memoryOdoo();
    for (const [key, value] of odoo.stored) other.stored.set(key, value);
    assert.deepEqual(await applyPlans(other, [order(1)]), [first]);
  });

  it("a replay is fine though Odoo refuses today what it took then", async () => {
    let strict = false;
    const odoo = memoryOdoo({
      refuse: (record) =>
        strict && record.cells.note
          ? "No matching record found for database id '11' in field 'Product'"
          : undefined,
    });
    odoo.rows["product.product"] = [product];
    await applyPlans(odoo, [order(1)]);
    strict = true;
    const results = await applyPlans(odoo, [order(1), order(2)]);
    assert.ok(results[0]!.ok);
    assert.equal(failureIn(results[1]).code, "record_missing");
  });

  it("looks a remembered product up again before it gives up", async () => {
    const odoo = memoryOdoo({
      refuse: (record) =>
        record.children.order_line?.some((line) => line.cells["product_id/.id"] === "11") &&
        odoo.rows["product.product"]![0]!.id !== 11
          ? "No matching record found for database id '11' in field 'Product'"
          : undefined,
    });
    odoo.rows["product.product"] = [product];
    await applyPlans(odoo, [order(1)]);
    odoo.rows["product.product"] = [{ id: 12, default_code: "SH-1" }];
    const [result] = await applyPlans(odoo, [order(2)]);
    assert.ok(result!.ok);
    assert.equal(odoo.calls.filter((call) => call === "product.product.search_read").length, 2);
  });

  it("a customer who buys again costs no call of their own; one who was deleted since is made again", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    await applyPlans(odoo, [order(1, { customer: 7 })]);
    odoo.calls.length = 0;
    const [second] = await applyPlans(odoo, [order(2, { customer: 7 })]);
    assert.ok(second?.ok);
    assert.deepEqual(odoo.calls, ["sale.order.load 1"]);
    assert.equal(second.ids.customer_7, odoo.stored.get("__shopify__.customer_7")!.id);

    odoo.stored.delete("__shopify__.customer_7");
    const results = await applyPlans(odoo, [order(3, { customer: 7 }), order(4, { customer: 8 })]);
    assert.ok(results.every((result) => result.ok));
    assert.ok(odoo.stored.has("__shopify__.customer_7"));
  });

  it("a customer whom an event is about is looked at, however well known", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    await applyPlans(odoo, [order(1, { customer: 7 })]);
    odoo.calls.length = 0;
    await applyPlans(odoo, [
      { ...order(2, { customer: 7 }), records: order(2, { customer: 7 }).records.slice(0, 1) },
    ]);
    assert.deepEqual(odoo.calls, ["res.partner.load 1"]);
  });

  describe("a late event of an order", () => {
    const [early, late] = ["2026-11-24T10:00:00Z", "2026-11-24T12:00:00Z"];
    /** As the mapping makes it: the order's own state, below it an address that only this version has. */
    const versioned = (n: number, at: string, sku?: string): ImportPlan => {
      const plan = order(n, sku ? { sku } : {});
      const sale = plan.records[1]!;
      sale.values.origin = `Shopify ${plan.reference} (${at})`;
      sale.values.client_order_ref = plan.reference;
      sale.write = "always";
      const address = { name: "Ann", street: at, parent_id: { externalId: `customer_${n}` } };
      plan.records.splice(1, 0, { model: "res.partner", externalId: `address_${n}_${at}`, values: address });
      return { ...plan, version: { externalId: `order_${n}`, at } };
    };
    const shop = (troubles: Troubles = {}) => {
      const odoo = memoryOdoo({
        ...troubles,
        amounts: (id) => {
          const one = [...odoo.stored.values()].find((each) => each.id === id);
          return { origin: one?.record.cells.origin };
        },
      });
      odoo.rows["product.product"] = [product];
      Object.defineProperty(odoo.rows, "sale.order", {
        get: () =>
          [...odoo.stored.values()]
            .filter(({ model }) => model === "sale.order")
            .map(({ id, record }) => ({ ...record.cells, id })),
      });
      return odoo;
    };

    it("makes nothing, not even what it alone points to", async () => {
      const odoo = shop();
      assert.ok((await applyPlans(odoo, [versioned(1, late)]))[0]!.ok);
      const before = [...odoo.stored.keys()];
      odoo.calls.length = 0;
      const [stale, live] = await applyPlans(odoo, [versioned(1, early), versioned(2, early)]);
      assert.ok(stale?.ok && live?.ok);
      assert.equal(stale.skipped, "stale");
      assert.deepEqual(stale.ids, { order_1: odoo.stored.get("__shopify__.order_1")!.id });
      assert.equal(live.skipped, undefined);
      const made = [...odoo.stored.keys()].filter((key) => !before.includes(key));
      assert.deepEqual(
        made,
        ["customer_2", `address_2_${early}`, "order_2"].map((id) => `__shopify__.${id}`),
      );
    });

    it("is skipped, whatever is refused or missing of what it brings", async () => {
      const odoo = shop({ refuse: ({ cells }) => (cells.street === early ? "No such street" : undefined) });
      await applyPlans(odoo, [versioned(1, late), versioned(2, late)]);
      for (const result of await applyPlans(odoo, [versioned(1, early), versioned(2, early, "SH-2")]))
        assert.equal(result.ok && result.skipped, "stale");
    });

    it("is known by a process that did not write the order, and never by another shop's of the same name", async () => {
      const odoo = shop();
      await applyPlans(odoo, [versioned(1, late)]);
      const before = [...odoo.stored.keys()];
      const others = versioned(2, early);
      others.reference = "#1001";
      others.records.at(-1)!.values.client_order_ref = "#1001";
      const [stale, live] = await applyPlans({ ...odoo }, [versioned(1, early), others]);
      assert.ok(stale?.ok && live?.ok);
      assert.equal(stale.skipped, "stale");
      assert.equal(live.skipped, undefined);
      const made = [...odoo.stored.keys()].filter((key) => !before.includes(key));
      assert.deepEqual(
        made,
        ["customer_2", `address_2_${early}`, "order_2"].map((id) => `__shopify__.${id}`),
      );
    });

    it("costs no call where it is none: new orders, and known ones whose version is no older", async () => {
      const odoo = shop();
      const reads = () => odoo.calls.filter((call) => call === "sale.order.search_read").length;
      for (const round of ["new", "known"]) {
        odoo.calls.length = 0;
        const results = await applyPlans(odoo, [versioned(1, early), versioned(2, early)]);
        assert.ok(results.every((result) => result.ok && !result.skipped));
        // Those that stood there before, then what is new, or how the known ones differ.
        assert.equal(reads(), 2, round);
      }
    });
  });

  it("conflicts inside a good reply are tried again; what stays one is told as one", async () => {
    let left = 2;
    const conflict = "could not serialize access due to concurrent update";
    const odoo = memoryOdoo({ refuse: () => (left-- > 0 ? conflict : undefined) });
    odoo.rows["product.product"] = [product];
    assert.ok((await applyPlans(odoo, [order(1)]))[0]!.ok);
    left = Number.POSITIVE_INFINITY;
    assert.equal(failureIn((await applyPlans(odoo, [order(2)]))[0]).class, "conflict");
  });

  it("an outage in the middle fails what is not through, as unavailable", async () => {
    let away = false;
    const odoo = memoryOdoo({
      before: (model) => {
        if (away && model === "sale.order") {
          throw new HoldfastError({
            class: "unavailable",
            code: "http_503",
            message: "away",
            source: "odoo",
          });
        }
      },
    });
    odoo.rows["product.product"] = [product];
    away = true;
    const results = await applyPlans(odoo, [order(1), order(2, { sku: "SH-2" })]);
    assert.equal(failureIn(results[0]).class, "unavailable");
    assert.equal(failureIn(results[1]).code, "sku_not_found");
    away = false;
    assert.ok((await applyPlans(odoo, [order(1)]))[0]!.ok);
  });

  it("an unknown field fails all records of its shape with one call, and no others", async () => {
    const odoo = memoryOdoo({
      before: (_model, method, { args }) => {
        if (method === "load" && (args!.fields as string[]).includes("nope")) {
          throw new HoldfastError({
            class: "rejected",
            code: "unknown_field",
            message: "Odoo does not know the field nope of sale.order.",
            source: "odoo",
          });
        }
      },
    });
    odoo.rows["product.product"] = [product];
    const plans = orders(6);
    for (const n of [1, 2, 3]) plans[n]!.records[1]!.values.nope = "x";
    const results = await applyPlans(odoo, plans);
    assert.deepEqual(
      results.map((result) => result.ok),
      [true, false, false, false, true, true],
    );
    assert.equal(odoo.calls.filter((call) => call.startsWith("sale.order.load")).length, 2);
    assert.equal(
      failureIn(results[1]).message,
      "Order #1001: Odoo does not know the field nope of sale.order.",
    );
  });

  it("fields that only some records have never empty the others", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    const plans = orders(2);
    plans[1]!.records[0]!.values.lang = "fr_FR";
    await applyPlans(odoo, plans);
    assert.deepEqual(odoo.stored.get("__shopify__.customer_0")!.record.cells, {
      id: "customer_0",
      name: "Ann",
    });
  });

  it("customers share a call though not all of them gave a phone number", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    const plans = orders(2);
    plans[1]!.records[0]!.values.phone = "555";
    await applyPlans(odoo, plans);
    assert.deepEqual(odoo.calls.slice(1), ["res.partner.load 2", "sale.order.load 2"]);
  });

  it("a change of one customer empties nothing of another who changed something else", async () => {
    const written: [fields: string[], data: string[][]][] = [];
    const odoo = memoryOdoo({
      before: (model, method, { args, context }) => {
        if (model === "res.partner" && method === "load" && context?.mode !== "update")
          written.push([args!.fields as string[], args!.data as string[][]]);
      },
    });
    const customer = (n: number, values: ImportRecord["values"]): ImportPlan => ({
      kind: "import-plan",
      reference: `Customer ${n}`,
      records: [{ model: "res.partner", externalId: `customer_${n}`, values, write: "always" }],
    });
    const then = { name: "Ann", email: "ann@example.com", phone: "1" };
    const made = await applyPlans(odoo, [customer(1, then), customer(2, then)]);
    odoo.rows["res.partner"] = made.map((result, at) => ({
      id: result.ok && result.ids[`customer_${at + 1}`],
      ...then,
    }));
    written.length = 0;
    await applyPlans(odoo, [
      customer(1, { ...then, email: "lee@example.com" }),
      customer(2, { ...then, phone: "2" }),
    ]);
    assert.deepEqual(written, [
      [["id", "email"], [["customer_1", "lee@example.com"]]],
      [["id", "phone"], [["customer_2", "2"]]],
    ]);
  });

  it("customers and their addresses share a call; who is no address is a contact, as Odoo would make it", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    odoo.rows["res.partner"] = [];
    const plan = order(1);
    plan.records.splice(1, 0, {
      model: "res.partner",
      externalId: "customer_1_address",
      values: { name: "Ann", type: "delivery", street: "1 Lane", parent_id: { externalId: "customer_1" } },
    });
    await applyPlans(odoo, [plan]);
    assert.deepEqual(odoo.calls.slice(1, 2), ["res.partner.load 2"]);
    const types = ["customer_1", "customer_1_address"].map(
      (id) => odoo.stored.get(`__shopify__.${id}`)!.record.cells.type,
    );
    assert.deepEqual(types, ["contact", "delivery"]);
  });

  it("finds that differ in one field share a search; what may stay empty is remembered as missing", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    odoo.rows["res.country.state"] = [
      { id: 1, code: "CA", "country_id.code": "US" },
      { id: 2, code: "NY", "country_id.code": "US" },
    ];
    const plans = orders(3);
    for (const [n, code] of ["CA", "NY", "ZZ"].entries()) {
      const where = { code, "country_id.code": "US" };
      plans[n]!.records[0]!.values.state_id = {
        find: { model: "res.country.state", where, missing: "empty" },
      };
    }
    await applyPlans(odoo, plans);
    await applyPlans(odoo, plans);
    assert.equal(odoo.calls.filter((call) => call === "res.country.state.search_read").length, 1);
    const states = [0, 1, 2].map(
      (n) => odoo.stored.get(`__shopify__.customer_${n}`)!.record.cells["state_id/.id"],
    );
    assert.deepEqual(states, ["1", "2", ""]);
  });

  it("a plan that makes no sense fails alone, and says what is wrong", async () => {
    const odoo = memoryOdoo();
    odoo.rows["product.product"] = [product];
    const uneven = order(2);
    uneven.records[1]!.children!.order_line!.push({
      model: "sale.order.line",
      externalId: "line_x",
      values: { price_unit: 1 },
    });
    const dotted = order(3);
    dotted.records[0]!.externalId = "customer.3";
    const broken = {
      kind: "import-plan",
      reference: "#1004",
      records: [{ model: "res.partner", externalId: "c" }],
    };
    const lost = order(5);
    lost.records[1]!.values.partner_id = {} as never;
    const sums = order(6, { total: "ten" });
    const plans = [
      order(1),
      uneven,
      dotted,
      broken as unknown as ImportPlan,
      lost,
      sums,
      undefined as unknown as ImportPlan,
    ];
    const results = await applyPlans(odoo, plans);
    assert.ok(results[0]!.ok);
    for (const result of results.slice(1)) assert.equal(failureIn(result).code, "bad_plan");
    assert.match(failureIn(results[1]).message, /line_x in order_line lacks product_id/);
  });

  it("names for older Odoos are translated", async () => {
    const odoo = memoryOdoo({}, 18);
    odoo.rows["product.product"] = [product];
    const plan = order(1);
    plan.records[1]!.children!.order_line![0]!.values.tax_ids = [{ id: 3 }, { id: 4 }];
    await applyPlans(odoo, [plan]);
    const line = odoo.stored.get("__shopify__.order_1")!.record.children.order_line![0]!;
    assert.equal(line.cells["tax_id/.id"], "3,4");
  });
});

describe("totals", () => {
  const odooWith = (amounts: Record<string, unknown>) => {
    const odoo = memoryOdoo({ amounts: () => ({ amount_tax: 0, currency_id: [1, "USD"], ...amounts }) });
    odoo.rows["product.product"] = [product];
    return odoo;
  };

  it("are read once for all orders", async () => {
    const odoo = odooWith({ amount_total: 10 });
    const results = await applyPlans(
      odoo,
      [1, 2, 3].map((n) => order(n, { total: "10.00" })),
    );
    assert.ok(results.every((result) => result.ok));
    assert.equal(odoo.calls.filter((call) => call === "sale.order.search_read").length, 1);
  });

  it("a cent off is refused with both numbers", async () => {
    const failure = failureIn(
      (await applyPlans(odooWith({ amount_total: 103.26 }), [order(1, { total: "103.25" })]))[0],
    );
    assert.equal(failure.code, "total_mismatch");
    assert.equal(failure.class, "rejected");
    assert.equal(failure.message, "Order #1001: Shopify says 103.25 USD, Odoo 103.26 USD (S2).");
  });

  it("a company that rounds globally is named: that is where cents go", async () => {
    const odoo = odooWith({ amount_total: 103.26 });
    odoo.rows["res.company"] = [];
    const plain = failureIn((await applyPlans(odoo, [order(1, { total: "103.25" })]))[0]);
    assert.match(plain.hint ?? "", /^Compare the taxes .*; then retry: the draft S2 is then written anew\.$/);
    const other = memoryOdoo({
      amounts: () => ({ amount_total: 103.26, amount_tax: 0, currency_id: [1, "USD"] }),
      globally: "My Company",
    });
    other.rows["product.product"] = [product];
    const named = failureIn((await applyPlans(other, [order(1, { total: "103.25" })]))[0]);
    assert.match(named.hint ?? "", /^In Odoo, My Company rounds taxes globally.*Round per Line.*draft S2/);
  });

  it("the same total with another tax is refused too", async () => {
    const failure = failureIn(
      (await applyPlans(odooWith({ amount_total: 10, amount_tax: 0.01 }), [order(1, { total: "10.00" })]))[0],
    );
    assert.match(failure.message, /of it tax 0\.00 against 0\.01/);
  });

  it("binary noise is not a difference", async () => {
    const odoo = odooWith({ amount_total: 0.1 + 0.2 });
    assert.ok((await applyPlans(odoo, [order(1, { total: "0.30" })]))[0]!.ok);
  });

  it("another currency is refused", async () => {
    const odoo = odooWith({ amount_total: 10, currency_id: [2, "EUR"] });
    const failure = failureIn((await applyPlans(odoo, [order(1, { total: "10.00" })]))[0]);
    assert.equal(failure.code, "currency_mismatch");
    assert.match(failure.message, /10\.00 USD, Odoo 10 EUR/);
  });

  it("what a person confirmed meanwhile only warns", async () => {
    const odoo = odooWith({ amount_total: 12, state: "sale" });
    const [result] = await applyPlans(odoo, [order(1, { total: "10.00" })]);
    assert.ok(result?.ok);
    assert.match(result.warnings[0]!, /Shopify says 10\.00 USD, Odoo 12\.00 USD/);
  });
});
