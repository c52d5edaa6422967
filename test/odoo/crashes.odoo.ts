import assert from "node:assert/strict";
import { HttpFault } from "../../src/http.ts";
import type { ImportPlan, PlanStep } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import { networkFailure } from "../../src/odoo/wire-errors.ts";
import { apply, fresh, orderPlan, product, read, realClient, transports } from "../support/odoo-real.ts";

/**
 * A client whose process "dies" at its n-th call: `before` it is sent, or `after` Odoo has committed and before the
 * answer arrives. Its own memory (what it looked up) dies with it.
 */
function dying(client: OdooClient, at: number, when: "before" | "after"): OdooClient & { calls(): number } {
  let calls = 0;
  const cut = () => networkFailure(new HttpFault("ECONNRESET", "cut", true), client.asked);
  return {
    asked: client.asked,
    version: () => client.version(),
    close() {},
    calls: () => calls,
    async call(model, method, params) {
      calls++;
      if (calls > at || (calls === at && when === "before")) throw cut();
      const answer = await client.call(model, method, params);
      if (calls === at && when === "after") throw cut();
      return answer;
    },
  };
}

const forgetful = (client: OdooClient): OdooClient => ({ ...client });

/** The life of an order, as one plan; every step that changes Odoo. */
function life(id: string, { cancelledParcel = true } = {}): ImportPlan {
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
  const undone: PlanStep[] = [
    shipment(1, { 0: "1", 1: "2" }),
    { kind: "undeliver", order: id, externalId: `${id}_f1` },
  ];
  return orderPlan({
    id,
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
      ...(cancelledParcel ? undone : []),
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
async function picture(client: OdooClient, id: string): Promise<unknown> {
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

/** Every n-th crash point, so that it stays within its time (1: all of them); the offset differs between the two. */
const stride = Number(process.env.CRASH_STRIDE ?? 25);

const [transport = "xmlrpc"] = transports;
describe("a process that dies in the life of an order", function () {
  this.timeout(480_000);
  let client: OdooClient;
  before(() => {
    client = realClient("billing", transport);
  });
  after(() => client.close());

  it("applies again to the same Odoo, whichever call was the last", async () => {
    const undisturbed = fresh("life");
    const counting = dying(client, Number.POSITIVE_INFINITY, "before");
    await apply(counting, life(undisturbed));
    const wanted = await picture(client, undisturbed);
    // Once more, undisturbed: the steps of an order that went on are done, all of them.
    await apply(forgetful(client), life(undisturbed));
    assert.deepEqual(await picture(client, undisturbed), wanted);

    const points = Array.from({ length: counting.calls() }, (_, n) => n + 1);
    const deaths = points.flatMap((at) => [
      ...(at % stride === 1 ? [{ at, when: "after" as const }] : []),
      ...(at % stride === Math.ceil(stride / 2) ? [{ at, when: "before" as const }] : []),
    ]);
    for (const { at, when } of deaths) {
      const id = fresh("life");
      const [first] = await applyPlans(dying(client, at, when), [life(id)]);
      assert.equal(first?.ok === false && first.failure.class, "unavailable", `call ${at}, ${when}`);
      await apply(forgetful(client), life(id));
      assert.deepEqual(await picture(client, id), wanted, `died ${when} call ${at}`);
    }
    console.log(`      ${counting.calls()} calls; died at ${deaths.length} of them and was applied again`);
  });

  it("two writers at once leave one of each", async () => {
    // Not a cancelled parcel: planning it again is no compare-and-set, and two at once may plan a unit too many.
    const shared = (id: string): ImportPlan => life(id, { cancelledParcel: false });
    const undisturbed = fresh("life");
    await apply(client, shared(undisturbed));
    const wanted = await picture(client, undisturbed);
    const id = fresh("life");
    const writers = [realClient("billing", transport), realClient("billing", transport)];
    for (let round = 0; round < 8; round++) {
      const results = await Promise.all(writers.map((writer) => applyPlans(writer, [shared(id)])));
      const failed = results.flatMap(([result]) => (result?.ok ? [] : [result!.failure]));
      for (const failure of failed) assert.match(failure.class, /conflict|unknown|rejected/, failure.message);
      if (failed.length === 0) break;
    }
    await apply(forgetful(client), shared(id));
    assert.deepEqual(await picture(client, id), wanted);
    for (const writer of writers) writer.close();
  });
});
