import assert from "node:assert/strict";
import { currencyDigits, decimal, decimalText, parseDecimal, roundTo, sum } from "../src/money.ts";

describe("money", () => {
  it("adds cents without losing any", () => {
    assert.equal(sum([decimal("0.1"), decimal("0.2")]).toFixed(), "0.3");
    assert.equal(sum([]).toFixed(), "0");
  });

  it("rounds halves away from zero, as Shopify and Odoo do", () => {
    assert.equal(roundTo(decimal("1.005"), 2).toFixed(), "1.01");
    assert.equal(roundTo(decimal("-1.005"), 2).toFixed(), "-1.01");
    assert.equal(roundTo(decimal("2.4949"), 0).toFixed(), "2");
  });

  it("knows how many digits a currency has", () => {
    const cases: [string, number][] = [
      ["EUR", 2],
      ["JPY", 0],
      ["jpy", 0],
      ["KWD", 3],
      ["XXX", 2],
      ["constructor", 2],
    ];
    for (const [currency, digits] of cases) assert.equal(currencyDigits(currency), digits, currency);
  });

  it("reads decimal text and nothing that only looks like it", () => {
    for (const text of ["0", "19.95", "-3", " 7.00 ", "100000000000000000000.01"])
      assert.ok(parseDecimal(text)?.eq(text.trim()), text);
    for (const value of [
      "",
      "1,5",
      "1e3",
      "NaN",
      "0x10",
      ".5",
      "5.",
      "€5",
      null,
      undefined,
      {},
      Number.NaN,
      Infinity,
    ])
      assert.equal(parseDecimal(value), null, String(value));
    assert.ok(parseDecimal(1e-7)?.eq("0.0000001"));
  });

  it("writes decimals without an exponent or a minus zero", () => {
    assert.equal(decimalText(decimal("0.00000001")), "0.00000001");
    assert.equal(decimalText(decimal("1e25")), "10000000000000000000000000");
    assert.equal(decimalText(decimal("-0")), "0");
    assert.equal(decimalText(decimal("20.00")), "20");
  });
});
