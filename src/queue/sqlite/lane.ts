import type { DatabaseSync } from "node:sqlite";
import type { Queue } from "./queues.ts";
import type { Tally } from "./tally.ts";

/**
 * Order per key. In a key's lane at most one event is `ready` or `leased`: its head; the others are `blocked`.
 * The head is the earliest event that is neither done nor dead. Where dead letters hold their key, an earlier dead
 * one keeps the lane without a head, unless it died of a dependency.
 */
const earliest = (state: string) =>
  `(SELECT min(seq) FROM event WHERE queue = ?1 AND key = ?2 AND state = '${state}') AS ${state}`;

/** Of a dead letter that holds its key. What died of a dependency may have waited for one that stands behind it. */
export const holdsKey = `state = 'dead' AND failure_class IS NOT 'dependency'`;

const earliestHolding = `(SELECT min(seq) FROM event WHERE queue = ?1 AND key = ?2 AND ${holdsKey}) AS dead`;

export const laneSql = {
  earliest: `SELECT ${[...["leased", "ready", "blocked"].map(earliest), earliestHolding].join(", ")}`,
  move: `UPDATE event SET state = ? WHERE seq = ?`,
};

/** The first of a key in each state, by its place; of the dead, the first that holds the key. */
type Lane = Record<"leased" | "ready" | "blocked" | "dead", number | null>;

/** Makes a lane true again after one of its events changed; a few index look-ups, however long the lane. */
export function prepareRegate(db: DatabaseSync, tally: Tally): (queue: Queue, key: string | null) => void {
  const earliestOf = db.prepare(laneSql.earliest);
  const move = db.prepare(laneSql.move);
  return (queue, key) => {
    if (key === null) return;
    const { leased, ready, blocked, dead } = earliestOf.get(queue.id, key) as unknown as Lane;
    // While one is worked on all others are blocked already, and stay so.
    if (leased !== null) return;
    const head = Math.min(ready ?? Infinity, blocked ?? Infinity);
    const held = queue.deadHoldsKey && dead !== null && dead < head;
    if (ready !== null && (held || ready !== head)) {
      move.run("blocked", ready);
      tally.moved(queue.id, "ready", "blocked");
    }
    if (blocked !== null && !held && blocked === head) {
      move.run("ready", blocked);
      tally.moved(queue.id, "blocked", "ready");
    }
  };
}
