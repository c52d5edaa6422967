import type { DatabaseSync } from "node:sqlite";

/** Marks a file as ours ("Hold" in ASCII), so that another program's database is never migrated. */
export const APPLICATION_ID = 0x486f6c64;

/**
 * Each entry brings a file from version N to N + 1 (`user_version`). Never edit one that was released: add one, and
 * with it a file of the new version to test/queue/sqlite/fixtures.
 *
 * Why the tables look like this:
 * - `body` is apart from `event`, so that a change of state rewrites a hundred bytes and not the payload.
 * - `blocked` is stored, so that a claim never asks "is there an earlier one of this key?"; lane.ts keeps it true.
 * - `due_at` is 0 until the first retry or defer: such an event is due whatever the clock says, so a clock that
 *   was once wrong can't strand it.
 * - `behind` is not 0 for an event that waits for another of its key: the lane's order is by `behind`, then by `seq`.
 * - `tell_at` is not 0 for a dead letter that no dead-letter node has emitted yet: not before then.
 * - `dedupe` is sorted by id, `dedupe_recent` as they came; dedupe.ts says why there are two.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE queue (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    dead_holds_key INTEGER NOT NULL,
    pause_reason TEXT,
    paused_at INTEGER
  ) STRICT;

  CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue INTEGER NOT NULL,
    key TEXT,
    state TEXT NOT NULL CHECK (state IN ('blocked', 'ready', 'leased', 'done', 'dead')),
    topic TEXT NOT NULL,
    reference TEXT,
    dedupe_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    stalls INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    enqueued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    settled_at INTEGER,
    failure_class TEXT,
    failure TEXT
  ) STRICT;

  CREATE INDEX event_lane ON event (queue, key, state, seq) WHERE key IS NOT NULL;
  CREATE INDEX event_fresh ON event (queue, seq) WHERE state = 'ready' AND due_at = 0;
  CREATE INDEX event_timed ON event (queue, due_at, seq) WHERE state = 'ready' AND due_at > 0;
  CREATE INDEX event_leased ON event (queue, lease_until) WHERE state = 'leased';
  CREATE INDEX event_open ON event (queue, seq) WHERE state IN ('blocked', 'ready', 'leased');
  CREATE INDEX event_dead ON event (queue, seq) WHERE state = 'dead';
  CREATE INDEX event_done ON event (queue, settled_at) WHERE state = 'done';

  CREATE TABLE body (
    seq INTEGER PRIMARY KEY,
    envelope TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;

  CREATE TABLE dedupe (
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (queue, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dedupe_age ON dedupe (queue, at);

  CREATE TABLE history (
    seq INTEGER NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    times INTEGER NOT NULL DEFAULT 1,
    attempt INTEGER NOT NULL,
    what TEXT NOT NULL,
    failure_code TEXT,
    failure TEXT,
    by TEXT,
    reason TEXT,
    PRIMARY KEY (seq, n)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tally (
    queue INTEGER NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (queue, state)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER queue_added AFTER INSERT ON queue BEGIN
    INSERT INTO tally (queue, state, n)
      VALUES (new.id, 'blocked', 0), (new.id, 'ready', 0), (new.id, 'leased', 0), (new.id, 'done', 0), (new.id, 'dead', 0);
  END;
  CREATE TRIGGER event_added AFTER INSERT ON event BEGIN
    UPDATE tally SET n = n + 1 WHERE queue = new.queue AND state = new.state;
  END;
  CREATE TRIGGER event_moved AFTER UPDATE OF state ON event WHEN old.state <> new.state BEGIN
    UPDATE tally SET n = n - 1 WHERE queue = old.queue AND state = old.state;
    UPDATE tally SET n = n + 1 WHERE queue = new.queue AND state = new.state;
  END;
  CREATE TRIGGER event_forgotten AFTER DELETE ON event BEGIN
    UPDATE tally SET n = n - 1 WHERE queue = old.queue AND state = old.state;
  END;
  `,
  // Counters are written once a transaction (tally.ts), and a new dedupe id no longer costs a page (dedupe.ts).
  `
  DROP TRIGGER event_added;
  DROP TRIGGER event_moved;
  DROP TRIGGER event_forgotten;

  DROP INDEX dedupe_age;
  CREATE TABLE dedupe_recent (
    n INTEGER PRIMARY KEY,
    queue INTEGER NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;

  ALTER TABLE event ADD COLUMN tell_at INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX event_untold ON event (queue, tell_at) WHERE tell_at > 0;
  `,
  // What waits for another event lets the others of its key go first.
  `
  ALTER TABLE event ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;
  DROP INDEX event_lane;
  CREATE INDEX event_lane ON event (queue, key, state, behind, seq) WHERE key IS NOT NULL;
  `,
];

/** Brings an opened file to the newest version; each step is all or nothing. */
export function migrate(db: DatabaseSync, fromVersion: number, steps = migrations): void {
  for (let version = fromVersion; version < steps.length; version++) {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(steps[version]!);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      db.exec(`PRAGMA user_version = ${version + 1}`);
      db.exec("COMMIT");
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  }
}
