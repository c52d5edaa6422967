import assert from "node:assert/strict";
import { HoldfastError } from "../../src/failure.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { type OdooConnectionReport, testOdooConnection } from "../../src/odoo/connection.ts";
import { roundTaxes } from "../support/odoo-prepared.ts";
import { realClient, transports } from "../support/odoo-real.ts";

const major = Number(process.env.ODOO_VERSION ?? 19);

for (const transport of transports) {
  describe(`a connection to a real Odoo over ${transport}, tested`, function () {
    this.timeout(60_000);

    async function test(
      who: "user" | "billing",
      more: Parameters<typeof realClient>[2] = {},
    ): Promise<OdooConnectionReport> {
      const client = realClient(who, transport, more);
      try {
        return await testOdooConnection(client);
      } finally {
        client.close();
      }
    }
    async function refusal(more: Parameters<typeof realClient>[2]) {
      try {
        await test("user", more);
      } catch (thrown) {
        assert.ok(thrown instanceof HoldfastError, String(thrown));
        assert.ok(thrown.failure.hint, thrown.failure.message);
        return thrown.failure;
      }
      assert.fail("it answered");
    }
    const lacks = ({ missing }: OdooConnectionReport): string[] =>
      [...new Set(missing.map(({ purpose }) => purpose))].sort();

    it("says which Odoo it is, who the user is, and where", async () => {
      const report = await test("user");
      assert.equal(Number.parseInt(report.version, 10), major);
      assert.equal(report.transport, transport);
      assert.equal(report.login, process.env.ODOO_LOGIN);
      assert.equal(report.db, process.env.ODOO_DB);
      assert.equal(report.company, "Holdfast Test Company");
      assert.equal(report.currency, "USD");
      assert.notEqual(report.user, "");
      assert.ok(Math.abs(report.clockAheadSeconds ?? 99) <= 5, `${report.clockAheadSeconds} s`);
      assert.deepEqual(report.missingApps, []);
    });

    it("says what the user may not do, for each thing it is needed for", async () => {
      const counts = major < 18 ? ["counts"] : [];
      assert.deepEqual(lacks(await test("user")), [...counts, "invoices", "products"].sort());
      assert.deepEqual((await test("user")).may, ["orders", "deliveries", ...(major < 18 ? [] : ["counts"])]);
      const billing = await test("billing");
      assert.deepEqual(lacks(billing), [...counts, "products"].sort());
      assert.deepEqual(
        billing.missing.filter(({ purpose }) => purpose === "products"),
        [{ purpose: "products", model: "product.product", operations: ["create", "write"] }],
      );
    });

    it("knows how taxes are rounded", async () => {
      const admin: OdooClient = realClient("admin", transport);
      try {
        assert.equal((await test("user")).taxRounding, "round_per_line");
        await roundTaxes(admin, "round_globally");
        assert.equal((await test("user")).taxRounding, "round_globally");
      } finally {
        await roundTaxes(admin, "round_per_line");
        admin.close();
      }
    });

    it("says what is wrong with the key, the database or the address, and what to do", async () => {
      assert.equal((await refusal({ apiKey: "0".repeat(40) })).code, "bad_credentials");
      const nowhere = await refusal({ db: "holdfast_nowhere" });
      assert.match(nowhere.code, /database/);
      assert.match(`${nowhere.message} ${nowhere.hint}`, /database/i);
      assert.equal((await refusal({ url: "http://127.0.0.1:1" })).code, "connect_refused");
      assert.equal((await refusal({ url: "not an address" })).code, "bad_url");
    });

    it("says when the login is another user's than the key", async () => {
      if (transport === "xmlrpc") assert.equal((await refusal({ login: "nobody" })).code, "bad_credentials");
      else assert.equal((await refusal({ login: "nobody" })).code, "login_unknown");
    });
  });
}
