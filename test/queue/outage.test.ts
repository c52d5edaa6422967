import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import type { EventStore } from "../../src/queue/event-store.ts";
import { decide, outcomeOf } from "../../src/queue/policy.ts";
import { openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { startWorker } from "../../src/queue/worker.ts";
import { memoryStore } from "../support/queue-memory-store.ts";
import { seededRandom, simulatedClock, watched } from "../support/queue-simulation.ts";
import { temporaryFolder } from "../support/temporary.ts";

const HOUR = 3_600_000;
const newEvent = (key: string, dedupeId: string) => ({
  key,
  dedupeId,
  topic: "orders/create",
  reference: dedupeId,
  envelope: "{}",
  payload: "{}",
});

describe("a destination that is away", function () {
  this.timeout(60_000);

  for (const [engine, hours] of [
    ["memory", 24],
    ["embedded", 6],
  ] as const) {
    it(`for ${hours} hours costs no attempt, no dead letter, no order: ${engine}`, async () => {
      const folder = temporaryFolder();
      const database = await openEmbeddedDatabase({ file: path.join(folder.path, "queue.db") });
      const { store, busy } = watched(engine === "memory" ? memoryStore({}) : database.queue("orders"));
      const clock = simulatedClock(busy);
      const random = seededRandom(1);
      const began = clock.now();
      const isAway = () => clock.now() < began + hours * HOUR;
      const failure: Failure = {
        class: "unavailable",
        code: "connect_refused",
        message: "Away.",
        source: "odoo",
        at: 1,
      };
      const applied: string[] = [];
      let working = 0;
      let most = 0;
      let knocks = 0;

      const worker = startWorker({
        store,
        concurrency: 10,
        // Long, so that a day has fewer renewals to simulate.
        leaseMs: 5 * 60_000,
        clock,
        random,
        deliver(event, lease) {
          most = Math.max(most, ++working);
          clock.after(200, () => {
            working--;
            if (isAway()) {
              knocks++;
              void worker.settle(lease, { to: "hold", failure });
            } else {
              applied.push(event.reference!);
              void worker.settle(lease, { to: "done" });
            }
          });
        },
      });

      // Orders keep coming, twelve an hour, in forty keys.
      const sent: string[] = [];
      for (let hour = 0; hour < hours + 2; hour++) {
        for (let i = 0; i < 12; i++) {
          const name = `w${sent.length}`;
          await store.append([newEvent(`order:${(sent.length * 7) % 40}`, name)], clock.now());
          sent.push(name);
        }
        await clock.pass(HOUR);
      }

      assert.deepEqual(applied.toSorted(), sent.toSorted(), "each applied, once");
      for (let key = 0; key < 40; key++) {
        const ofKey = (names: string[]) => names.filter((name) => (Number(name.slice(1)) * 7) % 40 === key);
        assert.deepEqual(ofKey(applied), ofKey(sent), `order:${key} in order`);
      }
      const { done, dead } = await store.counts();
      assert.deepEqual({ done, dead }, { done: sent.length, dead: 0 });
      for (const { attempts, stalls } of (await store.list({ limit: 1_000 })).events)
        assert.deepEqual({ attempts, stalls }, { attempts: 0, stalls: 0 });
      assert.ok(most <= 10);
      // Five minutes apart at most 20 % sooner, and the growing ones at the start.
      assert.ok(knocks <= hours * 15 + 20, `${knocks} knocks at the door`);
      await worker.stop({ graceMs: 0 });
      await database.close();
      folder.remove();
    });
  }
});

describe("a day's outage with ten thousand events waiting", function () {
  this.timeout(120_000);

  it("ends with ten thousand applied, none dead, few knocks at the door, and no claim larger than asked", async () => {
    const folder = temporaryFolder();
    const database = await openEmbeddedDatabase({ file: path.join(folder.path, "queue.db") });
    const { store, busy } = watched(database.queue("orders"));
    let largestClaim = 0;
    let largestProbe = 0;
    const clock = simulatedClock(busy);
    const random = seededRandom(3);
    const began = clock.now();
    const isAway = () => clock.now() < began + 24 * HOUR;
    const failure: Failure = {
      class: "unavailable",
      code: "connect_refused",
      message: "Away.",
      source: "odoo",
      at: 1,
    };
    const applied: string[] = [];
    let knocks = 0;
    let underWay: { reference: string; lease: string }[] = [];
    const endAll = () => {
      const ending = underWay;
      underWay = [];
      for (const { reference, lease } of ending) {
        if (isAway()) knocks++;
        else applied.push(reference);
        void worker.settle(lease, isAway() ? { to: "hold", failure } : { to: "done" });
      }
    };
    const worker = startWorker({
      store: {
        ...store,
        claim: async (request) => {
          const claimed = await store.claim(request);
          largestClaim = Math.max(largestClaim, claimed.events.length);
          if (isAway() && knocks > 100) largestProbe = Math.max(largestProbe, claimed.events.length);
          return claimed;
        },
      },
      concurrency: 100,
      leaseMs: 15 * 60_000,
      clock,
      random,
      deliver(event, lease) {
        // All of a claim end together: one timer, so that the day passes in seconds.
        if (underWay.push({ reference: event.reference!, lease }) === 1) clock.after(200, endAll);
      },
    });

    const sent: string[] = [];
    for (let hour = 0; hour < 24; hour++) {
      const many = hour < 23 ? 417 : 10_000 - sent.length;
      const events = Array.from({ length: many }, (_, i) => {
        const number = sent.length + i;
        return newEvent(`order:${number % 2_500}`, `w${number}`);
      });
      await store.append(events, clock.now());
      sent.push(...events.map(({ dedupeId }) => dedupeId));
      await clock.pass(HOUR);
    }
    const before = await store.counts();
    assert.deepEqual([before.done, before.dead], [0, 0]);
    await clock.pass(HOUR);

    const { done, dead, ready, blocked, leased } = await store.counts();
    assert.deepEqual({ done, dead, open: ready + blocked + leased }, { done: 10_000, dead: 0, open: 0 });
    assert.equal(applied.length, 10_000);
    assert.equal(new Set(applied).size, 10_000);
    const place = new Map(applied.map((name, i) => [name, i]));
    for (let number = 2_500; number < 10_000; number++)
      assert.ok(place.get(`w${number - 2_500}`)! < place.get(`w${number}`)!, `w${number} in order`);
    for (let after: number | null = 0; after !== null; ) {
      const page: Awaited<ReturnType<EventStore["list"]>> = await store.list({ limit: 1_000, after });
      for (const { attempts, stalls } of page.events)
        assert.deepEqual({ attempts, stalls }, { attempts: 0, stalls: 0 });
      after = page.next;
    }
    // The first hundred were under way when it began; then one at a time, five minutes apart at most 20 % sooner.
    assert.ok(knocks <= 100 + 24 * 15 + 20, `${knocks} knocks at the door`);
    assert.ok(largestClaim <= 100, `${largestClaim} in one claim`);
    assert.ok(largestProbe <= 10, `${largestProbe} claimed for a probe`);
    await worker.stop({ graceMs: 0 });
    await database.close();
    folder.remove();
  });
});

describe("a flow where everything goes wrong at random", function () {
  this.timeout(60_000);

  for (const seed of [1, 2, 3, 4, 5]) {
    it(`ends with each event applied once and in order, or dead and visible (${seed})`, async () => {
      const { store, busy } = watched(memoryStore({}));
      const clock = simulatedClock(busy);
      const random = seededRandom(seed);
      const applied: { key: string; seq: number }[] = [];
      const working = new Map<string, number>();
      const violations: string[] = [];
      let restarts = 0;

      const run = (events: EventStore) =>
        startWorker({
          store: events,
          concurrency: 7,
          clock,
          random,
          processingLimitMs: 60_000,
          maxStalls: 50,
          deliver(event, lease) {
            const key = event.key!;
            working.set(key, (working.get(key) ?? 0) + 1);
            // Thrown here it would be the event's failure.
            if (working.get(key) !== 1) violations.push(`${key} twice at a time`);
            const chance = random();
            const fail = (given: Pick<Failure, "class">) => {
              const failure: Failure = { code: "x", message: "x", source: "test", at: clock.now(), ...given };
              const decision = decide(failure, event.attempts + 1, { maxAttempts: 30 }, random);
              void worker.settle(lease, outcomeOf(decision, failure, clock.now()));
            };
            // Dropped by the flow: nobody ever settles it.
            if (chance < 0.03) return void clock.after(59_000, () => working.delete(key));
            if (chance < 0.05) {
              working.delete(key);
              throw new Error("a wire broke");
            }
            clock.after(random() * 3_000, () => {
              working.delete(key);
              if (chance < 0.15) fail({ class: "unavailable" });
              else if (chance < 0.25) fail({ class: "throttled" });
              else if (chance < 0.35) fail({ class: "conflict" });
              else if (chance < 0.45) fail({ class: "unknown" });
              else
                void worker.settle(lease, { to: "done" }).then((answer) => {
                  if (answer === "ok") applied.push({ key, seq: event.seq });
                });
            });
          },
        });

      let worker = run(store);
      for (let i = 0; i < 200; i++) {
        await store.append([newEvent(`order:${Math.floor(random() * 20)}`, `w${i}`)], clock.now());
        await clock.pass(random() * 2_000);
        if (i % 40 === 39) {
          const stopping = worker.stop({ graceMs: 500 });
          await clock.pass(500);
          await stopping;
          await clock.pass(60_000);
          working.clear();
          worker = run(store);
          restarts++;
        }
      }
      await clock.pass(48 * HOUR);
      const { done, dead, ...open } = await store.counts();
      assert.deepEqual(open, { blocked: 0, ready: 0, leased: 0, oldestOpenAt: null });
      assert.deepEqual([done, dead, applied.length, restarts], [200, 0, 200, 5]);
      assert.deepEqual(violations, []);
      for (const key of new Set(applied.map((one) => one.key))) {
        const order = applied.filter((one) => one.key === key).map(({ seq }) => seq);
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
          `${key} in order`,
        );
      }
      await worker.stop({ graceMs: 0 });
    });
  }
});
