import assert from "node:assert/strict";
import type { ReadRequest } from "../../src/shopify/backfill-request.ts";
import { finished, progressed, readBackfillState } from "../../src/shopify/backfill-state.ts";

const request = (more: Partial<ReadRequest["job"]> = {}, isPlain = true): ReadRequest => ({
  job: {
    by: "updated",
    from: 1_000,
    to: 9_000,
    topics: ["orders/create"],
    ids: null,
    dryRun: false,
    ...more,
  },
  isPlain,
});
const nothing = readBackfillState(undefined);

describe("what a backfill remembers", () => {
  it("is what is left of a run that was stopped, and nothing of it once it is finished", () => {
    const stopped = progressed(progressed(nothing, request(), 1_000), request(), 4_000);
    const kept = readBackfillState(JSON.parse(JSON.stringify(stopped)));
    assert.deepEqual(kept.unfinished, request({ from: 4_000 }));
    assert.equal(kept.position, null);
    assert.deepEqual(finished(kept, kept.unfinished!), { position: 9_000, unfinished: null });
  });

  it("is moved on by runs that went on where the last one ended, and by no other", () => {
    const before = { position: 5_000, unfinished: null };
    assert.equal(finished(before, request()).position, 9_000);
    assert.equal(finished(before, request({ to: 2_000 })).position, 5_000);
    assert.equal(finished(before, request({}, false)).position, 5_000);
  });

  it("leaves out what is begun anew after a stop: dry runs, and orders named by id", () => {
    assert.deepEqual(progressed(nothing, request({ dryRun: true }, false), 4_000), nothing);
    assert.deepEqual(progressed(nothing, request({ ids: ["42"] }, false), 4_000), nothing);
  });

  it("is nothing where a context store gives back something odd", () => {
    for (const odd of [null, "x", 7, [], { position: "soon", unfinished: { job: { from: "now" } } }])
      assert.deepEqual(readBackfillState(odd), nothing);
  });
});
