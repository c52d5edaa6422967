import assert from "node:assert/strict";
import { readOperation } from "../../src/odoo/read-operation.ts";

describe("an operation in a message", () => {
  const dialog = { model: "res.partner", method: "" };

  it("takes what the dialog leaves open from the payload", () => {
    const payload = { model: "sale.order", method: "action_confirm", ids: [7] };
    assert.deepEqual(readOperation("call", { model: "", method: "", payload }), {
      kind: "method",
      model: "sale.order",
      method: "action_confirm",
      ids: [7],
    });
  });

  it("searches with a bare domain as well as with all its options", () => {
    const domain = [["name", "=", "A"]];
    assert.deepEqual(readOperation("search_read", { ...dialog, payload: domain }), {
      kind: "search_read",
      model: "res.partner",
      domain,
    });
    assert.deepEqual(
      readOperation("search_read", { ...dialog, payload: { domain, fields: ["name"], limit: 1 } }),
      { kind: "search_read", model: "res.partner", domain, fields: ["name"], limit: 1 },
    );
  });

  it("writes, upserts and unlinks", () => {
    const values = { name: "A" };
    assert.deepEqual(readOperation("write", { ...dialog, payload: { ids: 3, values } }), {
      kind: "write",
      model: "res.partner",
      ids: [3],
      values,
    });
    assert.deepEqual(readOperation("upsert", { ...dialog, payload: { externalId: "partner_3", values } }), {
      kind: "upsert",
      model: "res.partner",
      externalId: "partner_3",
      values,
    });
    assert.deepEqual(readOperation("unlink", { ...dialog, payload: [3, 4] }), {
      kind: "unlink",
      model: "res.partner",
      ids: [3, 4],
    });
  });

  const incomplete: [Parameters<typeof readOperation>[0], unknown, RegExp][] = [
    ["create", {}, /values/],
    ["write", { values: {} }, /ids/],
    ["write", { ids: [1] }, /values/],
    ["upsert", { values: {} }, /external id/],
    ["unlink", ["x"], /ids/],
    ["search_read", {}, /domain/],
    ["call", {}, /method/],
  ];
  for (const [name, payload, complaint] of incomplete)
    it(`${name} with ${JSON.stringify(payload)} says what is missing`, () => {
      assert.throws(() => readOperation(name, { ...dialog, payload }), complaint);
    });
});
