import type { DatabaseSync } from "node:sqlite";
import type { Memory, RememberedMap } from "./memory.ts";
import { type SortedNames, sortedNames } from "./sorted-names.ts";

/**
 * Which dedupe ids were seen, and when. They come in no order, so in a table sorted by them each has a page of its own
 * to write, into the log and later into the file: 16 of 55 µs an append, and a third of what the disk has to do.
 * Therefore new ones are written in the order they come, and known by heart; when they are many they go into the
 * sorted table, neighbours together, with each commit about as many as it adds.
 */
export interface Dedupe {
  /** The event that this id came with later than `after`; null for an id that is new. */
  find(queue: number, id: string, after: number): number | null;
  remember(queue: number, id: string, seq: number, at: number): void;
  /**
   * Forgets ids that are older than `before`, at most `limit`; returns how many. A large table is gone through a part
   * a call, so some old ones stay until their part comes.
   */
  forget(queue: number, before: number, limit: number): number;
  /** A step of the move into the sorted table; at the end of each transaction. */
  move(): void;
}

export const dedupeSql = {
  add: `INSERT INTO dedupe_recent (n, queue, id, seq, at) VALUES (?, ?, ?, ?, ?)`,
  again: `UPDATE dedupe_recent SET seq = ?, at = ? WHERE n = ?`,
  drop: `DELETE FROM dedupe_recent WHERE n = ?`,
  oldest: `SELECT min(n) AS n FROM dedupe_recent`,
  dropUpTo: `DELETE FROM dedupe_recent WHERE n <= ?`,
  find: `SELECT seq FROM dedupe WHERE queue = ? AND id = ? AND at > ?`,
  move: `INSERT INTO dedupe (queue, id, seq, at) VALUES (?, ?, ?, ?)
    ON CONFLICT (queue, id) DO UPDATE SET seq = excluded.seq, at = excluded.at`,
  edge: `SELECT id FROM dedupe WHERE queue = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?`,
  forget: `DELETE FROM dedupe WHERE queue = ? AND id > ? AND id <= ? AND at < ?`,
  forgetLast: `DELETE FROM dedupe WHERE queue = ? AND id > ? AND at < ?`,
};

interface Recent {
  /** Its place among those that came. */
  n: number;
  queue: number;
  seq: number;
  at: number;
}

/** Those that are moved, sorted; then their rows, which lie together, are dropped. Never changed: replaced. */
interface Move {
  names: string[];
  moved: number;
  dropped: number;
  upTo: number;
}

/**
 * So many are known by heart, some 250 bytes each, before a move begins. The more, the more of them meet on a page of
 * the sorted table: with 100,000 ids in it and 4,096 here, it took 48 of 137 pages that a commit wrote into the log.
 */
const MANY = 16_384;
/**
 * Moved with a commit: at least so many, and so many times what it adds; and this part of what is too much, after a
 * large import. Their rows are dropped twice as fast, so that all have gone before as many have come.
 */
const STEP = 16;
const STEP_TIMES = 2;
const STEP_PART = 1 / 32;

export function prepareDedupe(
  db: DatabaseSync,
  memory: Memory,
  { many = MANY, atLeast = STEP }: { many?: number; atLeast?: number } = {},
): Dedupe {
  const add = db.prepare(dedupeSql.add);
  const again = db.prepare(dedupeSql.again);
  const drop = db.prepare(dedupeSql.drop);
  const oldest = db.prepare(dedupeSql.oldest);
  const dropUpTo = db.prepare(dedupeSql.dropUpTo);
  const find = db.prepare(dedupeSql.find);
  const intoSorted = db.prepare(dedupeSql.move);
  const forgetSorted = prepareForgetSorted(db);
  const moves = memory.map<"now", Move>();
  /** Those that came since the last move began; also names that were taken back or forgotten since. */
  const collecting = memory.map<"now", SortedNames>();
  let known: RememberedMap<string, Recent> | undefined;
  let lastN = 0;
  let added = 0;

  /** Read at the first use: a damaged page in it is then that use's failure. */
  const recent = () => {
    if (known) return known;
    const map = memory.map<string, Recent>();
    const names = sortedNames();
    const rows = db.prepare("SELECT * FROM dedupe_recent ORDER BY n").all();
    for (const { n, queue, id, seq, at } of rows as unknown as (Recent & { id: string })[]) {
      const name = nameOf(queue, id);
      map.fill(name, { n, queue, seq, at });
      names.add(name);
      lastN = n;
    }
    collecting.fill("now", names);
    known = map;
    return known;
  };

  const beginMove = () => {
    const first = (oldest.get()?.n as number | null | undefined) ?? lastN;
    moves.put("now", { names: collecting.get("now")!.all(), moved: 0, dropped: first - 1, upTo: lastN });
    collecting.put("now", sortedNames());
  };

  return {
    find: (queue, id, after) => {
      const newest = recent().get(nameOf(queue, id));
      if (newest) return newest.at > after ? newest.seq : null;
      return (find.get(queue, id, after)?.seq as number | undefined) ?? null;
    },
    remember: (queue, id, seq, at) => {
      const name = nameOf(queue, id);
      const before = recent().get(name);
      const n = before ? before.n : ++lastN;
      if (before) again.run(seq, at, n);
      else {
        add.run(n, queue, id, seq, at);
        collecting.get("now")!.add(name);
        added++;
      }
      recent().put(name, { n, queue, seq, at });
    },
    forget: (queue, before, limit) => {
      let forgotten = 0;
      for (const [name, one] of recent().entries()) {
        if (forgotten === limit) return forgotten;
        if (one.queue !== queue || one.at >= before) continue;
        drop.run(one.n);
        recent().put(name, undefined);
        forgotten++;
      }
      return forgotten + forgetSorted(queue, before, limit - forgotten);
    },
    move: () => {
      if (!known) return;
      const step = Math.max(atLeast, added * STEP_TIMES, Math.ceil((known.size() - 2 * many) * STEP_PART));
      added = 0;
      const now = moves.get("now");
      if (!now) {
        if (known.size() >= many) beginMove();
      } else if (now.moved < now.names.length) {
        for (const name of now.names.slice(now.moved, now.moved + step)) {
          const one = known.get(name);
          if (!one) continue;
          intoSorted.run(one.queue, idOf(name), one.seq, one.at);
          known.put(name, undefined);
        }
        moves.put("now", { ...now, moved: now.moved + step });
      } else {
        const dropped = Math.min(now.dropped + 2 * step, now.upTo);
        dropUpTo.run(dropped);
        moves.put("now", dropped === now.upTo ? undefined : { ...now, dropped });
      }
    },
  };
}

function nameOf(queue: number, id: string): string {
  return `${queue} ${id}`;
}

function idOf(name: string): string {
  return name.slice(name.indexOf(" ") + 1);
}

/** Rows looked at in one go, and how often in one call. */
const STRETCH = 500;
const STRETCHES = 4;

/** Goes through a queue's ids round and round: sorted by age they would cost what sorting by id is spared. */
function prepareForgetSorted(db: DatabaseSync): (queue: number, before: number, limit: number) => number {
  const edge = db.prepare(dedupeSql.edge);
  const forget = db.prepare(dedupeSql.forget);
  const forgetLast = db.prepare(dedupeSql.forgetLast);
  /** Where the last call stopped; only saves time, so it need not be taken back with its transaction. */
  const reached = new Map<number, string>();
  return (queue, before, limit) => {
    let forgotten = 0;
    for (let stretch = 0; stretch < STRETCHES && forgotten < limit; stretch++) {
      const from = reached.get(queue) ?? "";
      const size = Math.min(STRETCH, limit - forgotten);
      const to = edge.get(queue, from, size - 1)?.id as string | undefined;
      const { changes } =
        to === undefined ? forgetLast.run(queue, from, before) : forget.run(queue, from, to, before);
      forgotten += Number(changes);
      reached.set(queue, to ?? "");
      if (to === undefined && from === "") break;
    }
    return forgotten;
  };
}
