import assert from "node:assert/strict";
import type { ImportPlan, ImportRecord } from "../../src/import-plan.ts";
import { holds } from "../../src/odoo/compare-values.ts";
import { versionIn } from "../../src/odoo/plan-version.ts";
import { inWaves } from "../../src/odoo/plan-waves.ts";

const plan = (...records: ImportRecord[]): ImportPlan => ({ kind: "import-plan", reference: "#1", records });
const order = (id: string, note: string, write: "once" | "always" = "always"): ImportRecord => ({
  model: "sale.order",
  externalId: id,
  write,
  values: { note },
});

describe("plans that go together", () => {
  it("are all of them, where no two write one record differently", () => {
    assert.deepEqual(inWaves([plan(order("a", "x")), plan(order("b", "y")), plan(order("a", "x"))]), [
      [0, 1, 2],
    ]);
  });

  it("a later version of a record waits for the earlier, with all that comes after it", () => {
    assert.deepEqual(inWaves([plan(order("a", "x")), plan(order("a", "y")), plan(order("b", "z"))]), [
      [0],
      [1, 2],
    ]);
  });

  it("records that are only created once share whatever they say", () => {
    assert.deepEqual(inWaves([plan(order("a", "x", "once")), plan(order("a", "y", "once"))]), [[0, 1]]);
  });
});

describe("the version in an order's source document", () => {
  const cases: [text: string | false, version: string | null][] = [
    ["Shopify #1001 (2026-11-24T10:00:00Z)", "2026-11-24T10:00:00Z"],
    ["Shopify #1001 (2026-11-24T10:00:00+01:00)", "2026-11-24T10:00:00+01:00"],
    ["Shopify #1001", null],
    ["Shopify #1001 (2026-99-99T10:00:00Z)", null],
    ["Shopify #1001 (2026-11-24T10:00:00Z), changed", null],
    [false, null],
  ];
  for (const [text, version] of cases)
    it(`${JSON.stringify(text)} says ${version}`, () => assert.equal(versionIn(text), version));
});

describe("what Odoo holds already", () => {
  const none = () => undefined;
  it("numbers, however they are written", () => {
    assert.ok(holds(10, "10.00", none));
    assert.ok(holds(0.1 + 0.2, "0.3", none));
    assert.ok(!holds(10, "10.01", none));
    assert.ok(!holds(10, "ten", none));
  });
  it("emptiness", () => {
    assert.ok(holds(false, null, none));
    assert.ok(!holds("x", null, none));
  });
  it("references, one or many, in any order", () => {
    assert.ok(holds([7, "Ann"], { id: 7 }, (one) => ("id" in one ? one.id : undefined)));
    assert.ok(holds([2, 1], [{ id: 1 }, { id: 2 }], (one) => ("id" in one ? one.id : undefined)));
    assert.ok(!holds([1], [], none));
    assert.ok(holds(false, { find: { model: "res.partner", where: {}, missing: "empty" } }, none));
    assert.ok(!holds(false, { externalId: "gone" }, none));
  });
  it("text, without the markup that Odoo puts around it", () => {
    assert.ok(holds("<p>Ring &amp; wait</p>", "Ring & wait", none));
    assert.ok(!holds("<p>Ring</p>", "Ring & wait", none));
  });
});
