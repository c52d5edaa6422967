import assert from "node:assert/strict";
import type { OdooClient } from "../../src/odoo/client.ts";
import { externalIdsOf } from "../../src/odoo/external-ids.ts";

describe("the external ids of records", () => {
  it("are those of all, on Odoo 14 too, which tells one of them however many it is asked for", async () => {
    const client = {
      call: async (model: string) =>
        model === "ir.model.data"
          ? [
              { res_id: 7, module: "__shopify__", name: "order_1" },
              { res_id: 8, module: "__shopify__", name: "order_2" },
              { res_id: 8, module: "__export__", name: "sale_order_8" },
            ]
          : [
              { id: 7, xmlid: "__shopify__.order_1" },
              { id: 8, xmlid: false },
              { id: 9, xmlid: false },
            ],
    } as unknown as OdooClient;
    assert.deepEqual(
      await externalIdsOf(client, "sale.order", [7, 8, 9]),
      new Map([
        [7, ["__shopify__.order_1"]],
        [8, ["__shopify__.order_2", "__export__.sale_order_8"]],
        [9, []],
      ]),
    );
  });

  it("come in one call where Odoo tells all of each", async () => {
    const calls: string[] = [];
    const client = {
      call: async (model: string) => {
        calls.push(model);
        return [
          { id: 7, xmlid: "__shopify__.order_1", xmlids: [{ xmlid: "__shopify__.order_1" }] },
          { id: 8, xmlid: false, xmlids: [] },
        ];
      },
    } as unknown as OdooClient;
    assert.deepEqual(
      await externalIdsOf(client, "sale.order", [7, 8]),
      new Map([
        [7, ["__shopify__.order_1"]],
        [8, []],
      ]),
    );
    assert.deepEqual(calls, ["sale.order"]);
  });
});
