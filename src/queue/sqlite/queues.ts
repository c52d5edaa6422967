import type { DatabaseSync } from "node:sqlite";
import type { Books } from "./books.ts";
import { prepareRegate } from "./lane.ts";

export interface QueueOptions {
  /** A dead letter keeps later events of its key waiting, visibly, until it is redriven or discarded. Default true. */
  deadHoldsKey?: boolean;
  /** How long a second event with the same dedupe id is a duplicate. Default 72 hours. */
  dedupeMs?: number;
  /** For events that say how things are (a stock level): a new one takes the place of a waiting one of its key. */
  coalesce?: boolean;
}

/** A queue as the thread knows it. */
export interface Queue {
  id: number;
  name: string;
  deadHoldsKey: boolean;
  dedupeMs: number;
  coalesce: boolean;
}

const HOUR = 3_600_000;

/** Finds or makes a queue. Leases of an earlier process are over: its end ended the work. */
export function prepareOpenQueue(
  db: DatabaseSync,
  { tally }: Books,
): (name: string, options: QueueOptions) => Queue {
  const find = db.prepare("SELECT id, dead_holds_key FROM queue WHERE name = ?");
  const add = db.prepare(
    "INSERT INTO queue (name, dead_holds_key) VALUES (?, ?) RETURNING id, dead_holds_key",
  );
  const switchHold = db.prepare("UPDATE queue SET dead_holds_key = ? WHERE id = ?");
  const lanesWithDead = db.prepare(
    "SELECT DISTINCT key FROM event WHERE queue = ? AND state = 'dead' AND key IS NOT NULL",
  );
  const expireLeases = db.prepare(
    "UPDATE event SET lease_until = 0 WHERE queue = ? AND state = 'leased' AND lease_until > 0",
  );
  const regate = prepareRegate(db, tally);
  return (name, options) => {
    const deadHoldsKey = options.deadHoldsKey ?? true;
    const row = find.get(name) ?? add.get(name, Number(deadHoldsKey))!;
    const queue: Queue = {
      id: row.id as number,
      name,
      deadHoldsKey,
      dedupeMs: options.dedupeMs ?? 72 * HOUR,
      coalesce: options.coalesce ?? false,
    };
    if (row.dead_holds_key !== Number(deadHoldsKey)) {
      switchHold.run(Number(deadHoldsKey), queue.id);
      for (const lane of lanesWithDead.all(queue.id)) regate(queue, lane.key as string);
    }
    expireLeases.run(queue.id);
    return queue;
  };
}
