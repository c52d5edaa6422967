import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Failure } from "../../../src/failure.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { newEvent } from "../../conformance/event-store.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const MEGABYTE = 1_048_576;

describe("when storing fails", function () {
  this.timeout(30_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let database: EmbeddedDatabase;

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await database?.close();
    folder.remove();
  });
  const open = async (options: { maxBytes?: number; onError?: (error: Error) => void; at?: string } = {}) => {
    const { at = folder.path, ...rest } = options;
    database = await openEmbeddedDatabase({ file: path.join(at, "queue.db"), ...rest });
    return database.queue("orders");
  };
  const isNotStored = (error: { failure: Failure }) => {
    assert.deepEqual([error.failure.class, error.failure.code], ["unavailable", "not_stored"]);
    assert.match(error.failure.message, /full/);
    return true;
  };
  const body = (bytes: number) => newEvent({ payload: "x".repeat(bytes) });

  it("a full disk refuses what it has no room for, whole, and takes what it has room for", async () => {
    const store = await open({ maxBytes: 2 * MEGABYTE });
    const [stored] = await store.append([body(1_000)], 1);
    await assert.rejects(store.append([body(10), body(3 * MEGABYTE)], 1), isNotStored);
    assert.equal((await store.counts()).ready, 1, "nothing half done");
    const { events } = await store.claim({ max: 1, leaseMs: 1_000, now: 1 });
    // In one batch: the big one fails, the small ones on both sides of it don't.
    const outcomes = await Promise.allSettled([
      store.append([body(10)], 1),
      store.append([body(3 * MEGABYTE)], 1),
      store.settle([{ ref: events[0]!, outcome: { to: "done" } }], 2),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.equal((await store.get(stored!.id))!.state, "done");
    const { ready, done } = await store.counts();
    assert.deepEqual({ ready, done }, { ready: 1, done: 1 });
  });

  it("and heals by itself when there is room again", async () => {
    const store = await open({ maxBytes: 2 * MEGABYTE });
    let stored = 0;
    const fill = async () => {
      for (;;) {
        await store.append([body(100_000)], 1);
        stored++;
      }
    };
    await assert.rejects(fill(), isNotStored);
    assert.equal((await store.counts()).ready, stored);
    const { events } = await store.claim({ max: 5, leaseMs: 1_000, now: 1 });
    await store.settle(
      events.map((event) => ({ ref: event, outcome: { to: "done" } })),
      2,
    );
    await store.prune({ doneBefore: 9, dedupeBefore: 0, limit: 100 });
    await store.append([body(100_000)], 1);
  });

  it("a disk that is really full does the same", async function () {
    const small = path.join(folder.path, "small");
    try {
      execFileSync("mkdir", [small]);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", small], { stdio: "ignore" });
    } catch {
      // Mounting a small disk takes root.
      this.skip();
    }
    try {
      const store = await open({ at: small });
      await store.append([body(1_000)], 1);
      writeFileSync(path.join(small, "ballast"), Buffer.alloc(2 * MEGABYTE));
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () => store.append([body(200_000)], 1)),
      );
      const failed = outcomes.filter((outcome) => outcome.status === "rejected");
      for (const { reason } of failed) isNotStored(reason);
      assert.ok(failed.length > 0);
      assert.equal(
        (await store.counts()).ready,
        1 + 20 - failed.length,
        "what was acknowledged, and only that",
      );
      rmSync(path.join(small, "ballast"));
      await store.append([body(200_000)], 1);
      await database.close();
      const again = await open({ at: small });
      assert.equal((await again.counts()).ready, 2 + 20 - failed.length);
      await database.close();
    } finally {
      execFileSync("umount", ["-l", small]);
    }
  });

  it("one bad request fails alone", async () => {
    const store = await open();
    const bad = { ...newEvent(), payload: undefined as unknown as string };
    const outcomes = await Promise.allSettled([
      store.append([newEvent()], 1),
      store.append([newEvent(), bad], 1),
      store.append([newEvent()], 1),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.equal((await store.counts()).ready, 2);
  });

  it("so does one that can't even travel to the thread", async () => {
    const store = await open();
    const bad = { ...newEvent(), payload: (() => {}) as unknown as string };
    const outcomes = await Promise.allSettled([store.append([bad], 1), store.append([newEvent()], 1)]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["rejected", "fulfilled"],
    );
  });

  it("the end of the thread fails all that waits and all that comes, and is told", async () => {
    let thread: Worker | undefined;
    process.once("worker", (worker) => {
      thread = worker;
    });
    const errors: Error[] = [];
    const store = await open({ onError: (error) => void errors.push(error) });
    await store.append([newEvent()], 1);
    const waiting = Array.from({ length: 3 }, () => store.append([newEvent()], 1));
    void thread!.terminate();
    const outcomes = await Promise.allSettled(waiting);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") assert.equal(outcome.reason.failure.code, "queue_stopped");
    await assert.rejects(store.append([newEvent()], 1), /ended unexpectedly/);
    assert.equal(errors.length, 1);
    await database.close();
    const again = await open();
    const acked = outcomes.filter(({ status }) => status === "fulfilled").length;
    assert.ok((await again.counts()).ready >= 1 + acked, "what was acknowledged is there");
  });

  it("what is asked after closing is refused, what was asked before is done", async () => {
    const store = await open();
    const before = store.append([newEvent()], 1);
    const closing = database.close();
    await assert.rejects(store.append([newEvent()], 1), /closed/);
    assert.equal((await before)[0]!.outcome, "stored");
    await closing;
  });

  it("a NUL in a name becomes the replacement sign, and its key keeps its order", async () => {
    const store = await open();
    await store.append([newEvent({ key: "a\0b" }), newEvent({ key: "a\0b" })], 1);
    const claim = async () => (await store.claim({ max: 9, leaseMs: 1_000, now: 1 })).events;
    const [first] = await claim();
    await store.settle([{ ref: first!, outcome: { to: "done" } }], 2);
    assert.deepEqual(
      (await claim()).map(({ key }) => key),
      ["a\ufffdb"],
    );
  });

  it("half a surrogate pair, which no bytes can say, is stored as the replacement sign", async () => {
    const store = await open();
    const [stored] = await store.append([newEvent({ payload: "a\ud83dz" })], 1);
    assert.equal((await store.get(stored!.id))!.payload, "a\ufffdz");
  });
});
