import type { DatabaseSync } from "node:sqlite";
import type { EventState } from "../event-store.ts";
import type { Memory } from "./memory.ts";

/** How many events of a queue are in which state: counting a million rows to draw a status would stop the queue. */
export interface Tally {
  added(queue: number, state: EventState): void;
  moved(queue: number, from: EventState, to: EventState): void;
  forgotten(queue: number, state: EventState): void;
  /** Writes down what changed; once a transaction, because a row for each event cost 4 of 55 µs an append. */
  write(): void;
}

export const tallySql = {
  add: `UPDATE tally SET n = n + ? WHERE queue = ? AND state = ?`,
};

const STATES: EventState[] = ["blocked", "ready", "leased", "done", "dead"];

export function prepareTally(db: DatabaseSync, memory: Memory): Tally {
  const add = db.prepare(tallySql.add);
  /** By queue, then as in STATES; what the transaction has changed so far. */
  const changes = memory.map<number, number[]>();
  const change = (queue: number, state: EventState, n: number) => {
    const before = changes.get(queue) ?? [0, 0, 0, 0, 0];
    changes.put(queue, before.with(STATES.indexOf(state), before[STATES.indexOf(state)]! + n));
  };
  return {
    added: (queue, state) => change(queue, state, 1),
    moved: (queue, from, to) => {
      change(queue, from, -1);
      change(queue, to, 1);
    },
    forgotten: (queue, state) => change(queue, state, -1),
    write: () => {
      for (const [queue, counts] of [...changes.entries()]) {
        counts.forEach((n, i) => {
          if (n !== 0) add.run(n, queue, STATES[i]!);
        });
        changes.put(queue, undefined);
      }
    },
  };
}
