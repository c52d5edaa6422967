import assert from "node:assert/strict";
import fc from "fast-check";
import { groupBy } from "../../src/group.ts";
import type { ImportRecord, ImportValue } from "../../src/import-plan.ts";
import { makeTable, shapeOf, unevenChildren } from "../../src/odoo/cells.ts";
import { type Parsed, readTable } from "../support/odoo-memory.ts";

const none = () => undefined;

/** What Odoo should read from a record: the same, with cells as text. */
function asParsed(record: ImportRecord): Parsed {
  const cells: Record<string, string> = { id: record.externalId };
  for (const [field, value] of Object.entries(record.values)) {
    cells[field] = value === null ? "" : value === true ? "1" : value === false ? "0" : String(value);
  }
  const children: Record<string, Parsed[]> = {};
  for (const [field, records] of Object.entries(record.children ?? {})) {
    if (records.length > 0) children[field] = records.map(asParsed);
  }
  return { cells, children };
}

/** An absent column and a list without rows are the same to Odoo. */
function withoutEmpty(record: Parsed): Parsed {
  const children: Record<string, Parsed[]> = {};
  for (const [field, records] of Object.entries(record.children)) {
    if (records.length > 0) children[field] = records.map(withoutEmpty);
  }
  return { cells: record.cells, children };
}

const value: fc.Arbitrary<ImportValue> = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const many = ["order_line", "child_ids"];

/** Records of which all children of one parent have the same fields. */
function recordOf(depth: number, fields: string[]): fc.Arbitrary<ImportRecord> {
  const values = fc.record(Object.fromEntries(fields.map((field) => [field, value])));
  const children =
    depth === 0
      ? fc.constant(undefined)
      : fc
          .subarray(many)
          .chain((names) =>
            fc.tuple(
              ...names.map((name) =>
                fc
                  .subarray(["name", "qty", "price"])
                  .chain((inner) => fc.array(recordOf(depth - 1, inner), { maxLength: 4 }))
                  .map((records): [string, ImportRecord[]] => [name, records]),
              ),
            ),
          )
          .map((entries) => Object.fromEntries(entries));
  return fc.tuple(values, children, fc.uuid()).map(([own, below, id]) => ({
    model: "m",
    externalId: id,
    values: own,
    ...(below && { children: below }),
  }));
}

describe("tables for load", () => {
  it("say the same as the records they were made of", () => {
    fc.assert(
      fc.property(fc.array(recordOf(2, ["name", "ref"]), { minLength: 1, maxLength: 6 }), (records) => {
        for (const group of groupBy(records, shapeOf).values()) {
          const { fields, data, starts } = makeTable(group, none);
          const read = readTable(fields, data, new Set(many)).map(withoutEmpty);
          const expected = group.map(asParsed).map((one) => fill(one, read));
          assert.deepEqual(read, expected);
          starts.forEach((start, index) => {
            assert.equal(data[start]![fields.indexOf("id")], group[index]!.externalId);
          });
          assert.ok(
            data.every(
              (row) => row.length === fields.length && row.every((cell) => typeof cell === "string"),
            ),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("write references by external id, by database id, and never both in one column", () => {
    const find = { find: { model: "account.tax", where: { name: "VAT" } } };
    const line = (externalId: string, tax: ImportValue): ImportRecord => ({
      model: "sale.order.line",
      externalId,
      values: { tax_ids: tax },
    });
    const order = (lines: ImportRecord[]): ImportRecord => ({
      model: "sale.order",
      externalId: "o",
      values: { partner_id: { externalId: "base.partner" }, team_id: null },
      children: { order_line: lines },
    });
    const external = makeTable(
      [order([line("a", [{ externalId: "t1" }, { externalId: "m.t2" }]), line("b", [])])],
      none,
    );
    assert.deepEqual(external.fields, [
      "id",
      "partner_id/id",
      "team_id",
      "order_line/id",
      "order_line/tax_ids/id",
    ]);
    assert.deepEqual(external.data, [
      ["o", "base.partner", "", "a", "t1,m.t2"],
      ["", "", "", "b", ""],
    ]);
    const mixed = makeTable(
      [order([line("a", [{ externalId: "t1" }, find]), line("b", null)])],
      (reference) => ("find" in reference ? 7 : 3),
    );
    assert.deepEqual(mixed.fields.at(-1), "order_line/tax_ids/.id");
    assert.deepEqual(mixed.data[0]!.at(-1), "3,7");
  });

  it("tell which child lacks a field that its neighbours have", () => {
    const record: ImportRecord = {
      model: "sale.order",
      externalId: "o",
      values: {},
      children: {
        order_line: [
          { model: "sale.order.line", externalId: "a", values: { name: "A", tax_ids: [] } },
          { model: "sale.order.line", externalId: "b", values: { name: "B" } },
        ],
      },
    };
    assert.equal(unevenChildren(record), "b in order_line lacks tax_ids");
    record.children!.order_line![1]!.values.tax_ids = null;
    assert.equal(unevenChildren(record), undefined);
  });
});

/** Cells of deeper columns that only a neighbour has are there, and empty. */
function fill(expected: Parsed, read: readonly Parsed[]): Parsed {
  const names = new Set(read.flatMap((one) => Object.keys(one.cells)));
  const cells = { ...expected.cells };
  for (const name of names) cells[name] ??= "";
  const children: Record<string, Parsed[]> = {};
  for (const [field, records] of Object.entries(expected.children)) {
    const all = read.flatMap((one) => one.children[field] ?? []);
    children[field] = records.map((record) => fill(record, all));
  }
  return { cells, children };
}
