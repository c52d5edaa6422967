import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { EventStore } from "../../src/queue/event-store.ts";
import { type Cursor, findAcross } from "../../src/queue/find-across.ts";
import { newEvent } from "../conformance/event-store.ts";
import { memoryStore } from "../support/queue-memory-store.ts";

/** A queue with an event at each of these times. */
async function queueOf(name: string, times: number[]): Promise<EventStore> {
  const store = memoryStore({});
  for (const at of times.toSorted((a, b) => a - b)) await store.append([newEvent({ topic: `at ${at}` })], at);
  return { ...store, queue: name };
}

async function pages(stores: EventStore[], limit: number): Promise<[queue: string, at: number][][]> {
  const all: [string, number][][] = [];
  let cursor: Cursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof findAcross>> = await findAcross(stores, {}, { limit, cursor });
    all.push(page.found.map(({ queue, event }) => [queue, event.enqueuedAt]));
    cursor = page.next;
  } while (cursor !== null);
  return all;
}

describe("a page over several queues", () => {
  it("has the newest first, whichever queue they are in", async () => {
    const stores = [await queueOf("orders", [1, 4, 5]), await queueOf("stock", [2, 3, 6])];
    assert.deepEqual(await pages(stores, 4), [
      [
        ["stock", 6],
        ["orders", 5],
        ["orders", 4],
        ["stock", 3],
      ],
      [
        ["stock", 2],
        ["orders", 1],
      ],
    ]);
  });

  it("is empty and the last where there is nothing", async () => {
    assert.deepEqual(await findAcross([], {}, { limit: 5, cursor: null }), { found: [], next: null });
    const none = [await queueOf("orders", [])];
    assert.deepEqual(await findAcross(none, {}, { limit: 5, cursor: null }), { found: [], next: null });
  });

  it("leads to every event once, in order, whatever the queues hold and the page's size is", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: 1, max: 7 }),
        async (queues, limit) => {
          const stores = await Promise.all(queues.map((times, i) => queueOf(`q${i}`, times)));
          const found = await pages(stores, limit);
          assert.ok(found.slice(0, -1).every((page) => page.length === limit));
          const flat = found.flat();
          assert.ok(flat.every(([, at], i) => i === 0 || at <= flat[i - 1]![1]));
          const byQueue = (i: number) => flat.filter(([queue]) => queue === `q${i}`).map(([, at]) => at);
          for (const [i, times] of queues.entries())
            assert.deepEqual(
              byQueue(i),
              times.toSorted((a, b) => b - a),
            );
        },
      ),
      { numRuns: 50 },
    ));
});
