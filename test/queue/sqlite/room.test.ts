import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Failure } from "../../../src/failure.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const MEGABYTE = 1_048_576;

describe("the room in a queue's file", function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let database: EmbeddedDatabase;
  beforeEach(async () => {
    folder = temporaryFolder();
    file = path.join(folder.path, "queue.db");
    database = await openEmbeddedDatabase({ file });
  });
  afterEach(async () => {
    await database.close();
    folder.remove();
  });
  /** The file and its log, byte for byte. */
  const bytes = () => Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]).toString("latin1");

  /** What the file will have once its log, which grows and begins anew at moments of its own, is copied into it. */
  const pages = (): number => {
    const reader = new DatabaseSync(file, { readOnly: true });
    try {
      return reader.prepare("PRAGMA page_count").get()!.page_count as number;
    } finally {
      reader.close();
    }
  };

  it("is used again: thirty times what is kept goes through, and the file does not keep growing", async () => {
    const store = database.queue("orders");
    const sizes: number[] = [];
    for (let round = 0; round < 30; round++) {
      const events = Array.from({ length: 200 }, (_, i) =>
        newEvent({
          key: `k${i}`,
          dedupeId: `w${round}-${i}`,
          payload: "x".repeat(3_000 + ((round * 37 + i) % 4_000)),
        }),
      );
      await store.append(events, round);
      const { events: claimed } = await store.claim({ max: 200, leaseMs: 1_000, now: round });
      await store.settle(
        claimed.map((event) => ({ ref: event, outcome: { to: "done" } })),
        round,
      );
      while (await store.prune({ doneBefore: 0, keepDone: 200, dedupeBefore: round - 1, limit: 200 }));
      sizes.push(pages());
    }
    assert.equal((await store.counts()).done, 200);
    assert.ok(sizes.at(-1)! <= sizes[9]! * 1.2, `grew from ${sizes[9]} pages to ${sizes.at(-1)}`);
  });

  it("is never taken by the log: what is written goes into the file while more comes", async () => {
    const store = database.queue("orders");
    let written = 0;
    const produce = async () => {
      while (written < 100 * MEGABYTE) {
        written += 20_000;
        await store.append([newEvent({ dedupeId: `w${written}`, payload: "x".repeat(20_000) })], 1);
      }
    };
    await Promise.all(Array.from({ length: 20 }, produce));
    const { size } = statSync(`${file}-wal`);
    assert.ok(size <= 40 * MEGABYTE, `${size} bytes`);
  });

  it("keeps nothing of what was forgotten", async () => {
    const store = database.queue("orders");
    await store.append([newEvent({ payload: `secret-of-ann ${"x".repeat(9_000)} end-of-ann` })], 1);
    const { events } = await store.claim({ max: 1, leaseMs: 1_000, now: 1 });
    await store.settle([{ ref: events[0]!, outcome: { to: "done" } }], 2);
    await store.prune({ doneBefore: 9, dedupeBefore: 0, limit: 9 });
    await database.close();
    assert.doesNotMatch(readFileSync(file, "latin1"), /of-ann/);
    database = await openEmbeddedDatabase({ file });
  });

  describe("after words were taken out", () => {
    const told: Failure = {
      class: "unknown",
      code: "x",
      message: "No partner ann@example.com.",
      source: "t",
      at: 1,
    };
    const long = (word: string) => `{"email":"${word}","items":"${"x".repeat(9_000)}","again":"${word}"}`;

    it("holds none of the old bytes, neither in the file nor in its log", async () => {
      const store = database.queue("orders");
      const ids: string[] = [];
      for (let i = 0; i < 50; i++) {
        const [stored] = await store.append(
          [
            newEvent({
              key: `k${i}`,
              envelope: '{"mail":"ann@example.com"}',
              payload: long("ann@example.com"),
            }),
          ],
          1,
        );
        ids.push(stored!.id);
      }
      const { events } = await store.claim({ max: 9, leaseMs: 1_000, now: 1 });
      await store.settle(
        events.map((event) => ({ ref: event, outcome: { to: "dead", failure: told } })),
        2,
      );
      assert.match(bytes(), /ann@example\.com/);
      const words = ["ann@example.com"];
      const texts = {
        was: long("ann@example.com"),
        envelope: "{}",
        payload: long("gone"),
        reference: null,
        words,
      };
      await store.redact(ids.map((id) => ({ id, ...texts })));
      assert.doesNotMatch(bytes(), /ann@example\.com/);
      assert.equal(statSync(`${file}-wal`).size, 0);
    });

    it("however much is written meanwhile: it waits for our own copying of the log into the file", async () => {
      const store = database.queue("orders");
      let over = false;
      let n = 0;
      const produce = async () => {
        while (!over) await store.append([newEvent({ dedupeId: `w${n++}`, payload: "x".repeat(20_000) })], 1);
      };
      const producers = Array.from({ length: 20 }, produce);
      for (let i = 0; i < 20; i++) {
        const [{ id } = { id: "" }] = await store.append([newEvent({ payload: "ann" })], 1);
        const texts = { was: "ann", envelope: "{}", payload: "gone", reference: null, words: [] };
        assert.deepEqual(await store.redact([{ id, ...texts }]), ["ok"]);
        // Some thousand rows, so that the log is being copied most of the time.
        await store.append(
          Array.from({ length: 700 }, () => newEvent({ payload: "x".repeat(4_000) })),
          1,
        );
      }
      over = true;
      await Promise.all(producers);
    });

    it("says so when another program's look keeps the log from being emptied, and can be asked again", async () => {
      const store = database.queue("orders");
      const [stored] = await store.append([newEvent({ payload: "ann" })], 1);
      const reader = new DatabaseSync(file, { readOnly: true });
      reader.exec("BEGIN; SELECT count(*) FROM event");
      const texts = {
        id: stored!.id,
        was: "ann",
        envelope: "{}",
        payload: "gone",
        reference: null,
        words: [],
      };
      await assert.rejects(store.redact([texts]), (error: { failure: Failure }) => {
        assert.equal(error.failure.code, "not_scrubbed");
        assert.match(error.failure.hint!, /Close the tool/);
        return true;
      });
      reader.close();
      assert.deepEqual(await store.redact([{ ...texts, was: "gone" }]), ["ok"]);
      assert.equal(statSync(`${file}-wal`).size, 0);
    });
  });
});
