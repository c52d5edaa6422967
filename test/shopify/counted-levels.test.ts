import assert from "node:assert/strict";
import { readCountedLevels } from "../../src/shopify/counted-levels.ts";
import { setStock } from "../../src/shopify/inventory.ts";
import {
  inventoryItemId,
  locationId,
  type Shopify,
  startShopify,
  stockUp,
  stopShopify,
} from "../support/shopify-admin.ts";

const tent = "TENT-RIDGE-2";
const mat = "MAT-FEATHER";

describe("what Shopify counts now", () => {
  let shopify: Shopify;
  beforeEach(async () => {
    shopify = await startShopify();
  });
  afterEach(stopShopify);

  const placeOf = (sku: string, at = 0) => ({
    inventoryItemId: shopify.shop.stock.itemBySku(sku)!.id,
    locationId: shopify.shop.stock.locations[at]!.id,
  });
  const levelOf = (sku: string, at = 0) =>
    shopify.shop.stock.level(placeOf(sku, at).inventoryItemId, placeOf(sku, at).locationId)!;
  const read = async (sku: string, variantIds = false) =>
    (await readCountedLevels(shopify.client, [placeOf(sku)], { variantIds }))[0];
  const set = (sku: string, quantity: number) =>
    setStock(shopify.client, [
      { inventoryItemId: inventoryItemId(shopify, sku), locationId: locationId(shopify), quantity },
    ]);

  it("is told of many items in one call, each with its SKU, and its variant where asked", async () => {
    stockUp(shopify, tent, 0, 6);
    shopify.shop.stock.change(levelOf(tent), { committed: 2 });
    const places = [placeOf(tent), placeOf(mat), { ...placeOf(mat), inventoryItemId: "1" }];
    const [first, never, nowhere] = await readCountedLevels(shopify.client, places, { variantIds: false });
    assert.deepEqual(first, {
      sku: tent,
      variantId: null,
      tracked: true,
      active: true,
      available: 6,
      committed: 2,
      ours: false,
    });
    assert.deepEqual([never?.sku, never?.active, never?.available], [mat, false, 0]);
    assert.equal(nowhere, null);
    assert.equal(shopify.asked.length, 1);
    assert.equal((await read(tent, true))?.variantId, shopify.shop.stock.itemBySku(tent)!.variantId);
  });

  it("is ours after it was set or found right, and after sales, but not once somebody edits it", async () => {
    stockUp(shopify, tent, 0, 10);
    assert.equal((await read(tent))?.ours, false);
    await set(tent, 7);
    assert.equal((await read(tent))?.ours, true);
    shopify.shop.stock.change(levelOf(tent), { available: 5, committed: 2 });
    assert.equal((await read(tent))?.ours, true);
    shopify.shop.stock.change(levelOf(tent), { available: 50 });
    assert.equal((await read(tent))?.ours, false);
    await set(tent, 50);
    assert.equal((await read(tent))?.ours, true);
  });

  it("is nobody's once the item was taken off the location", async () => {
    stockUp(shopify, tent, 0, 10);
    await set(tent, 7);
    shopify.shop.stock.deactivate(levelOf(tent));
    const gone = await read(tent);
    assert.deepEqual([gone?.active, gone?.ours], [false, false]);
  });
});
