import assert from "node:assert/strict";
import Big from "big.js";
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

  it("reads long numbers wherever they stand as a reviver would, and what only looks like them as text", () => {
    const part = fc.constantFrom(
      ...[
        '"',
        '\\"',
        "\\\\",
        ":",
        ",",
        "{",
        "}",
        "[",
        "]",
        " ",
        "a",
        "\n",
        "1",
        "866550311766439020",
        ".5",
        "e9",
        "-",
      ],
    );
    const words = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(""));
    const number = fc.constantFrom(
      "866550311766439020",
      "9007199254740991",
      "-1234567890123456.789",
      "2e3",
      "7",
    );
    const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
      value: fc.oneof(
        number,
        words.map((text) => JSON.stringify(text)),
        tie("list"),
        tie("object"),
      ),
      list: fc.array(tie("value"), { maxLength: 4 }).map((all) => `[${all.join(" ,")}]`),
      object: fc
        .array(fc.tuple(words, tie("value")), { maxLength: 4 })
        .map((all) => `{${all.map(([name, each]) => `${JSON.stringify(name)}: ${each}`).join(",")}}`),
    }));
    fc.assert(
      fc.property(value, (text) => assert.deepEqual(parseExactJson(text), revived(text))),
      { numRuns: 3000 },
    );
    // And where it is no JSON at all, neither reads it.
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        assert.deepEqual(
          orError(() => parseExactJson(text)),
          orError(() => revived(text)),
        );
      }),
      { numRuns: 10_000 },
    );
  });

  it("says when it is not JSON", () => {
    for (const text of [
      "",
      "{",
      "id=866550311766439020",
      '{"a":1,12345678901234567:2}',
      '{"a":012345678901234567}',
    ])
      assert.throws(() => parseExactJson(text), SyntaxError);
  });
});

/** The plain way, which every quicker one must agree with. */
function revived(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, { source }: { source?: string } = {}) => {
    if (typeof value !== "number" || source === undefined) return value;
    const exact = Number.isInteger(value)
      ? Number.isSafeInteger(value)
      : Number.isFinite(value) && new Big(source).eq(value);
    return exact ? value : source;
  });
}

function orError(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return "not JSON";
  }
}
