import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { CONFIG_VERSION, migrate } from "../../nodes/settings/versions.ts";
import { definitionOf, nodeTypes } from "../support/editor-definition.ts";
import type { FlowNodeConfig } from "../support/flow.ts";

const changesOf = (type: string, old: Record<string, unknown>): Record<string, [unknown, unknown]> =>
  Object.fromEntries(migrate(type, old).changes.map(({ field, from, to }) => [field, [from, to]]));

describe("settings of an older version", () => {
  it("get the larger defaults where nobody had set something else", () => {
    for (const former of [20, 40, "40"]) {
      const { concurrency } = changesOf("durable-queue", { concurrency: former });
      assert.deepEqual(concurrency, [former, 100]);
    }
    assert.deepEqual(changesOf("odoo-write", { batchSize: 40, settles: true, sources: [] }), {
      batchSize: [40, 100],
    });
    for (const chosen of [10, "64", ["$", "{AT_ONCE}"].join("")])
      assert.equal(migrate("durable-queue", { concurrency: chosen }).settings.concurrency, chosen);
  });

  it("leave orders quotations where the flow is from before they could be confirmed", () => {
    const { settings, changes } = migrate("shopify-to-odoo", { money: "shop", productBy: "barcode" });
    assert.deepEqual(
      [settings.money, settings.productBy, settings.confirm, settings.invoice, settings.roundingSku],
      ["shop", "barcode", "never", "none", ""],
    );
    assert.ok(changes.every(({ from }) => from === undefined));
  });

  it("let Odoo lead the stock of locations from before one could choose", () => {
    const row = {
      shopifyId: "1",
      shopifyName: "Lyon",
      warehouseId: 1,
      locationId: 8,
      code: "WH",
      isDefault: true,
    };
    const { settings } = migrate("location-mapper", { rows: [row, { ...row, stockDirection: "shopify" }] });
    assert.deepEqual(settings.rows, [
      { ...row, stockDirection: "odoo", stockLocationIds: "", buffer: "" },
      { ...row, stockDirection: "shopify", stockLocationIds: "", buffer: "" },
    ]);
  });

  it("make of webhooks without an account of their registration ones that are looked after", () => {
    const { settings } = migrate("shopify-webhook-in", { path: "/hooks", topics: "orders/create" });
    const { path: kept, registration, checkMinutes, publicUrl } = settings;
    assert.deepEqual([kept, registration, checkMinutes, publicUrl], ["/hooks", "check", 60, ""]);
  });

  it("are not touched again once they have this version, nor where a later one wrote them", () => {
    const old = { concurrency: 40, configVersion: CONFIG_VERSION };
    assert.deepEqual(migrate("durable-queue", old), { from: 2, settings: old, changes: [], newer: false });
    const later = { concurrency: 40, configVersion: CONFIG_VERSION + 1 };
    assert.deepEqual(migrate("durable-queue", later), { from: 3, settings: later, changes: [], newer: true });
  });

  it("say nothing of a new setting that is empty, but have it", () => {
    const { settings, changes } = migrate("odoo-server", { url: "https://example.odoo.com" });
    assert.deepEqual([settings.sources, changes], [[], []]);
  });

  it("are not changed in place", () => {
    const old = Object.freeze({ concurrency: 40, rows: Object.freeze([]) });
    for (const type of nodeTypes) migrate(type, old);
  });

  for (const type of nodeTypes)
    it(`of ${type} have all it knows, however little the flow holds`, () => {
      const { settings } = migrate(type, {});
      const known = definitionOf(type).defaults;
      for (const field of Object.keys(settings)) assert.ok(field in known, `${field} is no setting`);
      assert.equal(settings.configVersion, CONFIG_VERSION);
    });

  const folder = path.join(import.meta.dirname, "..", "editor", "flows", "1");
  for (const file of readdirSync(folder))
    it(`of ${file} become whole`, () => {
      const flow = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as FlowNodeConfig[];
      for (const node of flow.filter(({ type }) => nodeTypes.includes(type))) {
        const { settings } = migrate(node.type, node);
        for (const field of Object.keys(definitionOf(node.type).defaults))
          assert.notEqual(
            settings[field] ?? (field === "name" ? "" : undefined),
            undefined,
            `${node.id}: ${field}`,
          );
        assert.deepEqual(migrate(node.type, settings).changes, []);
      }
    });
});
