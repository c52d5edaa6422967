import assert from "node:assert/strict";
import fc from "fast-check";
import { parseExactJson } from "../src/json.ts";

describe("parseExactJson", () => {
  it("keeps every digit of an id beyond 2^53, as text", () => {
    assert.deepEqual(
      parseExactJson('{"id":866550311766439020,"n":{"ids":[9007199254740993,-9007199254740993]}}'),
      {
        id: "866550311766439020",
        n: { ids: ["9007199254740993", "-9007199254740993"] },
      },
    );
  });

  it("makes text of every whole number beyond 2^53, also of those that happen to print right", () => {
    assert.deepEqual(parseExactJson("[9007199254740992,866550311766439000]"), [
      "9007199254740992",
      "866550311766439000",
    ]);
  });

  it("leaves numbers that are exact as numbers", () => {
    assert.deepEqual(
      parseExactJson("[9007199254740991,1.50,0.0725,-3,1e3,1234567890123456]"),
      [9007199254740991, 1.5, 0.0725, -3, 1000, 1234567890123456],
    );
  });

  it("keeps amounts that a number would round, and numbers too big for one", () => {
    assert.deepEqual(parseExactJson("[12345678901234567.89,1e400]"), ["12345678901234567.89", "1e400"]);
  });

  it("does not touch digits inside text", () => {
    assert.deepEqual(parseExactJson('{"note":"order 866550311766439020"}'), {
      note: "order 866550311766439020",
    });
  });

  it("reads everything else as JSON.parse does", () => {
    const small = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(small, (text) => {
        if (!/\d{16}|e[+-]?\d/i.test(text)) assert.deepEqual(parseExactJson(text), JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it("never changes a number's value, however it is written", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const read = parseExactJson(JSON.stringify({ value })) as { value: number | string };
        assert.equal(Number(read.value), value === 0 ? 0 : value);
      }),
      { numRuns: 2000 },
    );
  });

  it("says when it is not JSON", () => {
    for (const text of ["", "{", "id=866550311766439020"])
      assert.throws(() => parseExactJson(text), SyntaxError);
  });
});
