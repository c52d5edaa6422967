import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, it } from "mocha";
import { prepareDedupe } from "../../../src/queue/sqlite/dedupe.ts";
import { prepareGroupCommit } from "../../../src/queue/sqlite/group-commit.ts";
import { createMemory } from "../../../src/queue/sqlite/memory.ts";
import { migrate } from "../../../src/queue/sqlite/migrations.ts";

/** As if the process had been killed and started again: what it knew by heart is gone. */
const start = (db: DatabaseSync, atLeast = 2) => {
  const memory = createMemory();
  const dedupe = prepareDedupe(db, memory, { many: 6, atLeast });
  return { dedupe, commit: prepareGroupCommit(db, memory, () => dedupe.move()) };
};
const open = () => {
  const db = new DatabaseSync(":memory:");
  migrate(db, 0);
  db.exec(`CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED) STRICT`);
  return db;
};

describe("dedupe ids", () => {
  const id = fc.integer({ min: 0, max: 25 }).map((n) => `id-${n}`);
  const queue = fc.integer({ min: 1, max: 2 });
  const act = fc.oneof(
    { weight: 12, arbitrary: fc.record({ what: fc.constant("remember" as const), queue, id }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant("forget" as const), queue, limit: fc.nat(8) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("fail" as const) }) },
  );
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.record({ acts: fc.array(act, { maxLength: 6 }), undone: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  );

  it("are found with their newest event, whatever was moved, forgotten, rolled back or restarted meanwhile", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const db = open();
        const model = new Map<string, { queue: number; id: string; seq: number; at: number }>();
        let now = 0;
        let { dedupe, commit } = start(db);
        for (const one of steps) {
          if (one === "restart") {
            ({ dedupe, commit } = start(db));
            continue;
          }
          const before = now - 10;
          const jobs = one.acts.map((given) => () => {
            if (given.what === "fail") throw new Error("this job alone");
            if (given.what === "remember") dedupe.remember(given.queue, given.id, now, now);
            else return dedupe.forget(given.queue, before, given.limit);
            return 0;
          });
          // All of it is written, and then the commit itself fails: a child without its parent.
          if (one.undone) jobs.push(() => Number(db.exec("INSERT INTO child VALUES (99)")));
          now++;
          const answers = commit(jobs);
          if (one.undone) continue;
          one.acts.forEach((given, i) => {
            const answer = answers[i]!;
            if (given.what === "remember")
              model.set(`${given.queue} ${given.id}`, { ...given, seq: now, at: now });
            if (given.what === "forget")
              assert.ok((answer as { value: number }).value <= given.limit, "no more than asked");
          });
          for (const q of [1, 2])
            for (let n = 0; n <= 25; n++) {
              const known = model.get(`${q} id-${n}`);
              const expected = known && known.at > before ? known.seq : null;
              assert.equal(dedupe.find(q, `id-${n}`, before), expected);
            }
        }
        db.close();
      }),
      { numRuns: 300 },
    );
  });

  it("leave the table that holds them as they came, when they are many", () => {
    const db = open();
    const { dedupe, commit } = start(db, 6);
    const rows = (table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()!.n);
    for (let n = 0; n < 500; n++) commit([() => dedupe.remember(1, `id-${n}`, n, n)]);
    assert.ok(rows("dedupe_recent") <= 20, `${rows("dedupe_recent")} rows`);
    assert.ok(rows("dedupe") >= 480, `${rows("dedupe")} rows`);
    for (let n = 0; n < 500; n++) assert.equal(dedupe.find(1, `id-${n}`, -1), n);
  });

  it("move evenly: with each commit at most twice as many as it added", () => {
    const db = open();
    const { dedupe, commit } = start(db);
    const rows = () => Number(db.prepare("SELECT count(*) AS n FROM dedupe").get()!.n);
    let before = 0;
    for (let n = 0; n < 1_000; n += 10) {
      commit(Array.from({ length: 10 }, (_, i) => () => dedupe.remember(1, `id-${n + i}`, n, n)));
      const now = rows();
      assert.ok(now - before <= 20, `${now - before} at once`);
      before = now;
    }
    assert.ok(before >= 900, `${before} rows`);
  });

  it("are forgotten round and round, a part of a large table at a time", () => {
    const db = open();
    const { dedupe, commit } = start(db);
    const ids = 6_000;
    for (let n = 0; n < ids; n += 100)
      commit(Array.from({ length: 100 }, (_, i) => () => dedupe.remember(1, `id-${n + i}`, n, n + i)));
    for (let calls = 0; calls < 200; calls++) commit([() => dedupe.forget(1, 3_000, 200)]);
    const left = db
      .prepare(
        "SELECT min(at) AS at, count(*) AS n FROM (SELECT at, id FROM dedupe UNION SELECT at, id FROM dedupe_recent)",
      )
      .get()!;
    assert.deepEqual([left.at, left.n], [3_000, 3_000]);
  });
});
