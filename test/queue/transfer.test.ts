import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type Failure, HoldfastError } from "../../src/failure.ts";
import type { EventStore } from "../../src/queue/event-store.ts";
import { readLines } from "../../src/queue/lines.ts";
import { openRedisDatabase } from "../../src/queue/redis/database.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { exportOpenEvents, importEvents } from "../../src/queue/transfer.ts";
import { newEvent } from "../conformance/event-store.ts";
import { memoryStore } from "../support/queue-memory-store.ts";
import { needsRedis, startRedis } from "../support/redis-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

const failure: Failure = { class: "rejected", code: "x", message: "No.", source: "test", at: 1 };

describe("moving a queue from one engine to another", function () {
  this.timeout(30_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let database: EmbeddedDatabase;
  beforeEach(async () => {
    folder = temporaryFolder();
    database = await openEmbeddedDatabase({ file: path.join(folder.path, "queue.db") });
  });
  afterEach(async () => {
    await database.close();
    folder.remove();
  });

  const linesOf = async (store: EventStore) => {
    const lines: string[] = [];
    for await (const line of exportOpenEvents(store)) lines.push(line);
    return lines;
  };
  /** Orders 0 to 199 in 20 keys; some done, some dead, one put off, some under way. */
  const fill = async (store: EventStore) => {
    const events = Array.from({ length: 200 }, (_, i) =>
      newEvent({
        key: `order:${i % 20}`,
        dedupeId: `w${i}`,
        reference: `#${i}`,
        payload: `{ "id":82098291194615${1000 + i},"note":"é\\u0000🎁"}`,
      }),
    );
    await store.append(events, 1_000);
    const { events: claimed } = await store.claim({ max: 8, leaseMs: 30_000, now: 2_000 });
    await store.settle(
      claimed.slice(0, 5).map((event, i) => ({
        ref: event,
        outcome: [
          { to: "done" } as const,
          { to: "done" } as const,
          { to: "dead", failure } as const,
          { to: "dead", failure } as const,
          { to: "retry", at: 50_000, failure } as const,
        ][i]!,
      })),
      3_000,
    );
  };
  const work = async (store: EventStore) => {
    const applied: string[] = [];
    for (let round = 0; round < 1_000; round++) {
      const { events } = await store.claim({ max: 7, leaseMs: 1_000, now: 100_000 });
      if (events.length === 0) return applied;
      applied.push(...events.map(({ reference }) => reference!));
      await store.settle(
        events.map((event) => ({ ref: event, outcome: { to: "done" } })),
        100_001,
      );
    }
    return applied;
  };

  for (const [from, to] of [
    ["embedded", "memory"],
    ["memory", "embedded"],
  ] as const)
    it(`takes every open event and dead letter along, in order: ${from} to ${to}`, async () => {
      const make = (engine: string) => (engine === "memory" ? memoryStore({}) : database.queue("orders"));
      const [source, target] = [make(from), make(to)];
      await fill(source);
      const lines = await linesOf(source);
      assert.equal(lines.length, 198);
      assert.deepEqual(await importEvents(target, lines, { now: () => 4_000 }), {
        stored: 198,
        duplicate: 0,
      });
      assert.deepEqual(await importEvents(target, lines, { now: () => 5_000 }), {
        stored: 0,
        duplicate: 198,
      });

      const { events } = await target.list({ limit: 1_000 });
      const { events: originals } = await source.list({
        limit: 1_000,
        states: ["blocked", "ready", "leased", "dead"],
      });
      for (const [i, event] of events.entries())
        for (const name of [
          "key",
          "dedupeId",
          "reference",
          "topic",
          "envelope",
          "payload",
          "attempts",
          "dueAt",
          "enqueuedAt",
          "lastFailure",
        ] as const)
          if (name !== "dueAt" || event.dueAt > event.enqueuedAt)
            assert.deepEqual(event[name], originals[i]![name], `${event.reference}: ${name}`);
      const { dead, ready } = await target.counts();
      assert.deepEqual([dead, ready], [2, 18], "the two dead letters hold their keys");

      const applied = await work(target);
      assert.equal(new Set(applied).size, applied.length);
      assert.equal(applied.length, 178);
      assert.equal(await target.redrive({}, { limit: 9, by: "ann", now: 6_000 }), 2);
      applied.push(...(await work(target)));
      assert.equal(applied.length, 198);
      for (let key = 0; key < 20; key++) {
        const numbers = applied.map((name) => Number(name.slice(1))).filter((number) => number % 20 === key);
        assert.deepEqual(
          numbers,
          numbers.toSorted((a, b) => a - b),
          `order:${key} in order`,
        );
      }
      const [copy] = await target.append([newEvent({ dedupeId: "w77" })], 7_000);
      assert.equal(copy!.outcome, "duplicate", "Shopify's repetition is known here too");
    });

  it("takes it from the file to Redis, and back", async function () {
    needsRedis(this);
    const server = await startRedis();
    const redis = await openRedisDatabase({ url: server.url });
    const [source, target] = [database.queue("orders"), redis.queue("orders")];
    await fill(source);
    const lines = await linesOf(source);
    assert.deepEqual(await importEvents(target, lines), { stored: 198, duplicate: 0 });
    assert.deepEqual(await importEvents(target, lines), { stored: 0, duplicate: 198 });
    const back = database.queue("back");
    assert.deepEqual(await importEvents(back, await linesOf(target)), { stored: 198, duplicate: 0 });
    const content = async (store: EventStore) =>
      (await store.list({ limit: 1_000, states: ["blocked", "ready", "leased", "dead"] })).events.map(
        ({ key, dedupeId, reference, payload, attempts, lastFailure }) => [
          key,
          dedupeId,
          reference,
          payload,
          attempts,
          lastFailure,
        ],
      );
    assert.deepEqual(await content(target), await content(source));
    assert.deepEqual(await content(back), await content(source));
    await redis.close();
    await server.remove();
  });

  it("goes on where an import broke off", async () => {
    const source = memoryStore({});
    await fill(source);
    const lines = await linesOf(source);
    const target = database.queue("orders");
    let calls = 0;
    const breaking: EventStore = {
      ...target,
      restore: async (events, now) => {
        if (++calls > 1)
          throw new HoldfastError({
            class: "unavailable",
            code: "not_stored",
            message: "Full.",
            source: "queue",
          });
        return target.restore(events, now);
      },
    };
    await assert.rejects(importEvents(breaking, lines), /Full/);
    assert.deepEqual(await importEvents(target, lines), { stored: 98, duplicate: 100 });
  });

  it("names the line that is none, and keeps what came before it", async () => {
    const source = memoryStore({});
    await fill(source);
    const lines = (await linesOf(source)).slice(0, 3);
    for (const bad of [
      "not json",
      "{}",
      "null",
      lines[0]!.replace('"dead"', '"lost"').replace('"blocked"', '"lost"').replace('"ready"', '"lost"'),
      lines[0]!.replace('"envelope":"{}"', '"envelope":"}"'),
    ]) {
      const target = memoryStore({});
      await assert.rejects(importEvents(target, [...lines, bad]), (error: { failure: Failure }) => {
        assert.equal(error.failure.code, "bad_import");
        assert.match(error.failure.message, /^Line 4 of the import/);
        return true;
      });
      const { ready, blocked, dead } = await target.counts();
      assert.equal(ready + blocked + dead, 3);
    }
  });

  it("reads lines however they are cut up on the way", async () => {
    const bytes = Buffer.from('{"a":"é🎁"}\n\n{"b":1}\r\n{"c":2}');
    for (const size of [1, 2, 3, 1_000]) {
      const chunks = async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      };
      const lines: string[] = [];
      for await (const line of readLines(chunks())) lines.push(line.trim());
      assert.deepEqual(lines, ['{"a":"é🎁"}', '{"b":1}', '{"c":2}']);
    }
  });
});
