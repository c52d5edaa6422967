import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { passingMap } from "../src/passing-map.ts";

/** A small garbage collection, as V8 makes many a second; a large one, with nothing said. */
type Collect = (options?: { type: "minor" }) => void;

describe("a map for what comes and goes", () => {
  it("gives, replaces, forgets and lists", () => {
    const map = passingMap<string, number>();
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    assert.deepEqual([map.get("a"), map.get("b"), map.get("c"), map.size()], [3, 2, undefined, 2]);
    assert.deepEqual(map.values(), [3, 2]);
    assert.deepEqual([map.delete("a"), map.delete("a")], [true, false]);
    assert.deepEqual(map.values(), [2]);
    map.clear();
    assert.deepEqual([map.size(), map.get("b"), map.values()], [0, undefined, []]);
  });

  describe("after small garbage collections alone", () => {
    let collect: Collect;
    before(() => {
      setFlagsFromString("--expose-gc");
      collect = runInNewContext("gc") as Collect;
    });

    /** Bytes kept of 20 MB that went through it, 64 at a time. */
    const keptOf = (map: { set(key: number, value: object): void; delete(key: number): unknown }): number => {
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let n = 0; n < 20_000; n++) {
        map.set(
          n,
          Array.from({ length: 128 }, () => n),
        );
        if (n >= 64) map.delete(n - 64);
        if (n % 500 === 0) collect({ type: "minor" });
      }
      collect({ type: "minor" });
      return process.memoryUsage().heapUsed - before;
    };

    it("keeps nothing of what is gone, as a Map does", () => {
      const [kept, keptByMap] = [keptOf(passingMap()), keptOf(new Map())];
      assert.ok(kept < 4_000_000, `${kept} bytes`);
      assert.ok(keptByMap > 2 * kept, `no need of it: a Map keeps ${keptByMap} bytes, this one ${kept}`);
    });
  });
});
