import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import type { EventStore, NewEvent, Outcome, RestoredEvent } from "../../src/queue/event-store.ts";

const LEASE = 30_000;
const boom: Failure = { class: "unknown", code: "boom", message: "It broke.", source: "test", at: 1 };
const missing: Failure = { ...boom, class: "dependency", code: "order_not_found" };
const plain = { topic: "t", reference: null, envelope: "{}", payload: "{}" };

type Open = (options?: { deadHoldsKey?: boolean; coalesce?: boolean }) => Promise<EventStore>;

/** An event that waits for another of its key, which may stand behind it. */
export function describeDependency(open: Open): void {
  describe("lets the others of its key go before one that waits for another event", () => {
    const append = async (store: EventStore, given: Partial<NewEvent> = {}) =>
      (await store.append([{ ...plain, key: "a", dedupeId: null, ...given }], 1_000))[0]!.id;
    const claim = async (store: EventStore, now = 3_000) => {
      const { events } = await store.claim({ max: 100, leaseMs: LEASE, now });
      assert.ok(events.length <= 1, "one of a key at a time");
      return events[0];
    };
    const settle = async (store: EventStore, event: { id: string; fence: number }, outcome: Outcome) =>
      (await store.settle([{ ref: { id: event.id, fence: event.fence }, outcome }], 3_000))[0];
    /** Claims the next of the key, which must be that one, and ends it so. */
    const next = async (store: EventStore, id: string, outcome: Outcome, now = 3_000) => {
      const event = await claim(store, now);
      assert.equal(event?.id, id);
      assert.equal(await settle(store, event!, outcome), "ok");
    };
    const waits = (at = 60_000): Outcome => ({ to: "retry", at, failure: missing });
    const done: Outcome = { to: "done" };
    const statesOf = async (store: EventStore, ids: string[]) =>
      Promise.all(ids.map(async (id) => (await store.get(id))!.state));

    it("those that wait behind it, in their order, and then it at its time", async () => {
      const store = await open();
      const [fulfillment, order, update] = [await append(store), await append(store), await append(store)];
      await next(store, fulfillment, waits());
      assert.deepEqual(await statesOf(store, [fulfillment, order, update]), ["blocked", "ready", "blocked"]);
      await next(store, order, done);
      await next(store, update, done);
      assert.deepEqual(await statesOf(store, [fulfillment]), ["ready"]);
      const { events, nextDueAt } = await store.claim({ max: 1, leaseMs: LEASE, now: 59_999 });
      assert.deepEqual([events, nextDueAt], [[], 60_000]);
      await next(store, fulfillment, done, 60_000);
      assert.deepEqual(await store.counts(), {
        blocked: 0,
        ready: 0,
        leased: 0,
        done: 3,
        dead: 0,
        oldestOpenAt: null,
      });
    });

    it("those that come while it waits", async () => {
      const store = await open();
      const fulfillment = await append(store);
      await next(store, fulfillment, waits());
      assert.equal(await claim(store), undefined);
      const [order, update] = [await append(store), await append(store)];
      assert.deepEqual(await statesOf(store, [fulfillment, order, update]), ["blocked", "ready", "blocked"]);
      const { oldestOpenAt: _, ...counts } = await store.counts();
      assert.deepEqual(counts, { blocked: 2, ready: 1, leased: 0, done: 0, dead: 0 });
      await next(store, order, done, 90_000);
      await next(store, update, done, 90_000);
      await next(store, fulfillment, done, 90_000);
    });

    it("not while it is worked on", async () => {
      const store = await open();
      const fulfillment = await append(store);
      await next(store, fulfillment, waits());
      const again = await claim(store, 60_000);
      const order = await append(store);
      assert.deepEqual(await statesOf(store, [fulfillment, order]), ["leased", "blocked"]);
      await settle(store, again!, waits(90_000));
      await next(store, order, done, 60_000);
    });

    it("and keeps it there when nothing was learned about it", async () => {
      const store = await open();
      const fulfillment = await append(store);
      await next(store, fulfillment, waits());
      const back: ((event: { id: string; fence: number }) => Promise<unknown>)[] = [
        (event) => settle(store, event, { to: "release" }),
        (event) =>
          settle(store, event, { to: "defer", at: 60_000, failure: { ...boom, class: "throttled" } }),
        () => store.recover({ now: 60_000 + LEASE, maxStalls: 5 }),
      ];
      for (const giveBack of back) {
        const again = await claim(store, 60_000);
        assert.equal(again?.id, fulfillment);
        const order = await append(store);
        await giveBack(again!);
        assert.deepEqual(await statesOf(store, [fulfillment, order]), ["blocked", "ready"]);
        await next(store, order, done, 60_000);
      }
    });

    it("but not when it failed otherwise: then it is at its place again", async () => {
      for (const failure of [boom, { ...boom, class: "conflict" as const }]) {
        const store = await open();
        const first = await append(store);
        await next(store, first, waits());
        const again = await claim(store, 60_000);
        const later = await append(store);
        await settle(store, again!, { to: "retry", at: 70_000, failure });
        assert.equal(await claim(store, 69_999), undefined);
        assert.deepEqual(await statesOf(store, [first, later]), ["ready", "blocked"]);
        await next(store, first, done, 70_000);
        await next(store, later, done, 70_000);
      }
    });

    it("also when several wait: each in its turn", async () => {
      const store = await open();
      const [shipped, tracked, order] = [await append(store), await append(store), await append(store)];
      await next(store, shipped, waits(50_000));
      await next(store, tracked, waits(40_000));
      // It waits for something too, and comes before those that wait for it once they have tried again.
      await next(store, order, waits(30_000));
      assert.equal(await claim(store, 49_999), undefined, "in the order in which they began to wait");
      await next(store, shipped, waits(60_000), 50_000);
      await next(store, tracked, waits(60_000), 50_000);
      await next(store, order, done, 50_000);
      await next(store, shipped, done, 60_000);
      await next(store, tracked, done, 60_000);
    });

    it("unless a dead letter holds the key: then it waits with the others", async () => {
      const store = await open();
      const [fulfillment, order, update] = [await append(store), await append(store), await append(store)];
      await next(store, fulfillment, waits());
      await next(store, order, { to: "dead", failure: { ...boom, class: "rejected" } });
      assert.equal(await claim(store, 60_000), undefined);
      assert.deepEqual(await statesOf(store, [fulfillment, update]), ["blocked", "blocked"]);
      assert.deepEqual(await statesOf(store, [await append(store)]), ["blocked"]);
      await store.redrive({ ids: [order] }, { limit: 1, by: "ann", now: 4_000 });
      await next(store, order, done, 60_000);
      await next(store, update, done, 60_000);
    });

    it("and goes at its time where dead letters let pass", async () => {
      const store = await open({ deadHoldsKey: false });
      const [fulfillment, order] = [await append(store), await append(store)];
      await next(store, fulfillment, waits());
      await next(store, order, { to: "dead", failure: boom });
      await next(store, fulfillment, done, 60_000);
    });

    it("and holds its key from its own place when it stalled too often", async () => {
      const store = await open();
      const first = await append(store);
      await next(store, first, waits());
      assert.equal((await claim(store, 60_000))?.id, first);
      const later = await append(store);
      assert.deepEqual(await store.recover({ now: 60_000 + LEASE, maxStalls: 0 }), { released: 0, dead: 1 });
      assert.deepEqual(await statesOf(store, [first, later, await append(store)]), [
        "dead",
        "blocked",
        "blocked",
      ]);
    });

    it("and is at its own place as a dead letter, and put back there", async () => {
      const store = await open();
      const first = await append(store);
      await next(store, first, waits());
      await next(store, first, { to: "dead", failure: boom }, 60_000);
      const later = await append(store);
      assert.deepEqual(await statesOf(store, [later]), ["blocked"]);
      await store.redrive({ ids: [first] }, { limit: 1, by: "ann", now: 4_000 });
      await next(store, first, waits(5_000));
      await next(store, later, done);
      await next(store, first, { to: "dead", failure: missing }, 5_000);
      const last = await append(store);
      await store.redrive({ ids: [first] }, { limit: 1, by: "ann", now: 6_000 });
      assert.deepEqual(await statesOf(store, [first, last]), ["ready", "blocked"]);
    });

    it("not where events say how things are: the earlier one would undo the later", async () => {
      const store = await open({ coalesce: true });
      const first = await append(store);
      const working = await claim(store);
      const second = await append(store);
      await settle(store, working!, waits());
      assert.equal(await claim(store, 59_999), undefined);
      await next(store, first, done, 60_000);
      await next(store, second, done, 60_000);
    });

    it("nor for a lease that is lost, and those without a key wait for their own time", async () => {
      const store = await open();
      const stale = { id: await append(store), fence: 99 };
      const later = await append(store);
      assert.equal(await settle(store, stale, waits()), "lost");
      assert.deepEqual(await statesOf(store, [stale.id, later]), ["ready", "blocked"]);
      await next(store, stale.id, done);
      await next(store, later, done);
      const alone = await append(store, { key: null });
      await next(store, alone, waits());
      await next(store, alone, done, 60_000);
    });

    it("also when they come from another store", async () => {
      const store = await open();
      const restored = (origin: string, given: Partial<RestoredEvent> = {}): RestoredEvent => ({
        ...plain,
        key: "a",
        dedupeId: null,
        origin,
        state: "open",
        attempts: 0,
        enqueuedAt: 900,
        dueAt: 900,
        settledAt: null,
        lastFailure: null,
        ...given,
      });
      const waiting = { attempts: 1, dueAt: 60_000, lastFailure: missing };
      const [fulfillment, order] = (
        await store.restore([restored("o1", waiting), restored("o2")], 1_000)
      ).map(({ id }) => id);
      assert.deepEqual(await statesOf(store, [fulfillment!, order!]), ["blocked", "ready"]);
      await next(store, order!, done);
      await next(store, fulfillment!, done, 60_000);
    });
  });
}
