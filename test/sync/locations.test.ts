import assert from "node:assert/strict";
import { HoldfastError } from "../../src/failure.ts";
import {
  type LocationRow,
  locationIdOf,
  tableProblems,
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
};
const mappedMain = {
  shopify: { id: "70000000002", name: "Main" },
  odoo: { warehouseId: 1, locationId: 8, code: "WH" },
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
