import assert from "node:assert/strict";
import type { DeliverStep, ImportPlan, ImportValue, PlanStep, UndeliverStep } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import {
  apply,
  fresh,
  orderPlan,
  type Row,
  read,
  realClient,
  refused,
  stepsPlan,
  transports,
  userWith,
  warehouseWith,
} from "../support/odoo-real.ts";

const major = Number(process.env.ODOO_VERSION ?? 19);

for (const transport of transports) {
  describe(`deliveries in a real Odoo over ${transport}, as a sales-and-stock user`, function () {
    this.timeout(120_000);
    let client: OdooClient;
    /** Odoo 14 reads the stock's valuation with the rights of who validates a return. */
    let receiving: OdooClient;
    before(async () => {
      client = realClient("user", transport);
      receiving = major === 14 ? await userWith("stock.group_stock_manager") : client;
    });
    after(() => {
      client.close();
      receiving.close();
    });

    /** A confirmed order of two goods, 2 and 3 of them, and a service. */
    async function confirmed(values: Record<string, ImportValue> = {}): Promise<string> {
      const id = fresh("order");
      await apply(
        client,
        orderPlan({
          id,
          values,
          lines: [
            { sku: "BAG-DRIFT-L", price: "10.00", quantity: "2" },
            { sku: "BAG-DRIFT-L", price: "20.00", quantity: "3" },
            { sku: "SHIPPING", price: "5.00" },
          ],
          steps: [{ kind: "confirm", order: id }],
        }),
      );
      return id;
    }
    const shipment = (
      order: string,
      quantities: Record<number, string>,
      more: Partial<DeliverStep> = {},
    ) => ({
      kind: "deliver" as const,
      order,
      externalId: fresh("fulfillment"),
      lines: Object.entries(quantities).map(([line, quantity]) => ({ line: `${order}_l${line}`, quantity })),
      warehouseId: null,
      tracking: null,
      ...more,
    });
    const take = (order: string, ...steps: PlanStep[]) => apply(client, stepsPlan(order, ...steps));
    const deliveredUnits = async (order: string): Promise<unknown[]> =>
      (
        await read(
          client,
          "sale.order.line",
          [["order_id.client_order_ref", "=", order]],
          ["qty_delivered", "product_uom_qty"],
        )
      ).map((line) => line.qty_delivered);
    const orderedUnits = async (order: string): Promise<unknown[]> =>
      (
        await read(
          client,
          "sale.order.line",
          [["order_id.client_order_ref", "=", order]],
          ["product_uom_qty"],
        )
      ).map((line) => line.product_uom_qty);
    const pickings = (order: string): Promise<Row[]> =>
      read(
        client,
        "stock.picking",
        [["sale_id.client_order_ref", "=", order]],
        ["name", "state", "carrier_id", "carrier_tracking_ref", "picking_type_code", "location_dest_id"],
      );
    /** As if a person had delivered it: nothing says which fulfillment it is. */
    const forgetLinks = async (order: string): Promise<void> => {
      const ids = (await pickings(order)).map(({ id }) => id);
      const links = await read(
        client,
        "ir.attachment",
        [
          ["res_model", "=", "stock.picking"],
          ["res_id", "in", ids],
        ],
        ["name"],
      );
      await client.call("ir.attachment", "unlink", { ids: links.map(({ id }) => id) });
    };
    const openUnits = async (order: string): Promise<number> =>
      (
        await read(
          client,
          "stock.move",
          [
            ["sale_line_id.order_id.client_order_ref", "=", order],
            ["state", "not in", ["done", "cancel"]],
          ],
          ["product_uom_qty"],
        )
      ).reduce((sum, move) => sum + Number(move.product_uom_qty), 0);

    it("delivers what left the shop, once; the rest is a backorder; carrier and numbers stand on it", async () => {
      const order = await confirmed();
      const step = shipment(
        order,
        { 0: "1", 1: "3" },
        { tracking: { company: "DHL", numbers: ["T1", "T2"], urls: ["https://example.com/t1"] } },
      );
      for (let round = 0; round < 2; round++) await take(order, step);
      assert.deepEqual(await deliveredUnits(order), [1, 3, 0]);
      const [first, rest, ...others] = await pickings(order);
      assert.deepEqual([first?.state, first?.carrier_tracking_ref], ["done", "T1, T2"]);
      assert.match(String((first!.carrier_id as [number, string])[1]), /DHL/);
      assert.notEqual(rest?.state, "done");
      assert.equal(others.length, 0);
      await take(order, shipment(order, { 0: "1", 2: "1" }));
      assert.deepEqual((await deliveredUnits(order)).slice(0, 2), [2, 3]);
      assert.equal(await openUnits(order), 0);
    });

    it("a kit, whose parts all carry its line, is left to a person instead of being counted wrongly", async () => {
      const order = await confirmed();
      const step = shipment(order, { 0: "2", 1: "3" });
      const [own] = await read(
        client,
        "stock.move",
        [["sale_line_id.order_id.client_order_ref", "=", order]],
        ["picking_id", "location_id", "location_dest_id", "sale_line_id", "product_uom", "company_id"],
      );
      const [part] = await read(client, "product.product", [["default_code", "=", "BAG-DRIFT-M"]], ["id"]);
      const idIn = (field: string) => (own![field] as [number, string])[0];
      const links = [
        "picking_id",
        "location_id",
        "location_dest_id",
        "sale_line_id",
        "product_uom",
        "company_id",
      ];
      // As a bill of materials makes it, of which the rig has none.
      await client.call("stock.move", "create", {
        args: {
          vals_list: [
            {
              ...Object.fromEntries(links.map((field) => [field, idIn(field)])),
              product_id: part!.id,
              product_uom_qty: 4,
              ...(major < 19 && { name: "Part" }),
            },
          ],
        },
      });
      assert.equal((await refused(client, stepsPlan(order, step))).code, "kit_by_hand");
      assert.deepEqual(
        (await pickings(order)).filter(({ state }) => state === "done"),
        [],
      );
    });

    it("tracking is changed later, and waited for where the fulfillment is not there", async () => {
      const order = await confirmed();
      const step = shipment(order, { 0: "2", 1: "3" });
      const tracking = { company: "Nobody's Express", numbers: ["N1"], urls: [] };
      const track = { kind: "track" as const, order, externalId: step.externalId, tracking };
      assert.equal((await refused(client, stepsPlan(order, track))).class, "dependency");
      await take(order, step, track);
      const [picking] = await pickings(order);
      assert.deepEqual([picking?.carrier_tracking_ref, picking?.carrier_id], ["N1", false]);
    });

    it("what a person delivered in Odoo is bound to the fulfillment, not delivered again", async () => {
      const order = await confirmed();
      await take(order, shipment(order, { 0: "1" }, { externalId: fresh("by_hand") }));
      await forgetLinks(order);
      await take(
        order,
        shipment(order, { 0: "1" }, { tracking: { company: null, numbers: ["H1"], urls: [] } }),
      );
      assert.deepEqual(await deliveredUnits(order), [1, 0, 0]);
      assert.equal((await pickings(order))[0]?.carrier_tracking_ref, "H1");
    });

    it("more than is open is refused, more than was ordered waits; so do a quotation and a cancelled order", async () => {
      const order = await confirmed();
      const tooMuch = await refused(client, stepsPlan(order, shipment(order, { 0: "5" })));
      assert.deepEqual([tooMuch.class, tooMuch.code], ["dependency", "nothing_to_deliver"]);
      assert.match(tooMuch.hint ?? "", /where this fulfillment is cancelled there, discard this event/);
      const [open] = await pickings(order);
      await client.call("stock.picking", "action_cancel", { ids: [open!.id] });
      const gone = await refused(client, stepsPlan(order, shipment(order, { 0: "1" })));
      assert.deepEqual([gone.class, gone.code], ["rejected", "nothing_to_deliver"]);
      const quotation = fresh("order");
      await apply(client, orderPlan({ id: quotation, lines: [{ sku: "BAG-DRIFT-L", price: "1.00" }] }));
      const early = await refused(client, stepsPlan(quotation, shipment(quotation, { 0: "1" })));
      assert.deepEqual([early.class, early.code], ["dependency", "order_not_confirmed"]);
      await take(quotation, { kind: "cancel", order: quotation });
      const late = await refused(client, stepsPlan(quotation, shipment(quotation, { 0: "1" })));
      assert.deepEqual([late.class, late.code], ["dependency", "order_cancelled"]);
    });

    it("only pickings of the warehouse named are taken", async () => {
      const order = await confirmed();
      const elsewhere = await read(client, "stock.warehouse", [["code", "=", "OUT"]], ["id"]);
      const failure = await refused(
        client,
        stepsPlan(order, shipment(order, { 0: "1" }, { warehouseId: elsewhere[0]!.id })),
      );
      assert.equal(failure.code, "nothing_to_deliver");
    });

    for (const steps of ["pick_ship", "pick_pack_ship"]) {
      it(`a warehouse that delivers in steps (${steps}) takes each of them once, for what was shipped`, async () => {
        const order = await confirmed({ warehouse_id: { id: await warehouseWith(steps) } });
        const first = shipment(order, { 0: "1", 1: "2" });
        for (let round = 0; round < 2; round++) await take(order, first);
        assert.deepEqual(await deliveredUnits(order), [1, 2, 0]);
        const done = async () =>
          (await read(client, "stock.picking", [["sale_id.client_order_ref", "=", order]], ["state"])).filter(
            ({ state }) => state === "done",
          ).length;
        const stages = steps.split("_").length;
        assert.equal(await done(), stages);
        await apply(receiving, stepsPlan(order, { kind: "undeliver", order, externalId: first.externalId }));
        assert.deepEqual(await deliveredUnits(order), [0, 0, 0]);
        // What came back lies at the door: it is not picked a second time.
        await take(order, shipment(order, { 0: "1", 1: "2" }));
        assert.equal(await done(), stages + 2);
        await take(order, shipment(order, { 0: "1", 1: "1" }));
        assert.deepEqual(await deliveredUnits(order), [2, 3, 0]);
        assert.equal(await openUnits(order), 0);
      });
    }

    it("what a person picked is shipped, not picked again", async () => {
      const order = await confirmed({ warehouse_id: { id: await warehouseWith("pick_ship") } });
      const [picked] = await read(
        client,
        "stock.picking",
        [
          ["sale_id.client_order_ref", "=", order],
          ["picking_type_code", "=", "internal"],
        ],
        ["name"],
      );
      await receiving.call("stock.picking", "action_assign", { ids: [picked!.id] });
      const lines = await read(client, "stock.move", [["picking_id", "=", picked!.id]], ["product_uom_qty"]);
      const done = major >= 17 ? "quantity" : "quantity_done";
      for (const { id, product_uom_qty } of lines)
        await client.call("stock.move", "write", {
          ids: [id],
          args: { vals: { [done]: product_uom_qty, ...(major >= 17 && { picked: true }) } },
        });
      await client.call("stock.picking", "button_validate", { ids: [picked!.id] });
      await take(order, shipment(order, { 0: "2", 1: "3" }));
      assert.deepEqual(await deliveredUnits(order), [2, 3, 0]);
      assert.deepEqual(
        (await read(client, "stock.picking", [["sale_id.client_order_ref", "=", order]], ["state"])).map(
          ({ state }) => state,
        ),
        ["done", "done"],
      );
    });

    it("an order that was cancelled before its fulfillment was called back waits for that, then is cancelled", async () => {
      const order = await confirmed();
      const step = shipment(order, { 0: "1" });
      await take(order, step);
      const cancel = stepsPlan(order, { kind: "cancel", order });
      const failure = await refused(client, cancel);
      assert.deepEqual([failure.class, failure.code], ["dependency", "order_delivered"]);
      await apply(receiving, stepsPlan(order, { kind: "undeliver", order, externalId: step.externalId }));
      await apply(client, cancel);
      const [row] = await read(client, "sale.order", [["client_order_ref", "=", order]], ["state"]);
      assert.equal(row?.state, "cancel");
      assert.equal(await openUnits(order), 0);
    });

    it("an order that a person delivered in Odoo is not cancelled, but says at once what to do", async () => {
      const order = await confirmed();
      await take(order, shipment(order, { 0: "1" }));
      await forgetLinks(order);
      const failure = await refused(client, stepsPlan(order, { kind: "cancel", order }));
      assert.deepEqual([failure.class, failure.code], ["rejected", "order_delivered"]);
      assert.match(failure.hint ?? "", /Take the goods back in Odoo/);
    });

    it("a cancelled fulfillment comes back and is to be delivered again, once", async () => {
      const order = await confirmed();
      const step = shipment(order, { 0: "2", 1: "1" });
      const undo = { kind: "undeliver" as const, order, externalId: step.externalId };
      await take(order, step);
      for (let round = 0; round < 2; round++) await apply(receiving, stepsPlan(order, undo));
      assert.deepEqual(await deliveredUnits(order), [0, 0, 0]);
      assert.equal(await openUnits(order), 5);
      const returns = (await pickings(order)).filter((one) => one.picking_type_code === "incoming");
      assert.deepEqual(
        returns.map(({ state }) => state),
        ["done"],
      );
      await take(order, shipment(order, { 0: "2" }));
      assert.deepEqual(await deliveredUnits(order), [2, 0, 0]);
      const [line] = await read(
        client,
        "sale.order.line",
        [["order_id.client_order_ref", "=", order]],
        ["price_unit"],
      );
      assert.equal(line?.price_unit, 10);
    });

    /** A plan of one step, as the mapping makes it of a fulfillment that Shopify last changed at this second. */
    const since = (second: string, order: string, step: DeliverStep | UndeliverStep): ImportPlan => ({
      ...stepsPlan(order, step),
      version: { externalId: step.externalId, at: `2026-11-24T10:00:${second}Z` },
    });

    it("a delivery that is told after its cancellation moves nothing, however late and however often", async () => {
      const order = await confirmed();
      const step = shipment(order, { 0: "1" });
      const { externalId } = step;
      const cancelled = since("05.999", order, { kind: "undeliver", order, externalId, lines: step.lines });
      for (let round = 0; round < 2; round++) {
        const { warnings, skipped } = await apply(receiving, cancelled);
        assert.match(warnings.join(), /never delivered/);
        assert.equal(skipped, undefined);
      }
      for (const second of ["00", "05"])
        assert.equal((await apply(client, since(second, order, step))).skipped, "stale");
      assert.deepEqual(await deliveredUnits(order), [0, 0, 0]);
      assert.equal(await openUnits(order), 5);
      // Another parcel of the same order is another matter.
      await apply(client, since("01", order, shipment(order, { 0: "2" })));
      assert.deepEqual(await deliveredUnits(order), [2, 0, 0]);
    });

    it("a second fulfillment told before the first one's delivery and cancellation: the first waits, then is stale", async () => {
      const order = await confirmed();
      const [first, second] = [shipment(order, { 0: "2", 1: "3" }), shipment(order, { 0: "2", 1: "3" })];
      const called = { kind: "undeliver" as const, order, externalId: first.externalId, lines: first.lines };
      await apply(client, since("09", order, second));
      const early = since("01", order, first);
      const failure = await refused(client, early);
      assert.deepEqual([failure.class, failure.code], ["dependency", "nothing_to_deliver"]);
      await apply(receiving, since("05.999", order, called));
      assert.equal((await apply(client, early)).skipped, "stale");
      assert.deepEqual(await deliveredUnits(order), [2, 3, 0]);
      assert.equal(await openUnits(order), 0);
    });

    it("a second fulfillment told before the first one's cancellation waits for it, then leaves", async () => {
      const order = await confirmed();
      const [first, second] = [shipment(order, { 0: "2" }), shipment(order, { 0: "2" })];
      await apply(client, since("01", order, first));
      const failure = await refused(client, since("09", order, second));
      assert.deepEqual([failure.class, failure.code], ["dependency", "nothing_to_deliver"]);
      await apply(
        receiving,
        since("05.999", order, {
          kind: "undeliver",
          order,
          externalId: first.externalId,
          lines: first.lines,
        }),
      );
      await apply(client, since("09", order, second));
      assert.deepEqual(await deliveredUnits(order), [2, 0, 0]);
      assert.equal(await openUnits(order), 3);
    });

    it("of a fulfillment that is there the later word stands: an older number, an older delivery change nothing", async () => {
      const order = await confirmed();
      const tracking = (number: string) => ({ company: null, numbers: [number], urls: [] });
      const step = shipment(order, { 0: "2" });
      const told = (second: string, number: string) =>
        since(second, order, { ...step, tracking: tracking(number) });
      await apply(client, told("01", "V1"));
      await apply(client, told("03", "V3"));
      assert.equal((await apply(client, told("02", "V2"))).skipped, "stale");
      assert.equal((await pickings(order))[0]?.carrier_tracking_ref, "V3");
      const { externalId, lines } = step;
      const cancelled = since("04.999", order, { kind: "undeliver", order, externalId, lines });
      for (let round = 0; round < 2; round++) await apply(receiving, cancelled);
      assert.equal((await apply(client, told("03", "V3"))).skipped, "stale");
      assert.deepEqual(await deliveredUnits(order), [0, 0, 0]);
      assert.equal(await openUnits(order), 5);
    });

    it("the version goes with its link: where a person deleted it, the fulfillment is bound anew", async () => {
      const order = await confirmed();
      const step = shipment(order, { 0: "2" });
      await apply(client, since("03", order, step));
      await forgetLinks(order);
      await apply(client, since("02", order, step));
      assert.deepEqual(await deliveredUnits(order), [2, 0, 0]);
    });

    it("what a person delivered comes back when its fulfillment was cancelled before Odoo heard of it", async () => {
      const order = await confirmed();
      await take(order, shipment(order, { 0: "1" }, { externalId: fresh("by_hand") }));
      await forgetLinks(order);
      const step = shipment(order, { 0: "1" });
      const { externalId, lines } = step;
      const cancelled = since("05.999", order, { kind: "undeliver", order, externalId, lines });
      for (let round = 0; round < 2; round++) await apply(receiving, cancelled);
      assert.deepEqual(await deliveredUnits(order), [0, 0, 0]);
      assert.equal((await apply(client, since("04", order, step))).skipped, "stale");
      assert.equal(await openUnits(order), 5);
    });

    for (const [parcel, quantities] of Object.entries({
      part: { 0: "1", 1: "1" },
      whole: { 0: "2", 1: "3" },
    })) {
      it(`after a cancelled fulfillment of the ${parcel} all that is open may go in one parcel, or leave the order`, async () => {
        const order = await confirmed();
        const step = shipment(order, quantities);
        await take(order, step);
        await apply(receiving, stepsPlan(order, { kind: "undeliver", order, externalId: step.externalId }));
        assert.equal(await openUnits(order), 5);
        const less = [{ line: `${order}_l1`, stillToShip: "1" }];
        await take(order, { kind: "reduce", order, lines: less });
        assert.deepEqual(await orderedUnits(order), [2, 1, 1]);
        assert.equal(await openUnits(order), 3);
        await take(order, shipment(order, { 0: "2", 1: "1" }));
        assert.deepEqual(await deliveredUnits(order), [2, 1, 0]);
        assert.equal(await openUnits(order), 0);
        const left = (await pickings(order)).filter(
          ({ state }) => !["done", "cancel"].includes(String(state)),
        );
        assert.deepEqual(left, []);
      });
    }

    it("a cancelled fulfillment plans its own units again, not those that a customer sent back", async () => {
      const order = await confirmed();
      const [kept, called] = [shipment(order, { 1: "1" }), shipment(order, { 1: "2" })];
      await take(order, kept, called);
      await apply(
        receiving,
        stepsPlan(
          order,
          {
            kind: "return",
            order,
            externalId: fresh("return"),
            lines: [{ line: `${order}_l1`, quantity: "1", locationId: null }],
          },
          { kind: "undeliver", order, externalId: called.externalId },
        ),
      );
      assert.deepEqual(await deliveredUnits(order), [0, 0, 0]);
      assert.equal(await openUnits(order), 4);
    });

    it("goods that came back are taken off, into the location named, once", async () => {
      const order = await confirmed();
      await take(order, shipment(order, { 0: "1", 1: "3" }), shipment(order, { 0: "1" }));
      const [outlet] = await read(client, "stock.warehouse", [["code", "=", "OUT"]], ["lot_stock_id"]);
      const locationId = (outlet!.lot_stock_id as [number, string])[0];
      const step: PlanStep = {
        kind: "return",
        order,
        externalId: fresh("return"),
        lines: [
          { line: `${order}_l0`, quantity: "2", locationId },
          { line: `${order}_l1`, quantity: "1", locationId: null },
        ],
      };
      for (let round = 0; round < 2; round++) await apply(receiving, stepsPlan(order, step));
      assert.deepEqual(await deliveredUnits(order), [0, 2, 0]);
      const back = await read(
        client,
        "stock.move",
        [
          ["sale_line_id.order_id.client_order_ref", "=", order],
          ["origin_returned_move_id", "!=", false],
        ],
        ["location_dest_id", "state", "product_uom_qty"],
      );
      assert.deepEqual(
        back.map(({ state, product_uom_qty, location_dest_id }) => [
          state,
          product_uom_qty,
          (location_dest_id as [number, string])[0] === locationId,
        ]),
        [
          ["done", 1, true],
          ["done", 1, true],
          ["done", 1, false],
        ],
      );
      const more = await refused(
        client,
        stepsPlan(order, {
          kind: "return",
          order,
          externalId: fresh("return"),
          lines: [{ line: `${order}_l1`, quantity: "3", locationId: null }],
        }),
      );
      assert.deepEqual([more.class, more.code], ["rejected", "not_delivered"]);
    });

    it("what one parcel took may come back to two places", async () => {
      const order = await confirmed();
      await take(order, shipment(order, { 1: "3" }));
      const [outlet] = await read(client, "stock.warehouse", [["code", "=", "OUT"]], ["lot_stock_id"]);
      const locationId = (outlet!.lot_stock_id as [number, string])[0];
      const line = `${order}_l1`;
      const step: PlanStep = {
        kind: "return",
        order,
        externalId: fresh("return"),
        lines: [
          { line, quantity: "1", locationId },
          { line, quantity: "1", locationId: null },
        ],
      };
      for (let round = 0; round < 2; round++) await apply(receiving, stepsPlan(order, step));
      assert.deepEqual(await deliveredUnits(order), [0, 1, 0]);
      const back = await read(
        client,
        "stock.move",
        [
          ["sale_line_id.order_id.client_order_ref", "=", order],
          ["origin_returned_move_id", "!=", false],
        ],
        ["location_dest_id", "product_uom_qty"],
      );
      assert.deepEqual(
        back.map((row) => [
          row.product_uom_qty,
          (row.location_dest_id as [number, string])[0] === locationId,
        ]),
        [
          [1, true],
          [1, false],
        ],
      );
    });

    it("goods come back for an ordinary user; Odoo 14 names the right it wants, and goes on with it", async () => {
      const order = await confirmed();
      const step = shipment(order, { 0: "2" });
      const undo = { kind: "undeliver" as const, order, externalId: step.externalId };
      await take(order, step);
      if (major === 14) {
        for (let round = 0; round < 2; round++) {
          const failure = await refused(client, stepsPlan(order, undo));
          assert.deepEqual([failure.class, failure.code], ["rejected", "access_denied"]);
          assert.match(failure.hint ?? "", /Inventory\s?\/\s?Administrator/);
          assert.deepEqual(await deliveredUnits(order), [2, 0, 0]);
        }
      }
      await apply(receiving, stepsPlan(order, undo));
      assert.deepEqual(await deliveredUnits(order), [0, 0, 0]);
      assert.equal((await pickings(order)).filter((one) => one.picking_type_code === "incoming").length, 1);
      assert.equal(await openUnits(order), 5);
    });

    it("units that will not be shipped any more are taken off the order, once; the price stays", async () => {
      const order = await confirmed();
      await take(order, shipment(order, { 1: "1" }));
      const step: PlanStep = {
        kind: "reduce",
        order,
        lines: [
          { line: `${order}_l0`, stillToShip: "0" },
          { line: `${order}_l1`, stillToShip: "1" },
        ],
      };
      for (let round = 0; round < 2; round++) await take(order, step);
      assert.deepEqual(await orderedUnits(order), [0, 2, 1]);
      assert.equal(await openUnits(order), 1);
      const [found] = await read(client, "sale.order", [["client_order_ref", "=", order]], ["amount_total"]);
      assert.equal(found?.amount_total, 45);
    });

    it("a note stands in the chatter once, as plain text", async () => {
      const order = await confirmed();
      const step: PlanStep = {
        kind: "note",
        record: order,
        externalId: fresh("note"),
        text: "Refunded 5.00 <b>\nby Shopify",
      };
      for (let round = 0; round < 2; round++) await take(order, step);
      const [found] = await read(client, "sale.order", [["client_order_ref", "=", order]], ["message_ids"]);
      const notes = await read(
        client,
        "mail.message",
        [
          ["id", "in", found!.message_ids],
          ["body", "like", "Refunded"],
        ],
        ["body"],
      );
      assert.deepEqual(
        notes.map(({ body }) => body),
        ["<p>Refunded 5.00 &lt;b&gt;<br>by Shopify</p>"],
      );
    });

    it("a customer is archived and brought back; one that is not there only warns", async () => {
      const order = await confirmed();
      const active = async () =>
        (await read(client, "res.partner", [["name", "=", `Customer ${order}`]], ["active"]))[0]?.active;
      await take(order, { kind: "archive", record: `${order}_c`, active: false });
      assert.equal(await active(), false);
      await take(order, { kind: "archive", record: `${order}_c`, active: true });
      assert.equal(await active(), true);
      const { warnings } = await take(order, { kind: "archive", record: fresh("nobody"), active: false });
      assert.match(warnings.join(), /is not in Odoo/);
    });
  });
}
