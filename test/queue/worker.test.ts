import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { type Failure, HoldfastError } from "../../src/failure.ts";
import type { EventStore, LeasedEvent, StoredEvent } from "../../src/queue/event-store.ts";
import { type QueueWorker, startWorker, type WorkerOptions } from "../../src/queue/worker.ts";
import { memoryStore } from "../support/queue-memory-store.ts";
import { type SimulatedClock, simulatedClock } from "../support/queue-simulation.ts";

const failure: Failure = { class: "unknown", code: "boom", message: "It broke.", source: "test", at: 1 };
const away: Failure = {
  class: "unavailable",
  code: "connect_refused",
  message: "Odoo is away.",
  source: "odoo",
  at: 1,
};
const SECOND = 1_000;
const MINUTE = 60_000;

interface Delivered {
  event: LeasedEvent;
  lease: string;
}

interface Rig {
  worker: QueueWorker;
  store: EventStore;
  clock: SimulatedClock;
  delivered: Delivered[];
  errors: Error[];
  stalled: string[];
  dead: StoredEvent[];
  append(...keys: (string | null)[]): Promise<string[]>;
  ids(): string[];
}

describe("worker", () => {
  const workers: QueueWorker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.stop({ graceMs: 0 });
  });

  const rig = async (options: Partial<WorkerOptions> = {}, store = memoryStore({})): Promise<Rig> => {
    const clock = simulatedClock();
    const delivered: Delivered[] = [];
    const errors: Error[] = [];
    const stalled: string[] = [];
    const dead: StoredEvent[] = [];
    const worker = startWorker({
      store,
      concurrency: 10,
      clock,
      random: () => 0,
      deliver: (event, lease) => void delivered.push({ event, lease }),
      onError: (error) => void errors.push(error),
      onStall: (event) => void stalled.push(event.id),
      onDead: (event) => void dead.push(event),
      ...options,
    });
    workers.push(worker);
    await clock.settled();
    const append = async (...keys: (string | null)[]) => {
      const event = { dedupeId: null, topic: "t", reference: null, envelope: "{}", payload: "{}" };
      const results = await store.append(
        keys.map((key) => ({ ...event, key })),
        clock.now(),
      );
      await clock.settled();
      return results.map(({ id }) => id);
    };
    return {
      worker,
      store,
      clock,
      delivered,
      errors,
      stalled,
      dead,
      append,
      ids: () => delivered.map(({ event }) => event.id),
    };
  };

  describe("delivers", () => {
    it("what is stored while it runs, and what was there before", async () => {
      const store = memoryStore({});
      const { append } = await rig({}, store);
      await append("a");
      await workers.pop()!.stop({ graceMs: 0 });
      const { ids, append: more } = await rig({}, store);
      await more("b");
      assert.deepEqual(ids(), ["1", "2"]);
    });

    it("nothing whose lease ended before the store's answer came: it may be somebody else's by then", async () => {
      const store = memoryStore({});
      const answers: (() => void)[] = [];
      const slow: EventStore = {
        ...store,
        claim: async (request) => {
          const claimed = await store.claim(request);
          if (claimed.events.length > 0) await new Promise<void>((resolve) => answers.push(resolve));
          return claimed;
        },
      };
      const { worker, clock, append, delivered } = await rig({ leaseMs: 30 * SECOND }, slow);
      await append("a");
      await clock.pass(30 * SECOND);
      answers.shift()!();
      await clock.settled();
      assert.equal(delivered.length, 0);
      while (answers.length > 0) {
        answers.shift()!();
        await clock.settled();
      }
      assert.equal(await worker.settle(delivered[0]!.lease, { to: "done" }), "ok");
      assert.equal(delivered.length, 1);
    });

    it("never more than so many at a time", async () => {
      const { worker, delivered, append, clock } = await rig({ concurrency: 2 });
      await append("a", "b", "c", "d");
      assert.equal(delivered.length, 2);
      assert.equal(worker.status().inFlight, 2);
      await worker.settle(delivered[0]!.lease, { to: "done" });
      await clock.settled();
      assert.equal(delivered.length, 3);
    });

    it("the next of a key when the one before is done", async () => {
      const { worker, delivered, ids, append, clock } = await rig();
      const [first, second] = await append("a", "a");
      assert.deepEqual(ids(), [first]);
      await worker.settle(delivered[0]!.lease, { to: "done" });
      await clock.settled();
      assert.deepEqual(ids(), [first, second]);
    });

    it("a retry at its time, with its attempt counted", async () => {
      const { worker, delivered, append, clock } = await rig();
      await append("a");
      await worker.settle(delivered[0]!.lease, { to: "retry", at: clock.now() + 7 * SECOND, failure });
      await clock.pass(7 * SECOND - 1);
      assert.equal(delivered.length, 1);
      await clock.pass(1);
      assert.deepEqual(
        delivered.map(({ event }) => event.attempts),
        [0, 1],
      );
    });

    it("a deferred event at its time, before its successors, with no attempt counted", async () => {
      const { worker, delivered, ids, append, clock } = await rig();
      const [first] = await append("a", "a");
      await worker.settle(delivered[0]!.lease, { to: "defer", at: clock.now() + 5 * SECOND });
      await clock.pass(5 * SECOND);
      assert.deepEqual(ids(), [first, first]);
      assert.equal(delivered[1]!.event.attempts, 0);
    });

    it("again by the policy when handing over throws, and goes on", async () => {
      let broken = true;
      const { store, append, clock, ids } = await rig({
        random: () => 0.5,
        deliver: (event, lease) => {
          if (broken) throw new Error("a wire broke");
          assert.ok(lease && event);
        },
      });
      const [id] = await append("a");
      broken = false;
      assert.deepEqual(ids(), []);
      const event = await store.get(id!);
      assert.deepEqual([event!.attempts, event!.lastFailure!.message], [1, "a wire broke"]);
      await clock.pass(2 * SECOND);
      assert.equal((await store.get(id!))!.state, "leased");
    });
  });

  describe("settles", () => {
    it("all of one tick in one batch", async () => {
      const store = memoryStore({});
      const batches: number[] = [];
      const counting: EventStore = {
        ...store,
        settle: (all, now) => {
          batches.push(all.length);
          return store.settle(all, now);
        },
      };
      const { worker, delivered, append } = await rig({}, counting);
      await append("a", "b", "c");
      await Promise.all(delivered.map(({ lease }) => worker.settle(lease, { to: "done" })));
      assert.deepEqual(batches, [3]);
    });

    it("once: a second time, or with a lease of another worker, is lost and harmless", async () => {
      const { worker, delivered, append, store } = await rig();
      const [id] = await append("a");
      assert.equal(await worker.settle(delivered[0]!.lease, { to: "done" }), "ok");
      assert.equal(await worker.settle(delivered[0]!.lease, { to: "dead", failure }), "lost");
      assert.equal(await worker.settle("someone-else.1.1", { to: "done" }), "lost");
      assert.equal((await store.get(id!))!.state, "done");
    });

    it("when the disk is full: later, keeping the lease, and says so once", async () => {
      const store = memoryStore({});
      let full = false;
      const failing: EventStore = {
        ...store,
        settle: async (all, now) => {
          if (full)
            throw new HoldfastError({
              class: "unavailable",
              code: "not_stored",
              message: "Full.",
              source: "queue",
            });
          return store.settle(all, now);
        },
      };
      const { worker, delivered, append, clock, errors } = await rig(
        { processingLimitMs: MINUTE, concurrency: 1 },
        failing,
      );
      await append("a", "b", "c");
      full = true;
      const settled = worker.settle(delivered[0]!.lease, { to: "done" });
      await clock.settled();
      // One more was on its way before the trouble was known; no other follows.
      void worker.settle(delivered[1]!.lease, { to: "done" });
      await clock.pass(20 * MINUTE);
      assert.deepEqual([worker.status().unsettled, worker.status().trouble?.code], [2, "not_stored"]);
      assert.deepEqual([(await store.counts()).leased, delivered.length], [2, 2]);
      full = false;
      await clock.pass(MINUTE / 2);
      assert.equal(await settled, "ok");
      assert.equal((await store.counts()).done, 2);
      assert.deepEqual([delivered.length, errors.length], [3, 1]);
      assert.deepEqual([worker.status().unsettled, worker.status().trouble], [0, null]);
    });

    it("an outcome that can never be stored fails alone", async () => {
      const store = memoryStore({});
      const picky: EventStore = {
        ...store,
        settle: async (all, now) => {
          if (all.some(({ outcome }) => outcome.to === "dead")) throw new TypeError("unheard of");
          return store.settle(all, now);
        },
      };
      const { worker, delivered, append } = await rig({}, picky);
      await append("a", "b");
      const [bad, good] = await Promise.allSettled([
        worker.settle(delivered[0]!.lease, { to: "dead", failure }),
        worker.settle(delivered[1]!.lease, { to: "done" }),
      ]);
      assert.deepEqual([bad!.status, good!.status], ["rejected", "fulfilled"]);
    });

    it("with any failure a flow hands in, kept to plain text", async () => {
      const { worker, delivered, append, store } = await rig();
      const [id] = await append("a");
      const odd = { ...failure, message: "x".repeat(10_000), socket: () => {} } as unknown as Failure;
      await worker.settle(delivered[0]!.lease, { to: "dead", failure: odd });
      const stored = (await store.get(id!))!.lastFailure!;
      assert.deepEqual([stored.message.length, "socket" in stored], [4_001, false]);
    });
  });

  describe("keeps leases", () => {
    it("as long as the flow may take, however short the lease", async () => {
      const { worker, delivered, append, clock } = await rig({ leaseMs: 3 * SECOND });
      await append("a");
      await clock.pass(4 * MINUTE);
      assert.equal(delivered.length, 1);
      assert.equal(await worker.settle(delivered[0]!.lease, { to: "done" }), "ok");
    });

    it("no longer than the processing limit: what a flow dropped comes again, as a stall", async () => {
      const { worker, delivered, append, clock, stalled } = await rig();
      const [id] = await append("a");
      await clock.pass(6 * MINUTE);
      assert.deepEqual(
        delivered.map(({ event }) => [event.id, event.stalls, event.attempts]),
        [
          [id, 0, 0],
          [id, 1, 0],
        ],
      );
      assert.deepEqual(stalled, [id]);
      assert.equal(await worker.settle(delivered[0]!.lease, { to: "done" }), "lost");
      assert.equal(await worker.settle(delivered[1]!.lease, { to: "done" }), "ok");
    });

    it("and makes it a dead letter with words after too many stalls", async () => {
      const { delivered, append, clock, store } = await rig({ maxStalls: 5 });
      const [id] = await append("a");
      await clock.pass(60 * MINUTE);
      assert.equal(delivered.length, 6);
      const event = await store.get(id!);
      assert.deepEqual([event!.state, event!.lastFailure!.code], ["dead", "stalled"]);
      assert.match(event!.lastFailure!.message, /delivered 6 times, and each time nobody said how it ended/);
      assert.match(event!.lastFailure!.hint!, /end every path of the flow in a node that settles/);
    });

    it("takes up what a killed process left", async () => {
      const store = memoryStore({});
      const clock = simulatedClock();
      await store.append(
        [{ key: "a", dedupeId: null, topic: "t", reference: null, envelope: "{}", payload: "{}" }],
        clock.now(),
      );
      await store.claim({ max: 1, leaseMs: 30 * SECOND, now: clock.now() });
      const { delivered, clock: later } = await rig({}, store);
      assert.equal(delivered.length, 0);
      await later.pass(40 * SECOND);
      assert.equal(delivered.length, 1);
    });
  });

  describe("tells of a dead letter that no node of the flow made", () => {
    it("because it stalled too often: once, with the reason", async () => {
      const { append, clock, dead } = await rig({ maxStalls: 1 });
      const [id] = await append("a");
      await clock.pass(60 * MINUTE);
      assert.deepEqual(
        dead.map((event) => [event.id, event.state, event.lastFailure!.code]),
        [[id, "dead", "stalled"]],
      );
    });

    it("because it alone says again and again that the destination is away", async () => {
      const { worker, append, clock, delivered, dead } = await rig();
      const [id] = await append("a");
      for (let round = 0; round < 200 && dead.length === 0; round++) {
        if (round % 2 === 0) await append(null);
        await clock.pass(10 * SECOND);
        for (const { event, lease } of delivered.splice(0))
          await worker.settle(lease, event.id === id ? { to: "hold", failure } : { to: "done" });
        await clock.pass(10 * MINUTE);
      }
      assert.deepEqual(
        dead.map((event) => event.id),
        [id],
      );
    });

    it("but not of one that a node ended, which tells of it itself", async () => {
      const { worker, append, clock, delivered, dead } = await rig();
      await append("a");
      await worker.settle(delivered[0]!.lease, { to: "dead", failure, told: true });
      await clock.pass(60 * MINUTE);
      assert.deepEqual(dead, []);
    });

    it("again after a restart only when nobody had confirmed it", async () => {
      const store = memoryStore({});
      const { append, clock, dead } = await rig({ maxStalls: 0 }, store);
      const [heard, unheard] = await append("a", "b");
      await clock.pass(10 * MINUTE);
      assert.equal(dead.length, 2);
      await store.told(heard!);
      await workers.pop()!.stop({ graceMs: 0 });
      for (let restart = 0; restart < 3; restart++) {
        const after = await rig({ maxStalls: 0, clock }, store);
        await clock.pass(10 * MINUTE);
        assert.deepEqual(
          after.dead.map(({ id }) => id),
          [unheard],
        );
        await workers.pop()!.stop({ graceMs: 0 });
      }
    });
  });

  describe("after a process died again and again", () => {
    /** Five events of five keys, each claimed by two processes that died. */
    const survivors = async () => {
      const store = memoryStore({});
      const news = ["a", "b", "c", "d", "e"].map((key) => ({
        key,
        dedupeId: null,
        topic: "t",
        reference: null,
        envelope: "{}",
        payload: "{}",
      }));
      await store.append(news, 1);
      for (const now of [10, 30]) {
        await store.claim({ max: 10, leaseMs: 5, now });
        await store.recover({ now: now + 10, maxStalls: 5 });
      }
      return rig({}, store);
    };

    it("delivers those that were in flight one at a time, so that one of them alone can be blamed", async () => {
      const { worker, clock, delivered } = await survivors();
      const seen: number[] = [];
      for (let round = 1; round <= 5; round++) {
        await clock.pass(SECOND);
        seen.push(delivered.length);
        await worker.settle(delivered.at(-1)!.lease, { to: "done" });
      }
      assert.deepEqual(seen, [1, 2, 3, 4, 5]);
    });

    it("lets all others pass while one of them takes its time", async () => {
      const { append, clock, delivered } = await survivors();
      await append("f", "g", "h");
      await clock.pass(10 * SECOND);
      assert.deepEqual(
        delivered
          .map(({ event }) => event.key)
          .toSorted()
          .slice(1),
        ["f", "g", "h"],
      );
    });
  });

  describe("does not believe a clock that jumps", () => {
    /** A simulated clock whose time of day can be set while its timers go on. */
    const settable = () => {
      const sim = simulatedClock();
      let offset = 0;
      const clock = { now: () => sim.now() + offset, after: sim.after, clear: sim.clear };
      const set = (ms: number) => {
        offset += ms;
      };
      return { sim, clock, set };
    };
    const YEAR = 365 * 24 * 60 * MINUTE;

    it("a retry that was put off while it was a year ahead comes once it is set right", async () => {
      const { sim, clock, set } = settable();
      const { worker, delivered, append } = await rig({ clock });
      const [id] = await append("a");
      set(YEAR);
      await worker.settle(delivered[0]!.lease, { to: "retry", at: clock.now() + MINUTE, failure });
      set(-YEAR);
      await sim.pass(2 * MINUTE);
      assert.deepEqual(
        delivered.map(({ event }) => [event.id, event.attempts]),
        [
          [id, 0],
          [id, 1],
        ],
      );
      assert.equal(await worker.settle(delivered[1]!.lease, { to: "done" }), "ok");
    });

    for (const [what, jump] of [
      ["ahead", YEAR],
      ["back", -YEAR],
    ] as const) {
      it(`set ${what}, it takes nothing from a flow that is at work, and still finds what it drops`, async () => {
        const { sim, clock, set } = settable();
        const { worker, delivered, append, stalled, ids } = await rig({ clock });
        const [first, second] = await append("a", "b");
        await sim.pass(MINUTE);
        set(jump);
        await sim.pass(3 * MINUTE);
        assert.deepEqual([ids(), stalled], [[first, second], []]);
        assert.equal(await worker.settle(delivered[0]!.lease, { to: "done" }), "ok");
        await sim.pass(3 * MINUTE);
        assert.deepEqual([ids(), stalled], [[first, second, second], [second]]);
      });

      it(`set ${what}, it probes no later than it would have`, async () => {
        const { sim, clock, set } = settable();
        const { worker, delivered, append } = await rig({ clock, hold: { firstMs: MINUTE, maxMs: MINUTE } });
        await append("a");
        await worker.settle(delivered[0]!.lease, { to: "hold", failure: away });
        set(jump);
        await sim.pass(MINUTE + 10 * SECOND);
        assert.equal(delivered.length, 2);
      });
    }
  });

  describe("holds while a destination is away", () => {
    it("delivers nothing, then one probe, and all the rest once it is answered", async () => {
      const { worker, delivered, append, clock } = await rig({ concurrency: 3 });
      await append("a", "b", "c", "d", "e");
      for (const { lease } of delivered.slice()) await worker.settle(lease, { to: "hold", failure: away });
      await clock.pass(5 * SECOND - 1);
      assert.equal(delivered.length, 3);
      assert.equal(worker.status().held?.failure.code, "connect_refused");
      await clock.pass(1);
      assert.equal(delivered.length, 4);
      await clock.pass(MINUTE);
      assert.equal(delivered.length, 4);
      await worker.settle(delivered[3]!.lease, { to: "done" });
      await clock.settled();
      assert.equal(worker.status().held, null);
      assert.equal(delivered.length, 7);
    });

    it("waits longer after each probe that failed, up to the cap", async () => {
      const { worker, delivered, append, clock } = await rig({
        hold: { firstMs: 5 * SECOND, maxMs: 60 * SECOND },
      });
      await append("a");
      const times: number[] = [];
      for (let i = 0; i < 7; i++) {
        const began = clock.now();
        await worker.settle(delivered.at(-1)!.lease, { to: "hold", failure: away });
        await clock.settled();
        times.push((worker.status().held!.nextProbeAt - began) / SECOND);
        await clock.pass(worker.status().held!.nextProbeAt - clock.now());
        assert.equal(delivered.length, i + 2);
      }
      assert.deepEqual(times, [5, 10, 20, 40, 60, 60, 60]);
    });

    it("takes some of each pause off by chance, so that many queues don't knock together", async () => {
      const { worker, append, clock, delivered } = await rig({ random: () => 0.5, hold: { jitter: 0.2 } });
      await append("a");
      await worker.settle(delivered[0]!.lease, { to: "hold", failure: away });
      assert.equal(worker.status().held!.nextProbeAt - clock.now(), 4.5 * SECOND);
    });

    it("is not confused by those that were in flight when it began", async () => {
      const { worker, delivered, append, clock } = await rig({ concurrency: 3 });
      await append("a", "b", "c", "d");
      await worker.settle(delivered[0]!.lease, { to: "hold", failure: away });
      const { nextProbeAt } = worker.status().held!;
      await clock.pass(2 * SECOND);
      await worker.settle(delivered[1]!.lease, { to: "hold", failure: away });
      assert.deepEqual(
        [worker.status().held!.nextProbeAt, worker.status().held!.failedProbes],
        [nextProbeAt, 0],
      );
      await worker.settle(delivered[2]!.lease, { to: "retry", at: clock.now(), failure });
      assert.ok(worker.status().held);
      assert.equal(delivered.length, 3);
    });

    it("looks at once when one of those succeeds after all", async () => {
      const { worker, delivered, append, clock } = await rig({ concurrency: 2 });
      await append("a", "b", "c");
      await worker.settle(delivered[0]!.lease, { to: "hold", failure: away });
      await worker.settle(delivered[1]!.lease, { to: "done" });
      await clock.settled();
      assert.deepEqual([delivered.length, worker.status().held?.probing], [3, true]);
    });

    for (const outcome of ["retry", "defer", "dead"] as const) {
      it(`resumes when the probe ends in "${outcome}": somebody answered`, async () => {
        const { worker, delivered, append, clock } = await rig();
        await append("a");
        await worker.settle(delivered[0]!.lease, { to: "hold", failure: away });
        await clock.pass(5 * SECOND);
        await worker.settle(delivered[1]!.lease, { to: outcome, at: clock.now() + 1, failure });
        assert.equal(worker.status().held, null);
      });
    }

    it("goes on holding when the probe says so in any words", async () => {
      const { worker, delivered, append, clock } = await rig();
      await append("a");
      worker.hold(away);
      await worker.settle(delivered[0]!.lease, { to: "defer", at: clock.now(), failure: away });
      await clock.pass(5 * SECOND);
      worker.hold(away);
      await worker.settle(delivered[1]!.lease, { to: "defer", at: clock.now(), failure: away });
      assert.equal(worker.status().held?.failedProbes, 1);
    });

    it("probes again when the probe was dropped", async () => {
      const { worker, delivered, append, clock } = await rig({ concurrency: 1 });
      await append("a", "b");
      await worker.settle(delivered[0]!.lease, { to: "hold", failure: away });
      await clock.pass(5 * SECOND);
      assert.equal(worker.status().held?.probing, true);
      await clock.pass(7 * MINUTE);
      assert.equal(delivered.length, 3);
      await worker.settle(delivered[2]!.lease, { to: "done" });
      await clock.settled();
      assert.equal(worker.status().held, null);
    });

    it("probes with the first event that comes, when none was waiting", async () => {
      const { worker, delivered, append, clock } = await rig();
      worker.hold(away);
      await clock.pass(MINUTE);
      await append("a");
      assert.deepEqual([delivered.length, worker.status().held?.probing], [1, true]);
    });

    it("probes at once when a person asks", async () => {
      const { worker, delivered, append, clock } = await rig();
      await append("a");
      worker.hold(away, delivered[0]!.lease);
      await clock.settled();
      worker.probeNow();
      await clock.settled();
      assert.equal(delivered.length, 2);
    });

    it("counts no attempt and no stall, and keeps every place", async () => {
      const { worker, delivered, append, clock, store } = await rig({ concurrency: 1 });
      const ids = await append("a", "a", "b");
      for (let i = 0; i < 9; i++) {
        await worker.settle(delivered.at(-1)!.lease, { to: "hold", failure: away });
        await clock.pass(5 * MINUTE);
      }
      const { events } = await store.list({});
      assert.deepEqual(
        events.map(({ attempts, stalls }) => attempts + stalls),
        [0, 0, 0],
      );
      const done: string[] = [];
      while (done.length < 3) {
        const { event, lease } = delivered.at(-1)!;
        assert.equal(await worker.settle(lease, { to: "done" }), "ok");
        done.push(event.id);
        await clock.settled();
      }
      assert.ok(done.indexOf(ids[0]!) < done.indexOf(ids[1]!), String(done));
    });

    it("tries another event next, so that those which always fail so can't keep the queue", async () => {
      const { worker, delivered, append, clock, store } = await rig({ concurrency: 1 });
      const poison = await append("p", "q", "r");
      await append("a", "b", "c", "d", "e", "f");
      for (let i = 0; i < 30 && (await store.counts()).done < 6; i++) {
        const { event, lease } = delivered.at(-1)!;
        await worker.settle(
          lease,
          poison.includes(event.id) ? { to: "hold", failure: away } : { to: "done" },
        );
        await clock.pass(MINUTE);
      }
      const { done, dead } = await store.counts();
      assert.deepEqual({ done, dead }, { done: 6, dead: 0 });
    });

    it("waits before the next probe when the probe was put back without a word", async () => {
      const { worker, delivered, append, clock } = await rig();
      await append("a");
      await worker.settle(delivered[0]!.lease, { to: "hold", failure: away });
      await clock.pass(5 * SECOND);
      await worker.settle(delivered[1]!.lease, { to: "release" });
      await clock.settled();
      assert.equal(delivered.length, 2);
      await clock.pass(5 * SECOND);
      assert.equal(delivered.length, 3);
    });

    for (const [what, stop] of [
      ["a hold", (worker: QueueWorker) => worker.hold(away)],
      ["a pause", (worker: QueueWorker) => void worker.pause("stocktaking")],
      ["a stop", (worker: QueueWorker) => void worker.stop({ graceMs: 0 })],
    ] as const) {
      it(`puts back, undelivered, what was being claimed when ${what} came`, async () => {
        const store = memoryStore({});
        let release = () => {};
        const slow: EventStore = {
          ...store,
          claim: async (request) => {
            const claimed = await store.claim(request);
            if (claimed.events.length > 0)
              await new Promise<void>((resolve) => {
                release = resolve;
              });
            return claimed;
          },
        };
        const { worker, delivered, append, clock } = await rig({}, slow);
        const [id] = await append("a");
        stop(worker);
        release();
        await clock.settled();
        const event = await store.get(id!);
        assert.deepEqual([delivered.length, event!.state, event!.stalls], [0, "ready", 0]);
      });
    }

    it("blames an event that alone holds the queue again and again, and retries it like any failure", async () => {
      const { worker, clock, store, append, delivered } = await rig({ concurrency: 1 });
      const [poison] = await append("poison");
      let others = 0;
      for (let i = 0; i < 200; i++) {
        const event = delivered.at(-1)!;
        if (event.event.id === poison) await worker.settle(event.lease, { to: "hold", failure: away });
        else await worker.settle(event.lease, { to: "done" });
        if ((await store.get(poison!))!.state === "dead") break;
        await append(`other ${others++}`);
        await clock.pass(10 * MINUTE);
      }
      const event = await store.get(poison!);
      assert.equal(event!.state, "dead");
      assert.match(event!.lastFailure!.hint!, /Other events went through meanwhile/);
      assert.equal(worker.status().held, null);
    });
  });

  describe("paused by a person", () => {
    it("claims nothing, lets what is in flight end, and goes on when resumed", async () => {
      const { worker, delivered, append, clock } = await rig();
      await append("a");
      await worker.pause("stocktaking");
      await append("b");
      await clock.pass(60 * MINUTE);
      assert.equal(worker.status().paused?.reason, "stocktaking");
      assert.ok(delivered.every(({ event }) => event.key === "a"));
      await worker.resume();
      await clock.settled();
      assert.equal(delivered.at(-1)!.event.key, "b");
    });

    it("stays paused when it is started again", async () => {
      const store = memoryStore({});
      const { worker } = await rig({}, store);
      await worker.pause("stocktaking");
      const { append, delivered, worker: next } = await rig({}, store);
      await append("a");
      assert.deepEqual([delivered.length, next.status().paused?.reason], [0, "stocktaking"]);
    });
  });

  describe("stops", () => {
    it("after what is in flight has ended", async () => {
      const { worker, delivered, append, clock, store } = await rig();
      await append("a", "a");
      let stopped = false;
      const stopping = worker.stop({ graceMs: MINUTE }).then(() => {
        stopped = true;
      });
      await clock.pass(30 * SECOND);
      assert.equal(stopped, false);
      await worker.settle(delivered[0]!.lease, { to: "done" });
      await stopping;
      assert.equal(delivered.length, 1);
      assert.deepEqual((await store.counts()).ready, 1);
    });

    it("and puts back at once, uncounted, what did not end in time", async () => {
      const { worker, delivered, append, clock, store } = await rig();
      const [id] = await append("a");
      const stopping = worker.stop({ graceMs: 10 * SECOND });
      await clock.pass(10 * SECOND);
      await stopping;
      const event = await store.get(id!);
      assert.deepEqual([event!.state, event!.attempts, event!.stalls], ["ready", 0, 0]);
      assert.equal(await worker.settle(delivered[0]!.lease, { to: "done" }), "lost");
      const next = await rig({}, store);
      assert.equal(next.delivered.length, 1);
    });

    it("even while the store can't be written", async () => {
      const store = memoryStore({});
      const dead: EventStore = {
        ...store,
        settle: async () => {
          throw new HoldfastError({
            class: "unavailable",
            code: "not_stored",
            message: "Full.",
            source: "queue",
          });
        },
      };
      const { worker, delivered, append, clock } = await rig({}, dead);
      await append("a", "b");
      const settled = worker.settle(delivered[0]!.lease, { to: "done" });
      await clock.settled();
      const stopping = worker.stop({ graceMs: SECOND });
      await clock.pass(SECOND);
      await stopping;
      assert.equal(await settled, "lost");
    });
  });

  it("goes on by itself when the store could not be asked for a while", async () => {
    const store = memoryStore({});
    let broken = true;
    const failing: EventStore = {
      ...store,
      claim: async (request) => {
        if (broken)
          throw new HoldfastError({
            class: "unavailable",
            code: "not_stored",
            message: "Full.",
            source: "queue",
          });
        return store.claim(request);
      },
    };
    const { append, delivered, clock, errors } = await rig({}, failing);
    await append("a");
    await clock.pass(5 * MINUTE);
    assert.deepEqual([delivered.length, errors.length], [0, 1]);
    broken = false;
    await clock.pass(MINUTE);
    assert.equal(delivered.length, 1);
  });

  it("tells of changes at most once a tick", async () => {
    let told = 0;
    const { append, clock } = await rig({ onChange: () => void told++ });
    await clock.settled();
    told = 0;
    await append("a", "b", "c");
    assert.equal(told, 1);
  });
});
