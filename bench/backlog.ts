import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { prepareAppend } from "../src/queue/sqlite/append.ts";
import { prepareBooks } from "../src/queue/sqlite/books.ts";
import { openEmbeddedDatabase } from "../src/queue/sqlite/database.ts";
import { prepareOpenQueue } from "../src/queue/sqlite/queues.ts";

export const queueName = "orders";
/** Smaller than an order, so that a million fit on any disk; claims look payloads up by row, whatever their size. */
const note = "n".repeat(400);

/** Every fifth event is of one huge key; the others share as many keys as a fifth of the events. */
export function waitingEvent(n: number, events: number) {
  return {
    key: n % 5 === 0 ? "stock:1:1" : `order:${n % Math.ceil((events * 2) / 5)}`,
    dedupeId: `holdfast-bench.myshopify.com/${randomUUID()}`,
    topic: "orders/updated",
    reference: `#${n}`,
    envelope: '{"format":"json","properties":{"topic":"orders/updated"}}',
    payload: `{"id":${n},"note":"${note}"}`,
  };
}

/** Makes a queue's file with so many waiting events, with the engine's own statements but without its care. */
export async function makeBacklog(file: string, events: number): Promise<void> {
  const database = await openEmbeddedDatabase({ file });
  const store = database.queue(queueName);
  await store.counts();
  await store.close();
  await database.close();
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
  const books = prepareBooks(db);
  const queue = prepareOpenQueue(db, books)(queueName, {});
  const append = prepareAppend(db, books);
  const now = Date.now();
  db.exec("BEGIN");
  for (let n = 0; n < events; n++) {
    append(queue, [waitingEvent(n, events)], now);
    if (n % 100 > 0) continue;
    books.finish();
    books.memory.keep();
  }
  books.finish();
  db.exec("COMMIT");
  db.exec("PRAGMA journal_mode = WAL");
  db.close();
}
