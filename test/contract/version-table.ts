import assert from "node:assert/strict";
import { createOdooClient, type OdooClient } from "../../src/odoo/client.ts";
import { fieldName, quantityContext, renames, translateRecord } from "../../src/odoo/versions.ts";
import type { OdooUnderTest } from "./odoo-contract.ts";

/** The table of version differences, held against what a server says of its own models. */
export function describeVersionTable(name: string, getServer: () => Promise<OdooUnderTest>): void {
  describe(`the version table on ${name}`, () => {
    let client: OdooClient;
    let major: number;

    before(async () => {
      const { admin, ...server } = await getServer();
      assert.ok(admin, "an administrator, who sees every field");
      client = createOdooClient({ ...server, ...admin });
      ({ major } = await client.version());
    });
    after(() => client.close());

    const fieldsOf = async (model: string): Promise<Record<string, { selection?: [string, string][] }>> =>
      (await client.call(model, "fields_get", { args: { attributes: ["type", "selection"] } })) as Record<
        string,
        { selection?: [string, string][] }
      >;

    // A field that changed its name twice has two rows and is asked for once.
    const asked = new Map(renames.map(({ model, newest }) => [`${model} ${newest}`, { model, newest }]));
    for (const { model, newest } of asked.values()) {
      it(`${model}.${newest} is called what the table says`, async () => {
        const fields = await fieldsOf(model);
        const here = fieldName(major, model, newest);
        if (here !== null) assert.ok(here in fields, `${model} has ${here}`);
        if (here !== newest) assert.ok(!(newest in fields), `${model} has no ${newest} yet`);
      });
    }

    it("a stock move has a description where the table gives it one", async () => {
      const { values } = translateRecord(major, { model: "stock.move", externalId: "m", values: {} });
      assert.equal("name" in values, "name" in (await fieldsOf("stock.move")));
    });

    it("a storable product is one whose stock is counted", async () => {
      const name = `Version table ${Date.now().toString(36)}`;
      const record = {
        model: "product.product",
        externalId: "p",
        values: { name, type: "consu", is_storable: true },
      };
      const { values } = translateRecord(major, record);
      const id = await client.call("product.product", "create", {
        args: { vals_list: [values] },
      });
      const counted = await client.call("product.product", "search_count", {
        args: { domain: [["id", "in", [id].flat()], ...countedProducts(major)] },
      });
      assert.equal(counted, 1);
    });

    it("the quantity context asks for one warehouse", async () => {
      const warehouses = (await client.call("stock.warehouse", "search_read", {
        args: { domain: [["code", "in", ["WH", "POP"]]], fields: ["id", "code"] },
      })) as { id: number; code: string }[];
      const stockIn = async (code: string): Promise<number> => {
        const warehouseId = warehouses.find((one) => one.code === code)!.id;
        return (await client.call("product.product", "search_count", {
          args: { domain: [["qty_available", ">", 0]] },
          context: quantityContext(major, { warehouseId }),
        })) as number;
      };
      assert.ok((await stockIn("WH")) > 0, "WH has stock");
      assert.equal(await stockIn("POP"), 0);
    });
  });
}

const countedProducts = (major: number): unknown[] =>
  major >= 18 ? [["is_storable", "=", true]] : [["type", "=", "product"]];
