import assert from "node:assert/strict";
import type { OdooClient } from "../../src/odoo/client.ts";
import { applyPlans } from "../../src/odoo/import.ts";
import {
  apply,
  fresh,
  orderPlan,
  type Row,
  read,
  realClient,
  refused,
  transports,
} from "../support/odoo-real.ts";

const lock = Number(process.env.ODOO_VERSION ?? 19) >= 17 ? "action_lock" : "action_done";
const fields = ["state", "origin", "date_order", "amount_total", "amount_tax", "order_line"];
const [early, middle, late] = ["2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z"];

for (const transport of transports) {
  describe(`orders in a real Odoo over ${transport}, as a sales-and-stock user`, function () {
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

    const order = async (id: string): Promise<Row> =>
      (await read(client, "sale.order", [["client_order_ref", "=", id]], fields))[0]!;
    const lines = async (id: string): Promise<unknown[][]> =>
      (
        await read(
          client,
          "sale.order.line",
          [["order_id.client_order_ref", "=", id]],
          ["name", "product_uom_qty", "price_unit"],
        )
      ).map((row) => [row.name, row.product_uom_qty, row.price_unit]);

    describe("changes", () => {
      it("an edit changes lines, adds one and zeroes one; the same again writes nothing", async () => {
        const id = fresh("order");
        await apply(
          client,
          orderPlan({ id, at: early, write: "always", lines: [{ price: "10.00" }, { price: "20.00" }] }),
        );
        const edited = orderPlan({
          id,
          at: middle,
          write: "always",
          lines: [{ price: "10.00", quantity: "3" }, { price: "20.00", quantity: "0" }, { price: "5.00" }],
          total: "35.00",
        });
        await apply(client, edited);
        const [before] = await read(admin, "sale.order", [["client_order_ref", "=", id]], ["write_date"]);
        await apply(client, edited);
        assert.deepEqual(await lines(id), [
          ["Line 0", 3, 10],
          ["Line 1", 0, 20],
          ["Line 2", 1, 5],
        ]);
        const [again] = await read(admin, "sale.order", [["client_order_ref", "=", id]], ["write_date"]);
        assert.equal(again?.write_date, before?.write_date);
      });

      it("a stale event changes nothing and says so; an equal one is applied", async () => {
        const id = fresh("order");
        await apply(client, orderPlan({ id, at: late, write: "always", lines: [{ price: "30.00" }] }));
        const older = orderPlan({
          id,
          at: early,
          write: "always",
          lines: [{ price: "10.00" }],
          values: { partner_shipping_id: { externalId: `${id}_a` } },
          steps: [{ kind: "cancel", order: id }],
        });
        const address = { name: id, type: "delivery", parent_id: { externalId: `${id}_c` } };
        older.records.splice(1, 0, { model: "res.partner", externalId: `${id}_a`, values: address });
        const restarted = realClient("user", transport);
        for (const by of [client, restarted]) {
          assert.equal((await apply(by, older)).skipped, "stale");
          assert.deepEqual(await read(client, "res.partner", [["name", "=", id]], ["name"]), []);
        }
        restarted.close();
        assert.deepEqual(await lines(id), [["Line 0", 1, 30]]);
        const equal = await apply(
          client,
          orderPlan({ id, at: late, write: "always", lines: [{ price: "31.00" }] }),
        );
        assert.equal(equal.skipped, undefined);
        assert.deepEqual(await lines(id), [["Line 0", 1, 31]]);
        assert.equal((await order(id)).state, "draft");
      });

      it("an order whose customer reference a person edited is still the order, also to a process that never saw it", async () => {
        const id = fresh("order");
        const made = await apply(
          client,
          orderPlan({ id, at: early, write: "always", lines: [{ price: "10.00" }] }),
        );
        await admin.call("sale.order", "write", {
          ids: [made.ids[id]!],
          args: { vals: { client_order_ref: `PO of ${id}` } },
        });
        const restarted = realClient("user", transport);
        const edited = orderPlan({ id, at: late, write: "always", lines: [{ price: "12.00" }] });
        assert.equal((await apply(restarted, edited)).ids[id], made.ids[id]);
        restarted.close();
        const now = await read(admin, "sale.order.line", [["order_id", "=", made.ids[id]]], ["price_unit"]);
        assert.deepEqual(
          now.map(({ price_unit }) => price_unit),
          [12],
        );
      });

      it("an update that comes before its create makes the order; the create is stale then", async () => {
        const id = fresh("order");
        await apply(client, orderPlan({ id, at: middle, write: "always", lines: [{ price: "7.00" }] }));
        assert.equal((await apply(client, orderPlan({ id, at: early }))).skipped, "stale");
        assert.deepEqual(await lines(id), [["Line 0", 1, 7]]);
      });

      it("a source document without a version is no later version", async () => {
        const id = fresh("order");
        await apply(client, orderPlan({ id, write: "always" }));
        await apply(client, orderPlan({ id, at: early, write: "always", lines: [{ price: "8.00" }] }));
        assert.deepEqual(await lines(id), [["Line 0", 1, 8]]);
      });

      it("two versions in one batch: the later stands, in whatever order", async () => {
        const id = fresh("order");
        const two = [
          orderPlan({ id, at: late, write: "always", lines: [{ price: "2.00" }] }),
          orderPlan({ id, at: early, write: "always", lines: [{ price: "1.00" }] }),
        ];
        for (const result of await applyPlans(client, two)) assert.ok(result.ok);
        assert.deepEqual(await lines(id), [["Line 0", 1, 2]]);
      });

      it("a customer remembers its version though Odoo has no field for it", async () => {
        const id = fresh("customer");
        const plan = (name: string, at: string) => ({
          kind: "import-plan" as const,
          reference: name,
          version: { externalId: id, at },
          records: [
            { model: "res.partner", externalId: id, write: "always" as const, values: { name, phone: "1" } },
          ],
        });
        await apply(client, plan("Late", late));
        assert.equal((await apply(client, plan("Early", early))).skipped, "stale");
        const { ids } = await apply(client, plan("Latest", late));
        const [partner] = await read(client, "res.partner", [["id", "=", ids[id]]], ["name"]);
        assert.equal(partner?.name, "Latest");
      });

      it("a locked order is refused with a hint; nothing to change is fine", async () => {
        const id = fresh("order");
        const plan = orderPlan({
          id,
          at: early,
          write: "always",
          lines: [{ price: "10.00" }],
          total: "10.00",
          steps: [{ kind: "confirm", order: id }],
        });
        const { ids } = await apply(client, plan);
        await client.call("sale.order", lock, { ids: [ids[id]!] });
        await apply(client, plan);
        const failure = await refused(
          client,
          orderPlan({ id, at: late, write: "always", lines: [{ price: "10.00", quantity: "2" }] }),
        );
        assert.deepEqual([failure.class, failure.code], ["rejected", "order_not_changeable"]);
        assert.match(failure.message, new RegExp(`^Order #${id}: `));
        assert.match(failure.hint ?? "", /is locked: .*Line 0/);
      });
    });

    describe("records made where they are missed", () => {
      it("a missing contact category is made once, however many look for it", async () => {
        const name = fresh("tag");
        const tagged = (id: string) => ({
          kind: "import-plan" as const,
          reference: id,
          records: [
            {
              model: "res.partner",
              externalId: id,
              values: {
                name: id,
                category_id: [
                  {
                    find: {
                      model: "res.partner.category",
                      where: { name },
                      missing: {
                        create: { model: "res.partner.category", externalId: `${name}_c`, values: { name } },
                      },
                    },
                  },
                ],
              },
            },
          ],
        });
        const ids = [fresh("p"), fresh("p")];
        for (const result of await applyPlans(client, ids.map(tagged))) assert.ok(result.ok);
        await apply(client, tagged(ids[0]!));
        const made = await read(client, "res.partner.category", [["name", "=", name]], ["partner_ids"]);
        assert.equal(made.length, 1);
        assert.equal((made[0]!.partner_ids as number[]).length, 2);
      });
    });

    describe("totals", () => {
      it("a cent within the limit becomes a visible line, on the retry the same cent", async () => {
        const id = fresh("order");
        const plan = orderPlan({
          id,
          lines: [{ price: "10.00", tax: 8.25 }],
          total: "10.82",
          tax: "0.83",
          upTo: "0.05",
        });
        for (let round = 0; round < 3; round++) {
          await apply(client, plan);
          assert.equal((await order(id)).amount_total, 10.82);
          assert.deepEqual((await lines(id)).at(-1), ["Line 99", 1, -0.01]);
        }
        const made = await read(
          client,
          "sale.order.line",
          [["order_id.client_order_ref", "=", id]],
          ["product_id"],
        );
        assert.match(String((made.at(-1)!.product_id as [number, string])[1]), /DISCOUNT/);
      });

      it("the line follows later versions, and is zero when nothing is missing any more", async () => {
        const id = fresh("order");
        const version = (at: string, total: string) =>
          orderPlan({ id, at, write: "always", lines: [{ price: "10.00" }], total, upTo: "0.05" });
        await apply(client, version(early, "10.03"));
        await apply(client, version(middle, "9.98"));
        assert.deepEqual((await lines(id)).at(-1), ["Line 99", 1, -0.02]);
        await apply(client, version(late, "10.00"));
        assert.deepEqual((await lines(id)).at(-1), ["Line 99", 1, 0]);
        assert.equal((await order(id)).amount_total, 10);
      });

      it("more than the limit is refused with both numbers, and no line is made", async () => {
        const id = fresh("order");
        const failure = await refused(
          client,
          orderPlan({ id, lines: [{ price: "10.00" }], total: "10.06", upTo: "0.05" }),
        );
        assert.equal(failure.code, "total_mismatch");
        assert.match(failure.message, /Shopify says 10\.06 USD, Odoo 10\.00 USD/);
        assert.equal((await lines(id)).length, 1);
      });

      it("the same total with a cent of tax elsewhere is a warning that names it", async () => {
        const result = await apply(
          client,
          orderPlan({ lines: [{ price: "10.00", tax: 8.25 }], total: "10.83", tax: "0.82", upTo: "0.05" }),
        );
        assert.match(result.warnings.join(), /of it tax 0\.82 against 0\.83/);
      });

      it("a quotation that did not match is written anew when its cause is gone", async () => {
        const id = fresh("order");
        assert.equal(
          (await refused(client, orderPlan({ id, lines: [{ price: "10.00" }], total: "10.83", tax: "0.83" })))
            .code,
          "total_mismatch",
        );
        await apply(
          client,
          orderPlan({ id, lines: [{ price: "10.00", tax: 8.25 }], total: "10.83", tax: "0.83" }),
        );
        assert.equal((await order(id)).amount_tax, 0.83);
      });
    });

    describe("confirm and cancel", () => {
      it("confirms many in one call and keeps their order dates", async () => {
        const plans = Array.from({ length: 5 }, (_, n) => {
          const id = fresh("order");
          return orderPlan({
            id,
            date: `2026-03-0${n + 1} 10:00:00`,
            lines: [{ sku: "BAG-DRIFT-L", price: "10.00" }],
            total: "10.00",
            steps: [{ kind: "confirm", order: id }],
          });
        });
        for (const result of await applyPlans(client, plans)) assert.ok(result.ok);
        for (const result of await applyPlans(client, plans)) assert.ok(result.ok);
        for (const [n, plan] of plans.entries()) {
          const { state, date_order } = await order(plan.reference.slice(1));
          assert.deepEqual([state, date_order], ["sale", `2026-03-0${n + 1} 10:00:00`]);
        }
      });

      it("a confirmed order is edited, and its delivery follows", async () => {
        const id = fresh("order");
        const plan = (at: string, quantity: string) =>
          orderPlan({
            id,
            at,
            write: "always",
            lines: [{ sku: "BAG-DRIFT-L", price: "10.00", quantity }],
            total: `${Number(quantity) * 10}.00`,
            steps: [{ kind: "confirm", order: id }],
          });
        await apply(client, plan(early, "1"));
        await apply(client, plan(late, "3"));
        const moves = await read(
          client,
          "stock.move",
          [["sale_line_id.order_id.client_order_ref", "=", id]],
          ["product_uom_qty", "state"],
        );
        assert.equal(
          moves.reduce((sum, move) => sum + Number(move.product_uom_qty), 0),
          3,
        );
        assert.equal((await order(id)).state, "sale");
      });

      it("one that can't be confirmed fails alone", async () => {
        const [good, bad] = [fresh("order"), fresh("order")];
        const plans = [good, bad].map((id) => orderPlan({ id, steps: [{ kind: "confirm", order: id }] }));
        plans[1]!.records[1]!.children = { order_line: [] };
        plans[1]!.steps!.unshift({ kind: "cancel", order: bad });
        const [first, second] = await applyPlans(client, plans);
        assert.ok(first?.ok && second?.ok);
        assert.match(second.warnings.join(), /is cancelled in Odoo and stays so/);
        assert.equal((await order(good)).state, "sale");
        assert.equal((await order(bad)).state, "cancel");
      });

      it("a confirmed order is cancelled with its picking; again is fine", async () => {
        const id = fresh("order");
        const plan = orderPlan({
          id,
          lines: [{ sku: "BAG-DRIFT-L", price: "10.00" }],
          steps: [{ kind: "confirm", order: id }],
        });
        await apply(client, plan);
        for (let round = 0; round < 2; round++)
          await apply(client, { ...plan, records: [], steps: [{ kind: "cancel", order: id }] });
        assert.equal((await order(id)).state, "cancel");
        const pickings = await read(
          client,
          "stock.picking",
          [["sale_id.client_order_ref", "=", id]],
          ["state"],
        );
        assert.deepEqual(
          pickings.map(({ state }) => state),
          ["cancel"],
        );
      });

      it("an order that is not there yet is waited for", async () => {
        const id = fresh("order");
        const failure = await refused(client, {
          kind: "import-plan",
          reference: `#${id}`,
          records: [],
          steps: [{ kind: "confirm", order: id }],
        });
        assert.deepEqual([failure.class, failure.code], ["dependency", "order_not_found"]);
        assert.match(failure.message, new RegExp(`^Order #${id}: `));
      });
    });
  });
}
