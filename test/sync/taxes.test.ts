import assert from "node:assert/strict";
import { decimal } from "../../src/money.ts";
import type { MoneyView } from "../../src/sync/money-view.ts";
import { orderMappingDefaults } from "../../src/sync/order-options.ts";
import { chargedTaxes } from "../../src/sync/taxes.ts";

const rules = { included: true, country: null, options: orderMappingDefaults };

describe("a tax's rate", () => {
  for (const rate of ["", -0.2, 101, 1.8e306])
    it(`${JSON.stringify(rate)} is refused, with the order's name`, () => {
      assert.throws(
        () => chargedTaxes([{ rate, price: "1.00" }], decimal(10), rules, {} as MoneyView, "Order #1001"),
        /Order #1001.*no usable rate/,
      );
    });
});
