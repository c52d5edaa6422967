import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { migrate, migrations } from "../../../src/queue/sqlite/migrations.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const fixtures = path.join(import.meta.dirname, "fixtures");
const versions = readdirSync(fixtures)
  .map((name) => Number(/^version-(\d+)\.sql$/.exec(name)?.[1]))
  .sort((a, b) => a - b);
const T = 1_700_000_000_000;

describe("a file of an earlier version", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder.path, "queue.db");
  });
  afterEach(() => folder.remove());

  const makeFile = (version: number) => {
    const db = new DatabaseSync(file);
    db.exec(readFileSync(path.join(fixtures, `version-${version}.sql`), "utf8"));
    db.close();
  };
  const schema = (db: DatabaseSync) =>
    db
      .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
      .all()
      .map(({ type, name, sql }) => [type, name, String(sql).replace(/\s+/g, " ")]);

  it("is kept as a fixture for each version there ever was", () => {
    assert.deepEqual(
      versions,
      migrations.map((_, i) => i + 1),
    );
  });

  for (const version of versions) {
    it(`of version ${version} becomes what a new file is`, async () => {
      makeFile(version);
      await (await openEmbeddedDatabase({ file })).close();
      const [old, fresh] = [new DatabaseSync(file), new DatabaseSync(":memory:")];
      migrate(fresh, 0);
      assert.deepEqual(schema(old), schema(fresh));
      assert.equal(old.prepare("PRAGMA user_version").get()!.user_version, migrations.length);
      old.close();
      fresh.close();
    });

    it(`of version ${version} goes on with every event, in its state and order`, async () => {
      makeFile(version);
      const database = await openEmbeddedDatabase({ file });
      const store = database.queue("orders");
      const { events } = await store.list({});
      assert.deepEqual(
        events.map(({ reference, key, state, attempts }) => [reference, key, state, attempts]),
        [
          ["#1001", "order:1", "done", 0],
          ["#1002", "order:2", "dead", 2],
          ["#1003", "order:2", "blocked", 0],
          ["#1004", "order:4", "leased", 0],
          ["#1005", "order:5", "ready", 0],
          ["#1006", null, "ready", 0],
        ],
      );
      assert.equal(events[1]!.payload, '{ "id":820982911946154502, "note":"Żółć 🎁"}');
      assert.equal(events[5]!.payload, "a\0b");
      assert.equal(events[1]!.lastFailure!.code, "sku_not_found");
      assert.deepEqual(
        (await store.history(events[1]!.id)).map(({ what }) => what),
        ["retry", "dead"],
      );
      assert.deepEqual(await store.counts(), {
        blocked: 1,
        ready: 2,
        leased: 1,
        done: 1,
        dead: 1,
        oldestOpenAt: T + 8,
      });
      assert.deepEqual(await store.paused(), { reason: "stocktaking", since: T + 15 });
      const [copy] = await store.append([newEvent({ dedupeId: "shop/w1" })], T + 100);
      assert.deepEqual(copy, { id: events[0]!.id, outcome: "duplicate" });

      assert.deepEqual(await store.recover({ now: T + 100, maxStalls: 5 }), { released: 1, dead: 0 });
      await store.redrive({}, { limit: 9, by: "ann", now: T + 100 });
      const applied: string[] = [];
      for (;;) {
        const claimed = await store.claim({ max: 9, leaseMs: 1_000, now: T + 60_000 });
        if (claimed.events.length === 0) break;
        applied.push(...claimed.events.map(({ reference }) => reference!));
        await store.settle(
          claimed.events.map((event) => ({ ref: event, outcome: { to: "done" } })),
          T + 60_001,
        );
      }
      assert.deepEqual(applied.toSorted(), ["#1002", "#1003", "#1004", "#1005", "#1006"]);
      assert.ok(applied.indexOf("#1002") < applied.indexOf("#1003"));
      assert.equal((await database.queue("stock").counts()).ready, 1);
      await database.close();
    });
  }

  it("is brought on step by step, and a step that fails leaves it whole, at the version before", () => {
    makeFile(1);
    const db = new DatabaseSync(file);
    const steps = [
      ...migrations.slice(0, 1),
      "ALTER TABLE event ADD COLUMN colour TEXT; UPDATE event SET colour = 'red'",
      "ALTER TABLE event ADD COLUMN size TEXT; UPDATE event SET no_such_column = 1",
    ];
    assert.throws(() => migrate(db, 1, steps), /no_such_column/);
    assert.equal(db.prepare("PRAGMA user_version").get()!.user_version, 2);
    const columns = db
      .prepare("SELECT name FROM pragma_table_info('event')")
      .all()
      .map(({ name }) => name);
    assert.deepEqual([columns.includes("colour"), columns.includes("size")], [true, false]);
    assert.equal(db.prepare("SELECT count(*) AS n FROM event WHERE colour = 'red'").get()!.n, 7);
    migrate(db, 2, [...steps.slice(0, 2), "ALTER TABLE event ADD COLUMN size TEXT"]);
    assert.equal(db.prepare("PRAGMA user_version").get()!.user_version, 3);
    db.close();
  });
});
