import type { DatabaseSync } from "node:sqlite";
import type { Queue } from "./queues.ts";
import type { Tally } from "./tally.ts";

/**
 * Order per key. In a key's lane at most one event is `ready` or `leased`: its head; the others are `blocked`.
 * The head is the earliest event that is neither done nor dead. Where dead letters hold their key, an earlier dead
 * one keeps the lane without a head.
 */
export const laneSql = {
  first: `SELECT min(seq) AS seq FROM event WHERE queue = ? AND key = ? AND state = ?`,
  move: `UPDATE event SET state = ? WHERE seq = ?`,
};

/** Makes a lane true again after one of its events changed; a few index look-ups, however long the lane. */
export function prepareRegate(db: DatabaseSync, tally: Tally): (queue: Queue, key: string | null) => void {
  const first = db.prepare(laneSql.first);
  const move = db.prepare(laneSql.move);
  return (queue, key) => {
    if (key === null) return;
    const earliest = (state: string) => (first.get(queue.id, key, state)?.seq as number | null) ?? null;
    // While one is worked on all others are blocked already, and stay so.
    if (earliest("leased") !== null) return;
    const ready = earliest("ready");
    const blocked = earliest("blocked");
    const dead = queue.deadHoldsKey ? earliest("dead") : null;
    const head = Math.min(ready ?? Infinity, blocked ?? Infinity);
    const held = dead !== null && dead < head;
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
