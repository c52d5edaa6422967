import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "mocha";
import { openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const maxStalls = 5;
const poison = "7";

/**
 * Plays processes that die one after the other, each with all that it works on in flight, on one file. `work` gets
 * what a process was given at a time, and says what it ended; null: it died of it.
 */
async function play(
  processes: number,
  work: (ids: string[]) => string[] | null,
): Promise<{ dead: string[]; open: number }> {
  const folder = temporaryFolder();
  const file = path.join(folder.path, "queue.db");
  let now = Date.now();
  for (let n = 0; n < processes; n++) {
    const database = await openEmbeddedDatabase({ file });
    const store = database.queue("orders");
    if (n === 0)
      await store.append(
        Array.from({ length: 40 }, (_, at) => ({
          key: `k${at + 1}`,
          dedupeId: null,
          topic: "t",
          reference: null,
          envelope: "{}",
          payload: "{}",
        })),
        now,
      );
    await store.recover({ now, maxStalls });
    for (let died = false; !died; ) {
      const { events, nextDueAt } = await store.claim({ max: 40, leaseMs: 30_000, now });
      if (events.length === 0) {
        if (nextDueAt === null) break;
        now = nextDueAt;
        continue;
      }
      const ended = work(events.map(({ id }) => id));
      died = ended === null;
      const refs = events.filter(({ id }) => ended?.includes(id));
      await store.settle(
        refs.map(({ id, fence }) => ({ ref: { id, fence }, outcome: { to: "done" } })),
        now,
      );
    }
    await database.close();
    now += 1_000;
  }
  const database = await openEmbeddedDatabase({ file });
  const store = database.queue("orders");
  await store.recover({ now, maxStalls });
  const dead = (await store.list({ states: ["dead"] })).events.map(({ id }) => id);
  const { blocked, ready, leased } = await store.counts();
  await database.close();
  folder.remove();
  return { dead, open: blocked + ready + leased };
}

describe("a process that dies again and again of one event", () => {
  it("ends that one as a dead letter, and none of those that were in flight beside it", async () => {
    const result = await play(20, (ids) => (ids.includes(poison) ? null : ids));
    assert.deepEqual([result.dead, result.open], [[poison], 0]);
  });
});
