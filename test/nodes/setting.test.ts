import assert from "node:assert/strict";
import { flag } from "../../nodes/runtime/setting.ts";

describe("a yes or no", () => {
  it("is what the box says, or what an environment variable says in words", () => {
    assert.deepEqual([flag(true, false), flag(false, true)], [true, false]);
    for (const yes of ["true", "TRUE", "yes", "on", "1", " true "]) assert.equal(flag(yes, false), true, yes);
    for (const no of ["false", "No", "off", "0"]) assert.equal(flag(no, true), false, no);
  });

  it("is the default where nothing is said: not set, empty, or an unset variable's own name", () => {
    for (const nothing of [undefined, null, "", ["$", "{UNSET}"].join(""), "perhaps"])
      assert.deepEqual([flag(nothing, true), flag(nothing, false)], [true, false]);
  });
});
