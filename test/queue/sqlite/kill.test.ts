import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "mocha";
import { openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { startQueueChild } from "../../support/queue-child.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("a process killed at any moment", function () {
  this.timeout(60_000);

  it("leaves everything it acknowledged in the file, and what it worked on is free at once", async () => {
    const folder = temporaryFolder();
    const file = path.join(folder.path, "queue.db");
    const acked = new Set<string>();
    const done = new Set<string>();
    // Not a random moment but five spread ones: how far it gets between two lines is chance enough.
    for (const lines of [2, 40, 333, 1_500, 4_000]) {
      const child = startQueueChild(file);
      await child.said(lines);
      await child.kill();
      for (const line of child.lines()) {
        const [what, id] = line.split(" ");
        if (what === "acked") acked.add(id!);
        if (what === "done") done.add(id!);
      }

      const database = await openEmbeddedDatabase({ file });
      const store = database.queue("orders");
      await store.recover({ now: Date.now(), maxStalls: 1_000 });
      const states = new Map<string, string>();
      let after = 0;
      for (;;) {
        const page = await store.list({ after, limit: 1_000 });
        for (const event of page.events) states.set(event.dedupeId!, event.state);
        if (page.next === null) break;
        after = page.next;
      }
      assert.deepEqual(
        [...acked].filter((id) => !states.has(id)),
        [],
        "acknowledged and lost",
      );
      assert.deepEqual(
        [...done].filter((id) => states.get(id) !== "done"),
        [],
        "done and forgotten",
      );
      const { leased, ...counts } = await store.counts();
      assert.equal(leased, 0);
      const tally = { blocked: 0, ready: 0, done: 0, dead: 0 };
      for (const state of states.values()) tally[state as keyof typeof tally]++;
      assert.deepEqual({ ...counts, oldestOpenAt: 0 }, { ...tally, oldestOpenAt: 0 });
      await database.close();
    }
    assert.ok(acked.size > 500 && done.size > 0, `${acked.size} acknowledged, ${done.size} done`);
    folder.remove();
  });
});
