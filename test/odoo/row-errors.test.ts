import assert from "node:assert/strict";
import { loadTextFailure } from "../../src/odoo/row-errors.ts";

const asked = {
  origin: "https://odoo.example.com",
  db: "shop",
  login: "holdfast@example.com",
  clean: (text: string) => text,
  model: "sale.order",
  method: "load",
};

describe("what a row of load says", () => {
  it("is a refusal on Odoo 14 too, which calls it an unknown error", () => {
    const refusal = loadTextFailure(
      "Unknown error during import: <class 'odoo.exceptions.UserError'>: It is forbidden to modify the following fields in a locked order:\nQuantity",
      asked,
    );
    assert.deepEqual([refusal.class, refusal.code], ["rejected", "refused"]);
    assert.match(refusal.message, /^It is forbidden/);
  });

  it("is unknown where Odoo itself does not know", () => {
    const { class: kind, code } = loadTextFailure(
      "Unknown error during import: <class 'KeyError'>: 'x'",
      asked,
    );
    assert.deepEqual([kind, code], ["unknown", "odoo_error"]);
  });
});
