import assert from "node:assert/strict";
import { startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { createOdooClient, type OdooClient } from "../../src/odoo/client.ts";
import { listPlaces } from "../../src/odoo/places.ts";
import { fresh, realClient, transports } from "../support/odoo-real.ts";

for (const transport of transports) {
  describe(`places in a real Odoo over ${transport}`, () => {
    let admin: OdooClient;
    let client: OdooClient;
    before(() => {
      admin = realClient("admin", transport);
      client = realClient("user", transport);
    });
    after(() => {
      admin.close();
      client.close();
    });

    it("are its warehouses and what lies in them, archived ones too", async () => {
      const { warehouses } = await listPlaces(client);
      const main = warehouses.find(({ code }) => code === "WH");
      assert.ok(main?.active);
      const values = { usage: "internal", location_id: main.stockLocationId };
      const [shelf] = [
        await admin.call("stock.location", "create", {
          args: { vals_list: [{ ...values, name: fresh("shelf"), active: false }] },
        }),
      ].flat();
      const { locations } = await listPlaces(client);
      const stock = locations.find(({ id }) => id === main.stockLocationId);
      assert.deepEqual([stock?.name, stock?.warehouseId, stock?.active], ["WH/Stock", main.id, true]);
      const found = locations.find(({ id }) => id === shelf);
      assert.deepEqual([found?.warehouseId, found?.active], [main.id, false]);
      assert.match(found?.name ?? "", /^WH\/Stock\//);
      assert.ok(!locations.some(({ name }) => /Customers|Vendors/.test(name)));
    });
  });
}

describe("places in the Odoo stand-in", () => {
  it("are told as the real one tells them", async () => {
    const odoo = await startOdooStandIn();
    const client = createOdooClient({ ...odoo });
    try {
      const { warehouses, locations } = await listPlaces(client);
      assert.deepEqual(
        warehouses.map(({ code }) => code),
        ["WH", "OUT"],
      );
      for (const { id, code, stockLocationId } of warehouses)
        assert.deepEqual(
          locations.find((one) => one.id === stockLocationId),
          { id: stockLocationId, name: `${code}/Stock`, warehouseId: id, active: true },
        );
    } finally {
      client.close();
      await odoo.close();
    }
  });
});
