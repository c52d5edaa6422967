import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import { startBulkRedrive, unendedRetry } from "../../src/queue/bulk-redrive.ts";
import type { Act, EventStore } from "../../src/queue/event-store.ts";
import { newEvent } from "../conformance/event-store.ts";
import { handClock } from "../support/hand-clock.ts";
import { memoryStore } from "../support/queue-memory-store.ts";

const failure: Failure = { class: "rejected", code: "no", message: "No.", source: "odoo", at: 0 };

/** A store with so many dead letters, each of a key of its own. */
async function withDead(count: number): Promise<{ store: EventStore; ids: string[] }> {
  const store = memoryStore({});
  await store.append(
    Array.from({ length: count }, (_, i) => newEvent({ key: `order:${i}`, topic: i % 2 ? "odd" : "even" })),
    1_000,
  );
  await killAll(store);
  return { store, ids: (await store.listIds({ states: ["dead"], limit: count })).ids };
}

async function killAll(store: EventStore): Promise<void> {
  const { events } = await store.claim({ max: 10_000, leaseMs: 60_000, now: 2_000 });
  await store.settle(
    events.map(({ id, fence }) => ({ ref: { id, fence }, outcome: { to: "dead", failure } })),
    2_000,
  );
}

/** Lets what the store promised come true. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a retry of many dead letters", () => {
  it("puts back so many a second, in their original order, and tells how far it is", async () => {
    const { store, ids } = await withDead(50);
    const clock = handClock();
    const order: string[] = [];
    const watched: EventStore = {
      ...store,
      redrive: (query, options) => {
        order.push(...query.ids!);
        return store.redrive(query, options);
      },
    };
    const retry = await startBulkRedrive(watched, {}, { by: "ann", perSecond: 20, clock });
    assert.deepEqual([retry.progress.total, retry.progress.startedAt, retry.progress.endedAt], [50, 0, null]);
    const atSecond: number[] = [];
    for (let second = 0; second < 3; second++) {
      await settled();
      atSecond.push(retry.progress.done);
      for (let step = 0; step < 4; step++) {
        clock.goOn(250);
        await settled();
      }
    }
    assert.deepEqual(atSecond, [5, 25, 45]);
    assert.equal(await retry.ended, 50);
    assert.deepEqual(order, ids);
    assert.ok(retry.progress.endedAt !== null);
    assert.equal((await store.counts()).dead, 0);
    const [entry] = (await store.history(ids[0]!)).slice(-1);
    assert.deepEqual([entry!.what, entry!.by], ["redriven", "ann"]);
  });

  it("takes only those that match, and none that dies while it runs", async () => {
    const { store } = await withDead(10);
    const clock = handClock();
    const retry = await startBulkRedrive(store, { topic: "odd" }, { by: "ann", perSecond: 4, clock });
    assert.equal(retry.progress.total, 5);
    for (let step = 0; step < 6; step++) {
      await settled();
      await killAll(store);
      clock.goOn(250);
    }
    assert.equal(await retry.ended, 5);
    assert.equal((await store.counts()).dead, 10);
  });

  it("leaves the rest as they are when it is stopped, at once", async () => {
    const { store } = await withDead(30);
    const clock = handClock();
    const retry = await startBulkRedrive(store, {}, { by: "ann", perSecond: 20, clock });
    await settled();
    retry.stop();
    assert.equal(await retry.ended, 5);
    assert.deepEqual([retry.progress.done, (await store.counts()).dead], [5, 25]);
  });

  it("ends with the store's own words when that fails", async () => {
    const { store } = await withDead(10);
    const clock = handClock();
    const broken: EventStore = { ...store, redrive: () => Promise.reject(new Error("The disk is full.")) };
    const retry = await startBulkRedrive(broken, {}, { by: "ann", perSecond: 20, clock });
    await assert.rejects(retry.ended, /The disk is full/);
    assert.ok(retry.progress.endedAt !== null);
    assert.equal((await store.counts()).dead, 10);
  });

  it("is known to have been cut off when its end was not written down", () => {
    const act = (what: Act["what"], at: number): Act => ({ at, by: "ann", what, detail: "" });
    const began = act("retrying", 5);
    assert.equal(unendedRetry([]), null);
    assert.equal(unendedRetry([act("paused", 9), began, act("retried", 4), act("retrying", 3)]), began);
    assert.equal(unendedRetry([act("retried", 6), began]), null);
  });
});
