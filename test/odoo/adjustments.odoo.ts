import assert from "node:assert/strict";
import type { AdjustStep } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { translateRecord } from "../../src/odoo/versions.ts";
import {
  apply,
  fresh,
  orderPlan,
  product,
  read,
  realClient,
  refused,
  stepsPlan,
  transports,
  userWith,
} from "../support/odoo-real.ts";

/** What stands before "order_1" in the external ids of this run. */
const prefix = fresh("order").replace(/order_\d+$/, "");
const major = Number(process.env.ODOO_VERSION ?? 19);

for (const transport of transports) {
  describe(`Shopify's counts in a real Odoo over ${transport}`, function () {
    this.timeout(120_000);
    let admin: OdooClient;
    let client: OdooClient;
    let stock: number;
    before(async () => {
      admin = realClient("admin", transport);
      client = major === 14 ? await userWith("stock.group_stock_manager") : realClient("user", transport);
      const [warehouse] = await read(admin, "stock.warehouse", [["code", "=", "WH"]], ["lot_stock_id"]);
      stock = (warehouse!.lot_stock_id as [number])[0];
    });
    after(() => {
      admin.close();
      client.close();
    });

    async function newProduct(values: Record<string, string | boolean> = {}): Promise<string> {
      const sku = fresh("sku");
      const record = translateRecord(major, {
        model: "product.product",
        externalId: "unused",
        values: { name: sku, default_code: sku, type: "consu", is_storable: true, ...values },
      });
      await admin.call("product.product", "create", { args: { vals_list: [record.values] } });
      return sku;
    }
    const adjustment = (sku: string, available: number, more: Partial<AdjustStep> = {}): AdjustStep => ({
      kind: "adjust",
      product: product(sku),
      locationId: stock,
      available,
      committed: 0,
      externalIdPrefix: prefix,
      ...more,
    });
    const adjust = (sku: string, available: number, more: Partial<AdjustStep> = {}) =>
      apply(client, stepsPlan("stock", adjustment(sku, available, more)));
    const newShelf = async (): Promise<number> =>
      [
        await admin.call("stock.location", "create", {
          args: { vals_list: [{ name: fresh("shelf"), usage: "internal", location_id: stock }] },
        }),
      ].flat()[0] as number;
    const quants = async (sku: string) =>
      (
        await read(
          admin,
          "stock.quant",
          [
            ["product_id.default_code", "=", sku],
            ["location_id.usage", "=", "internal"],
          ],
          ["location_id", "quantity", "reserved_quantity"],
        )
      ).filter(({ quantity }) => quantity !== 0);
    const onHand = async (sku: string): Promise<number> =>
      (await quants(sku)).reduce((sum, { quantity }) => sum + Number(quantity), 0);
    const freeOf = async (sku: string): Promise<unknown> => {
      const [row] = (await admin.call("product.product", "search_read", {
        args: { domain: [["default_code", "=", sku]], fields: ["free_qty"] },
        context: { location: stock },
      })) as { free_qty: number }[];
      return row?.free_qty;
    };
    const movesOf = async (sku: string): Promise<number> =>
      (await read(admin, "stock.move", [["product_id.default_code", "=", sku]], ["id"])).length;
    /** Shopify's, unless it was told to somebody on the phone. */
    const confirmed = async (sku: string, quantity: string, phone = false): Promise<void> => {
      const id = fresh(phone ? "phone" : "order");
      const lines = [{ sku, price: "10.00", quantity }];
      await apply(
        client,
        orderPlan({
          id,
          lines,
          steps: [{ kind: "confirm", order: id }],
        }),
      );
    };

    it("bring what is on hand up and down to what Shopify has, and twice is once", async () => {
      const sku = await newProduct();
      for (const available of [7, 7, 3, 3, 0, 0, 12]) {
        await adjust(sku, available);
        assert.equal(await onHand(sku), available);
      }
      assert.equal(await movesOf(sku), 4);
    });

    it("of a compare name the drift, with both numbers", async () => {
      const sku = await newProduct();
      await adjust(sku, 7);
      const { warnings } = await adjust(sku, 4, { compared: true });
      assert.equal(warnings.length, 1);
      assert.match(
        warnings[0]!,
        new RegExp(`Odoo had 7 of ${sku} on hand at .*Stock; by Shopify's count there are 4\\.`),
      );
      assert.deepEqual((await adjust(sku, 4, { compared: true })).warnings, []);
    });

    it("of the same product at once are one", async () => {
      const sku = await newProduct();
      const results = await Promise.allSettled([adjust(sku, 5), adjust(sku, 5), adjust(sku, 5)]);
      for (const result of results)
        if (result.status === "rejected") assert.match(String(result.reason), /concurrent|changed each time/);
      await adjust(sku, 5);
      assert.equal(await onHand(sku), 5);
    });

    it("of many products are written in few calls, and a bad one among them fails alone", async () => {
      const skus = await Promise.all(Array.from({ length: 12 }, () => newProduct()));
      const lots = await newProduct({ tracking: "lot" });
      const shelf = await newShelf();
      for (const sku of skus.slice(0, 3)) await adjust(sku, 2, { locationId: shelf });
      const calls: string[] = [];
      const counted: OdooClient = {
        ...client,
        call(model, method, parameters) {
          calls.push(`${model} ${method}`);
          return client.call(model, method, parameters);
        },
      };
      for (const [available, more] of [
        [9, 1],
        [4, 0],
        [4, 0],
      ] as const) {
        calls.length = 0;
        const plans = [...skus, lots].map((sku, at) =>
          stepsPlan(`stock ${at}`, adjustment(sku, available + at * more)),
        );
        // The same place twice in one go.
        plans.push(stepsPlan("stock again", adjustment(skus[5]!, available + 5 * more)));
        const results = await applyPlans(counted, plans);
        assert.deepEqual(
          results.flatMap((result) => (result.ok ? [] : [result.failure.code])),
          ["counted_by_lot"],
        );
        for (const [at, sku] of skus.entries()) assert.equal(await onHand(sku), available + at * more);
        if (major > 15) assert.ok(calls.length <= 30, calls.join(", "));
      }
    });

    it("leave what Odoo has set aside on hand, whoever it is for, so that both can sell the same", async () => {
      const sku = await newProduct();
      await adjust(sku, 20);
      await confirmed(sku, "3");
      await confirmed(sku, "2", true);
      // Shopify sold its 3 of 20 and knows nothing of the phone's 2.
      await adjust(sku, 17, { committed: 3 });
      assert.equal(await onHand(sku), 22);
      assert.equal(await freeOf(sku), 17);
      // One more sold there, and Odoo does not have it yet.
      await adjust(sku, 16, { committed: 4 });
      assert.equal(await onHand(sku), 22);
      // Fulfilled in Shopify, and its delivery is still on its way to Odoo.
      await adjust(sku, 17, { committed: 0 });
      assert.equal(await onHand(sku), 22);
      // Another shop's orders are others', too.
      await adjust(sku, 17, { committed: 3, externalIdPrefix: "another_shop_" });
      assert.equal(await onHand(sku), 25);
    });

    it("count what Shopify sold before Odoo hears of it, so that the order does not take it twice", async () => {
      const sku = await newProduct();
      await adjust(sku, 10);
      await adjust(sku, 6, { committed: 4 });
      assert.equal(await onHand(sku), 10);
      await confirmed(sku, "4");
      await adjust(sku, 6, { committed: 4 });
      assert.equal(await onHand(sku), 10);
      assert.equal(await freeOf(sku), 6);
    });

    it("are zero at least, whatever Shopify oversold", async () => {
      const sku = await newProduct();
      await adjust(sku, 4);
      await adjust(sku, -2);
      assert.equal(await onHand(sku), 0);
    });

    it("take goods from the place itself first, then from the shelves below it", async () => {
      const sku = await newProduct();
      const shelf = await newShelf();
      await adjust(sku, 5, { locationId: shelf });
      await adjust(sku, 8);
      const held = async () =>
        (await quants(sku)).map(({ location_id, quantity }) => [(location_id as [number])[0], quantity]);
      assert.deepEqual(
        (await held()).sort(),
        [
          [stock, 3],
          [shelf, 5],
        ].sort(),
      );
      await adjust(sku, 2);
      assert.deepEqual(await held(), [[shelf, 2]]);
    });

    it("are refused with a hint where they can't be made", async () => {
      const sku = await newProduct();
      const refusal = async (step: AdjustStep) => {
        const { code, message, hint } = await refused(client, stepsPlan("stock", step));
        assert.ok(hint);
        return { code, message };
      };
      assert.equal((await refusal(adjustment(fresh("nowhere"), 1))).code, "reference_not_found");
      assert.equal(
        (await refusal(adjustment(sku, 1, { locationId: 999_999 }))).code,
        "stock_location_missing",
      );
      const shelf = await newShelf();
      await admin.call("stock.location", "write", { ids: [shelf], args: { vals: { active: false } } });
      const archived = await refusal(adjustment(sku, 1, { locationId: shelf }));
      assert.equal(archived.code, "stock_location_unusable");
      assert.match(archived.message, /is archived in Odoo/);
      const lots = await newProduct({ tracking: "lot" });
      assert.equal((await refusal(adjustment(lots, 1))).code, "counted_by_lot");
      assert.deepEqual(await quants(sku), []);
    });

    it("of what Odoo does not count change nothing, and say so", async () => {
      const sku = await newProduct({ is_storable: false });
      const { warnings } = await adjust(sku, 5);
      assert.match(warnings[0] ?? "", /does not count the stock of/);
      assert.deepEqual(await quants(sku), []);
    });

    if (major === 14)
      it("want the right to adjust, and name it", async () => {
        const seller = realClient("user", transport);
        const sku = await newProduct();
        const failure = await refused(seller, stepsPlan("stock", adjustment(sku, 5)));
        seller.close();
        assert.equal(failure.code, "adjustment_denied");
        assert.match(failure.hint ?? "", /Inventory \/ Administrator/);
      });
  });
}
