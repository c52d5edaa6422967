import assert from "node:assert/strict";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { deliver, makeWebhook } from "../../sandbox/shopify/webhooks.ts";
import { eventually } from "../support/eventually.ts";
import { exampleFlow, withNode } from "../support/flow.ts";
import { realClient } from "../support/odoo-real.ts";
import { temporaryFolder } from "../support/temporary.ts";
import {
  both,
  fulfilled,
  item,
  type Json,
  now,
  order,
  paidBack,
  refunded,
  tax,
} from "../sync/order-builder.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";

/** Ids nobody used before, so that the test can run again on the same database. */
const base = Math.floor(Date.now() / 1000) * 100;
const id = base + 1;
const [tent, bag] = [base + 11, base + 12];
const name = `#${base}`;

interface Lines {
  tents: number;
  bags: number;
  shipped?: { tents: number; bags: number };
}

/** Two tents at 200 and three bags at 50, taxed at 10 %; what the shop's owner does with them follows. */
function state(at: string, { tents, bags, shipped = { tents: 0, bags: 0 } }: Lines, more: Json = {}): Json {
  const line = (
    lineId: number,
    sku: string,
    price: string,
    quantity: number,
    ordered: number,
    gone: number,
  ) =>
    item({
      id: lineId,
      sku,
      title: sku,
      price,
      quantity: ordered,
      taxes: [tax(0.1, (Number(price) * ordered * 0.1).toFixed(2))],
      more: {
        price_set: both(price, "USD"),
        current_quantity: quantity,
        fulfillable_quantity: quantity - gone,
      },
    });
  return order({
    currency: "USD",
    total: "605.00",
    tax: "55.00",
    items: [
      line(tent, "TENT-RIDGE-2", "200.00", tents, 2, shipped.tents),
      line(bag, "BAG-DRIFT-M", "50.00", bags, 3, shipped.bags),
    ],
    more: {
      id,
      name,
      admin_graphql_api_id: `gid://shopify/Order/${id}`,
      updated_at: at,
      financial_status: "pending",
      fulfillment_status: null,
      total_outstanding: "605.00",
      payment_gateway_names: ["shopify_payments"],
      fulfillments: [],
      refunds: [],
      ...more,
    },
  });
}

const usd = (amount: string): Json => both(amount, "USD");

/** One order from the click to the parcel that came back, as Shopify tells it and as Odoo has it. */
describe("the life of an order, through the example flow, in a real Odoo", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const admin = realClient("admin", "json2");
  let nodeRed: NodeRedProcess;

  before(async () => {
    nodeRed = await launchNodeRed({
      userDir: folder.path,
      env: {
        SHOPIFY_SHOP: shop,
        SHOPIFY_WEBHOOK_SECRET: secret,
        SHOPIFY_ADMIN_TOKEN: "",
        SHOPIFY_ADMIN_URL: "",
        ODOO_URL: process.env.ODOO_URL ?? "",
        ODOO_DB: process.env.ODOO_DB ?? "",
        ODOO_LOGIN: process.env.ODOO_BILLING_LOGIN ?? "",
        ODOO_API_KEY: process.env.ODOO_BILLING_API_KEY ?? "",
      },
    });
    await nodeRed.deploy(
      withNode(withNode(exampleFlow(), "hf-alert", { console: true }), "hf-map", {
        confirm: "paid",
        invoice: "invoice_and_payment",
        journals: [{ gateway: "shopify_payments", journal: "SHPAY" }],
      }),
    );
  });
  after(async () => {
    await nodeRed?.stop();
    admin.close();
    folder.remove();
  });

  /** Sends a webhook, and waits until its event is done. */
  async function happens(topic: string, body: Json): Promise<void> {
    const webhook = makeWebhook({ body: JSON.stringify(body), secret, shop, topic });
    const { status } = await deliver(`${nodeRed.url}/shopify/webhooks`, webhook);
    assert.equal(status, 200, topic);
    const counts = await eventually(
      `${topic} is through`,
      async () => {
        const queues = (await (await fetch(`${nodeRed.url}/holdfast/queues`)).json()) as {
          counts: Record<string, number> | null;
        }[];
        const found = queues[0]?.counts;
        return found && found.ready! + found.leased! + found.blocked! === 0 ? found : null;
      },
      60_000,
    );
    assert.equal(counts.dead, 0, `${topic} is a dead letter: ${nodeRed.log.slice(-15).join("\n")}`);
  }

  async function rows(model: string, domain: unknown[], fields: string[]): Promise<Json[]> {
    return (await admin.call(model, "search_read", {
      args: { domain, fields, order: "id" },
      context: { active_test: false },
    })) as Json[];
  }

  const inOdoo = async (): Promise<Json> => {
    const found = await rows(
      "sale.order",
      [["client_order_ref", "=", name]],
      ["state", "amount_total", "invoice_ids", "picking_ids"],
    );
    assert.equal(found.length, 1, "one order");
    return found[0]!;
  };
  const lines = async (): Promise<unknown[]> =>
    (
      await rows(
        "sale.order.line",
        [["order_id.client_order_ref", "=", name]],
        ["product_uom_qty", "qty_delivered", "qty_invoiced"],
      )
    ).map(({ product_uom_qty, qty_delivered, qty_invoiced }) => [
      product_uom_qty,
      qty_delivered,
      qty_invoiced,
    ]);

  it("placed and not paid yet: a quotation with Shopify's total", async () => {
    await happens("orders/create", state("2026-11-02T10:00:00Z", { tents: 2, bags: 3 }));
    const { state: odooState, amount_total } = await inOdoo();
    assert.deepEqual([odooState, amount_total], ["draft", 605]);
  });

  it("edited: a tent less, and the total follows", async () => {
    const edited = state("2026-11-02T11:00:00Z", { tents: 1, bags: 3 }, usdNow("385.00", "35.00"));
    await happens("orders/updated", edited);
    assert.deepEqual(await lines(), [
      [1, 0, 0],
      [3, 0, 0],
    ]);
    assert.equal((await inOdoo()).amount_total, 385);
  });

  it("told of its first state again, four hours late: nothing changes", async () => {
    await happens("orders/updated", state("2026-11-02T10:00:00Z", { tents: 2, bags: 3 }));
    assert.equal((await inOdoo()).amount_total, 385);
  });

  const paid = { financial_status: "paid", total_outstanding: "0.00", ...usdNow("385.00", "35.00") };

  it("paid: confirmed, invoiced, and the payment registered, once though it is told three times", async () => {
    const body = state("2026-11-02T12:00:00Z", { tents: 1, bags: 3 }, paid);
    for (const topic of ["orders/paid", "orders/updated", "orders/paid"]) await happens(topic, body);
    const { state: odooState, invoice_ids } = await inOdoo();
    assert.equal(odooState, "sale");
    const invoices = await rows(
      "account.move",
      [["id", "in", invoice_ids]],
      ["state", "amount_total", "amount_residual", "move_type"],
    );
    assert.deepEqual(
      invoices.map((invoice) => [
        invoice.move_type,
        invoice.state,
        invoice.amount_total,
        invoice.amount_residual,
      ]),
      [["out_invoice", "posted", 385, 0]],
    );
  });

  it("shipped in two parcels: two deliveries with their numbers, and a backorder in between", async () => {
    const parcel = (fulfillment: number, sent: { id: number; quantity: number }[], number: string): Json =>
      fulfilled(sent, {
        id: base + fulfillment,
        order_id: id,
        name: `${name}.${fulfillment}`,
        location_id: null,
        tracking_company: "DHL",
        tracking_number: number,
        tracking_numbers: [number],
      });
    await happens("fulfillments/create", parcel(21, [{ id: bag, quantity: 2 }], "DHL-1"));
    assert.deepEqual(
      (await lines()).map((line) => (line as number[])[1]),
      [0, 2],
    );
    const second = parcel(
      22,
      [
        { id: tent, quantity: 1 },
        { id: bag, quantity: 1 },
      ],
      "DHL-2",
    );
    await happens("fulfillments/create", second);
    await happens("fulfillments/create", second);
    assert.deepEqual(await lines(), [
      [1, 1, 1],
      [3, 3, 3],
    ]);
    const pickings = await rows(
      "stock.picking",
      [["id", "in", (await inOdoo()).picking_ids]],
      ["state", "carrier_tracking_ref"],
    );
    assert.deepEqual(
      pickings.map((picking) => [picking.state, picking.carrier_tracking_ref]),
      [
        ["done", "DHL-1"],
        ["done", "DHL-2"],
      ],
    );
  });

  it("a bag came back and was refunded: a return, a credit note to the cent, the money paid back", async () => {
    const refund = refunded([{ id: bag, quantity: 1, restock: "return", net: "50.00", tax: "5.00" }], {
      id: base + 31,
      order_id: id,
      total_duties_set: usd("0.00"),
      transactions: [paidBack("55.00", { id: base + 32, order_id: id, currency: "USD" })],
    });
    const [row] = refund.refund_line_items as Json[];
    Object.assign(row!, { id: base + 33, subtotal_set: usd("50.00"), total_tax_set: usd("5.00") });
    row!.line_item = (state("2026-11-05T10:00:00Z", { tents: 1, bags: 3 }).line_items as Json[])[1];
    await happens("refunds/create", refund);
    await happens("refunds/create", refund);
    assert.deepEqual(await lines(), [
      [1, 1, 1],
      [3, 2, 2],
    ]);
    const credits = await rows(
      "account.move",
      [
        ["id", "in", (await inOdoo()).invoice_ids],
        ["move_type", "=", "out_refund"],
      ],
      ["state", "amount_total", "amount_tax", "amount_residual"],
    );
    assert.deepEqual(
      credits.map((credit) => [credit.state, credit.amount_total, credit.amount_tax, credit.amount_residual]),
      [["posted", 55, 5, 0]],
    );
  });
});

function usdNow(total: string, taxes: string): Json {
  return {
    ...now(total, taxes),
    current_total_price_set: usd(total),
    current_total_tax_set: usd(taxes),
  };
}
