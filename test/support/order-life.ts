import type { ImportPlan, ImportValue, PlanStep } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { orderPlan, product, read } from "./odoo-real.ts";

/** The life of an order, as one plan; every step that changes Odoo. */
export function life(id: string, values: Record<string, ImportValue> = {}): ImportPlan {
  const bank = { find: { model: "account.journal", where: { type: "bank" }, several: "first" as const } };
  const pay = (name: string, amount: string) => ({
    externalId: `${id}_${name}`,
    amount,
    journal: bank,
    date: "2026-03-05",
    memo: "Shopify",
  });
  const shipment = (n: number, quantities: Record<number, string>): PlanStep => ({
    kind: "deliver",
    order: id,
    externalId: `${id}_f${n}`,
    lines: Object.entries(quantities).map(([line, quantity]) => ({ line: `${id}_l${line}`, quantity })),
    warehouseId: null,
    tracking: { company: "DHL", numbers: [`T${n}`], urls: [] },
  });
  return orderPlan({
    id,
    values,
    at: "2026-11-24T10:00:00Z",
    lines: [
      { sku: "BAG-DRIFT-L", price: "10.00", quantity: "2", tax: 8.25 },
      { sku: "BAG-DRIFT-L", price: "5.00", quantity: "4" },
    ],
    total: "41.66",
    tax: "1.65",
    upTo: "0.05",
    steps: [
      { kind: "confirm", order: id },
      { kind: "invoice", order: id, date: "2026-03-05", payments: [pay("pay", "41.66")] },
      shipment(1, { 0: "1", 1: "2" }),
      { kind: "undeliver", order: id, externalId: `${id}_f1` },
      shipment(2, { 0: "2", 1: "1" }),
      {
        kind: "return",
        order: id,
        externalId: `${id}_r`,
        lines: [{ line: `${id}_l0`, quantity: "1", locationId: null }],
      },
      { kind: "reduce", order: id, lines: [{ line: `${id}_l1`, stillToShip: "1" }] },
      {
        kind: "credit",
        order: id,
        record: {
          model: "account.move",
          externalId: `${id}_refund`,
          values: { move_type: "out_refund", invoice_date: "2026-03-06", ref: "Refund" },
          children: {
            invoice_line_ids: [
              {
                model: "account.move.line",
                externalId: `${id}_refund_l`,
                values: {
                  product_id: product("BAG-DRIFT-L"),
                  name: "Refunded",
                  quantity: "2",
                  price_unit: "5.00",
                  tax_ids: [],
                  sale_line_ids: [{ externalId: `${id}_l1` }],
                },
              },
            ],
          },
        },
        totals: {
          model: "account.move",
          externalId: `${id}_refund`,
          currency: "USD",
          total: "10.00",
          tax: "0.00",
        },
        payments: [pay("back", "10.00")],
      },
      { kind: "note", record: id, externalId: `${id}_note`, text: "All of it" },
    ],
  });
}

/** All that stands in Odoo of an order, without ids and names that differ from one to the next. */
export async function picture(client: OdooClient, id: string): Promise<unknown> {
  const of = async (model: string, domain: unknown[], fields: string[]) =>
    (await read(client, model, domain, fields)).map(({ id: _id, ...row }) => row);
  const [order] = await read(
    client,
    "sale.order",
    [["client_order_ref", "=", id]],
    ["state", "date_order", "amount_total", "invoice_status", "invoice_ids", "message_ids"],
  );
  const { id: orderId, invoice_ids, message_ids, ...rest } = order!;
  const memo = Number(process.env.ODOO_VERSION ?? 19) >= 18 ? "memo" : "ref";
  const lines = [["order_id", "=", orderId]];
  return {
    order: rest,
    orders: (await read(client, "sale.order", [["client_order_ref", "=", id]], ["id"])).length,
    lines: await of("sale.order.line", lines, [
      "name",
      "product_uom_qty",
      "price_unit",
      "qty_delivered",
      "qty_invoiced",
    ]),
    pickings: await of(
      "stock.picking",
      [["sale_id", "=", orderId]],
      ["state", "picking_type_code", "carrier_tracking_ref"],
    ),
    moves: await of(
      "stock.move",
      [
        ["sale_line_id.order_id", "=", orderId],
        ["state", "!=", "cancel"],
      ],
      ["state", "product_uom_qty"],
    ),
    invoices: await of(
      "account.move",
      [["id", "in", invoice_ids]],
      ["move_type", "state", "amount_total", "amount_residual"],
    ),
    payments: await of("account.payment", [[memo, "like", `${id}_`]], ["amount", "payment_type"]),
    notes: (
      await read(
        client,
        "mail.message",
        [
          ["id", "in", message_ids],
          ["body", "like", "All of it"],
        ],
        ["id"],
      )
    ).length,
  };
}
