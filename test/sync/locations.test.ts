import assert from "node:assert/strict";
import { HoldfastError } from "../../src/failure.ts";
import { tableProblems } from "../../src/sync/location-problems.ts";
import {
  type LocationRow,
  locationIdOf,
  policyFor,
  stockSources,
  toOdoo,
  toShopify,
} from "../../src/sync/locations.ts";

const store: LocationRow = {
  shopifyId: "70000000001",
  shopifyName: "Harbour Street Store",
  warehouseId: 3,
  locationId: 28,
  code: "HARB",
  name: "Harbour Street",
};
const main: LocationRow = {
  shopifyId: "gid://shopify/Location/70000000002",
  shopifyName: "Main",
  warehouseId: 1,
  locationId: 8,
  code: "WH",
  name: "Main warehouse",
  default: true,
};
const table = [store, main];

const mappedStore = {
  shopify: { id: "70000000001", name: "Harbour Street Store" },
  odoo: { warehouseId: 3, locationId: 28, code: "HARB" },
  stock: { direction: "odoo", locationIds: [28], buffer: 0 },
};
const mappedMain = {
  shopify: { id: "70000000002", name: "Main" },
  odoo: { warehouseId: 1, locationId: 8, code: "WH" },
  stock: { direction: "odoo", locationIds: [8], buffer: 0 },
};

describe("locations", () => {
  it("finds a Shopify location however its id is written", () => {
    for (const id of ["70000000001", 70000000001, "gid://shopify/Location/70000000001"])
      assert.deepEqual(toOdoo(table, id, "reject"), mappedStore);
    assert.deepEqual(toOdoo(table, "70000000002", "reject"), mappedMain);
  });

  it("gives an order without a location the default row, under every policy", () => {
    for (const policy of ["reject", "default", "pass"] as const)
      assert.deepEqual(toOdoo(table, null, policy), mappedMain);
  });

  it("leaves an order without a location to Odoo's own default warehouse when no row is the default", () => {
    for (const policy of ["reject", "default", "pass"] as const)
      assert.equal(toOdoo([store], null, policy), null);
  });

  it("refuses an unknown location, and says what to do", () => {
    const failure = failureOf(() => toOdoo(table, "9", "reject"));
    assert.equal(failure.class, "rejected");
    assert.equal(failure.code, "location_unmapped");
    assert.match(failure.message, /Shopify location 9 is not in the location table/);
    assert.match(failure.hint ?? "", /location-mapper/);
  });

  it("takes the default row for an unknown location where that is the policy, and refuses without one", () => {
    assert.deepEqual(toOdoo(table, "9", "default"), mappedMain);
    assert.match(failureOf(() => toOdoo([store], "9", "default")).message, /no row is marked as default/);
  });

  it("lets an unknown location pass where that is the policy", () => {
    assert.equal(toOdoo(table, "9", "pass"), null);
    assert.equal(toShopify(table, { warehouseId: 99 }, "pass"), null);
  });

  it("finds an Odoo place by stock location, warehouse or code", () => {
    assert.deepEqual(toShopify(table, { locationId: 28 }, "reject"), mappedStore);
    assert.deepEqual(toShopify(table, { warehouseId: 3 }, "reject"), mappedStore);
    assert.deepEqual(toShopify(table, { code: "harb" }, "reject"), mappedStore);
    assert.equal(failureOf(() => toShopify(table, { locationId: 99 }, "reject")).code, "location_unmapped");
    assert.equal(failureOf(() => toShopify(table, {}, "reject")).code, "location_unmapped");
  });

  it("never guesses whose stock it is when two Shopify locations share a warehouse", () => {
    const shared = [store, { ...main, warehouseId: 3, default: false }];
    const failure = failureOf(() => toShopify(shared, { warehouseId: 3 }, "default"));
    assert.equal(failure.code, "location_ambiguous");
    assert.match(failure.message, /Harbour Street Store, Main/);
    assert.deepEqual(toShopify(shared, { locationId: 28 }, "reject"), mappedStore);
  });

  it("says everything that is wrong with a table", () => {
    assert.deepEqual(tableProblems(table), []);
    assert.deepEqual(
      tableProblems([
        { ...store, default: true },
        { ...main, shopifyId: "70000000001" },
        { ...store, shopifyId: "", shopifyName: "", warehouseId: 0 },
        { ...store, shopifyId: "4", locationId: Number.NaN },
      ]),
      [
        "Row 2 (Main) repeats the Shopify location 70000000001 of row 1.",
        "Row 3 has no Shopify location id.",
        "Row 3 has no Odoo warehouse.",
        "Row 4 (Harbour Street Store) has no Odoo stock location.",
        "2 rows are marked as default; one at most can be.",
      ],
    );
  });

  it("says how stock is kept at a location", () => {
    const shelves = { ...store, stockLocationIds: [28, 31, 28], buffer: 2 };
    assert.deepEqual(toOdoo([shelves], "70000000001", "reject")?.stock, {
      direction: "odoo",
      locationIds: [28, 31],
      buffer: 2,
    });
    const leading = { ...main, direction: "shopify" } as const;
    assert.equal(toOdoo([leading], "70000000002", "reject")?.stock?.direction, "shopify");
  });

  it("finds a place by any of the locations that a Shopify location offers, before the one of its orders", () => {
    const shelves = { ...store, stockLocationIds: [31, 32] };
    for (const locationId of [28, 31, 32])
      assert.equal(toShopify([shelves, main], { locationId }, "reject")?.shopify.id, "70000000001");
    const split = { ...main, stockLocationIds: [28] };
    assert.equal(toShopify([shelves, split], { locationId: 28 }, "reject")?.shopify.id, "70000000002");
  });

  it("names what feeds each Shopify location that follows Odoo, and leaves out those that lead", () => {
    const leading = { ...main, direction: "shopify" } as const;
    assert.deepEqual(stockSources([{ ...store, stockLocationIds: [28, 31], buffer: 3 }, leading]), [
      { shopifyLocationId: "70000000001", odooLocationIds: [28, 31], buffer: 3 },
    ]);
    assert.deepEqual(stockSources([leading]), []);
  });

  it("offers no stock at two Shopify locations at once", () => {
    const failure = failureOf(() => stockSources([store, { ...main, stockLocationIds: [8, 28] }]));
    assert.equal(failure.code, "location_ambiguous");
    assert.match(failure.message, /^Odoo stock location 28 belongs to several/);
  });

  it("refuses stock that goes both ways at one location", () => {
    const leading = { ...main, direction: "shopify", locationId: 28 } as const;
    assert.deepEqual(tableProblems([{ ...store, direction: "both" as "odoo" }]), [
      "Row 1 (Harbour Street Store) has the stock direction \"both\": either Odoo's count is the truth or Shopify's; with both, each would undo what the other counted.",
    ]);
    assert.deepEqual(tableProblems([store, leading]), [
      "Row 2 (Main) has the Odoo stock location 28 of row 1, and for one Odoo's count is the truth, for the other Shopify's: stock can't go both ways at once, each would undo what the other counted.",
    ]);
    assert.equal(tableProblems([{ ...store, locationId: 9, stockLocationIds: [28] }, leading]).length, 1);
    assert.match(
      tableProblems([{ ...store, direction: "shopify" }, leading])[0] ?? "",
      /both take Shopify's/,
    );
    assert.deepEqual(tableProblems([store, { ...leading, stockLocationIds: [30] }]), []);
    assert.deepEqual(tableProblems([store, { ...main, locationId: 28 }]), []);
  });

  it("lets Shopify's count be taken at one Odoo location, whole units be kept back", () => {
    const problems = (row: Partial<LocationRow>) =>
      tableProblems([{ ...store, ...row }]).map((problem) => problem.slice(0, 60));
    assert.match(
      problems({ direction: "shopify", stockLocationIds: [28, 31] })[0] ?? "",
      /takes Shopify's count, and/,
    );
    assert.match(problems({ direction: "shopify", buffer: 1 })[0] ?? "", /takes Shopify's count, and/);
    for (const buffer of [-1, 0.5, Number.NaN]) assert.match(problems({ buffer })[0] ?? "", /has a buffer/);
    assert.match(problems({ stockLocationIds: [28, Number.NaN] })[0] ?? "", /has a stock location that/);
  });

  it("knows which location an event speaks of", () => {
    const cases: [string, unknown, string | null][] = [
      ["orders/create", { location_id: 70000000001 }, "70000000001"],
      ["orders/create", { location_id: null }, null],
      ["fulfillments/create", { location_id: "866550311766439020" }, "866550311766439020"],
      ["inventory_levels/update", { inventory_item_id: 1, location_id: 5 }, "5"],
      ["refunds/create", { refund_line_items: [{ location_id: null }, { location_id: 6 }] }, "6"],
      ["refunds/create", { refund_line_items: "none" }, null],
      ["products/update", { location_id: 7 }, null],
      ["orders/create", null, null],
    ];
    for (const [topic, payload, id] of cases) assert.equal(locationIdOf(topic, payload), id, topic);
  });

  it("a count at a location that is not in the table is refused by nobody, and taken for no other's", () => {
    assert.deepEqual(
      (["reject", "default", "pass"] as const).map((policy) => policyFor("inventory_levels/update", policy)),
      ["pass", "pass", "pass"],
    );
    assert.equal(policyFor("orders/create", "reject"), "reject");
  });
});

function failureOf(run: () => unknown) {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return thrown.failure;
    throw thrown;
  }
  throw new Error("nothing was refused");
}
