import assert from "node:assert/strict";
import { startOdooStandIn } from "../../sandbox/odoo/server.ts";
import type { HoldfastError } from "../../src/failure.ts";
import { readPush, setUpPush } from "../../src/odoo/automation.ts";
import { createOdooClient } from "../../src/odoo/client.ts";

const target = { url: "https://node-red.example.com/odoo/stock/secret", listener: "abc" };

describe("automation rules that push", () => {
  it("tell which product changed, or which picking; nothing else is heard", () => {
    const quant = { _model: "stock.quant", _id: 7, _action: "x", id: 7, product_id: 5, location_id: 8 };
    assert.deepEqual(readPush(JSON.stringify(quant)), { products: [5], pickings: [] });
    assert.deepEqual(readPush(JSON.stringify({ ...quant, product_id: [5, "Tent"] })), {
      products: [5],
      pickings: [],
    });
    assert.deepEqual(readPush('{"_model":"stock.picking","_id":12,"state":"done"}'), {
      products: [],
      pickings: [12],
    });
    for (const other of [
      "",
      "[]",
      "null",
      '{"_model":"res.users","_id":1}',
      '{"_model":"stock.quant","product_id":"5"}',
    ])
      assert.equal(readPush(other), null, other);
  });

  for (const [why, major, url, code] of [
    ["an Odoo without webhook actions", 16, target.url, "push_not_possible"],
    ["an Odoo without automation rules", 19, target.url, "automation_missing"],
    ["an address that is none", 19, "node-red.example.com", "bad_push_address"],
  ] as const)
    it(`${why} is refused with what to do about it`, async () => {
      const odoo = await startOdooStandIn({ major });
      const client = createOdooClient(odoo);
      try {
        await assert.rejects(setUpPush(client, { ...target, url }), ({ failure }: HoldfastError) => {
          assert.deepEqual([failure.code, failure.class], [code, "rejected"]);
          assert.ok(failure.hint);
          return true;
        });
      } finally {
        client.close();
        await odoo.close();
      }
    });
});
