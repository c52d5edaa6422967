import assert from "node:assert/strict";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { eventToPlan } from "../../src/sync/event-to-plan.ts";
import type { OrderMappingSettings } from "../../src/sync/order-options.ts";
import { prepareOdoo } from "../support/odoo-prepared.ts";
import { apply, fresh, type Row, read, realClient, refused, transports } from "../support/odoo-real.ts";
import { ann, item, type Json, order, shippingLine, tax } from "../sync/order-builder.ts";

const [transport = "xmlrpc"] = transports;

/** What the mapping's settings promise, read back from a real Odoo. */
describe("the mapping's settings in a real Odoo", function () {
  this.timeout(120_000);
  let client: OdooClient;
  let admin: OdooClient;
  before(async () => {
    client = realClient("user", transport);
    admin = realClient("admin", transport);
    await prepareOdoo(admin, [eventToPlan("orders/create", sold({}), { pricelist: "Shop EUR" })]);
  });
  after(() => {
    client.close();
    admin.close();
  });

  const sold = (more: Json, of: Json = {}): Json =>
    order({ items: [item({ price: "20.00", more: of })], total: "20.00", more });

  async function written(
    payload: Json,
    settings: OrderMappingSettings,
    fields: string[],
    by: OdooClient = client,
  ): Promise<{ row: Row; prefix: string }> {
    const prefix = `${fresh("set")}_`;
    const plan = eventToPlan("orders/create", payload, {
      externalIdPrefix: prefix,
      pricelist: "Shop EUR",
      ...settings,
    });
    const { ids } = await apply(by, plan);
    const [row] = await read(admin, "sale.order", [["id", "=", ids[`${prefix}order_5678`]]], fields);
    return { row: row!, prefix };
  }

  it("keeps tags, campaign and channel, and makes what is missing of them, as a sales user", async () => {
    const mark = fresh("word");
    const { row } = await written(
      sold({ tags: `vip ${mark}, summer ${mark}`, landing_site: `/?utm_source=${mark}&utm_medium=m${mark}` }),
      { tags: true, utm: true, salesperson: process.env.ODOO_LOGIN ?? "" },
      ["tag_ids", "source_id", "medium_id", "user_id"],
    );
    const tags = await read(admin, "crm.tag", [["id", "in", row.tag_ids]], ["name"]);
    assert.deepEqual(tags.map(({ name }) => name).toSorted(), [`summer ${mark}`, `vip ${mark}`]);
    assert.equal((row.source_id as [number, string])[1], mark);
    assert.equal((row.medium_id as [number, string])[1], `m${mark}`);
    const [user] = await read(admin, "res.users", [["id", "=", (row.user_id as [number])[0]]], ["login"]);
    assert.equal(user?.login, process.env.ODOO_LOGIN);
  });

  it("gives a company its VAT number on the invoice address", async () => {
    const { row } = await written(
      sold({ note_attributes: [{ name: "VAT number", value: "BE 0477.472.701" }] }),
      { vatAttribute: "VAT number" },
      ["partner_invoice_id", "partner_id"],
    );
    const [company] = await read(
      admin,
      "res.partner",
      [["id", "=", (row.partner_invoice_id as [number])[0]]],
      ["vat", "is_company"],
    );
    assert.equal(company?.vat, "BE0477472701");
    assert.equal(company.is_company, true);
  });

  it("gives what a customer's exemption leaves untaxed the tax that the table names for it", async () => {
    const name = fresh("Reverse charge");
    await admin.call("account.tax", "create", {
      args: { vals_list: [{ name, amount: 0, type_tax_use: "sale" }] },
    });
    const { row } = await written(
      sold({
        tax_exempt: true,
        customer: { ...ann, tax_exemptions: ["EU_REVERSE_CHARGE_EXEMPTION_RULE"] },
      }),
      {
        taxes: [
          { title: "exempt", tax: "Nobody's tax" },
          { title: "EU_REVERSE_CHARGE_EXEMPTION_RULE", tax: name },
        ],
      },
      ["order_line", "amount_tax"],
    );
    const field = (await admin.version()).major >= 19 ? "tax_ids" : "tax_id";
    const [line] = await read(admin, "sale.order.line", [["id", "in", row.order_line]], [field]);
    const taxes = await read(admin, "account.tax", [["id", "in", line![field]]], ["name"]);
    assert.deepEqual([taxes.map((tax) => tax.name), row.amount_tax], [[name], 0]);
  });

  it("makes a missing product and a missing tax for a user who may, once", async () => {
    const sku = fresh("sku");
    const payload = order({
      items: [item({ sku, price: "20.00", taxes: [tax(0.1234, "2.47")], more: { variant_id: null } })],
      total: "22.47",
      tax: "2.47",
    });
    const settings = { missingProduct: "create", missingTax: "create" } as const;
    const { major } = await admin.version();
    const stored = major >= 18 ? "is_storable" : "type";
    await written(payload, settings, ["id"], admin);
    const { row } = await written(payload, settings, ["amount_total"], admin);
    assert.equal(row.amount_total, 22.47);
    const products = await read(admin, "product.product", [["default_code", "=", sku]], [stored]);
    assert.deepEqual(
      products.map((row) => row[stored]),
      [major >= 18 ? true : "product"],
    );
    const taxes = await read(admin, "account.tax", [["amount", "=", 12.34]], ["price_include"]);
    assert.deepEqual(
      taxes.map(({ price_include }) => price_include),
      [false],
    );
  });

  it("refuses a product, a tax or a currency that Odoo lacks, and says where to set it", async () => {
    const sku = fresh("sku");
    const refusals: [code: string, hint: RegExp, payload: Json, settings: OrderMappingSettings][] = [
      [
        "sku_not_found",
        new RegExp(`Internal Reference.*${sku}|${sku}.*Internal Reference`),
        order({ items: [item({ sku, price: "20.00" })], total: "20.00" }),
        {},
      ],
      [
        "tax_not_found",
        /tax/i,
        order({
          items: [item({ price: "20.00", taxes: [tax(0.4321, "8.64")] })],
          total: "28.64",
          tax: "8.64",
        }),
        {},
      ],
      ["pricelist_not_found", /Pricelists/, sold({}), { pricelist: fresh("list") }],
    ];
    for (const [code, hint, payload, settings] of refusals) {
      const prefix = `${fresh("set")}_`;
      const all = { externalIdPrefix: prefix, pricelist: "Shop EUR", ...settings };
      const failure = await refused(client, eventToPlan("orders/create", payload, all));
      assert.deepEqual([failure.class, failure.code], ["rejected", code]);
      assert.match(failure.hint ?? "", hint);
      assert.match(failure.message, /#1001/);
    }
  });

  it("names the variant that Odoo lacks, and takes the order once its product is there", async () => {
    const externalIdPrefix = `${fresh("set")}_`;
    const settings = { externalIdPrefix, pricelist: "Shop EUR", productsBy: "external_id" } as const;
    const payload = order({
      items: [item({ price: "20.00" })],
      shipping: [shippingLine({ price: "5.00" })],
      total: "25.00",
    });
    const plan = eventToPlan("orders/create", payload, settings);
    const failure = await refused(client, plan);
    assert.deepEqual([failure.class, failure.code], ["dependency", "variant_not_found"]);
    assert.match(failure.message, /^Order #1001: variant 4001/);
    const variants = [{ id: 4001, title: "Default Title", sku: externalIdPrefix, price: "20.00" }];
    const product = { id: 31, title: "Shirt", updated_at: "2026-11-04T12:00:00Z", variants };
    await apply(admin, eventToPlan("products/create", product, { externalIdPrefix, products: "write" }));
    const { ids } = await apply(client, plan);
    const made = [["order_id", "=", ids[`${externalIdPrefix}order_5678`]]];
    const lines = await read(admin, "sale.order.line", made, ["product_id"]);
    assert.match(String(lines.map(({ product_id }) => product_id)), new RegExp(externalIdPrefix));
    const added = item({ id: 2, price: "7.00", more: { variant_id: 4002 } });
    const edited = { ...payload, line_items: [...(payload.line_items as Json[]), added] };
    const later = { ...edited, updated_at: "2026-11-04T12:00:00Z", total_price: "32.00" };
    const { code, message } = await refused(client, eventToPlan("orders/updated", later, settings));
    assert.equal(code, "variant_not_found");
    assert.match(message, /^Order #1001: variant 4002/);
  });

  it("writes a line on the stand-in product, which says what it stands for", async () => {
    const sku = fresh("sku");
    const { row } = await written(
      order({ items: [item({ sku, price: "20.00" })], total: "20.00" }),
      { missingProduct: "stand_in" },
      ["id", "amount_total"],
      admin,
    );
    const [line] = await read(admin, "sale.order.line", [["order_id", "=", row.id]], ["name", "product_id"]);
    assert.match(String(line!.name), new RegExp(`SKU: ${sku}`));
    assert.match(String((line!.product_id as [number, string])[1]), /not in Odoo yet/);
  });

  it("names what a setting names wrongly", async () => {
    const plan = eventToPlan("orders/create", sold({}), {
      externalIdPrefix: `${fresh("set")}_`,
      team: "Nobody's team",
    });
    const failure = await refused(client, plan);
    assert.equal(failure.code, "crm_team_not_found");
    assert.match(failure.message, /#1001.*Nobody's team/);
  });

  it("brings a customer up to date, and leaves them alone when the event is late", async () => {
    const prefix = `${fresh("set")}_`;
    const tell = (city: string, at: string) =>
      apply(
        client,
        eventToPlan(
          "customers/update",
          { ...ann, updated_at: at, default_address: { city, country_code: "GB" } },
          { externalIdPrefix: prefix },
        ),
      );
    const { ids } = await tell("York", "2026-11-04T12:00:00Z");
    await tell("Leeds", "2026-11-03T12:00:00Z");
    const cities = async () =>
      (await read(admin, "res.partner", [["id", "=", ids[`${prefix}customer_7001`]]], ["city"])).map(
        ({ city }) => city,
      );
    assert.deepEqual(await cities(), ["York"]);
    await tell("Hull", "2026-11-05T12:00:00Z");
    assert.deepEqual(await cities(), ["Hull"]);
  });

  it("customers of whom each changed something else are written together, and lose nothing", async () => {
    const prefix = `${fresh("set")}_`;
    const tell = (at: string, of: Record<string, Json>) =>
      Object.entries(of).map(([id, more]) =>
        eventToPlan(
          "customers/update",
          {
            ...ann,
            id: Number(id),
            email: `${prefix}${id}@example.com`,
            phone: "+1555010",
            updated_at: at,
            ...more,
          },
          { externalIdPrefix: prefix },
        ),
      );
    await applyPlans(client, tell("2026-11-04T12:00:00Z", { 1: {}, 2: {} }));
    const changed = tell("2026-11-05T12:00:00Z", {
      1: { phone: "+1555020" },
      2: { email: `${prefix}x@example.com` },
    });
    const results = await applyPlans(client, changed);
    const ids = results.flatMap((result) => (result.ok ? Object.values(result.ids) : []));
    const rows = await read(admin, "res.partner", [["id", "in", ids]], ["email", "phone"]);
    assert.deepEqual(
      rows.map(({ email, phone }) => [email, String(phone).replaceAll(/\D/g, "")]),
      [
        [`${prefix}1@example.com`, "1555020"],
        [`${prefix}x@example.com`, "1555010"],
      ],
    );
  });

  it("a customer who asks to be erased loses every personal field, once", async () => {
    const prefix = `${fresh("set")}_`;
    const settings = { externalIdPrefix: prefix };
    const home = { city: "York", address1: "2 Wall Street", country_code: "GB" };
    const told = { ...ann, updated_at: "2026-11-04T12:00:00Z", default_address: home };
    const { ids } = await apply(client, eventToPlan("customers/create", told, settings));
    const request = { shop_domain: "x", customer: { id: 7001 }, orders_to_redact: [5678] };
    for (let round = 0; round < 2; round++)
      await apply(client, eventToPlan("customers/redact", request, settings));
    const [row] = await read(
      admin,
      "res.partner",
      [["id", "=", ids[`${prefix}customer_7001`]]],
      ["name", "email", "phone", "city", "street", "message_ids"],
    );
    const { id: _id, message_ids, ...person } = row!;
    assert.deepEqual(person, {
      name: "Redacted customer 7001",
      ...{ email: false, phone: false, city: false, street: false },
    });
    const notes = await read(
      admin,
      "mail.message",
      [
        ["id", "in", message_ids],
        ["body", "like", "erase this customer"],
      ],
      ["id"],
    );
    assert.equal(notes.length, 1);
  });

  it("writes each variant as a product, and a second time the same ones", async () => {
    const prefix = `${fresh("set")}_`;
    const variant = (id: number, price: string) => ({ id, title: `V${id}`, sku: `${prefix}${id}`, price });
    const product = (price: string, at: string) => ({
      ...{ id: 31, title: "Shirt", status: "active", updated_at: at },
      variants: [variant(41, price), variant(42, price)],
    });
    const settings = { externalIdPrefix: prefix, products: "write" } as const;
    await apply(admin, eventToPlan("products/create", product("20.00", "2026-11-04T12:00:00Z"), settings));
    await apply(admin, eventToPlan("products/update", product("25.00", "2026-11-05T12:00:00Z"), settings));
    const rows = await read(
      admin,
      "product.product",
      [["default_code", "=like", `${prefix}%`]],
      ["lst_price", "name"],
    );
    assert.deepEqual(
      rows.map(({ name, lst_price }) => [name, lst_price]),
      [
        ["Shirt - V41", 25],
        ["Shirt - V42", 25],
      ],
    );
  });
});
