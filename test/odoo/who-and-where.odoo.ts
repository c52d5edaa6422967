import assert from "node:assert/strict";
import type { MappedLocation } from "../../src/event.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { eventToPlan } from "../../src/sync/event-to-plan.ts";
import type { OrderMappingSettings } from "../../src/sync/order-options.ts";
import { prepareOdoo } from "../support/odoo-prepared.ts";
import {
  type Applied,
  apply,
  fresh,
  type Row,
  read,
  realClient,
  refused,
  transports,
} from "../support/odoo-real.ts";
import { annsHome, both, fulfilled, item, type Json, now, order, tax } from "../sync/order-builder.ts";

const [transport = "xmlrpc"] = transports;

/** Who bought, who pays, where it goes from and to, when and in which money: Shopify's order, read back from Odoo. */
describe("who and where, in a real Odoo", function () {
  this.timeout(120_000);
  let client: OdooClient;
  let admin: OdooClient;
  before(() => {
    client = realClient("user", transport);
    admin = realClient("admin", transport);
  });
  after(() => {
    client.close();
    admin.close();
  });

  const sold = (more: Json = {}): Json =>
    order({ items: [item({ price: "20.00", quantity: 2 })], total: "40.00", more });

  /** A shop that nobody wrote before. */
  function shop(settings: OrderMappingSettings = {}) {
    const prefix = `${fresh("who")}_`;
    const all: OrderMappingSettings = { externalIdPrefix: prefix, pricelist: "Shop EUR", ...settings };
    const planOf = async (topic: string, payload: Json, location?: MappedLocation) => {
      const plan = eventToPlan(topic, payload, all, location);
      await prepareOdoo(admin, [plan]);
      return plan;
    };
    const tell = async (topic: string, payload: Json, location?: MappedLocation): Promise<Applied> =>
      apply(client, await planOf(topic, payload, location));
    const rowOf = async (applied: Applied, fields: string[], id = 5678): Promise<Row> =>
      (await read(admin, "sale.order", [["id", "=", applied.ids[`${prefix}order_${id}`]]], fields))[0]!;
    return { prefix, planOf, tell, rowOf };
  }
  const idOf = (value: unknown): number => (value as [number, string])[0];
  const partner = async (id: unknown, fields: string[]): Promise<Row> =>
    (await read(admin, "res.partner", [["id", "=", idOf(id)]], fields))[0]!;
  const partners = ["partner_id", "partner_invoice_id", "partner_shipping_id"];

  it("a customer's address is found again; a changed one is a new contact, and the old order keeps its own", async () => {
    const { tell, rowOf } = shop();
    const newYork = {
      ...annsHome,
      address1: "5 Pier Road",
      city: "New York",
      zip: "10001",
      province: "New York",
      province_code: "NY",
      country: "United States",
      country_code: "US",
    };
    const first = await rowOf(await tell("orders/create", sold()), partners);
    const same = await rowOf(await tell("orders/create", sold({ id: 2, name: "#2" })), partners, 2);
    const moved = await rowOf(
      await tell("orders/create", sold({ id: 3, name: "#3", shipping_address: newYork })),
      partners,
      3,
    );
    assert.deepEqual(
      partners.map((field) => idOf(same[field])),
      partners.map((field) => idOf(first[field])),
    );
    assert.equal(idOf(moved.partner_id), idOf(first.partner_id));
    assert.equal(idOf(moved.partner_invoice_id), idOf(first.partner_invoice_id));
    const old = await partner(first.partner_shipping_id, ["city", "country_id", "parent_id"]);
    assert.deepEqual([old.city, (old.country_id as [number, string])[1]], ["Leeds", "United Kingdom"]);
    const there = await partner(moved.partner_shipping_id, [
      "city",
      "state_id",
      "country_id",
      "parent_id",
      "type",
    ]);
    assert.equal(idOf(there.parent_id), idOf(first.partner_id));
    const [state] = await read(admin, "res.country.state", [["id", "=", idOf(there.state_id)]], ["code"]);
    const [country] = await read(admin, "res.country", [["id", "=", idOf(there.country_id)]], ["code"]);
    assert.deepEqual(
      [there.city, there.type, state?.code, country?.code],
      ["New York", "delivery", "NY", "US"],
    );
  });

  it("contacts that somebody deleted are made again, though this process remembers them", async () => {
    const { tell, rowOf } = shop();
    const first = await rowOf(await tell("orders/create", sold()), partners);
    const contacts = [...new Set(partners.map((field) => idOf(first[field])))];
    await admin.call("sale.order", "unlink", { ids: [first.id] });
    await admin.call("res.partner", "unlink", { ids: contacts.toReversed() });
    const second = await rowOf(await tell("orders/create", sold({ id: 2, name: "#2" })), partners, 2);
    const home = await partner(second.partner_shipping_id, ["city", "parent_id", "type"]);
    assert.deepEqual(
      [home.city, idOf(home.parent_id), home.type],
      ["Leeds", idOf(second.partner_id), "delivery"],
    );
    assert.equal((await partner(second.partner_id, ["type"])).type, "contact");
    assert.ok(!contacts.includes(idOf(second.partner_id)));
  });

  it("a guest is one contact by email; a sale over the counter to nobody is the walk-in customer's", async () => {
    const { tell, rowOf } = shop();
    const guest = (more: Json): Json => sold({ customer: null, email: "Guest@Example.com", ...more });
    const one = await rowOf(await tell("orders/create", guest({})), partners);
    const two = await rowOf(
      await tell("orders/create", guest({ id: 2, name: "#2", email: "guest@example.com" })),
      partners,
      2,
    );
    assert.equal(idOf(one.partner_id), idOf(two.partner_id));
    const nobody = { customer: null, email: "", billing_address: null, shipping_address: null };
    const walkIn = await rowOf(
      await tell("orders/create", sold({ id: 3, name: "#3", ...nobody })),
      partners,
      3,
    );
    assert.equal((await partner(walkIn.partner_id, ["name"])).name, "Walk-in customer");
    assert.notEqual(idOf(walkIn.partner_id), idOf(one.partner_id));
  });

  it("a company's name stands on its address; a company that pays no tax gets none", async () => {
    const { tell, rowOf } = shop();
    const company = { ...annsHome, company: "Harbour Goods Ltd" };
    const applied = await tell(
      "orders/create",
      sold({ tax_exempt: true, company: { id: 31, location_id: 41 }, billing_address: company }),
    );
    const row = await rowOf(applied, [...partners, "amount_tax"]);
    assert.equal(row.amount_tax, 0);
    assert.equal((await partner(row.partner_invoice_id, ["name"])).name, "Harbour Goods Ltd, Ann Lee");
  });

  it("a sale in a store leaves its warehouse, dated in UTC, by its team, with what was noted", async () => {
    const team = fresh("Team");
    await admin.call("crm.team", "create", { args: { vals_list: [{ name: team }] } });
    const [outlet] = await read(admin, "stock.warehouse", [["code", "=", "OUT"]], ["lot_stock_id"]);
    const location: MappedLocation = {
      shopify: { id: "70000000001", name: "Harbour store" },
      odoo: { warehouseId: outlet!.id, locationId: idOf(outlet!.lot_stock_id), code: "OUT" },
    };
    const { tell, rowOf } = shop({ team });
    const applied = await tell(
      "orders/create",
      sold({
        source_name: "pos",
        location_id: 70000000001,
        note: "Leave at the <door>",
        note_attributes: [{ name: "Gift", value: "yes" }],
      }),
      location,
    );
    const row = await rowOf(applied, ["warehouse_id", "date_order", "team_id", "note"]);
    assert.equal(idOf(row.warehouse_id), outlet!.id);
    assert.equal(row.date_order, "2026-11-02 09:15:30");
    assert.equal((row.team_id as [number, string])[1], team);
    assert.match(String(row.note), /Leave at the &lt;door&gt;[\s\S]*Gift: yes/);
  });

  for (const [why, settings, more] of [
    ["a tag", { holdTags: "fraud review" }, { tags: "Fraud Review" }],
    ["a high risk", {}, { risk_level: "HIGH" }],
  ] as const) {
    it(`an order with ${why} stays a quotation that says why, though all others are confirmed`, async () => {
      const { tell, rowOf } = shop({ confirm: "always", ...settings });
      for (let round = 0; round < 2; round++) {
        const row = await rowOf(await tell("orders/create", sold(more)), ["state", "message_ids"]);
        assert.equal(row.state, "draft");
        const notes = await read(
          admin,
          "mail.message",
          [
            ["id", "in", row.message_ids],
            ["body", "like", "Held, because"],
          ],
          ["body"],
        );
        assert.equal(notes.length, 1);
      }
      const other = await rowOf(await tell("orders/create", sold({ id: 2, name: "#2" })), ["state"], 2);
      assert.equal(other.state, "sale");
    });
  }

  it("a risk that Shopify finds later is a note on the order, once", async () => {
    const { tell, rowOf } = shop();
    const applied = await tell("orders/create", sold());
    for (let round = 0; round < 2; round++)
      await tell("orders/risk_assessment_changed", { order_id: 5678, risk_level: "high" });
    const { message_ids } = await rowOf(applied, ["message_ids"]);
    const notes = await read(
      admin,
      "mail.message",
      [
        ["id", "in", message_ids],
        ["body", "like", "risk of fraud"],
      ],
      ["body"],
    );
    assert.equal(notes.length, 1);
  });

  for (const [currency, price, taxed, total] of [
    ["JPY", "1050", "105", 1155],
    ["KWD", "10.125", "0.506", 10.631],
  ] as const) {
    it(`an order of ${currency} comes to Shopify's total in its own digits`, async () => {
      const { tell, rowOf } = shop({ pricelist: `Shop ${currency}` });
      const rate = currency === "JPY" ? 0.1 : 0.05;
      const applied = await tell(
        "orders/create",
        order({
          currency,
          items: [item({ price, taxes: [tax(rate, taxed)] })],
          total: String(total),
          tax: taxed,
        }),
      );
      const row = await rowOf(applied, ["amount_total", "amount_tax", "currency_id"]);
      assert.deepEqual(
        [row.amount_total, row.amount_tax, (row.currency_id as [number, string])[1]],
        [total, Number(taxed), currency],
      );
    });
  }

  it("what the buyer paid in, or what the shop counts in, by setting", async () => {
    const payload = order({
      currency: "EUR",
      paidIn: { currency: "USD", total: "22.00", tax: "0.00" },
      items: [
        item({ price: "20.00", paid: "22.00", more: { price_set: both("20.00", "EUR", "22.00", "USD") } }),
      ],
      total: "20.00",
    });
    for (const [money, total, currency] of [
      ["shop", 20, "EUR"],
      ["presentment", 22, "USD"],
    ] as const) {
      const { tell, rowOf } = shop({ money });
      const row = await rowOf(await tell("orders/create", payload), ["amount_total", "currency_id"]);
      assert.deepEqual([row.amount_total, (row.currency_id as [number, string])[1]], [total, currency]);
    }
  });

  it("an edit of what was delivered is a dead letter that says what to do", async () => {
    const { tell, planOf } = shop({ confirm: "always" });
    const [line, shipped] = [item({ price: "20.00", quantity: 2 }), fulfilled([{ id: 1, quantity: 2 }])];
    await tell("orders/create", order({ items: [line], total: "40.00" }));
    await tell("fulfillments/create", shipped);
    const edited = await planOf(
      "orders/updated",
      order({
        items: [{ ...line, current_quantity: 1, fulfillable_quantity: 0 }],
        total: "40.00",
        more: { ...now("20.00", "0.00"), updated_at: "2026-11-06T10:00:00Z" },
      }),
    );
    const failure = await refused(client, edited);
    assert.deepEqual([failure.class, failure.code], ["rejected", "order_not_changeable"]);
    assert.match(failure.hint ?? "", /Shirt.*by hand/);
  });
});
