import assert from "node:assert/strict";
import fc from "fast-check";
import { sortedNames } from "../../../src/queue/sqlite/sorted-names.ts";

describe("names in order at any time", () => {
  const added = (all: string[]): string[] => {
    const names = sortedNames();
    for (const name of all) names.add(name);
    return names.all();
  };

  it("are what sorting all of them gives, whatever their order was", () => {
    const name = fc.string({ maxLength: 3 });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 3_000, size: "max" }), (all) =>
        assert.deepEqual(added(all), all.toSorted()),
      ),
      { numRuns: 50 },
    );
  });

  it("also when they come sorted, backwards, or all the same", () => {
    const sorted = Array.from({ length: 3_000 }, (_, n) => String(n).padStart(5, "0"));
    assert.deepEqual(added(sorted), sorted);
    assert.deepEqual(added(sorted.toReversed()), sorted);
    const same = sorted.map(() => "same");
    assert.deepEqual(added(same), same);
  });
});
