import assert from "node:assert/strict";
import type { MappedLocation } from "../../src/event.ts";
import { HoldfastError } from "../../src/failure.ts";
import { eventToPlan } from "../../src/sync/event-to-plan.ts";
import { type CountedStock, isStockTopic, recheckOf } from "../../src/sync/inventory-level.ts";
import type { OrderMappingSettings } from "../../src/sync/order-options.ts";
import { stepTexts } from "./plan-text.ts";

const place = (direction: "odoo" | "shopify", locationIds = [28]): MappedLocation => ({
  shopify: { id: "9", name: "Harbour Street" },
  odoo: { warehouseId: 3, locationId: 28, code: "HARB" },
  stock: { direction, locationIds, buffer: 0 },
});
const leads = place("shopify");
const follows = place("odoo", [28, 31]);
const counted: CountedStock = {
  sku: "TENT-2",
  variantId: "77",
  tracked: true,
  active: true,
  available: 6,
  committed: 2,
  ours: false,
};
/** As Shopify sent it, hours ago. */
const event = { inventory_item_id: 501, location_id: 9, available: 40, updated_at: "2026-11-24T10:00:00Z" };
const planOf = (
  location: MappedLocation | null,
  now: CountedStock | null | undefined,
  more: { topic?: string; settings?: OrderMappingSettings; payload?: unknown } = {},
) =>
  eventToPlan(
    more.topic ?? "inventory_levels/update",
    more.payload ?? event,
    more.settings ?? {},
    location,
    undefined,
    now,
  );
const failureOf = (run: () => unknown) => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return thrown.failure;
  }
  throw new Error("nothing was refused");
};

describe("a change of stock in Shopify", () => {
  it("is an adjustment in Odoo where Shopify leads, by what Shopify counts now and not when it was sent", () => {
    const plan = planOf(leads, counted);
    assert.deepEqual(stepTexts(plan), ["adjust TENT-2 at 28: 6 available, 2 committed"]);
    assert.equal(plan.reference, "stock of TENT-2 at Harbour Street");
    assert.deepEqual(stepTexts(planOf(place("shopify", [31]), counted)), [
      "adjust TENT-2 at 31: 6 available, 2 committed",
    ]);
  });

  it("that was only compared says so, so that a drift is named", () => {
    const steps = (payload: unknown) => planOf(leads, counted, { payload }).steps;
    assert.deepEqual(
      steps({ ...event, compared: true })!.map((step) => "compared" in step),
      [true],
    );
    assert.deepEqual(
      steps(event)!.map((step) => "compared" in step),
      [false],
    );
  });

  it("finds the product as orders do", () => {
    const found = (productsBy: "default_code" | "barcode" | "external_id") => {
      const step = planOf(leads, counted, { settings: { productsBy, externalIdPrefix: "a_" } }).steps?.[0];
      return step?.kind === "adjust" && "find" in step.product ? step.product.find.where : step;
    };
    assert.deepEqual(found("barcode"), { barcode: "TENT-2" });
    assert.deepEqual(found("default_code"), { default_code: "TENT-2" });
    assert.match(JSON.stringify(found("external_id")), /"externalId":"a_variant_77"/);
  });

  it("that takes an item off a location leaves nothing to sell there", () => {
    const gone = { ...counted, active: false };
    for (const topic of ["inventory_levels/disconnect", "inventory_levels/update"])
      assert.deepEqual(stepTexts(planOf(leads, gone, { topic })), [
        "adjust TENT-2 at 28: 0 available, 2 committed",
      ]);
  });

  it("changes nothing in Odoo where Odoo leads, and says why", () => {
    for (const [now, why] of [
      [{ ...counted, ours: true }, /has what was set from there/],
      [counted, /is not taken over/],
      [undefined, /is not taken over/],
      [{ ...counted, active: false }, /stays off until/],
      [null, /no such item/],
    ] as const) {
      const plan = planOf(follows, now);
      assert.deepEqual([plan.records, plan.steps], [[], undefined]);
      assert.match(plan.nothing ?? "", why);
    }
    const { stock: _stock, ...older } = follows;
    assert.match(planOf(older, counted).nothing ?? "", /Odoo's count is the truth/);
  });

  it("is to be set again only where somebody changed it and Odoo leads", () => {
    const asked = (location: MappedLocation | null, now: CountedStock | null | undefined, topic = "update") =>
      recheckOf(`inventory_levels/${topic}`, event, location, now);
    assert.deepEqual(asked(follows, counted), {
      inventoryItemId: "501",
      shopifyLocationId: "9",
      odooLocationIds: [28, 31],
      skus: ["TENT-2"],
    });
    assert.notEqual(asked(follows, counted, "connect"), null);
    for (const nothing of [
      asked(follows, undefined),
      asked(follows, { ...counted, sku: null }),
      asked(follows, { ...counted, ours: true }),
      asked(follows, { ...counted, tracked: false }),
      asked(follows, { ...counted, active: false }),
      asked(follows, counted, "disconnect"),
      asked(follows, null),
      asked(leads, counted),
      asked(null, counted),
    ])
      assert.equal(nothing, null);
  });

  it("of what nobody counts, or of a location that is in no table, changes nothing", () => {
    assert.match(planOf(leads, { ...counted, tracked: false }).nothing ?? "", /does not count/);
    assert.match(planOf(leads, null).nothing ?? "", /no such item/);
    assert.match(planOf(null, undefined).nothing ?? "", /not in the table/);
  });

  it("is refused with a hint where it can't be understood", () => {
    const codes = [
      () => planOf(leads, undefined),
      () => planOf(leads, { ...counted, sku: null }),
      () => planOf(leads, counted, { payload: { location_id: 9 } }),
      () => planOf(leads, counted, { payload: { inventory_item_id: 501 } }),
    ].map((run) => {
      const { code, hint } = failureOf(run);
      assert.ok(hint);
      return code;
    });
    assert.deepEqual(codes, ["shop_not_named", "sku_missing", "malformed_payload", "malformed_payload"]);
  });

  it("is known by its topic", () => {
    assert.deepEqual(["inventory_levels/connect", "inventory_items/update"].map(isStockTopic), [true, false]);
  });
});
