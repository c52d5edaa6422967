import assert from "node:assert/strict";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { FULL_LOG, prepareLogLength } from "../../../src/queue/sqlite/log-length.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("how long the log is", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let db: DatabaseSync;
  beforeEach(() => {
    folder = temporaryFolder();
    db = new DatabaseSync(path.join(folder.path, "queue.db"));
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0");
    db.exec("CREATE TABLE event (text TEXT)");
  });
  afterEach(() => {
    db.close();
    folder.remove();
  });
  /** Rows of a page each. */
  const write = (rows: number) => {
    const add = db.prepare("INSERT INTO event (text) VALUES (?)");
    db.exec("BEGIN");
    for (let n = 0; n < rows; n++) add.run("x".repeat(3_000));
    db.exec("COMMIT");
  };
  const copy = () => db.prepare("PRAGMA wal_checkpoint(PASSIVE)").get();

  it("is told in frames, without copying any", () => {
    const log = prepareLogLength(db, true);
    assert.deepEqual([log.isLong(), log.isFull()], [false, false]);
    write(300);
    assert.deepEqual([log.isLong(), log.isFull()], [true, false]);
    write(FULL_LOG);
    assert.deepEqual([log.isLong(), log.isFull()], [true, true]);
    copy();
    assert.equal(log.isLong(), false);
  });

  it("is full again only when it has grown well, or was begun anew and filled again", () => {
    const log = prepareLogLength(db, true);
    write(FULL_LOG);
    log.asked();
    write(100);
    assert.equal(log.isFull(), false, "copying was asked for just now");
    write(1_000);
    assert.equal(log.isFull(), true, "somebody kept it from beginning anew");
    log.asked();
    copy();
    write(1);
    assert.equal(log.isFull(), false, "it began anew");
    write(FULL_LOG);
    assert.equal(log.isFull(), true);
  });

  it("is guessed from the rows written where SQLite can't count frames", () => {
    const log = prepareLogLength(db, false);
    assert.deepEqual([log.isLong(), log.isFull()], [false, false]);
    write(1_200);
    assert.deepEqual([log.isLong(), log.isFull()], [true, true]);
    log.asked();
    assert.deepEqual([log.isLong(), log.isFull()], [false, false]);
  });
});
