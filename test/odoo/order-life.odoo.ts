import assert from "node:assert/strict";
import type { OdooClient } from "../../src/odoo/client.ts";
import { eventToPlan } from "../../src/sync/event-to-plan.ts";
import type { OrderMappingSettings } from "../../src/sync/order-options.ts";
import { prepareOdoo } from "../support/odoo-prepared.ts";
import { apply, fresh, type Row, read, realClient, refused, transports } from "../support/odoo-real.ts";
import {
  both,
  fulfilled,
  item,
  type Json,
  now,
  order,
  paidBack,
  refunded,
  shippingLine,
  tax,
} from "../sync/order-builder.ts";

const journals = [{ gateway: "shopify_payments", journal: "SHPAY" }];

const [transport = "xmlrpc"] = transports;
const memo = Number(process.env.ODOO_VERSION ?? 19) >= 18 ? "memo" : "ref";

/** Shopify's own events, through the mapping and into Odoo, as a user who may invoice. */
describe("an order's life, from Shopify's events to a real Odoo", function () {
  this.timeout(180_000);
  let client: OdooClient;
  let admin: OdooClient;
  before(() => {
    client = realClient("billing", transport);
    admin = realClient("admin", transport);
  });
  after(() => {
    client.close();
    admin.close();
  });

  const line = (more: Json = {}): Json =>
    item({ price: "20.00", quantity: 2, taxes: [tax(0.19, "7.60")], more });
  const sold = (of: Json, more: Json = {}): Json =>
    order({
      items: [of],
      shipping: [shippingLine({ price: "4.90", taxes: [tax(0.19, "0.93")] })],
      total: "53.43",
      tax: "8.53",
      more: {
        financial_status: "paid",
        payment_gateway_names: ["shopify_payments"],
        total_outstanding: "0.00",
        ...more,
      },
    });

  /** A shop of its own, so that every run has its own order 5678. */
  function shop() {
    const prefix = `${fresh("life")}_`;
    const settings: OrderMappingSettings = {
      externalIdPrefix: prefix,
      pricelist: "Shop EUR",
      journals,
      confirm: "paid",
      invoice: "invoice_and_payment",
    };
    return {
      refuses: (topic: string, payload: Json) => refused(client, eventToPlan(topic, payload, settings)),
      tell: async (topic: string, payload: Json) => {
        const plan = eventToPlan(topic, payload, settings);
        if (plan.records.length > 0) await prepareOdoo(admin, [plan]);
        return apply(client, plan);
      },
      order: async (id: number): Promise<Row> =>
        (
          await read(
            admin,
            "sale.order",
            [["id", "=", id]],
            ["state", "amount_total", "invoice_ids", "picking_ids"],
          )
        )[0]!,
      line: async (id: number): Promise<Row> =>
        (
          await read(
            admin,
            "sale.order.line",
            [
              ["order_id", "=", id],
              ["product_id.default_code", "=", "SH-1"],
            ],
            ["product_uom_qty", "qty_delivered", "qty_invoiced"],
          )
        )[0]!,
      moves: async (ids: unknown): Promise<unknown[][]> =>
        (
          await read(
            admin,
            "account.move",
            [["id", "in", ids]],
            ["move_type", "state", "amount_total", "payment_state"],
          )
        ).map((row) => [row.move_type, row.state, row.amount_total, row.payment_state]),
      /** The documents of the order, and the money that was registered on them. */
      books: async (id: number): Promise<unknown[][]> => {
        const [row] = await read(admin, "sale.order", [["id", "=", id]], ["invoice_ids"]);
        const bills = await read(
          admin,
          "account.move",
          // A credit note of an amount alone names no line of the order.
          ["|", ["id", "in", row!.invoice_ids], ["reversed_entry_id", "in", row!.invoice_ids]],
          ["move_type", "state", "amount_total", "amount_residual"],
        );
        const payments = await read(
          admin,
          "account.payment",
          [[memo, "like", prefix]],
          ["payment_type", "amount"],
        );
        return [
          ...bills.map((bill) => [bill.move_type, bill.state, bill.amount_total, bill.amount_residual]),
          ...payments.map((payment) => [payment.payment_type, payment.amount]),
        ];
      },
      id: (ids: Record<string, number>): number => ids[`${prefix}order_5678`]!,
    };
  }

  it("paid, shipped, one came back: confirmed, invoiced and paid, delivered, returned, credited; each event twice", async () => {
    const { tell, order: look, line: lineNow, moves, id } = shop();
    const created = await tell("orders/create", sold(line()));
    const orderId = id(created.ids);
    await tell("orders/paid", sold(line()));
    let now_ = await look(orderId);
    assert.equal(now_.state, "sale");
    assert.equal(now_.amount_total, 53.43);
    const [invoice, ...more] = await moves(now_.invoice_ids);
    assert.deepEqual(more, []);
    assert.deepEqual(invoice?.slice(0, 3), ["out_invoice", "posted", 53.43]);
    assert.ok(["paid", "in_payment"].includes(String(invoice?.[3])), String(invoice?.[3]));

    const shipment = fulfilled([{ id: 1, quantity: 2 }], {
      tracking_company: "DHL",
      tracking_numbers: ["JD01"],
    });
    await tell("fulfillments/create", shipment);
    await tell("fulfillments/update", shipment);
    assert.equal((await lineNow(orderId)).qty_delivered, 2);

    const back = refunded(
      [
        {
          id: 1,
          quantity: 1,
          restock: "return",
          net: "20.00",
          tax: "3.80",
          of: line({ fulfillable_quantity: 0 }),
        },
      ],
      { transactions: [paidBack("23.80")] },
    );
    await tell("refunds/create", back);
    await tell("refunds/create", back);
    await tell(
      "orders/updated",
      sold(line({ current_quantity: 1, fulfillable_quantity: 0 }), {
        ...now("29.63", "4.73"),
        updated_at: "2026-11-06T10:00:00Z",
        financial_status: "partially_refunded",
        fulfillments: [shipment],
        refunds: [back],
      }),
    );
    const after = await lineNow(orderId);
    assert.deepEqual([after.product_uom_qty, after.qty_delivered], [2, 1]);
    now_ = await look(orderId);
    assert.equal(now_.amount_total, 53.43);
    const documents = await moves(now_.invoice_ids);
    assert.deepEqual(documents.map((row) => row.slice(0, 3)).toSorted(), [
      ["out_invoice", "posted", 53.43],
      ["out_refund", "posted", 23.8],
    ]);
  });

  it("one piece cancelled before it was shipped: less to ship, its money credited", async () => {
    const { tell, order: look, line: lineNow, moves, id } = shop();
    const orderId = id((await tell("orders/create", sold(line()))).ids);
    const cancelled = refunded(
      [
        {
          ...{ id: 1, quantity: 1, restock: "cancel", net: "20.00", tax: "3.80" },
          of: line({ fulfillable_quantity: 1, fulfillment_status: null }),
        },
      ],
      { transactions: [paidBack("23.80", { id: 9101 })] },
    );
    await tell("refunds/create", cancelled);
    await tell(
      "orders/updated",
      sold(line({ current_quantity: 1, fulfillable_quantity: 1 }), {
        ...now("29.63", "4.73"),
        updated_at: "2026-11-06T10:00:00Z",
        financial_status: "partially_refunded",
        refunds: [cancelled],
      }),
    );
    assert.equal((await lineNow(orderId)).product_uom_qty, 1);
    const row = await look(orderId);
    assert.equal(row.amount_total, 29.63);
    assert.equal((await moves(row.invoice_ids)).length, 2);
  });

  /** Pieces that were refunded before they were shipped, and the order as it is after that. */
  const cancelling = (units: number, left: number, money: string, more: Json = {}): Json => {
    const net = (20 * units).toFixed(2);
    const of = line({ quantity: 2, fulfillable_quantity: left, fulfillment_status: null });
    return refunded([{ id: 1, quantity: units, restock: "cancel", net, tax: (3.8 * units).toFixed(2), of }], {
      transactions: [paidBack(money, { id: `9${more.id ?? 8001}` })],
      ...more,
    });
  };
  const soldWith = (left: number, total: string, taxes: string, refunds: Json[], more: Json = {}): Json =>
    sold(line({ current_quantity: left, fulfillable_quantity: left }), {
      ...now(total, taxes),
      updated_at: "2026-11-06T10:00:00Z",
      financial_status: "partially_refunded",
      refunds,
      ...more,
    });

  it("first told of after a piece was cancelled: what was never invoiced is neither credited nor paid back", async () => {
    const { tell, books, id } = shop();
    const cancelled = cancelling(1, 1, "23.80");
    const told = soldWith(1, "29.63", "4.73", [cancelled]);
    const orderId = id((await tell("orders/updated", told)).ids);
    for (let round = 0; round < 2; round++) {
      await tell("refunds/create", cancelled);
      await tell("orders/updated", told);
    }
    assert.deepEqual(await books(orderId), [
      ["out_invoice", "posted", 29.63, 0],
      ["inbound", 29.63],
    ]);
  });

  it("first told of after all of it was refunded, one piece with 5.00 more: only the amount is credited", async () => {
    const { tell, books, id } = shop();
    const one = cancelling(1, 1, "23.80");
    const other = cancelling(1, 0, "28.80", { id: 8002 });
    const orderId = id((await tell("orders/updated", soldWith(0, "5.83", "0.93", [one, other]))).ids);
    for (const refund of [other, one, other]) await tell("refunds/create", refund);
    assert.deepEqual(await books(orderId), [
      ["out_invoice", "posted", 5.83, 0],
      ["out_refund", "posted", 5, 0],
      ["inbound", 5.83],
      ["outbound", 5],
    ]);
  });

  it("one piece cancelled before the invoice and one after it: the second is credited, whichever is told first", async () => {
    const before = cancelling(1, 1, "23.80");
    const after = cancelling(1, 0, "23.80", { id: 8002 });
    for (const refunds of [
      [before, after],
      [after, before],
    ]) {
      const { tell, books, id } = shop();
      const orderId = id((await tell("orders/updated", soldWith(1, "29.63", "4.73", [before]))).ids);
      const later = soldWith(0, "5.83", "0.93", [before, after], { updated_at: "2026-11-07T10:00:00Z" });
      await tell("orders/updated", later);
      for (const refund of [...refunds, ...refunds]) await tell("refunds/create", refund);
      assert.deepEqual(await books(orderId), [
        ["out_invoice", "posted", 29.63, 0],
        ["out_refund", "posted", 23.8, 0],
        ["inbound", 29.63],
        ["outbound", 23.8],
      ]);
    }
  });

  it("two pieces cancelled of which one was invoiced: one is credited, with the money that was booked for it", async () => {
    const more = (current: number): Json =>
      line({
        ...{ quantity: 3, current_quantity: current, fulfillable_quantity: current },
        tax_lines: [tax(0.19, "11.40")],
      });
    const of = { ...more(1), fulfillment_status: null };
    for (const money of ["47.60", "23.80"]) {
      const { tell, books, id } = shop();
      const orderId = id((await tell("orders/create", sold(line()))).ids);
      const refund = refunded(
        [{ id: 1, quantity: 2, restock: "cancel", net: "40.00", tax: "7.60", of }],
        // All three were paid, or two: an edit added the third.
        { transactions: [paidBack(money, { id: 9300 })] },
      );
      await tell(
        "orders/updated",
        sold(more(1), {
          ...{ total_price: "77.23", total_price_set: both("77.23", "EUR") },
          ...{ total_tax: "12.33", total_tax_set: both("12.33", "EUR") },
          ...now("29.63", "4.73"),
          updated_at: "2026-11-06T10:00:00Z",
          financial_status: "partially_refunded",
          refunds: [refund],
        }),
      );
      for (let round = 0; round < 2; round++) await tell("refunds/create", refund);
      assert.deepEqual(await books(orderId), [
        ["out_invoice", "posted", 53.43, 0],
        ["out_refund", "posted", 23.8, 0],
        ["inbound", 53.43],
        ["outbound", 23.8],
      ]);
    }
  });

  it("refunded before it is invoiced: the refund waits, and is credited as far as the invoice goes", async () => {
    const cancelled = cancelling(1, 1, "23.80");
    const unpaid = { financial_status: "pending", total_outstanding: "53.43" };
    const late = sold(line(), { updated_at: "2026-11-03T10:00:00Z" });
    for (const { told, expected } of [
      {
        told: late,
        expected: [
          ["out_invoice", "posted", 53.43, 0],
          ["out_refund", "posted", 23.8, 0],
          ["inbound", 53.43],
          ["outbound", 23.8],
        ],
      },
      {
        told: soldWith(1, "29.63", "4.73", [cancelled]),
        expected: [
          ["out_invoice", "posted", 29.63, 0],
          ["inbound", 29.63],
        ],
      },
    ]) {
      const { tell, refuses, books, id } = shop();
      const orderId = id((await tell("orders/create", sold(line(), unpaid))).ids);
      const failure = await refuses("refunds/create", cancelled);
      assert.deepEqual([failure.class, failure.code], ["dependency", "order_not_invoiced"]);
      await tell("orders/updated", told);
      await tell("refunds/create", cancelled);
      assert.deepEqual(await books(orderId), expected);
    }
  });

  it("cancelled without ever being invoiced: nothing is credited, nothing paid back", async () => {
    const { tell, books, id } = shop();
    const refund = cancelling(2, 0, "53.43");
    const orderId = id(
      (
        await tell(
          "orders/cancelled",
          soldWith(0, "0.00", "0.00", [refund], { cancelled_at: "2026-11-06T10:00:00Z" }),
        )
      ).ids,
    );
    await tell("refunds/create", refund);
    assert.deepEqual(await books(orderId), []);
  });

  it("cancelled after it was invoiced: all of it is credited, though the cancellation is told first", async () => {
    const { tell, books, id } = shop();
    const refund = cancelling(2, 0, "47.60");
    const orderId = id((await tell("orders/create", sold(line()))).ids);
    await tell(
      "orders/cancelled",
      soldWith(0, "0.00", "0.00", [refund], { cancelled_at: "2026-11-06T10:00:00Z" }),
    );
    for (let round = 0; round < 2; round++) await tell("refunds/create", refund);
    assert.deepEqual(await books(orderId), [
      ["out_invoice", "posted", 53.43, 0],
      ["out_refund", "posted", 47.6, 0],
      ["inbound", 53.43],
      ["outbound", 47.6],
    ]);
  });

  it("a parcel called back and sent again: delivered once in the end, each event twice", async () => {
    const { tell, order: look, line: lineNow, id } = shop();
    const orderId = id((await tell("orders/create", sold(line()))).ids);
    const parcel = (number: number, more: Json = {}): Json =>
      fulfilled([{ id: 1, quantity: 2 }], { id: number, ...more });
    const called = parcel(9301, { status: "cancelled" });
    for (const [topic, body] of [
      ["fulfillments/create", parcel(9301)],
      ["fulfillments/update", called],
      ["fulfillments/update", called],
      ["fulfillments/create", parcel(9302)],
      ["fulfillments/update", parcel(9302)],
      ["fulfillments/update", called],
    ] as const)
      await tell(topic, body);
    const after = await lineNow(orderId);
    assert.deepEqual([after.product_uom_qty, after.qty_delivered], [2, 2]);
    const { picking_ids } = await look(orderId);
    const pickings = await read(admin, "stock.picking", [["id", "in", picking_ids]], ["state"]);
    assert.deepEqual(
      pickings.map(({ state }) => state),
      ["done", "done", "done"],
    );
  });

  it("shipping refunded alone", async () => {
    const { tell, order: look, moves, id } = shop();
    const orderId = id((await tell("orders/create", sold(line()))).ids);
    await tell(
      "refunds/create",
      refunded([], {
        refund_shipping_lines: [
          {
            id: 1,
            shipping_line: { id: 80, title: "Standard", tax_lines: [tax(0.19, "0.93")] },
            subtotal_amount_set: both("4.90", "EUR"),
            tax_amount_set: both("0.93", "EUR"),
          },
        ],
        transactions: [paidBack("5.83", { id: 9201 })],
      }),
    );
    const documents = await moves((await look(orderId)).invoice_ids);
    assert.deepEqual(documents.find(([type]) => type === "out_refund")?.slice(0, 3), [
      "out_refund",
      "posted",
      5.83,
    ]);
  });

  it("cancelled, with its invoice still a draft or none", async () => {
    const { tell, order: look, id } = shop();
    const unpaid = { financial_status: "pending", total_outstanding: "53.43" };
    const orderId = id((await tell("orders/create", sold(line(), unpaid))).ids);
    await tell(
      "orders/cancelled",
      sold(line({ current_quantity: 0, fulfillable_quantity: 0 }), {
        ...{ ...unpaid, financial_status: "voided", cancelled_at: "2026-11-06T10:00:00Z" },
        updated_at: "2026-11-06T10:00:00Z",
      }),
    );
    assert.equal((await look(orderId)).state, "cancel");
  });
});
