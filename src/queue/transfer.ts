import type { EventState, EventStore, RestoredEvent } from "./event-store.ts";
import { readExported, toExported } from "./exported-event.ts";

const OPEN_AND_DEAD: EventState[] = ["blocked", "ready", "leased", "dead"];
/** So few that a page of the largest payloads still fits in memory. */
const PAGE = 25;
const BATCH = 100;
const BATCH_CHARACTERS = 4 * 1_048_576;

/**
 * What a queue still has to do, as lines of JSON: open events and dead letters, in order, done ones left out.
 *
 * Two queues that work on the same events would deliver each twice and keep no order between them. So export what
 * nobody works on: a paused queue with nothing in flight, or one that no node has open (queue-file.ts). Nothing is
 * removed here: leave the old queue paused or closed for good once its lines are imported elsewhere.
 */
export async function* exportOpenEvents(store: EventStore): AsyncIterable<string> {
  let after: number | null = 0;
  while (after !== null) {
    const page = await store.list({ states: OPEN_AND_DEAD, limit: PAGE, after });
    for (const event of page.events) yield `${JSON.stringify(toExported(store.queue, event))}\n`;
    after = page.next;
  }
}

export interface ImportTally {
  stored: number;
  /** Were there already: imported before, or the same webhook came by itself. */
  duplicate: number;
}

/**
 * Takes in exported lines, behind what the queue holds. Importing the same lines again within the queue's dedupe
 * window doubles nothing, so an import that broke off is simply repeated.
 * @throws HoldfastError `bad_import` at a line that is none, or what the store throws; what came before is stored.
 */
export async function importEvents(
  store: EventStore,
  lines: AsyncIterable<string> | Iterable<string>,
  options: { now(): number; onProgress?(tally: ImportTally): void } = { now: Date.now },
): Promise<ImportTally> {
  const tally: ImportTally = { stored: 0, duplicate: 0 };
  let batch: RestoredEvent[] = [];
  let characters = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const results = await store.restore(batch, options.now());
    for (const { outcome } of results) tally[outcome === "duplicate" ? "duplicate" : "stored"]++;
    options.onProgress?.({ ...tally });
    batch = [];
    characters = 0;
  };
  let number = 0;
  try {
    for await (const line of lines) {
      batch.push(readExported(line, ++number));
      characters += line.length;
      if (batch.length >= BATCH || characters >= BATCH_CHARACTERS) await flush();
    }
  } catch (error) {
    // A bad line says that those before it are stored.
    await flush();
    throw error;
  }
  await flush();
  return tally;
}
