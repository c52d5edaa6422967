import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import { packMessage } from "../../src/queue/envelope.ts";
import type { EventStore } from "../../src/queue/event-store.ts";
import { type RedactTexts, redactEvents } from "../../src/queue/redact-events.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { newEvent } from "../conformance/event-store.ts";
import { memoryStore } from "../support/queue-memory-store.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** Takes "Ann" out, wherever it stands. */
const withoutAnn: RedactTexts = ({ payload, properties, reference }) =>
  payload.includes("Ann") || JSON.stringify(properties).includes("Ann")
    ? redactedAnn(payload, properties, reference)
    : null;
const redactedAnn = (payload: string, properties: Record<string, unknown>, reference: string | null) => ({
  payload: payload.replaceAll("Ann", "-"),
  properties: JSON.parse(JSON.stringify(properties).replaceAll("Ann", "-")) as Record<string, unknown>,
  reference,
  words: ["Ann"],
});

describe("redacting a queue", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it("goes through everything that is stored, and leaves others as they are", async () => {
    const file = path.join(folder.path, "queue.db");
    const database = await openEmbeddedDatabase({ file });
    const store = database.queue("orders");
    const failure: Failure = { class: "unknown", code: "x", message: "Ann is unknown.", source: "t", at: 1 };
    for (let i = 0; i < 80; i++) {
      const payload = { i, name: i % 3 === 0 ? "Ann" : "Bob" };
      await store.append(
        [newEvent({ key: `k${i % 7}`, reference: `#${i}`, ...packMessage({ payload, topic: "t" }) })],
        1,
      );
    }
    const { events: claimed } = await store.claim({ max: 7, leaseMs: 1_000, now: 2 });
    await store.settle(
      claimed.map((event, i) => ({ ref: event, outcome: i % 2 ? { to: "dead", failure } : { to: "done" } })),
      3,
    );
    const before = (await store.list({ limit: 100 })).events;
    assert.equal(await redactEvents(store, withoutAnn), 27);
    const after = (await store.list({ limit: 100 })).events;
    for (const [i, event] of after.entries()) {
      const { payload, envelope: _, lastFailure: __, ...rest } = event;
      const { payload: old, envelope: ___, lastFailure: ____, ...was } = before[i]!;
      assert.deepEqual(rest, was);
      assert.equal(payload, old.replace("Ann", "-"));
    }
    assert.equal(await redactEvents(store, withoutAnn), 0);
    await database.close();
    assert.doesNotMatch(readFileSync(file, "latin1"), /"name":"Ann"/);
  });

  it("looks again at what changed while it was at it, and loses nothing newer", async () => {
    const store = memoryStore({ coalesce: true });
    const [{ id } = { id: "" }] = await store.append([newEvent({ key: "a", payload: "Ann 1" })], 1);
    let meanwhile = true;
    const changing: EventStore = {
      ...store,
      redact: async (redactions) => {
        if (meanwhile) await store.append([newEvent({ key: "a", payload: "Ann 2" })], 2);
        meanwhile = false;
        return store.redact(redactions);
      },
    };
    assert.equal(await redactEvents(changing, withoutAnn), 1);
    assert.equal((await store.get(id))!.payload, "- 2");
  });

  it("says so when something never stands still", async () => {
    const store = memoryStore({});
    await store.append([newEvent({ payload: "Ann" })], 1);
    const restless: EventStore = { ...store, redact: async (all) => all.map(() => "changed") };
    await assert.rejects(redactEvents(restless, withoutAnn), /Pause the queue/);
  });
});
