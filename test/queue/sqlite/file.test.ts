import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Failure } from "../../../src/failure.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { migrations } from "../../../src/queue/sqlite/migrations.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { startQueueChild } from "../../support/queue-child.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("a queue's file", function () {
  this.timeout(30_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  const open: EmbeddedDatabase[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder.path, "queue.db");
  });
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
    folder.remove();
  });
  const openFile = async (at = file) => {
    const database = await openEmbeddedDatabase({ file: at });
    open.push(database);
    return database;
  };
  const refused = async (code: string, at = file) => {
    await assert.rejects(openFile(at), (error: { failure: Failure }) => {
      assert.equal(error.failure.code, code);
      assert.ok(error.failure.hint, "says what to do");
      return true;
    });
  };

  describe("belongs to one process", () => {
    it("a second process is refused, in words, while the first lives", async () => {
      await openFile();
      const child = startQueueChild(file);
      assert.equal(await child.ended, 3);
      assert.match(child.lines().join("\n"), /refused .* is already in use, by another process/);
    });

    it("the next one gets it as soon as the first was killed", async () => {
      const child = startQueueChild(file);
      await child.said(5);
      await refused("file_in_use");
      await child.kill();
      assert.ok((await (await openFile()).queue("orders").counts()).ready > 0);
    });

    it("a second opening in the same process is refused too, by whatever name", async () => {
      await openFile();
      await refused("file_in_use");
      const link = path.join(folder.path, "link.db");
      symlinkSync(file, link);
      await refused("file_in_use", link);
    });

    it("and can be opened again once it was closed", async () => {
      const database = await openFile();
      await database.queue("orders").append([newEvent()], 1);
      await database.close();
      assert.equal((await (await openFile()).queue("orders").counts()).ready, 1);
    });
  });

  describe("is refused and left exactly as it was", () => {
    const untouched = async (code: string) => {
      const before = readFileSync(file);
      await refused(code);
      assert.ok(before.equals(readFileSync(file)));
    };

    it("when a newer version wrote it", async () => {
      const database = await openFile();
      await database.queue("orders").append([newEvent()], 1);
      await database.close();
      const db = new DatabaseSync(file);
      db.exec(`PRAGMA user_version = ${migrations.length + 1}`);
      db.close();
      await untouched("schema_newer");
    });

    it("when it is another program's database", async () => {
      const db = new DatabaseSync(file);
      db.exec("CREATE TABLE bookmarks (url TEXT)");
      db.close();
      await untouched("foreign_database");
    });

    it("when it is no database at all", async () => {
      writeFileSync(file, "Dear diary, today I saw a queue.\n".repeat(100));
      await untouched("not_a_database");
    });

    it("when its folder can't be made", async () => {
      writeFileSync(path.join(folder.path, "a-file"), "");
      await refused("cannot_open", path.join(folder.path, "a-file", "queue.db"));
    });

    it("when a folder stands in its place", async () => {
      mkdirSync(file);
      await refused("cannot_open");
    });
  });

  it("is made with its folders", async () => {
    const deep = path.join(folder.path, "new", "folders", "queue.db");
    await openFile(deep);
    assert.ok(existsSync(deep));
  });

  it("stores nothing more once it was moved away, and goes on when it is back", async () => {
    const store = (await openFile()).queue("orders");
    await store.append([newEvent()], 1);
    renameSync(file, `${file}.away`);
    await assert.rejects(store.append([newEvent()], 1), (error: { failure: Failure }) => {
      assert.deepEqual([error.failure.class, error.failure.code], ["unavailable", "not_stored"]);
      assert.match(error.failure.message, /deleted or replaced/);
      return true;
    });
    renameSync(`${file}.away`, file);
    await store.append([newEvent()], 1);
    assert.equal((await store.counts()).ready, 2);
  });

  describe("holds many queues", () => {
    it("that know nothing of each other", async () => {
      const database = await openFile();
      const [orders, stock] = [database.queue("orders"), database.queue("stock")];
      const event = newEvent({ key: "a", dedupeId: "w1" });
      const [order] = await orders.append([event], 1);
      assert.equal((await stock.append([event], 1))[0]!.outcome, "stored");
      assert.equal(await stock.get(order!.id), undefined);
      assert.equal((await stock.claim({ max: 9, leaseMs: 1, now: 2 })).events.length, 1);
      assert.equal((await orders.counts()).ready, 1);
      assert.equal((await stock.list({})).events.length, 1);
      const ref = { id: order!.id, fence: 1 };
      await orders.claim({ max: 1, leaseMs: 1, now: 2 });
      assert.deepEqual(await stock.settle([{ ref, outcome: { to: "done" } }], 3), ["lost"]);
    });

    it("each opened once at a time", async () => {
      const database = await openFile();
      const first = database.queue("orders");
      assert.throws(() => database.queue("orders"), { name: "HoldfastError" });
      await first.close();
      await assert.rejects(first.counts(), /closed/);
      await database.queue("orders").counts();
    });

    it("whose leases end with their opening", async () => {
      const database = await openFile();
      const first = database.queue("orders");
      await first.append([newEvent()], 1);
      await first.claim({ max: 1, leaseMs: 3_600_000, now: 2 });
      await first.close();
      const again = database.queue("orders");
      assert.deepEqual(await again.recover({ now: 3, maxStalls: 5 }), { released: 1, dead: 0 });
    });

    it("whose lanes follow when dead letters are to hold their key, or no longer", async () => {
      const database = await openFile();
      const failure: Failure = { class: "unknown", code: "x", message: "x", source: "test", at: 1 };
      const states = async (deadHoldsKey: boolean) => {
        const store = database.queue("orders", { deadHoldsKey });
        const found = (await store.list({})).events.map(({ state }) => state);
        await store.close();
        return found;
      };
      const store = database.queue("orders");
      await store.append([newEvent({ key: "a" }), newEvent({ key: "a" }), newEvent({ key: "a" })], 1);
      const { events } = await store.claim({ max: 1, leaseMs: 1_000, now: 2 });
      await store.settle([{ ref: events[0]!, outcome: { to: "dead", failure } }], 3);
      await store.close();
      assert.deepEqual(await states(true), ["dead", "blocked", "blocked"]);
      assert.deepEqual(await states(false), ["dead", "ready", "blocked"]);
      assert.deepEqual(await states(true), ["dead", "blocked", "blocked"]);
    });
  });
});
