import type { DatabaseSync } from "node:sqlite";
import type { Queue } from "./queues.ts";
import type { Tally } from "./tally.ts";

/**
 * Order per key. In a key's lane at most one event is `ready` or `leased`: its head; the others are `blocked`.
 * The head is the earliest event that is neither done nor dead; one that waits for another (`behind` is not 0,
 * dependency.ts) stands after all that don't. Where dead letters hold their key, an earlier dead one keeps the lane
 * without a head, unless it died of a dependency.
 */
const first = (state: string, where = `state = '${state}'`) =>
  `(SELECT seq FROM event WHERE queue = ?1 AND key = ?2 AND ${where} ORDER BY behind, seq LIMIT 1) AS ${state}`;

/** Of a dead letter that holds its key. What died of a dependency may have waited for one that stands behind it. */
export const holdsKey = `state = 'dead' AND failure_class IS NOT 'dependency'`;

const lastOf = (state: string) =>
  `ifnull((SELECT max(behind) FROM event WHERE queue = ?1 AND key = ?2 AND state = '${state}'), 0)`;

export const laneSql = {
  first: `SELECT ${[...["leased", "ready", "blocked"].map((state) => first(state)), first("dead", holdsKey)].join(", ")}`,
  behind: `SELECT behind FROM event WHERE seq = ?`,
  /** Behind all others of its key. */
  last: `SELECT max(${lastOf("blocked")}, ${lastOf("ready")}) + 1 AS behind`,
  move: `UPDATE event SET state = ? WHERE seq = ?`,
};

/** The first of a key in each state, by its place; of the dead, the first that holds the key. */
type Lane = Record<"leased" | "ready" | "blocked" | "dead", number | null>;

/** Makes a lane true again after one of its events changed; a few index look-ups, however long the lane. */
export function prepareRegate(db: DatabaseSync, tally: Tally): (queue: Queue, key: string | null) => void {
  const firstOf = db.prepare(laneSql.first);
  const behindOf = db.prepare(laneSql.behind);
  const move = db.prepare(laneSql.move);

  const isBefore = (seq: number, other: number): boolean => {
    const [a, b] = [seq, other].map((one) => behindOf.get(one)!.behind as number) as [number, number];
    return a === b ? seq < other : a < b;
  };
  const earlier = (a: number | null, b: number | null) =>
    a === null || b === null ? (a ?? b) : isBefore(a, b) ? a : b;

  return (queue, key) => {
    if (key === null) return;
    const { leased, ready, blocked, dead } = firstOf.get(queue.id, key) as unknown as Lane;
    // While one is worked on all others are blocked already, and stay so.
    if (leased !== null) return;
    const head = earlier(ready, blocked);
    if (head === null) return;
    const held = queue.deadHoldsKey && dead !== null && isBefore(dead, head);
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
