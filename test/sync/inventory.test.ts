import assert from "node:assert/strict";
import fc from "fast-check";
import { targetOf } from "../../src/shopify/inventory.ts";
import {
  type OdooStock,
  type StockedProduct,
  type StockSource,
  stockRows,
} from "../../src/sync/inventory.ts";

const product = (more: Partial<StockedProduct> = {}): StockedProduct => ({
  productId: 7,
  sku: "TENT",
  ...more,
});
const at = (
  locationId: number,
  free: number | string,
  reservedForShopify: number | string = 0,
): OdooStock => ({
  productId: 7,
  locationId,
  free,
  reservedForShopify,
});
const source = (odooLocationIds: number[], more: Partial<StockSource> = {}): StockSource => ({
  shopifyLocationId: "gid://shopify/Location/9",
  odooLocationIds,
  ...more,
});
const quantityOf = (stock: OdooStock[], one: StockedProduct, from: StockSource) =>
  stockRows(stock, [one], [from])[0]?.quantity;

describe("stock for Shopify", () => {
  it("is what lies in all Odoo locations of a Shopify location, each once", () => {
    const stock = [at(1, 4, 1), at(2, 3, 2), at(3, 100)];
    assert.deepEqual(stockRows(stock, [product()], [source([1, 2, 2])]), [
      { sku: "TENT", productId: 7, locationId: "9", quantity: 7, knownCommitted: 3 },
    ]);
  });

  it("keeps the buffers of location and product back, and never goes below zero", () => {
    const stock = [at(1, 10)];
    assert.equal(quantityOf(stock, product({ buffer: 2 }), source([1], { buffer: 3 })), 5);
    assert.equal(quantityOf(stock, product({ buffer: 8 }), source([1], { buffer: 3 })), 0);
    assert.equal(quantityOf([at(1, -4)], product(), source([1])), 0);
  });

  it("is zero where Odoo has nothing", () => {
    assert.equal(quantityOf([], product(), source([1])), 0);
  });

  it("offers whole units, whatever a float makes of them", () => {
    assert.equal(quantityOf([at(1, 0.1 + 0.2 + 0.7)], product(), source([1])), 1);
    assert.equal(quantityOf([at(1, 2.9999999999999996)], product(), source([1])), 3);
    assert.equal(quantityOf([at(1, "2.75")], product(), source([1])), 2);
  });

  it("moves between two locations of one Shopify location change nothing", () => {
    const amount = fc.integer({ min: -50, max: 500 });
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 0, max: 50 }), (one, other, moved) => {
        const before = stockRows([at(1, one), at(2, other)], [product()], [source([1, 2])]);
        const after = stockRows([at(1, one - moved), at(2, other + moved)], [product()], [source([1, 2])]);
        assert.deepEqual(after, before);
      }),
    );
  });

  it("wherever an order stands on its way to Odoo, what is offered is what is left", () => {
    const units = fc.integer({ min: 0, max: 40 });
    fc.assert(
      // On hand in Odoo; sold in Shopify and already set aside in Odoo; sold and not there yet; sold elsewhere.
      fc.property(units, units, units, units, (onHand, known, unknown, elsewhere) => {
        const free = onHand - known - elsewhere;
        const [row] = stockRows([at(1, free, known)], [product()], [source([1])]);
        const offered = targetOf({ ...row!, inventoryItemId: "1" }, { committed: known + unknown });
        assert.equal(offered, Math.max(0, Math.max(0, free) - unknown));
        assert.ok(offered + known + unknown + elsewhere <= Math.max(onHand, known + unknown + elsewhere));
      }),
    );
  });
});
