import assert from "node:assert/strict";
import { type OdooStandInOptions, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { createOdooClient } from "../../src/odoo/client.ts";
import { testOdooConnection } from "../../src/odoo/connection.ts";

describe("a connection to the Odoo stand-in, tested", () => {
  async function test(options: OdooStandInOptions) {
    const odoo = await startOdooStandIn(options);
    const client = createOdooClient(odoo);
    try {
      return await testOdooConnection(client);
    } finally {
      client.close();
      await odoo.close();
    }
  }

  it("tells rights as the real one does, and which apps are not there", async () => {
    const newest = await test({ major: 19, taxRounding: "round_globally" });
    assert.deepEqual([newest.transport, newest.taxRounding], ["json2", "round_globally"]);
    assert.deepEqual(newest.may, ["orders", "deliveries", "counts"]);
    assert.deepEqual(newest.missingApps, ["Invoicing"]);
    assert.deepEqual(newest.missing, [
      { purpose: "products", model: "product.product", operations: ["create", "write"] },
    ]);
    const older = await test({ major: 17 });
    assert.equal(older.transport, "xmlrpc");
    assert.deepEqual(older.may, ["orders", "deliveries"]);
    assert.deepEqual(older.missing.map(({ purpose }) => purpose).sort(), ["counts", "products"]);
  });
});
