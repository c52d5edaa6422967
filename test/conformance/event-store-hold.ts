import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Failure } from "../../src/failure.ts";
import type { EventStore, NewEvent } from "../../src/queue/event-store.ts";
import { startWorker } from "../../src/queue/worker.ts";
import { seededRandom, simulatedClock, watched } from "../support/queue-simulation.ts";

const HOUR = 3_600_000;
const KEYS = 4;
const away: Failure = {
  class: "unavailable",
  code: "connect_refused",
  message: "Away.",
  source: "odoo",
  at: 1,
};

/** What a worker makes of a store while a destination is away; the long outages are in test/queue/outage.test.ts. */
export function describeHold(open: () => Promise<EventStore>): void {
  describe("holds while a destination is away", () => {
    it("probes with one event at a time, counts nothing, and goes on in order when it is back", async () => {
      const { store, busy } = watched(await open());
      const clock = simulatedClock(busy);
      const isAway = (since: number) => clock.now() < since + HOUR;
      const began = clock.now();
      const applied: number[] = [];
      let probes = 0;
      let working = 0;
      let mostProbing = 0;
      const worker = startWorker({
        store,
        concurrency: 3,
        leaseMs: 5 * 60_000,
        clock,
        random: seededRandom(3),
        deliver(event, lease) {
          working++;
          // Those that went out before the first failure came back are no probes.
          if (clock.now() > began + 60_000 && isAway(began)) {
            probes++;
            mostProbing = Math.max(mostProbing, working);
          }
          clock.after(200, () => {
            working--;
            if (isAway(began)) return void worker.settle(lease, { to: "hold", failure: away });
            applied.push(Number(event.reference));
            void worker.settle(lease, { to: "done" });
          });
        },
      });
      const events = Array.from(
        { length: 20 },
        (_, i): NewEvent => ({
          key: `order:${i % KEYS}`,
          dedupeId: `w${i}`,
          topic: "orders/create",
          reference: String(i),
          envelope: "{}",
          payload: "{}",
        }),
      );
      await store.append(events, clock.now());
      await clock.pass(HOUR - 1);
      const { ready, blocked, done, dead } = await store.counts();
      assert.deepEqual([ready + blocked, done, dead, applied], [20, 0, 0, []]);
      assert.ok(worker.status().held);
      assert.ok(probes >= 5 && probes <= 30, `${probes} probes in an hour`);
      assert.equal(mostProbing, 1);
      await clock.pass(HOUR);
      assert.equal(worker.status().held, null);
      assert.deepEqual(
        applied.toSorted((a, b) => a - b),
        events.map((_, i) => i),
      );
      for (let key = 0; key < KEYS; key++) {
        const ofKey = applied.filter((i) => i % KEYS === key);
        assert.deepEqual(
          ofKey,
          [...ofKey].sort((a, b) => a - b),
          `order:${key}`,
        );
      }
      for (const { attempts, stalls } of (await store.list({ limit: 100 })).events)
        assert.deepEqual({ attempts, stalls }, { attempts: 0, stalls: 0 });
      await worker.stop({ graceMs: 0 });
    });
  });
}
