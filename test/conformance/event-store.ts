import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import type {
  EventStore,
  LeasedEvent,
  NewEvent,
  Outcome,
  Redaction,
  RestoredEvent,
} from "../../src/queue/event-store.ts";
import { describeDependency } from "./event-store-dependency.ts";
import { describeHold } from "./event-store-hold.ts";
import { describeModel } from "./event-store-model.ts";

export interface StoreOptions {
  deadHoldsKey?: boolean;
  dedupeMs?: number;
  coalesce?: boolean;
}

/** Opens a queue that is empty. */
export type OpenStore = (options?: StoreOptions) => Promise<EventStore>;

const LEASE = 30_000;
const HOUR = 3_600_000;
const failure: Failure = { class: "unknown", code: "boom", message: "It broke.", source: "test", at: 1 };

export function newEvent(given: Partial<NewEvent> = {}): NewEvent {
  return {
    key: null,
    dedupeId: null,
    topic: "orders/create",
    reference: null,
    envelope: "{}",
    payload: "{}",
    ...given,
  };
}

/** What every engine promises, whatever it is made of. */
export function describeEventStore(name: string, openStore: OpenStore): void {
  describe(`event store: ${name}`, function () {
    this.timeout(30_000);
    const opened: EventStore[] = [];
    const open = async (options?: StoreOptions) => {
      const store = await openStore(options);
      opened.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });

    const append = async (store: EventStore, given: Partial<NewEvent> = {}, now = 1_000): Promise<string> =>
      (await store.append([newEvent(given)], now))[0]!.id;
    const claim = async (store: EventStore, max = 100, now = 2_000): Promise<LeasedEvent[]> =>
      (await store.claim({ max, leaseMs: LEASE, now })).events;
    const claimIds = async (store: EventStore, max = 100, now = 2_000) =>
      (await claim(store, max, now)).map(({ id }) => id);
    const settle = async (
      store: EventStore,
      event: { id: string; fence: number },
      outcome: Outcome,
      now = 3_000,
    ) => (await store.settle([{ ref: { id: event.id, fence: event.fence }, outcome }], now))[0];
    const kill = async (store: EventStore, id: string) => {
      const event = (await claim(store)).find((one) => one.id === id);
      assert.ok(event, `${id} could be claimed`);
      await settle(store, event, { to: "dead", failure });
    };
    const stateOf = async (store: EventStore, id: string) => (await store.get(id))?.state;

    describe("keeps what it is given", () => {
      const payloads = {
        "an ordinary body": '{"id":820982911946154508,"total_price":"10.00"}',
        "odd spacing and repeated names": '{ "a":1,\n\t"a" : 2 }',
        "every kind of sign": '{"note":"Żółć 北京 🎁 e\u0301 \\u0000"}',
        "a NUL": "before\u0000after",
        nothing: "",
        "five megabytes": JSON.stringify({ text: "é".repeat(2_500_000) }),
      };
      for (const [what, payload] of Object.entries(payloads)) {
        it(`byte for byte: ${what}`, async () => {
          const store = await open();
          const given = newEvent({
            payload,
            envelope: payload.slice(0, 1000),
            reference: "#1 🎁",
            key: "order:ß",
          });
          await store.append([given], 1_000);
          const [event] = await claim(store);
          assert.equal(event!.payload === payload, true);
          const { key, envelope, reference, topic, dedupeId } = event!;
          assert.deepEqual(
            { ...given, payload: "" },
            { key, envelope, reference, topic, dedupeId, payload: "" },
          );
        });
      }
    });

    describe("delivers", () => {
      it("the oldest first, up to the number asked for", async () => {
        const store = await open();
        const ids = [];
        for (let i = 0; i < 5; i++) ids.push(await append(store, { key: `k${i}` }, 1_000 + i));
        assert.deepEqual(await claimIds(store, 2), ids.slice(0, 2));
        assert.deepEqual(await claimIds(store, 10), ids.slice(2));
        assert.deepEqual(await claimIds(store, 10), []);
      });

      it("in the order in which one call stored them", async () => {
        const store = await open();
        const results = await store.append(
          ["a", "b", "c"].map((key) => newEvent({ key })),
          1_000,
        );
        assert.deepEqual(
          await claimIds(store),
          results.map(({ id }) => id),
        );
      });

      it("an event that came while the clock was wrong", async () => {
        const store = await open();
        const id = await append(store, {}, 9_000_000_000_000);
        assert.deepEqual(await claimIds(store, 1, 1_000), [id]);
      });

      it("an event that was put off while the clock was wrong, leased by the clock as it is", async () => {
        const store = await open();
        const id = await append(store);
        await settle(store, (await claim(store))[0]!, { to: "retry", at: 9_000_000_000_000, failure });
        const { nextDueAt } = await store.claim({ max: 1, leaseMs: LEASE, now: 5_000 });
        assert.equal(nextDueAt, 9_000_000_000_000);
        const [event] = await claim(store, 1, nextDueAt);
        assert.equal(event!.id, id);
        assert.deepEqual(await store.extend([event!], LEASE, 5_000), []);
        assert.deepEqual(await store.recover({ now: 4_999 + LEASE, maxStalls: 5 }), { released: 0, dead: 0 });
        assert.deepEqual(await store.recover({ now: 5_000 + LEASE, maxStalls: 5 }), { released: 1, dead: 0 });
      });

      it("says when the next one is due", async () => {
        const store = await open();
        await append(store);
        const [event] = await claim(store);
        await settle(store, event!, { to: "defer", at: 50_000 });
        assert.deepEqual(await store.claim({ max: 1, leaseMs: LEASE, now: 49_999 }), {
          events: [],
          nextDueAt: 50_000,
        });
        assert.deepEqual(await claimIds(store, 1, 50_000), [event!.id]);
      });

      it("says nothing of a next one when none waits for its time", async () => {
        const store = await open();
        assert.equal((await store.claim({ max: 1, leaseMs: LEASE, now: 1 })).nextDueAt, null);
      });

      it("wakes those who wait for work when there may be some", async () => {
        const store = await open();
        let woken = 0;
        const stop = store.onWork(() => woken++);
        await append(store);
        assert.ok(woken > 0);
        stop();
        woken = 0;
        await append(store);
        assert.equal(woken, 0);
      });
    });

    describe("takes a second copy for a duplicate", () => {
      it("and names the first", async () => {
        const store = await open();
        const [first] = await store.append([newEvent({ dedupeId: "w1" })], 1_000);
        assert.deepEqual(await store.append([newEvent({ dedupeId: "w1" })], 2_000), [
          { id: first!.id, outcome: "duplicate" },
        ]);
        assert.equal((await store.counts()).ready, 1);
      });

      it("within one call", async () => {
        const store = await open();
        const results = await store.append([newEvent({ dedupeId: "w" }), newEvent({ dedupeId: "w" })], 1_000);
        assert.deepEqual(
          results.map(({ outcome }) => outcome),
          ["stored", "duplicate"],
        );
      });

      it("even when the first is done and forgotten", async () => {
        const store = await open();
        await append(store, { dedupeId: "w1" });
        const [event] = await claim(store);
        await settle(store, event!, { to: "done" });
        await store.prune({ doneBefore: 9_000, dedupeBefore: 0, limit: 100 });
        assert.equal(await store.get(event!.id), undefined);
        const [second] = await store.append([newEvent({ dedupeId: "w1" })], 10_000);
        assert.deepEqual(second, { id: event!.id, outcome: "duplicate" });
      });

      it("no longer than its window", async () => {
        const store = await open({ dedupeMs: HOUR });
        await append(store, { dedupeId: "w1" }, 1_000);
        const again = async (now: number) =>
          (await store.append([newEvent({ dedupeId: "w1" })], now))[0]!.outcome;
        assert.equal(await again(1_000 + HOUR - 1), "duplicate");
        assert.equal(await again(1_000 + HOUR), "stored");
        assert.equal(await again(1_000 + HOUR + 1), "duplicate");
      });

      it("never without a dedupe id", async () => {
        const store = await open();
        await append(store);
        await append(store);
        assert.equal((await store.counts()).ready, 2);
      });
    });

    describe("keeps the order of a key", () => {
      it("one at a time, the others behind it, other keys beside it", async () => {
        const store = await open();
        const a1 = await append(store, { key: "a" });
        const a2 = await append(store, { key: "a" });
        const b1 = await append(store, { key: "b" });
        const claimed = await claim(store);
        assert.deepEqual(
          claimed.map(({ id }) => id),
          [a1, b1],
        );
        assert.equal(await stateOf(store, a2), "blocked");
        await settle(store, claimed[0]!, { to: "done" });
        assert.deepEqual(await claimIds(store), [a2]);
      });

      it("through a retry", async () => {
        const store = await open();
        const first = await append(store, { key: "a" });
        const second = await append(store, { key: "a" });
        await settle(store, (await claim(store))[0]!, { to: "retry", at: 60_000, failure });
        assert.deepEqual(await claimIds(store, 10, 59_999), []);
        assert.equal(await stateOf(store, second), "blocked");
        assert.deepEqual(await claimIds(store, 10, 60_000), [first]);
      });

      it("through a defer, a release and a lost lease", async () => {
        const store = await open();
        const first = await append(store, { key: "a" });
        await append(store, { key: "a" });
        await settle(store, (await claim(store))[0]!, { to: "defer", at: 5_000 });
        await settle(store, (await claim(store, 10, 5_000))[0]!, { to: "release" }, 5_001);
        assert.deepEqual(await claimIds(store, 10, 5_002), [first]);
        await store.recover({ now: 5_002 + LEASE, maxStalls: 5 });
        assert.deepEqual(await claimIds(store, 10, 5_003 + LEASE), [first]);
      });

      it("not among events without a key", async () => {
        const store = await open();
        await append(store);
        await append(store);
        assert.equal((await claim(store)).length, 2);
      });

      it("behind a dead letter, until it is discarded", async () => {
        const store = await open();
        const first = await append(store, { key: "a" });
        const second = await append(store, { key: "a" });
        await kill(store, first);
        const third = await append(store, { key: "a" });
        assert.deepEqual(await claimIds(store), []);
        assert.equal(
          await store.discard({ ids: [first] }, { by: "ann", reason: "a test order", now: 4_000 }),
          1,
        );
        assert.equal(await stateOf(store, first), "done");
        const [next] = await claim(store);
        assert.equal(next!.id, second);
        await settle(store, next!, { to: "done" });
        assert.deepEqual(await claimIds(store), [third]);
      });

      it("past a dead letter that waited for another event: that one may stand behind it", async () => {
        const store = await open();
        const fulfillment = await append(store, { key: "a" });
        const order = await append(store, { key: "a" });
        const missing: Failure = { ...failure, class: "dependency", code: "order_not_found" };
        await settle(store, (await claim(store))[0]!, { to: "dead", failure: missing });
        const [next] = await claim(store);
        assert.equal(next!.id, order);
        await settle(store, next!, { to: "done" });
        const later = await append(store, { key: "a" });
        assert.equal(await stateOf(store, later), "ready");
        await store.redrive({ ids: [fulfillment] }, { limit: 10, by: "ann", now: 4_000 });
        assert.deepEqual(await claimIds(store), [fulfillment]);
      });

      it("past a dead letter, where dead letters let pass", async () => {
        const store = await open({ deadHoldsKey: false });
        const first = await append(store, { key: "a" });
        const second = await append(store, { key: "a" });
        await kill(store, first);
        const [next] = await claim(store);
        assert.equal(next!.id, second);
        await settle(store, next!, { to: "done" });
        assert.deepEqual(await claimIds(store), []);
        const third = await append(store, { key: "a" });
        assert.deepEqual(await claimIds(store), [third]);
      });

      it("however many wait", async () => {
        const store = await open();
        const many = Array.from({ length: 5_000 }, () => newEvent({ key: "a" }));
        const [first] = await store.append(many, 1_000);
        await settle(store, (await claim(store))[0]!, { to: "retry", at: 60_000, failure });
        const other = await append(store, { key: "b" });
        assert.deepEqual(await claimIds(store), [other]);
        assert.equal((await store.counts()).blocked, 4_999);
        assert.deepEqual(await claimIds(store, 10, 60_000), [first!.id]);
      });
    });

    describe("puts dead letters back at their place", () => {
      it("before those that waited behind them", async () => {
        const store = await open();
        const first = await append(store, { key: "a" });
        await append(store, { key: "a" });
        await kill(store, first);
        assert.equal(await store.redrive({ ids: [first] }, { limit: 10, by: "ann", now: 4_000 }), 1);
        const [event] = await claim(store);
        assert.deepEqual([event!.id, event!.attempts, event!.settledAt], [first, 0, null]);
        assert.deepEqual(await claimIds(store), []);
      });

      it("after the one of their key that is being worked on, before the next", async () => {
        const store = await open({ deadHoldsKey: false });
        const first = await append(store, { key: "a" });
        await append(store, { key: "a" });
        await append(store, { key: "a" });
        await kill(store, first);
        const [second] = await claim(store);
        await store.redrive({ key: "a" }, { limit: 10, by: "ann", now: 4_000 });
        assert.equal(await stateOf(store, first), "blocked");
        assert.deepEqual(await claimIds(store), []);
        await settle(store, second!, { to: "done" });
        assert.deepEqual(await claimIds(store), [first]);
      });

      it("before a later one that is ready or waits for its retry", async () => {
        const store = await open({ deadHoldsKey: false });
        const first = await append(store, { key: "a" });
        const second = await append(store, { key: "a" });
        await kill(store, first);
        await settle(store, (await claim(store))[0]!, { to: "retry", at: 50_000, failure });
        await store.redrive({ key: "a" }, { limit: 10, by: "ann", now: 4_000 });
        const [event] = await claim(store, 10, 60_000);
        assert.deepEqual([event!.id, await stateOf(store, second)], [first, "blocked"]);
        await settle(store, event!, { to: "done" });
        assert.deepEqual(await claimIds(store, 10, 49_999), []);
        assert.deepEqual(await claimIds(store, 10, 50_000), [second]);
      });

      it("before a later one whose retry comes while it waits", async () => {
        const store = await open({ deadHoldsKey: false });
        const first = await append(store, { key: "a" });
        const second = await append(store, { key: "a" });
        await kill(store, first);
        const [working] = await claim(store);
        await store.redrive({ key: "a" }, { limit: 10, by: "ann", now: 4_000 });
        await settle(store, working!, { to: "release" });
        assert.deepEqual(await claimIds(store), [first]);
        assert.equal(await stateOf(store, second), "blocked");
      });

      it("the earliest first and no more than the limit", async () => {
        const store = await open();
        const ids = [];
        for (const key of ["a", "b", "c"]) ids.push(await append(store, { key }));
        for (const event of await claim(store)) await settle(store, event, { to: "dead", failure });
        assert.equal(await store.redrive({}, { limit: 2, by: "ann", now: 4_000 }), 2);
        assert.deepEqual(await claimIds(store), ids.slice(0, 2));
      });

      it("and only dead letters", async () => {
        const store = await open();
        const id = await append(store);
        assert.equal(await store.redrive({ ids: [id] }, { limit: 9, by: "ann", now: 1 }), 0);
        assert.equal(await store.discard({ ids: [id] }, { by: "ann", reason: "no", now: 1 }), 0);
        assert.equal(await stateOf(store, id), "ready");
      });
    });

    describe("lets only the holder of a lease change an event", () => {
      it("the fence grows with every claim", async () => {
        const store = await open();
        await append(store);
        const fences = [];
        for (let i = 0; i < 3; i++) {
          const [event] = await claim(store);
          fences.push(event!.fence);
          await settle(store, event!, { to: "release" });
        }
        assert.ok(fences[0]! < fences[1]! && fences[1]! < fences[2]!, String(fences));
      });

      it("an older fence settles nothing and renews nothing", async () => {
        const store = await open();
        await append(store);
        const [old] = await claim(store);
        await store.recover({ now: 2_000 + LEASE, maxStalls: 5 });
        const [current] = await claim(store, 1, 3_000 + LEASE);
        for (const outcome of [
          { to: "done" },
          { to: "dead", failure },
          { to: "retry", at: 1, failure },
          { to: "release" },
        ] as Outcome[])
          assert.equal(await settle(store, old!, outcome), "lost");
        const ref = { id: old!.id, fence: old!.fence };
        assert.deepEqual(await store.extend([ref], LEASE, 4_000), [ref]);
        assert.equal(await settle(store, current!, { to: "done" }), "ok");
      });

      it("settling twice is harmless", async () => {
        const store = await open();
        await append(store);
        const [event] = await claim(store);
        assert.equal(await settle(store, event!, { to: "done" }), "ok");
        assert.equal(await settle(store, event!, { to: "dead", failure }), "lost");
        assert.equal(await stateOf(store, event!.id), "done");
      });

      it("what never was there is lost", async () => {
        const store = await open();
        assert.equal(await settle(store, { id: "no-such-event", fence: 1 }, { to: "done" }), "lost");
        assert.equal(await settle(store, { id: "987654321", fence: 1 }, { to: "done" }), "lost");
        assert.equal(await store.get("no-such-event"), undefined);
        assert.deepEqual(await store.history("no-such-event"), []);
      });

      it("each of several settlements stands for itself", async () => {
        const store = await open();
        for (const key of ["a", "b", "c"]) await append(store, { key });
        const [a, b, c] = await claim(store);
        await settle(store, b!, { to: "done" });
        const outcomes = await store.settle(
          [a!, b!, c!].map(({ id, fence }) => ({ ref: { id, fence }, outcome: { to: "done" } as const })),
          3_000,
        );
        assert.deepEqual(outcomes, ["ok", "lost", "ok"]);
      });
    });

    describe("recovers what was dropped", () => {
      it("when the lease has run out, not before, and counts a stall", async () => {
        const store = await open();
        const id = await append(store);
        await claim(store, 1, 2_000);
        assert.deepEqual(await store.recover({ now: 2_000 + LEASE - 1, maxStalls: 5 }), {
          released: 0,
          dead: 0,
        });
        assert.deepEqual(await store.recover({ now: 2_000 + LEASE, maxStalls: 5 }), { released: 1, dead: 0 });
        const event = await store.get(id);
        assert.deepEqual([event!.state, event!.stalls, event!.attempts], ["ready", 1, 0]);
      });

      it("not while the lease is renewed", async () => {
        const store = await open();
        await append(store);
        const [event] = await claim(store, 1, 2_000);
        assert.deepEqual(await store.extend([{ id: event!.id, fence: event!.fence }], LEASE, 20_000), []);
        assert.deepEqual(await store.recover({ now: 2_000 + LEASE, maxStalls: 5 }), { released: 0, dead: 0 });
      });

      it("and remembers the stall while it is only put back for later", async () => {
        const store = await open();
        const id = await append(store);
        await claim(store, 1, 2_000);
        await store.recover({ now: 2_000 + LEASE, maxStalls: 5 });
        await settle(store, (await claim(store, 1, 40_000))[0]!, { to: "release", at: 50_000 }, 40_000);
        assert.equal((await claim(store, 1, 49_999)).length, 0);
        const [later] = await claim(store, 1, 50_000);
        assert.deepEqual([later!.id, later!.stalls, later!.attempts], [id, 1, 0]);
      });

      it("and gives up in words when that happens too often", async () => {
        const store = await open();
        const id = await append(store, { key: "a" });
        const next = await append(store, { key: "a" });
        let now = 2_000;
        const stall = async () => {
          await claim(store, 1, now);
          now += LEASE;
          return store.recover({ now, maxStalls: 2 });
        };
        assert.deepEqual(await stall(), { released: 1, dead: 0 });
        assert.deepEqual(await stall(), { released: 1, dead: 0 });
        assert.deepEqual(await stall(), { released: 0, dead: 1 });
        const event = await store.get(id);
        assert.equal(event!.state, "dead");
        assert.equal(event!.lastFailure!.code, "stalled");
        assert.match(event!.lastFailure!.message, /delivered 3 times/);
        assert.ok(event!.lastFailure!.hint);
        assert.equal(await stateOf(store, next), "blocked");
      });
    });

    describe("counts attempts", () => {
      it("for retry and dead, not for defer and release", async () => {
        const store = await open();
        const id = await append(store);
        const attempts = async () => (await store.get(id))!.attempts;
        const next = async (outcome: Outcome) => settle(store, (await claim(store, 1, 9_000))[0]!, outcome);
        await next({ to: "defer", at: 9_000, failure });
        assert.equal(await attempts(), 0);
        await next({ to: "release", failure });
        assert.equal(await attempts(), 0);
        await next({ to: "retry", at: 9_000, failure });
        assert.equal(await attempts(), 1);
        await next({ to: "dead", failure });
        assert.equal(await attempts(), 2);
        assert.deepEqual((await store.get(id))!.lastFailure, failure);
      });

      it("afresh after a redrive", async () => {
        const store = await open();
        const id = await append(store);
        await settle(store, (await claim(store))[0]!, { to: "retry", at: 3_000, failure });
        await settle(store, (await claim(store, 1, 3_000))[0]!, { to: "dead", failure });
        await store.redrive({}, { limit: 1, by: "ann", now: 4_000 });
        assert.equal((await store.get(id))!.attempts, 0);
      });
    });

    describe("tells what happened", () => {
      it("in order, with who and why", async () => {
        const store = await open();
        const id = await append(store);
        await settle(store, (await claim(store))[0]!, { to: "retry", at: 3_000, failure }, 3_000);
        await settle(store, (await claim(store, 1, 3_000))[0]!, { to: "dead", failure }, 4_000);
        await store.redrive({}, { limit: 1, by: "ann", now: 5_000 });
        await settle(store, (await claim(store, 1, 5_000))[0]!, { to: "dead", failure }, 6_000);
        await store.discard({}, { by: "bob", reason: "a test order", now: 7_000 });
        const told = (await store.history(id)).map(({ at, what, attempt, by, reason }) => [
          at,
          what,
          attempt,
          by,
          reason,
        ]);
        assert.deepEqual(told, [
          [3_000, "retry", 1, null, null],
          [4_000, "dead", 2, null, null],
          [5_000, "redriven", 0, "ann", null],
          [6_000, "dead", 1, null, null],
          [7_000, "discarded", 0, "bob", "a test order"],
        ]);
      });

      it("in one line for many defers in a row", async () => {
        const store = await open();
        const id = await append(store);
        for (let i = 0; i < 300; i++)
          await settle(
            store,
            (await claim(store, 1, 10_000 + i))[0]!,
            { to: "defer", at: 10_000 + i, failure },
            10_000 + i,
          );
        const history = await store.history(id);
        assert.deepEqual(
          history.map(({ what, times, at }) => [what, times, at]),
          [["defer", 300, 10_299]],
        );
      });
    });

    describe("finds", () => {
      const fill = async (store: EventStore) => {
        const ids = [];
        for (let i = 1; i <= 7; i++)
          ids.push(
            await append(store, {
              key: `order:${i % 3}`,
              topic: i === 4 ? "refunds/create" : "orders/create",
              reference: `#100${i}`,
              payload: i === 5 ? '{"discount":"100%_off"}' : "{}",
            }),
          );
        return ids;
      };
      const found = async (store: EventStore, query: Parameters<EventStore["list"]>[0]) =>
        (await store.list(query)).events.map(({ id }) => id);

      it("by id, key, state, topic, and all of them together", async () => {
        const store = await open();
        const ids = await fill(store);
        assert.deepEqual(await found(store, {}), ids);
        assert.deepEqual(await found(store, { ids: [ids[2]!, ids[0]!, "none"] }), [ids[0], ids[2]]);
        assert.deepEqual(await found(store, { key: "order:1" }), [ids[0], ids[3], ids[6]]);
        assert.deepEqual(await found(store, { states: ["ready"] }), ids.slice(0, 3));
        assert.deepEqual(await found(store, { states: ["blocked", "dead"] }), ids.slice(3));
        assert.deepEqual(await found(store, { states: [] }), []);
        assert.deepEqual(await found(store, { topic: "refunds/create" }), [ids[3]]);
        assert.deepEqual(
          await found(store, { key: "order:1", states: ["blocked"], topic: "orders/create" }),
          [ids[6]],
        );
      });

      it("text, wherever it stands, taken literally", async () => {
        const store = await open();
        const ids = await fill(store);
        assert.deepEqual(await found(store, { text: "#1003" }), [ids[2]]);
        assert.deepEqual(await found(store, { text: "100%_OFF" }), [ids[4]]);
        assert.deepEqual(await found(store, { text: "%" }), [ids[4]]);
        assert.deepEqual(await found(store, { text: "ORDER:2" }), [ids[1], ids[4]]);
      });

      it("by what went wrong", async () => {
        const store = await open();
        const ids = await fill(store);
        for (const event of await claim(store)) await settle(store, event, { to: "dead", failure });
        assert.deepEqual(await found(store, { failureClass: "unknown" }), ids.slice(0, 3));
        assert.deepEqual(await found(store, { failureClass: "rejected" }), []);
        assert.deepEqual(await found(store, { states: ["dead"], text: "it broke" }), ids.slice(0, 3));
      });

      it("by what people call them, whatever their state", async () => {
        const store = await open();
        const ids = await fill(store);
        const [first] = await claim(store, 1);
        await settle(store, first!, { to: "done" });
        assert.deepEqual(await found(store, { references: ["#1001", "#1007", "#100"] }), [ids[0], ids[6]]);
        assert.deepEqual(await found(store, { references: ["#1003"], states: ["dead"] }), []);
        assert.deepEqual(await found(store, { references: [] }), []);
        const odd = await append(store, { reference: 'a "quoted" \\ one' });
        assert.deepEqual(await found(store, { references: ['a "quoted" \\ one'] }), [odd]);
      });

      it("by when they came", async () => {
        const store = await open();
        const ids: string[] = [];
        for (const at of [1_000, 2_000, 3_000]) ids.push(await append(store, {}, at));
        assert.deepEqual(await found(store, { from: 2_000 }), ids.slice(1));
        assert.deepEqual(await found(store, { before: 2_000 }), [ids[0]]);
        assert.deepEqual(await found(store, { from: 1_001, before: 3_000 }), [ids[1]]);
      });

      it("those that failed, and those that wait for their time", async () => {
        const store = await open();
        const ids = await fill(store);
        const [retried, deferred, released] = await claim(store);
        await settle(store, retried!, { to: "retry", at: 9_000, failure });
        await settle(store, deferred!, { to: "defer", at: 8_000 });
        await settle(store, released!, { to: "release" });
        assert.deepEqual(await found(store, { failed: true }), [ids[0]]);
        assert.deepEqual(await found(store, { states: ["ready"], dueAfter: 8_000 }), [ids[0]]);
        assert.deepEqual(await found(store, { states: ["ready"], dueBy: 8_000 }), [ids[1], ids[2]]);
        assert.deepEqual(
          await Promise.all([7_999, 8_000, 8_999, 9_000].map((now) => store.delayed(now))),
          [2, 1, 1, 0],
        );
      });

      it("what was discarded, apart from what was applied", async () => {
        const store = await open();
        const ids = await fill(store);
        const [applied, dead] = await claim(store);
        await settle(store, applied!, { to: "done" });
        await settle(store, dead!, { to: "dead", failure });
        await store.discard({ ids: [dead!.id] }, { by: "ann", reason: "a test order", now: 5_000 });
        assert.deepEqual(await found(store, { states: ["done"], discarded: true }), [ids[1]]);
        assert.deepEqual(await found(store, { states: ["done"], discarded: false }), [ids[0]]);
        assert.deepEqual(await found(store, { states: ["done"] }), [ids[0], ids[1]]);
        const { events } = await store.list({ states: ["done"] });
        assert.deepEqual(
          events.map(({ discarded }) => discarded),
          [false, true],
        );
        assert.equal((await store.get(dead!.id))!.discarded, true);
        assert.equal((await store.get(ids[2]!))!.discarded, false);
      });

      it("ids alone, as it lists the events", async () => {
        const store = await open();
        await fill(store);
        for (const query of [
          {},
          { key: "order:1" },
          { discarded: false },
          { text: "#1003" },
          { order: "desc", limit: 2 },
        ] as const) {
          const { events, next } = await store.list(query);
          assert.deepEqual(await store.listIds(query), { ids: events.map(({ id }) => id), next });
        }
      });

      it("page by page, both ways", async () => {
        const store = await open();
        const ids = await fill(store);
        for (const order of ["asc", "desc"] as const) {
          const seen: string[] = [];
          let after: number | undefined;
          for (;;) {
            const page = await store.list({ order, limit: 3, ...(after === undefined ? {} : { after }) });
            seen.push(...page.events.map(({ id }) => id));
            if (page.next === null) break;
            after = page.next;
          }
          assert.deepEqual(seen, order === "asc" ? ids : ids.toReversed());
        }
      });
    });

    describe("forgets", () => {
      it("done events by age, a few at a time, and never a dead letter", async () => {
        const store = await open();
        for (let i = 0; i < 6; i++) await append(store, { key: `k${i}` });
        const claimed = await claim(store);
        for (const [i, event] of claimed.entries())
          await settle(store, event, i === 5 ? { to: "dead", failure } : { to: "done" }, 3_000 + i);
        const prune = () => store.prune({ doneBefore: 3_004, dedupeBefore: 0, limit: 3 });
        assert.equal(await prune(), 3);
        assert.equal(await prune(), 1);
        assert.equal(await prune(), 0);
        assert.equal(await store.prune({ doneBefore: 9e12, dedupeBefore: 0, limit: 10 }), 1);
        const { done, dead } = await store.counts();
        assert.deepEqual({ done, dead }, { done: 0, dead: 1 });
      });

      it("done events by count, whatever their age, the oldest first", async () => {
        const store = await open();
        const ids: string[] = [];
        for (let i = 0; i < 7; i++) ids.push(await append(store, { key: `k${i}` }));
        const claimed = await claim(store);
        // Done in another order than stored; the last one is dead.
        for (const [i, at] of [4, 0, 2, 1, 5, 3].entries())
          await settle(store, claimed[at]!, { to: "done" }, 3_000 + i);
        await settle(store, claimed[6]!, { to: "dead", failure }, 3_009);
        const prune = (keepDone: number) =>
          store.prune({ doneBefore: 0, keepDone, dedupeBefore: 0, limit: 3 });
        assert.equal(await prune(6), 0);
        assert.equal(await prune(2), 3);
        assert.equal(await prune(2), 1);
        assert.equal(await prune(2), 0);
        const left = (await store.list({ states: ["done", "dead"] })).events.map(({ id }) => id);
        assert.deepEqual(left, [ids[3], ids[5], ids[6]]);
        assert.equal(await store.prune({ doneBefore: 3_005, keepDone: 2, dedupeBefore: 0, limit: 3 }), 1);
        assert.equal(await prune(0), 1);
      });

      it("dedupe ids by age", async () => {
        const store = await open();
        await append(store, { dedupeId: "w1" }, 1_000);
        assert.equal(await store.prune({ doneBefore: 0, dedupeBefore: 1_000, limit: 9 }), 0);
        assert.equal(await store.prune({ doneBefore: 0, dedupeBefore: 1_001, limit: 9 }), 1);
        assert.equal((await store.append([newEvent({ dedupeId: "w1" })], 2_000))[0]!.outcome, "stored");
      });
    });

    describe("knows which dead letters nobody was told of", () => {
      const untold = async (store: EventStore, now: number) =>
        (await store.untold({ max: 10, now, until: now + 1_000 })).map(({ id }) => id);
      const end = async (store: EventStore, outcome: Partial<Outcome & { to: "dead" }> = {}) => {
        const id = await append(store);
        const [event] = await claim(store);
        await settle(store, event!, { to: "dead", failure, ...outcome }, 3_000);
        return id;
      };

      it("those that stalled too often, with the reason", async () => {
        const store = await open();
        const id = await append(store);
        await claim(store);
        await store.recover({ now: 2_000 + LEASE, maxStalls: 0 });
        const [event, ...others] = await store.untold({ max: 10, now: 2_000 + LEASE, until: 99_999 });
        assert.deepEqual([event!.id, event!.state, event!.lastFailure!.code], [id, "dead", "stalled"]);
        assert.deepEqual(others, []);
      });

      it("not those that came to a node that tells of them", async () => {
        const store = await open();
        const silent = await end(store);
        await end(store, { told: true });
        assert.deepEqual(await untold(store, 3_000), [silent]);
      });

      it("hands each to one caller, and again only when nobody told of it in time", async () => {
        const store = await open();
        const first = await end(store);
        const second = await end(store);
        assert.deepEqual((await untold(store, 3_000)).toSorted(), [first, second].toSorted());
        assert.deepEqual(await untold(store, 3_999), []);
        await store.told(first);
        await store.told("no such event");
        assert.deepEqual(await untold(store, 4_000), [second]);
      });

      it("no more than asked for at a time", async () => {
        const store = await open();
        for (let i = 0; i < 3; i++) await end(store);
        assert.equal((await store.untold({ max: 2, now: 3_000, until: 3_009 })).length, 2);
        assert.equal((await store.untold({ max: 2, now: 3_000, until: 3_009 })).length, 1);
      });

      it("not those that were redriven or discarded, until they die again", async () => {
        const store = await open();
        const again = await end(store);
        await end(store);
        await store.redrive({ ids: [again] }, { limit: 1, by: "ann", now: 3_001 });
        await store.discard({}, { by: "ann", reason: "known", now: 3_001 });
        assert.deepEqual(await untold(store, 9_000), []);
        const [event] = await claim(store);
        await settle(store, event!, { to: "dead", failure }, 9_000);
        assert.deepEqual(await untold(store, 9_000), [again]);
      });
    });

    describe("takes in what another store exported", () => {
      const restored = (origin: string, given: Partial<RestoredEvent> = {}): RestoredEvent => ({
        ...newEvent(),
        origin,
        state: "open",
        attempts: 0,
        enqueuedAt: 500,
        dueAt: 500,
        settledAt: null,
        lastFailure: null,
        ...given,
      });
      const outcomes = async (store: EventStore, events: RestoredEvent[], now = 1_000) =>
        (await store.restore(events, now)).map(({ outcome }) => outcome);

      it("as it was: texts, attempts, times, failure", async () => {
        const store = await open();
        const given = restored("o1", {
          key: "order:1",
          dedupeId: "w1",
          reference: "#1 🎁",
          envelope: '{"a":1}',
          payload: '{ "id":820982911946154508,"x":"é\u0000" }',
          attempts: 3,
          dueAt: 60_000,
          lastFailure: failure,
        });
        const [{ id } = { id: "" }] = await store.restore([given], 1_000);
        const { origin, ...expected } = given;
        const event = await store.get(id);
        for (const [name, value] of Object.entries({ ...expected, state: "ready", stalls: 0 }))
          assert.deepEqual(event![name as keyof typeof event], value, name);
        assert.deepEqual(await claimIds(store, 9, 59_999), []);
        assert.deepEqual(await claimIds(store, 9, 60_000), [id]);
      });

      it("in order, behind what is here, dead letters holding their key", async () => {
        const store = await open();
        const here = await append(store, { key: "a" });
        const results = await store.restore(
          [
            restored("o1", { key: "a" }),
            restored("o2", { key: "b", state: "dead", settledAt: 700, lastFailure: failure }),
            restored("o3", { key: "b" }),
            restored("o4", { key: "a" }),
            restored("o5"),
          ],
          1_000,
        );
        const [a1, dead, b1, a2, free] = results.map(({ id }) => id);
        const seen: string[] = [];
        for (let events = await claim(store); events.length > 0; events = await claim(store))
          for (const event of events) {
            seen.push(event.id);
            await settle(store, event, { to: "done" });
          }
        const ofLaneA = seen.filter((id) => id !== free);
        assert.deepEqual([ofLaneA, seen.includes(free!)], [[here, a1, a2], true]);
        assert.deepEqual([await stateOf(store, dead!), await stateOf(store, b1!)], ["dead", "blocked"]);
        assert.deepEqual((await store.get(dead!))!.settledAt, 700);
        await store.redrive({}, { limit: 9, by: "ann", now: 4_000 });
        assert.deepEqual(await claimIds(store), [dead]);
      });

      it("once, however often, and even when it is done and forgotten", async () => {
        const store = await open();
        const events = [restored("o1", { dedupeId: "w1" }), restored("o2", { state: "dead" })];
        assert.deepEqual(await outcomes(store, events), ["stored", "stored"]);
        assert.deepEqual(await outcomes(store, events), ["duplicate", "duplicate"]);
        const [event] = await claim(store);
        await settle(store, event!, { to: "done" });
        await store.prune({ doneBefore: 9_000, dedupeBefore: 0, limit: 100 });
        assert.deepEqual(await outcomes(store, events), ["duplicate", "duplicate"]);
        const { ready, dead } = await store.counts();
        assert.deepEqual({ ready, dead }, { ready: 0, dead: 1 });
      });

      it("and knows its webhook, whichever of the two came first", async () => {
        const store = await open();
        await append(store, { dedupeId: "w1" });
        assert.deepEqual(await outcomes(store, [restored("o1", { dedupeId: "w1" })]), ["duplicate"]);
        assert.deepEqual(await outcomes(store, [restored("o2", { dedupeId: "w2" })]), ["stored"]);
        const [again] = await store.append([newEvent({ dedupeId: "w2" })], 2_000);
        assert.equal(again!.outcome, "duplicate");
      });

      it("each for itself, where others would be replaced", async () => {
        const store = await open({ coalesce: true });
        assert.deepEqual(
          await outcomes(store, [restored("o1", { key: "a" }), restored("o2", { key: "a" })]),
          ["stored", "stored"],
        );
      });
    });

    describe("takes words out of what is stored", () => {
      const redaction = (id: string, given: Partial<Redaction> = {}): Redaction => ({
        id,
        was: "Ann Lee, ann@example.com",
        envelope: "{}",
        payload: "[removed]",
        reference: "#1",
        words: ["Ann Lee", "ann@example.com"],
        ...given,
      });
      const told: Failure = {
        ...failure,
        message: "No partner ann lee <ANN@example.com>.",
        hint: "Ask Ann Lee.",
      };

      it("in any state, at its place, with what failures and history said", async () => {
        const store = await open();
        const given = { payload: "Ann Lee, ann@example.com", envelope: '"Ann Lee"', dedupeId: "w1" };
        const done = await append(store, { ...given, dedupeId: "w0", key: "a" });
        await settle(store, (await claim(store))[0]!, { to: "done" });
        const dead = await append(store, { ...given, key: "a", reference: "Ann Lee" });
        const blocked = await append(store, { ...given, key: "a", dedupeId: "w2" });
        await settle(store, (await claim(store))[0]!, { to: "retry", at: 2_000, failure: told });
        await settle(store, (await claim(store))[0]!, { to: "dead", failure: told });
        const leased = await append(store, { ...given, key: "b", dedupeId: "w3" });
        const [working] = await claim(store);
        const ids = [done, dead, blocked, leased];
        const before = await store.counts();
        assert.deepEqual(await store.redact(ids.map((id) => redaction(id))), ["ok", "ok", "ok", "ok"]);
        assert.deepEqual(await store.counts(), before);
        for (const id of ids) {
          const event = await store.get(id);
          assert.deepEqual([event!.payload, event!.envelope, event!.reference], ["[removed]", "{}", "#1"]);
          assert.doesNotMatch(JSON.stringify([event, await store.history(id)]), /ann/i);
        }
        const event = await store.get(dead);
        assert.deepEqual(
          [event!.state, event!.key, event!.dedupeId, event!.attempts],
          ["dead", "a", "w1", 2],
        );
        assert.equal(event!.lastFailure!.message, "No partner [removed] <[removed]>.");
        assert.equal(event!.lastFailure!.hint, "Ask [removed].");
        assert.equal((await store.history(dead)).length, 2);
        assert.equal(await settle(store, working!, { to: "done" }), "ok");
        assert.equal((await store.append([newEvent({ dedupeId: "w2" })], 2_000))[0]!.outcome, "duplicate");
      });

      it("but leaves alone what has changed meanwhile, and what is gone", async () => {
        const store = await open();
        const id = await append(store, { payload: "newer" });
        assert.deepEqual(await store.redact([redaction(id), redaction("no-such-event")]), [
          "changed",
          "gone",
        ]);
        assert.equal((await store.get(id))!.payload, "newer");
      });
    });

    describe("lets a person edit a dead letter", () => {
      const edit = { was: '{"sku":"SH-l"}', payload: '{"sku":"SH-1"}', by: "ops", now: 9_000 };

      it("and keeps what it was", async () => {
        const store = await open();
        const id = await append(store, { payload: edit.was, envelope: '{"a":1}', reference: "#1", key: "k" });
        await kill(store, id);
        assert.equal(await store.edit(id, edit), "ok");
        const event = await store.get(id);
        assert.deepEqual(
          [event!.payload, event!.envelope, event!.reference, event!.state],
          [edit.payload, '{"a":1}', "#1", "dead"],
        );
        const entry = (await store.history(id)).at(-1)!;
        assert.deepEqual([entry.what, entry.by, entry.reason, entry.at], ["edited", "ops", edit.was, 9_000]);
        await store.redrive({ ids: [id] }, { limit: 1, by: "ops", now: 9_001 });
        assert.equal((await claim(store, 1, 10_000))[0]!.payload, edit.payload);
      });

      it("but no other, and none that changed meanwhile", async () => {
        const store = await open();
        const id = await append(store, { payload: edit.was });
        assert.equal(await store.edit(id, edit), "gone");
        assert.equal(await store.edit("no-such-event", edit), "gone");
        await kill(store, id);
        assert.equal(await store.edit(id, { ...edit, was: "older" }), "changed");
        assert.equal((await store.get(id))!.payload, edit.was);
      });

      it("whose former payload goes with a redaction", async () => {
        const store = await open();
        const id = await append(store, { payload: '"Ann Lee"' });
        await kill(store, id);
        await store.edit(id, { ...edit, was: '"Ann Lee"', payload: '"Ann"' });
        const texts = { envelope: "{}", payload: "[removed]", reference: null, words: ["Ann"] };
        assert.deepEqual(await store.redact([{ id, was: '"Ann"', ...texts }]), ["ok"]);
        const history = await store.history(id);
        assert.equal(history.at(-1)!.what, "edited");
        assert.doesNotMatch(JSON.stringify(history), /ann/i);
      });
    });

    it("remembers what people did to it, newest first", async () => {
      const store = await open();
      assert.deepEqual(await store.acts(10), []);
      const act = { by: "ops", what: "paused", detail: "stocktaking" } as const;
      for (let at = 1; at <= 3; at++) await store.act({ ...act, at });
      assert.deepEqual(await store.acts(2), [
        { ...act, at: 3 },
        { ...act, at: 2 },
      ]);
    });

    it("remembers that a person paused it", async () => {
      const store = await open();
      assert.equal(await store.paused(), null);
      await store.pause("stocktaking", 5_000);
      assert.deepEqual(await store.paused(), { reason: "stocktaking", since: 5_000 });
      await store.resume();
      assert.equal(await store.paused(), null);
    });

    it("counts what it holds, and since when", async () => {
      const store = await open();
      assert.deepEqual(await store.counts(), {
        blocked: 0,
        ready: 0,
        leased: 0,
        done: 0,
        dead: 0,
        oldestOpenAt: null,
      });
      await append(store, { key: "a" }, 1_000);
      await append(store, { key: "a" }, 1_100);
      await append(store, { key: "b" }, 1_200);
      const [first] = await claim(store, 1);
      assert.deepEqual(await store.counts(), {
        blocked: 1,
        ready: 1,
        leased: 1,
        done: 0,
        dead: 0,
        oldestOpenAt: 1_000,
      });
      await settle(store, first!, { to: "done" });
      assert.deepEqual(await store.counts(), {
        blocked: 0,
        ready: 2,
        leased: 0,
        done: 1,
        dead: 0,
        oldestOpenAt: 1_100,
      });
    });

    describe("where events say how things are", () => {
      it("a new one takes the place of the waiting one of its key", async () => {
        const store = await open({ coalesce: true });
        const append1 = async (payload: string, dedupeId: string, key = "sku:1") =>
          (await store.append([newEvent({ key, payload, dedupeId })], 1_000))[0]!;
        const first = await append1("1", "w1");
        assert.deepEqual(await append1("2", "w2"), { id: first.id, outcome: "replaced" });
        assert.deepEqual(await append1("2", "w2"), { id: first.id, outcome: "duplicate" });
        assert.equal((await append1("9", "w3", "sku:2")).outcome, "stored");
        assert.deepEqual(
          (await claim(store)).map(({ payload }) => payload),
          ["2", "9"],
        );
      });

      it("but not of one that is being worked on", async () => {
        const store = await open({ coalesce: true });
        await append(store, { key: "sku:1", payload: "1" });
        const [working] = await claim(store);
        await append(store, { key: "sku:1", payload: "2" });
        await append(store, { key: "sku:1", payload: "3" });
        assert.equal((await store.get(working!.id))!.payload, "1");
        await settle(store, working!, { to: "done" });
        assert.deepEqual(
          (await claim(store)).map(({ payload }) => payload),
          ["3"],
        );
      });
    });

    describeDependency(open);
    describeHold(open);

    describeModel(open);
  });
}
