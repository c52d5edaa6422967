import assert from "node:assert/strict";
import { HoldfastError } from "../../src/failure.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { countedAmong, countedNamed, readCountedProducts } from "../../src/odoo/stock-products.ts";

interface Product {
  id: number;
  default_code: string | false;
  product_tmpl_id: [number, string];
}
const product = (id: number, sku: string | false, template = id): Product => ({
  id,
  default_code: sku,
  product_tmpl_id: [template, ""],
});

type Bill = { product_id: [number, string] | false; product_tmpl_id: [number, string] };

/** An Odoo with products and bills of materials of the kind Kit; without the app that keeps them where none are given. */
function odooWith(products: Product[], bills?: Bill[]): OdooClient {
  const call = async (model: string, _method: string, { args }: { args?: Record<string, unknown> } = {}) => {
    if (model === "mrp.bom") {
      if (bills) return bills;
      throw new HoldfastError({
        class: "rejected",
        code: "unknown_model",
        message: "no mrp.bom",
        source: "odoo",
      });
    }
    const wanted = (args!.domain as [string, string, unknown][]).find(([, operator]) => operator === "in");
    if (!wanted) return products;
    return products.filter((one) =>
      (wanted[2] as unknown[]).includes((one as unknown as Record<string, unknown>)[wanted[0]]),
    );
  };
  return { call, version: async () => ({ major: 19, full: "19.0" }) } as unknown as OdooClient;
}

const tent = product(1, "TENT");
const set = product(2, "SET");
const redSet = product(3, "SET-RED", 30);
const blueSet = product(4, "SET-BLUE", 30);
const bills: Bill[] = [
  { product_id: false, product_tmpl_id: [2, ""] },
  { product_id: [3, ""], product_tmpl_id: [30, ""] },
];
const skus = (products: { sku: string }[]) => products.map(({ sku }) => sku);

describe("products whose stock is told", () => {
  it("are no kits: neither of a whole product's bill nor of one variant's", async () => {
    const odoo = odooWith([tent, set, redSet, blueSet], bills);
    const { products, uncounted } = await readCountedProducts(odoo, "default_code");
    assert.deepEqual(skus(products), ["TENT", "SET-BLUE"]);
    assert.equal(uncounted.kits, 2);
    assert.deepEqual(skus(await countedAmong(odoo, "default_code", [1, 2, 3, 4])), ["TENT", "SET-BLUE"]);
    assert.deepEqual(skus(await countedNamed(odoo, "default_code", ["SET", "TENT"])), ["TENT"]);
  });

  it("are all of them where there is no app for manufacturing", async () => {
    const { products, uncounted } = await readCountedProducts(odooWith([tent, set]), "default_code");
    assert.deepEqual([skus(products), uncounted.kits], [["TENT", "SET"], 0]);
  });

  it("have a SKU, and one that nobody else has", async () => {
    const odoo = odooWith([tent, product(5, "TENT"), product(6, false), set]);
    const { products, uncounted } = await readCountedProducts(odoo, "default_code");
    assert.deepEqual(skus(products), ["SET"]);
    assert.deepEqual(uncounted, { kits: 0, withoutSku: 1, doubled: ["TENT"] });
    assert.deepEqual(await countedAmong(odoo, "default_code", [1, 6]), []);
    assert.deepEqual(await countedNamed(odoo, "default_code", ["TENT"]), []);
  });

  it("may share a SKU with a kit, which has no stock of its own", async () => {
    const odoo = odooWith([set, product(7, "SET")], bills);
    assert.deepEqual(await countedNamed(odoo, "default_code", ["SET"]), [{ productId: 7, sku: "SET" }]);
  });
});
