import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "mocha";
import { actsSql } from "../../../src/queue/sqlite/acts.ts";
import { appendSql } from "../../../src/queue/sqlite/append.ts";
import { claimSql } from "../../../src/queue/sqlite/claim.ts";
import { countsSql } from "../../../src/queue/sqlite/counts.ts";
import { openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { deadLetterSql } from "../../../src/queue/sqlite/dead-letters.ts";
import { dedupeSql } from "../../../src/queue/sqlite/dedupe.ts";
import { delayedSql } from "../../../src/queue/sqlite/delayed.ts";
import { editSql } from "../../../src/queue/sqlite/edit.ts";
import { extendSql } from "../../../src/queue/sqlite/extend.ts";
import { prepareGroupCommit } from "../../../src/queue/sqlite/group-commit.ts";
import { historySql } from "../../../src/queue/sqlite/history.ts";
import { laneSql } from "../../../src/queue/sqlite/lane.ts";
import { createMemory } from "../../../src/queue/sqlite/memory.ts";
import { migrate } from "../../../src/queue/sqlite/migrations.ts";
import { pruneSql } from "../../../src/queue/sqlite/prune.ts";
import { recoverSql } from "../../../src/queue/sqlite/recover.ts";
import { redactSql } from "../../../src/queue/sqlite/redact.ts";
import { restoreSql } from "../../../src/queue/sqlite/restore.ts";
import { settleSql } from "../../../src/queue/sqlite/settle.ts";
import { tallySql } from "../../../src/queue/sqlite/tally.ts";
import { untoldSql } from "../../../src/queue/sqlite/untold.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("every statement of the daily work", () => {
  const groups = {
    acts: actsSql,
    append: appendSql,
    claim: claimSql,
    counts: countsSql,
    dedupe: dedupeSql,
    "dead letters": deadLetterSql,
    delayed: delayedSql,
    edit: editSql,
    extend: extendSql,
    history: historySql,
    lane: laneSql,
    prune: pruneSql,
    recover: recoverSql,
    redact: redactSql,
    restore: restoreSql,
    settle: settleSql,
    tally: tallySql,
    untold: untoldSql,
  };
  const db = new DatabaseSync(":memory:");
  before(() => migrate(db, 0));
  after(() => db.close());

  for (const [group, statements] of Object.entries(groups))
    for (const [name, sql] of Object.entries(statements as Record<string, string>))
      it(`finds its rows by an index, in order, without sorting: ${group} ${name}`, () => {
        const plan = db
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all()
          .map(({ detail }) => String(detail));
        for (const step of plan) {
          assert.doesNotMatch(step, /^SCAN (event|body|dedupe|history|tally)/, plan.join("\n"));
          assert.doesNotMatch(step, /TEMP B-TREE/, plan.join("\n"));
        }
      });

  it("claims from the indexes made for it", () => {
    const planOf = (sql: string) =>
      db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => detail)
        .join("\n");
    assert.match(planOf(claimSql.fresh), /event_fresh \(queue=\?\)/);
    assert.match(planOf(claimSql.timed), /event_timed \(queue=\? AND due_at>\? AND due_at<\?\)/);
    assert.match(planOf(laneSql.first), /event_lane \(queue=\? AND key=\? AND state=\?\)/);
  });
});

describe("a group commit", () => {
  const setup = () => {
    const db = new DatabaseSync(":memory:");
    db.exec(`CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE child (id INTEGER NOT NULL, parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED) STRICT`);
    const add =
      (id: number, parent: number | null = null) =>
      () =>
        db.prepare("INSERT INTO child VALUES (?, ?)").run(id, parent).changes;
    const ids = () =>
      db
        .prepare("SELECT id FROM child ORDER BY id")
        .all()
        .map(({ id }) => id);
    const memory = createMemory();
    return { commit: prepareGroupCommit(db, memory), memory, add, ids };
  };

  it("keeps all jobs, and takes back one that failed half way", () => {
    const { commit, add, ids } = setup();
    const failing = () => {
      add(2)();
      throw new Error("half way");
    };
    const answers = commit([add(1), failing, add(3)]);
    assert.deepEqual(
      answers.map((answer) => "error" in answer),
      [false, true, false],
    );
    assert.deepEqual(ids(), [1, 3]);
  });

  it("keeps none when the commit itself fails, tells all, and goes on afterwards", () => {
    const { commit, add, ids } = setup();
    // A child without its parent is found out by the commit, not before.
    const answers = commit([add(1), add(2, 99), add(3)]);
    assert.deepEqual(
      answers.map((answer) => "error" in answer),
      [true, true, true],
    );
    assert.deepEqual(ids(), []);
    assert.deepEqual(commit([add(4)]), [{ value: 1 }]);
    assert.deepEqual(ids(), [4]);
  });

  it("takes back what the thread knows by heart with the job or the transaction it belongs to", () => {
    const { commit, memory, add } = setup();
    const known = memory.map<string, number>();
    const learn = (name: string, value: number) => () => known.put(name, value);
    const failing = () => {
      learn("a", 2)();
      throw new Error("half way");
    };
    commit([learn("a", 1), failing, learn("b", 1)]);
    assert.deepEqual(
      [...known.entries()],
      [
        ["a", 1],
        ["b", 1],
      ],
    );
    commit([learn("a", 3), add(2, 99)]);
    commit([learn("b", 3), failing]);
    assert.deepEqual([known.get("a"), known.get("b")], [1, 3]);
  });
});

describe("a search", function () {
  this.timeout(30_000);

  it("goes through thousands of events in steps, and finds the one", async () => {
    const folder = temporaryFolder();
    const database = await openEmbeddedDatabase({ file: path.join(folder.path, "queue.db") });
    const store = database.queue("orders");
    const events = Array.from({ length: 5_000 }, (_, i) => newEvent({ reference: `#${i}` }));
    await store.append(events, 1);
    for (const order of ["asc", "desc"] as const) {
      const page = await store.list({ text: "#4321", order });
      assert.deepEqual([page.events.map(({ reference }) => reference), page.next], [["#4321"], null]);
    }
    const page = await store.list({ text: "#1", limit: 3, after: 1_500 });
    assert.deepEqual(
      page.events.map(({ reference }) => reference),
      ["#1500", "#1501", "#1502"],
    );
    await database.close();
    folder.remove();
  });

  it("keeps a bounded history, and always what people did", async () => {
    const folder = temporaryFolder();
    const database = await openEmbeddedDatabase({ file: path.join(folder.path, "queue.db") });
    const store = database.queue("orders");
    const [{ id } = { id: "" }] = await store.append([newEvent()], 1);
    const failure = { class: "unknown", code: "x", message: "x", source: "test", at: 1 } as const;
    for (let round = 0; round < 80; round++) {
      const { events } = await store.claim({ max: 1, leaseMs: 9, now: 1 });
      await store.settle([{ ref: events[0]!, outcome: { to: "dead", failure } }], 1);
      if (round < 3 || round === 79) await store.redrive({}, { limit: 1, by: "ann", now: round });
      else await store.redrive({}, { limit: 1, by: "bob", now: round });
    }
    const history = await store.history(id);
    assert.equal(history.filter(({ by }) => by === "ann").length, 4);
    assert.ok(history.filter(({ by }) => by === null).length <= 50);
    await database.close();
    folder.remove();
  });
});
