import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Failure } from "../../../src/failure.ts";
import type { ExportedEvent } from "../../../src/queue/exported-event.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { queueFileProgram } from "../../../src/queue/sqlite/queue-file-path.ts";
import { type LostEvent, salvageEvents } from "../../../src/queue/sqlite/salvage.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const MANY = 600;
const failure: Failure = { class: "rejected", code: "x", message: "No.", source: "test", at: 1 };

describe("a damaged file", function () {
  this.timeout(60_000);
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

  const payload = (i: number, padding = 2_000) => JSON.stringify({ id: i, padding: "x".repeat(padding) });
  const openFile = async () => {
    const database = await openEmbeddedDatabase({ file });
    open.push(database);
    return database;
  };
  /** `MANY` orders: the first ten are done, the next ten dead. */
  const fill = async (padding?: number) => {
    const database = await openEmbeddedDatabase({ file });
    const store = database.queue("orders");
    const events = Array.from({ length: MANY }, (_, i) =>
      newEvent({
        key: `order:${i % 100}`,
        dedupeId: `w${i}`,
        reference: `#${i}`,
        envelope: '{"format":"json","properties":{"topic":"orders/create"}}',
        payload: payload(i, padding),
      }),
    );
    await store.append(events, 1_000);
    const { events: claimed } = await store.claim({ max: 20, leaseMs: 1_000, now: 2_000 });
    await store.settle(
      claimed.map((event, i) => ({ ref: event, outcome: i < 10 ? { to: "done" } : { to: "dead", failure } })),
      3_000,
    );
    await database.close();
  };
  /** The pages of a table, as SQLite itself counts them, by what is on them. */
  const pagesOf = (table: string, type: "leaf" | "internal" | "overflow") => {
    const db = new DatabaseSync(file, { readOnly: true });
    const rows = db
      .prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY pageno")
      .all(table, type);
    db.close();
    return rows.map(({ pageno }) => pageno as number);
  };
  const spoil = (...pages: number[]) => {
    const handle = openSync(file, "r+");
    for (const page of pages) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
    closeSync(handle);
  };
  const salvage = async (options: { queue?: string } = {}) => {
    const events: ExportedEvent[] = [];
    const lost: LostEvent[] = [];
    for await (const event of salvageEvents(file, { ...options, onLost: (one) => void lost.push(one) }))
      events.push(event);
    return { events, lost };
  };

  it("is refused, untouched, with what to do", async () => {
    await fill();
    const [, page] = pagesOf("body", "leaf");
    spoil(page!);
    const before = readFileSync(file);
    await assert.rejects(openFile(), (error: { failure: Failure }) => {
      assert.deepEqual([error.failure.class, error.failure.code], ["rejected", "damaged"]);
      assert.match(error.failure.hint!, /queue-file\.ts export .*queue\.db > events\.ndjson/);
      assert.match(error.failure.hint!, /Move the damaged file away/);
      return true;
    });
    assert.ok(before.equals(readFileSync(file)));
  });

  it("is refused when it was cut off", async () => {
    await fill();
    truncateSync(file, statSync(file).size / 2);
    await assert.rejects(openFile(), (error: { failure: Failure }) => error.failure.code === "damaged");
  });

  it("so large that it was not looked through takes nothing more once the damage is met", async () => {
    await fill(60_000);
    const store = (await openFile()).queue("orders");
    await store.counts();
    spoil(...pagesOf("body", "leaf"));
    await assert.rejects(
      store.prune({ doneBefore: 9e12, dedupeBefore: 0, limit: 100 }),
      (error: { failure: Failure }) => /damaged/.test(error.failure.message),
    );
    await assert.rejects(store.append([newEvent()], 1), (error: { failure: Failure }) => {
      assert.deepEqual([error.failure.class, error.failure.code], ["unavailable", "not_stored"]);
      assert.match(error.failure.hint!, /export/);
      return true;
    });
    assert.equal((await store.counts()).done, 10);
  });

  describe("gives what can still be read", () => {
    it("everything that is open, in order, when nothing is missing", async () => {
      await fill();
      const { events, lost } = await salvage();
      assert.deepEqual(lost, []);
      assert.deepEqual(
        events.map(({ reference }) => reference),
        Array.from({ length: MANY - 10 }, (_, i) => `#${i + 10}`),
      );
      assert.equal(events.filter(({ state }) => state === "dead").length, 10);
      assert.equal(events[0]!.lastFailure!.message, "No.");
      for (const event of events) assert.equal(event.payload, payload(JSON.parse(event.payload).id));
    });

    it("around bodies that are gone, naming the orders", async () => {
      await fill();
      const pages = pagesOf("body", "leaf");
      spoil(pages[40]!, pages[41]!, pages.at(-1)!);
      const { events, lost } = await salvage();
      assert.equal(events.length + lost.length, MANY - 10);
      assert.ok(lost.length > 0 && lost.length < 10);
      for (const { reference, topic, why } of lost) {
        assert.match(reference!, /^#\d+$/);
        assert.deepEqual([topic, why], ["orders/create", "its payload can't be read"]);
      }
    });

    it("and as dead letters what lost its state, for a person to decide", async () => {
      await fill();
      const [, page] = pagesOf("event", "leaf");
      spoil(page!);
      const { events, lost } = await salvage();
      const found = events.filter(({ lastFailure }) => lastFailure?.code === "salvaged");
      assert.deepEqual(lost, []);
      assert.ok(found.length > 0 && found.length < 100);
      assert.ok(found.every(({ state, topic }) => state === "dead" && topic === "orders/create"));
      assert.match(found[0]!.lastFailure!.hint!, /Look in Odoo/);
      const ids = new Set(events.map((event) => JSON.parse(event.payload).id));
      for (let i = 10; i < MANY; i++) assert.ok(ids.has(i), `order ${i}`);
    });

    it("when the first page is gone, which says where everything is", async () => {
      await fill();
      spoil(1);
      await assert.rejects(openFile(), (error: { failure: Failure }) => {
        assert.equal(error.failure.code, "not_a_database");
        assert.match(error.failure.hint!, /queue-file\.ts export/);
        return true;
      });
      const before = readFileSync(file);
      const { events, lost } = await salvage();
      assert.deepEqual([events.length, lost], [MANY - 10, []]);
      assert.ok(before.equals(readFileSync(file)));
    });

    it("but says so when it never was a queue, or is not there", async () => {
      writeFileSync(file, "Dear diary, today I saw a queue.\n".repeat(1_000));
      await assert.rejects(
        salvage(),
        (error: { failure: Failure }) => error.failure.code === "not_a_database",
      );
      file = path.join(folder.path, "none", "queue.db");
      await assert.rejects(salvage(), (error: { failure: Failure }) => error.failure.code === "no_file");
      assert.equal(existsSync(path.dirname(file)), false);
    });

    it("without any of its indexes", async () => {
      await fill();
      spoil(
        ...["event_open", "event_lane", "event_dead", "event_fresh"].flatMap((name) => pagesOf(name, "leaf")),
      );
      await assert.rejects(openFile());
      assert.equal((await salvage({ queue: "orders" })).events.length, MANY - 10);
    });

    it("but not while somebody works on it", async () => {
      await fill();
      await openFile();
      await assert.rejects(salvage(), (error: { failure: Failure }) => error.failure.code === "file_in_use");
    });
  });

  it("is rescued by an operator without code: exported, and imported into a new file", async () => {
    await fill();
    const pages = pagesOf("body", "leaf");
    spoil(pages[50]!);
    const run = (args: string[], input = "") =>
      spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", queueFileProgram, ...args], {
        input,
        encoding: "utf8",
        maxBuffer: 1e9,
      });
    const exported = run(["export", file]);
    assert.match(
      exported.stderr,
      /Lost: event \d+ \(#\d+, orders\/create, order:\d+\): its payload can't be read\./,
    );
    assert.match(exported.stderr, /Written: \d+\. Lost: \d+\./);
    assert.equal(exported.status, 2);
    const fresh = path.join(folder.path, "new", "queue.db");
    const written = exported.stdout.trim().split("\n").length;
    assert.equal(
      run(["import", fresh, "--queue", "orders"], exported.stdout).stderr,
      `Stored: ${written}. Already there: 0.\n`,
    );
    const again = run(["import", fresh, "--queue", "orders"], exported.stdout);
    assert.deepEqual([again.stderr, again.status], [`Stored: 0. Already there: ${written}.\n`, 0]);
    assert.match(
      run(["import", fresh, "--queue", "orders"], "{}").stderr,
      /Line 1 of the import is not an exported event/,
    );
    assert.match(run([]).stderr, /Usage/);
    const database = await openEmbeddedDatabase({ file: fresh });
    const { ready, blocked, dead } = await database.queue("orders").counts();
    assert.deepEqual([ready + blocked + dead, dead], [written, 10]);
    await database.close();
  });
});
