import assert from "node:assert/strict";
import { createOdooClient, type OdooClient } from "../../src/odoo/client.ts";
import { fieldName } from "../../src/odoo/versions.ts";
import { realOdoo } from "./real-odoo.ts";

type Row = Record<string, unknown> & { id: number };

/**
 * The bare calls that take an order to its payment, with the users that need no more rights than that: what the
 * package may ask of them, and what the rig must hold for its tests.
 */
export function describeOrderToCash(name: string, currencies: readonly string[]): void {
  describe(`from order to cash on ${name}`, function () {
    this.timeout(60_000);
    let seller: OdooClient;
    let billing: OdooClient;
    let major: number;

    before(async () => {
      const { admin: _admin, ...server } = await realOdoo();
      const { ODOO_BILLING_LOGIN: login, ODOO_BILLING_API_KEY: apiKey } = process.env;
      assert.ok(login && apiKey, "set ODOO_BILLING_LOGIN and ODOO_BILLING_API_KEY");
      seller = createOdooClient(server);
      billing = createOdooClient({ ...server, login, apiKey });
      ({ major } = await seller.version());
    });
    after(() => {
      seller?.close();
      billing?.close();
    });

    const read = async (
      client: OdooClient,
      model: string,
      domain: unknown[],
      fields: string[],
    ): Promise<Row[]> => (await client.call(model, "search_read", { args: { domain, fields } })) as Row[];

    const idOf = async (model: string, domain: unknown[]): Promise<number> => {
      const [row] = await read(seller, model, domain, ["id"]);
      assert.ok(row, `${model} ${JSON.stringify(domain)}`);
      return row.id;
    };

    const create = async (
      client: OdooClient,
      model: string,
      values: Record<string, unknown>,
      context: Record<string, unknown> = {},
    ): Promise<number> =>
      [await client.call(model, "create", { args: { vals_list: [values] }, context })].flat()[0] as number;

    async function order(currency: string): Promise<Row> {
      const line = async (code: string, quantity: number, price: number, tax?: number) => ({
        product_id: await idOf("product.product", [["default_code", "=", code]]),
        product_uom_qty: quantity,
        price_unit: price,
        [fieldName(major, "sale.order.line", "tax_ids")!]: [[6, 0, tax === undefined ? [] : [tax]]],
      });
      const tax = await idOf("account.tax", [
        ["amount", "=", 8.25],
        ["type_tax_use", "=", "sale"],
      ]);
      const id = await create(seller, "sale.order", {
        partner_id: await create(seller, "res.partner", { name: `Order to cash in ${currency}` }),
        pricelist_id: await idOf("product.pricelist", [["currency_id.name", "=", currency]]),
        order_line: [
          [0, 0, await line("TENT-RIDGE-2", 3, 101, tax)],
          [0, 0, await line("SHIPPING", 1, 5)],
        ],
      });
      await seller.call("sale.order", "action_confirm", { ids: [id] });
      const [row] = await read(seller, "sale.order", [["id", "=", id]], ["amount_total", "currency_id"]);
      return row!;
    }

    async function deliver(orderId: number): Promise<Row> {
      const [picking] = await read(seller, "stock.picking", [["sale_id", "=", orderId]], ["state"]);
      assert.equal(picking?.state, "assigned", "the goods are reserved");
      const carrier = await idOf("delivery.carrier", [["name", "=", "DHL"]]);
      await seller.call("stock.picking", "write", {
        ids: [picking.id],
        args: { vals: { carrier_id: carrier, carrier_tracking_ref: "T-1" } },
      });
      const quantity = fieldName(major, "stock.move", "quantity")!;
      for (const move of await read(
        seller,
        "stock.move",
        [["picking_id", "=", picking.id]],
        ["product_uom_qty"],
      )) {
        await seller.call("stock.move", "write", {
          ids: [move.id],
          args: { vals: { [quantity]: move.product_uom_qty } },
        });
      }
      assert.equal(await seller.call("stock.picking", "button_validate", { ids: [picking.id] }), true);
      const fields = ["state", "carrier_tracking_ref"];
      return (await read(seller, "stock.picking", [["id", "=", picking.id]], fields))[0]!;
    }

    async function invoice(orderId: number): Promise<Row> {
      const context = { active_model: "sale.order", active_ids: [orderId], active_id: orderId };
      const wizard = "sale.advance.payment.inv";
      const id = await create(billing, wizard, { advance_payment_method: "delivered" }, context);
      await billing.call(wizard, "create_invoices", { ids: [id], context });
      const [row] = await read(billing, "sale.order", [["id", "=", orderId]], ["invoice_ids"]);
      const ids = row!.invoice_ids as number[];
      assert.equal(ids.length, 1);
      await billing.call("account.move", "action_post", { ids });
      return (await read(billing, "account.move", [["id", "in", ids]], ["amount_total", "state"]))[0]!;
    }

    async function pay(invoiceId: number, journal: string): Promise<unknown> {
      const context = { active_model: "account.move", active_ids: [invoiceId] };
      const journalId = await idOf("account.journal", [["code", "=", journal]]);
      const wizard = await create(billing, "account.payment.register", { journal_id: journalId }, context);
      await billing.call("account.payment.register", "action_create_payments", { ids: [wizard], context });
      return (await read(billing, "account.move", [["id", "=", invoiceId]], ["payment_state"]))[0]!
        .payment_state;
    }

    for (const currency of currencies) {
      it(`${currency}: ordered, delivered, invoiced and paid, the same amount throughout`, async () => {
        const { id, amount_total: total, currency_id } = await order(currency);
        assert.equal((currency_id as [number, string])[1], currency);
        const { id: _picking, ...delivered } = await deliver(id);
        assert.deepEqual(delivered, { state: "done", carrier_tracking_ref: "T-1" });
        const { id: invoiceId, ...invoiced } = await invoice(id);
        assert.deepEqual(invoiced, { amount_total: total, state: "posted" });
        assert.equal(await pay(invoiceId, "SHPAY"), "paid");
      });
    }
  });
}
