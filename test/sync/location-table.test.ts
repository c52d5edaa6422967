import assert from "node:assert/strict";
import { type TableRow, withOdoo, withShopify } from "../../src/sync/location-table.ts";

const row = (more: Partial<TableRow> = {}): TableRow => ({
  shopifyId: "1",
  shopifyName: "Harbour",
  warehouseId: 3,
  locationId: 28,
  code: "HARB",
  ...more,
});
const open = { warehouseId: "", locationId: "", code: "" };
const places = {
  warehouses: [
    { id: 1, name: "Main", code: "WH", stockLocationId: 8, active: true },
    { id: 3, name: "Harbour", code: "HARB", stockLocationId: 28, active: true },
    { id: 4, name: "Old mill", code: "OLD", stockLocationId: 40, active: false },
  ],
  locations: [
    { id: 8, name: "WH/Stock", warehouseId: 1, active: true },
    { id: 28, name: "HARB/Stock", warehouseId: 3, active: true },
    { id: 29, name: "HARB/Stock/Shelf", warehouseId: 3, active: false },
    { id: 40, name: "OLD/Stock", warehouseId: 4, active: true },
  ],
};

describe("a location table with what Shopify has", () => {
  it("gets a row for each new location, and keeps what a person entered", () => {
    const { rows, notes } = withShopify(
      [row({ buffer: 3, isDefault: true })],
      [
        { id: "1", name: "Harbour", active: true },
        { id: "2", name: "Outlet", active: true },
        { id: "3", name: "Closed", active: false },
      ],
    );
    assert.deepEqual(rows, [
      row({ buffer: 3, isDefault: true }),
      { shopifyId: "2", shopifyName: "Outlet", ...open },
    ]);
    assert.deepEqual(notes, [{ row: 1, kind: "added", name: "Outlet" }]);
  });

  it("says which locations were renamed, deactivated or are gone, and removes none", () => {
    const table = [
      row(),
      row({ shopifyId: "gid://shopify/Location/2", shopifyName: "Old name" }),
      row({ shopifyId: "9", shopifyName: "Nowhere" }),
      row({ shopifyId: "9{LOCATION}" }),
    ];
    const { rows, notes } = withShopify(table, [
      { id: "1", name: "Harbour", active: false },
      { id: "2", name: "New name", active: true },
    ]);
    assert.equal(rows.length, 4);
    assert.equal(rows[1]?.shopifyName, "New name");
    assert.deepEqual(notes, [
      { row: 0, kind: "shopifyInactive", name: "Harbour" },
      { row: 1, kind: "renamed", name: "Old name" },
      { row: 2, kind: "shopifyGone", name: "Nowhere" },
    ]);
  });
});

describe("a location table with what Odoo has", () => {
  it("gets the warehouse that is called like the Shopify location, with its stock location and code", () => {
    const { rows, notes } = withOdoo(
      [row({ shopifyName: " main ", ...open }), row({ shopifyName: "X", ...open })],
      places,
    );
    assert.deepEqual(
      [rows[0]?.warehouseId, rows[0]?.locationId, rows[0]?.code, rows[0]?.odooName],
      [1, 8, "WH", "Main · WH/Stock"],
    );
    assert.deepEqual(notes, [{ row: 0, kind: "matched", name: "Main" }]);
    assert.equal(rows[1]?.warehouseId, "");
  });

  it("fills in the stock location of a warehouse that a person chose", () => {
    const [filled] = withOdoo([row({ warehouseId: "1", locationId: "", code: "" })], places).rows;
    assert.deepEqual([filled?.warehouseId, filled?.locationId, filled?.code], [1, 8, "WH"]);
  });

  it("says what was renamed, archived, is gone, or lies elsewhere", () => {
    const { rows, notes } = withOdoo(
      [
        row({ odooName: "Harbour · HARB/Old stock" }),
        row({ warehouseId: 4, locationId: 40 }),
        row({ locationId: 29 }),
        row({ warehouseId: 77 }),
        row({ locationId: 999 }),
        row({ locationId: 8 }),
      ],
      places,
    );
    assert.equal(rows[0]?.odooName, "Harbour · HARB/Stock");
    assert.deepEqual(
      notes.map(({ row: index, kind }) => `${index} ${kind}`),
      [
        "0 renamed",
        "1 warehouseInactive",
        "2 locationInactive",
        "3 warehouseGone",
        "4 locationGone",
        "5 locationElsewhere",
      ],
    );
    assert.equal(rows[3]?.warehouseId, 77);
  });

  it("leaves ids from the environment alone", () => {
    const table = [row({ warehouseId: "$" + "{WH}", locationId: "$" + "{STOCK}" })];
    assert.deepEqual(withOdoo(table, places), { rows: table, notes: [] });
  });
});
