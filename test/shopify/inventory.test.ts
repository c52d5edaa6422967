import assert from "node:assert/strict";
import fc from "fast-check";
import { makeOrders } from "../../sandbox/shopify/index.ts";
import { type StockResult, type StockRow, setStock, targetOf } from "../../src/shopify/inventory.ts";
import { readLevels } from "../../src/shopify/inventory-levels.ts";
import {
  availableAt,
  inventoryItemId,
  locationId,
  type Shopify,
  startShopify,
  stockUp,
  stopShopify,
} from "../support/shopify-admin.ts";

const tent = "TENT-RIDGE-2";
const mat = "MAT-FEATHER";

describe("stock to Shopify", () => {
  let shopify: Shopify;
  beforeEach(async () => {
    shopify = await startShopify();
  });
  afterEach(stopShopify);

  const rowOf = (sku: string, quantity: number, more: Partial<StockRow> & { at?: number } = {}): StockRow => {
    const { at = 0, ...rest } = more;
    return {
      inventoryItemId: inventoryItemId(shopify, sku),
      locationId: locationId(shopify, at),
      quantity,
      ...rest,
    };
  };
  const said = (results: StockResult[]) =>
    results.map((one) => (one.state === "failed" ? one.failure.code : one.state));

  it("sets what differs, and leaves alone what is right already", async () => {
    stockUp(shopify, tent, 0, 10);
    stockUp(shopify, mat, 0, 4);
    const results = await setStock(shopify.client, [rowOf(tent, 7), rowOf(mat, 4)]);
    assert.deepEqual(said(results), ["set", "unchanged"]);
    assert.deepEqual(results[0], { row: rowOf(tent, 7), state: "set", before: 10, after: 7 });
    assert.equal(availableAt(shopify, tent), 7);
    assert.equal(shopify.asked.filter(({ name }) => name === "SetQuantities").length, 1);
    assert.deepEqual(said(await setStock(shopify.client, [rowOf(tent, 7), rowOf(mat, 4)])), [
      "unchanged",
      "unchanged",
    ]);
    assert.equal(shopify.calls("inventorySetQuantities"), 1);
  });

  it("tells what a compare finds to differ before it writes, and nothing of what was told as a change", async () => {
    stockUp(shopify, tent, 0, 10);
    stockUp(shopify, mat, 0, 4);
    stockUp(shopify, mat, 1, 1);
    const told: unknown[] = [];
    const rows = [
      rowOf(tent, 7, { compared: true }),
      rowOf(mat, 4, { compared: true }),
      rowOf(mat, 2, { at: 1 }),
    ];
    const onDrift = (drift: unknown[]) => told.push(...drift, `tent has ${availableAt(shopify, tent)}`);
    await setStock(shopify.client, rows, { onDrift });
    await setStock(shopify.client, rows, { onDrift });
    const { id } = shopify.shop.stock.locations[0]!;
    assert.deepEqual(told, [{ name: tent, locationId: id, has: 10, shall: 7 }, "tent has 10"]);
  });

  it("never below zero", async () => {
    stockUp(shopify, tent, 0, 10);
    await setStock(shopify.client, [rowOf(tent, -3)]);
    assert.equal(availableAt(shopify, tent), 0);
  });

  it("takes digits and GIDs, and says what is no stock row", async () => {
    stockUp(shopify, tent, 0, 10);
    const digits = (gid: string): string => gid.replace(/\D+/g, "");
    const row = rowOf(tent, 2);
    const results = await setStock(shopify.client, [
      { ...row, inventoryItemId: digits(row.inventoryItemId), locationId: digits(row.locationId) },
      { ...row, quantity: 1.5 },
      { ...row, locationId: "somewhere" },
    ]);
    assert.deepEqual(said(results), ["set", "bad_stock_row", "bad_stock_row"]);
  });

  it("of two rows for one place the later counts, and both hear of it", async () => {
    stockUp(shopify, tent, 0, 10);
    const results = await setStock(shopify.client, [rowOf(tent, 3), rowOf(tent, 6)]);
    assert.deepEqual(said(results), ["set", "set"]);
    assert.equal(availableAt(shopify, tent), 6);
  });

  describe("what changes in between", () => {
    /** Sells right before the next write arrives. */
    function sellBeforeWrite(times: number): void {
      const { stock } = shopify.shop;
      const level = stock.level(stock.itemBySku(tent)!.id, stock.locations[0]!.id)!;
      const { run } = shopify.client;
      shopify.client.run = async (operation, variables, size) => {
        if (operation.name === "SetQuantities" && times-- > 0)
          stock.change(level, { available: level.available - 1, committed: level.committed + 1 });
        return run(operation, variables, size) as never;
      };
    }

    it("is read and decided again: an order that Odoo does not know yet stays sold", async () => {
      stockUp(shopify, tent, 0, 10);
      sellBeforeWrite(2);
      // Odoo has 8 free and knows of no Shopify order; two are sold while we write.
      const results = await setStock(shopify.client, [rowOf(tent, 8, { knownCommitted: 0 })]);
      assert.deepEqual(said(results), ["set"]);
      assert.equal(availableAt(shopify, tent), 6);
      assert.equal(shopify.calls("inventorySetQuantities"), 3);
    });

    it("each time with a new key", async () => {
      stockUp(shopify, tent, 0, 10);
      sellBeforeWrite(2);
      await setStock(shopify.client, [rowOf(tent, 3)]);
      const keys = shopify.asked.flatMap(({ variables }) => (variables.key ? [variables.key] : []));
      assert.equal(new Set(keys).size, 3);
    });

    it("does not hold up the other rows", async () => {
      stockUp(shopify, tent, 0, 10);
      stockUp(shopify, mat, 0, 4);
      sellBeforeWrite(1);
      const results = await setStock(shopify.client, [rowOf(tent, 3), rowOf(mat, 1)]);
      assert.deepEqual(said(results), ["set", "set"]);
      assert.equal(availableAt(shopify, mat), 1);
    });

    it("without end is a conflict, to be tried again soon", async () => {
      stockUp(shopify, tent, 0, 1_000);
      sellBeforeWrite(1_000);
      const [result] = await setStock(shopify.client, [rowOf(tent, 3)]);
      assert.equal(result!.state === "failed" && result!.failure.class, "conflict");
    });
  });

  it("orders that Odoo does not have yet are subtracted, those it has set aside are not subtracted twice", async () => {
    const { stock, orders } = shopify.shop;
    stockUp(shopify, tent, 0, 20);
    const order = makeOrders({ seed: 3, count: 60 }).find(({ body }) => body.includes(`"sku":"${tent}"`))!;
    const placed = orders.place(order.body, stock.locations[0]!.id);
    const sold = placed.payload.line_items.find(({ sku }) => sku === tent)!.quantity;
    await setStock(shopify.client, [rowOf(tent, 20, { knownCommitted: 0 })]);
    assert.equal(availableAt(shopify, tent), 20 - sold, "sold stock does not come back");
    await setStock(shopify.client, [rowOf(tent, 20 - sold, { knownCommitted: sold })]);
    assert.equal(availableAt(shopify, tent), 20 - sold, "Odoo reserved it: nothing more to subtract");
  });

  it("the target is never above what Odoo has, nor below zero, and counts each unknown unit once", () => {
    const units = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(units, units, units, (quantity, committed, known) => {
        const row = { inventoryItemId: "1", locationId: "1", quantity };
        const target = targetOf({ ...row, knownCommitted: known }, { committed });
        assert.ok(target >= 0 && target <= quantity);
        if (committed <= known) assert.equal(target, quantity);
        else assert.equal(target, Math.max(0, quantity - (committed - known)));
        assert.equal(targetOf(row, { committed }), quantity);
      }),
    );
  });

  describe("where an item is not stocked", () => {
    it("it is stocked, and gets its quantity", async () => {
      const [result] = await setStock(shopify.client, [rowOf(tent, 5, { at: 1 })]);
      assert.deepEqual([result!.state, availableAt(shopify, tent, 1)], ["set", 5]);
      const { stock } = shopify.shop;
      assert.equal(stock.level(stock.itemBySku(tent)!.id, stock.locations[1]!.id)!.active, true);
    });

    it("any more: it gets its new quantity before anybody can buy the old one", async () => {
      const { stock } = shopify.shop;
      stockUp(shopify, tent, 0, 50);
      const level = stock.level(stock.itemBySku(tent)!.id, stock.locations[0]!.id)!;
      level.active = false;
      await setStock(shopify.client, [rowOf(tent, 2)]);
      assert.deepEqual([level.active, level.available], [true, 2]);
      const writes = shopify.asked.map(({ name }) => name).slice(-2);
      assert.deepEqual(writes, ["SetQuantities", "ActivateInventory"]);
    });

    it("the row is rejected with a hint, by policy", async () => {
      const [result] = await setStock(shopify.client, [rowOf(tent, 5, { at: 1 })], { unstocked: "reject" });
      assert.ok(result!.state === "failed");
      assert.deepEqual([result!.failure.class, result!.failure.code], ["rejected", "not_stocked"]);
      assert.match(result!.failure.message, /TENT-RIDGE-2/);
      assert.equal(availableAt(shopify, tent, 1), undefined);
    });

    it("because the location is deactivated, the row is rejected and names it", async () => {
      shopify.shop.deactivate(shopify.shop.stock.locations[1]!);
      stockUp(shopify, mat, 0, 4);
      const results = await setStock(shopify.client, [rowOf(tent, 5, { at: 1 }), rowOf(mat, 1)]);
      assert.deepEqual(said(results), ["activation_refused", "set"]);
    });
  });

  it("untracked items are left alone", async () => {
    stockUp(shopify, tent, 0, 10);
    shopify.shop.stock.itemBySku(tent)!.tracked = false;
    assert.deepEqual(said(await setStock(shopify.client, [rowOf(tent, 5)])), ["untracked"]);
    assert.equal(availableAt(shopify, tent), 10);
  });

  for (const partialRows of [false, true])
    it(`one bad row fails alone, whether Shopify then sets ${partialRows ? "the others" : "none"} at first`, async () => {
      shopify = await startShopify({ partialRows });
      const skus = [tent, "TENT-RIDGE-3", mat, "BAG-DRIFT-M"];
      for (const sku of skus) stockUp(shopify, sku, 0, 10);
      shopify.shop.stock.itemBySku("TENT-RIDGE-3")!.bundle = true;
      const gone = { ...rowOf(tent, 1), inventoryItemId: "gid://shopify/InventoryItem/1" };
      const results = await setStock(shopify.client, [
        ...skus.map((sku) => rowOf(sku, 3)),
        gone,
        rowOf(tent, 4_000_000_000, { at: 1 }),
      ]);
      assert.deepEqual(said(results), [
        "set",
        "non_mutable_inventory_item",
        "set",
        "set",
        "item_not_found",
        "bad_stock_row",
      ]);
      assert.deepEqual(
        skus.map((sku) => availableAt(shopify, sku)),
        [3, 10, 3, 3],
      );
    });

  describe("what goes wrong on the way", () => {
    it("an answer lost after Shopify applied it is found to be done", async () => {
      stockUp(shopify, tent, 0, 10);
      shopify.faults.set({ applyThenDrop: 1 });
      const [result] = await setStock(shopify.client, [rowOf(tent, 3)]);
      assert.deepEqual([result!.state, availableAt(shopify, tent)], ["set", 3]);
      const keys = shopify.asked.flatMap(({ variables }) => (variables.key ? [variables.key] : []));
      assert.equal(keys[0], keys[1], "the same request again, with the same key");
    });

    it("an outage in the middle fails only what is left open, with its class", async () => {
      stockUp(shopify, tent, 0, 10);
      shopify.shop.stock.itemBySku(mat)!.tracked = false;
      shopify.faults.set({ dropBeforeApply: 9 });
      const results = await setStock(shopify.client, [rowOf(mat, 3), rowOf(tent, 3)]);
      assert.equal(results[0]!.state, "untracked");
      assert.equal(results[1]!.state === "failed" && results[1]!.failure.class, "unavailable");
      shopify.faults.clear();
      assert.deepEqual(said(await setStock(shopify.client, [rowOf(tent, 3)])), ["set"]);
    });

    it("several throttled calls are waited for", async () => {
      stockUp(shopify, tent, 0, 10);
      shopify.faults.set({ throttle: 1, field: "inventorySetQuantities" });
      assert.deepEqual(said(await setStock(shopify.client, [rowOf(tent, 3)])), ["set"]);
    });
  });

  it("many rows go 250 at a time, at all their locations, within the cost of a query", async () => {
    const catalogue = Array.from({ length: 180 }, (_, at) => ({
      sku: `SKU-${at}`,
      title: `Peg ${at}`,
      price: "1.00",
      type: "goods" as const,
    }));
    shopify = await startShopify({ catalogue, bucket: { maximum: 20_000, restoreRate: 1_000 } });
    const rows: StockRow[] = [];
    for (const [n, { sku }] of catalogue.entries())
      for (const at of [0, 1, 2]) {
        stockUp(shopify, sku, at, 1);
        rows.push(rowOf(sku, 10 + n + at, { at }));
      }
    const results = await setStock(shopify.client, rows);
    assert.ok(results.every(({ state }) => state === "set"));
    assert.equal(shopify.calls("inventorySetQuantities"), 3);
    assert.deepEqual([availableAt(shopify, "SKU-7", 2), availableAt(shopify, "SKU-179", 0)], [19, 189]);
    const again = await readLevels(
      shopify.client,
      rows.map((row) => row),
    );
    assert.equal(again.size, 540);
    assert.ok([...again.values()].every(({ level }) => level!.available >= 10));
  });
});
