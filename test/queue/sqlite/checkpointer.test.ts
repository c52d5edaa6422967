import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Checkpointer, prepareCheckpointer } from "../../../src/queue/sqlite/checkpointer.ts";
import { eventually } from "../../support/eventually.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** Rows of a page each: a log that is full, and one that is not. */
const FULL = 5_100;
const LONG = 300;

describe("the thread that copies the log into the queue's file", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let db: DatabaseSync;
  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder.path, "queue.db");
    db = new DatabaseSync(file);
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE event (text TEXT)");
  });
  afterEach(() => {
    db.close();
    folder.remove();
  });
  const write = (checkpointer: Checkpointer, text: string, rows = FULL) => {
    const add = db.prepare("INSERT INTO event (text) VALUES (?)");
    db.exec("BEGIN");
    for (let n = 0; n < rows; n++) add.run(`${text} ${n} ${"x".repeat(3_000)}`);
    db.exec("COMMIT");
    checkpointer.committed();
  };

  const inFile = (text: string) => readFileSync(file, "latin1").includes(text);

  it("copies while nobody waits, and lets go of the file", async () => {
    const checkpointer = prepareCheckpointer(db, file);
    write(checkpointer, "first");
    await eventually("it is in the file", () => inFile("first 7 "));
    await checkpointer.close();
  });

  it("copies a shorter log when nothing more comes", async () => {
    const checkpointer = prepareCheckpointer(db, file);
    write(checkpointer, "first", LONG);
    assert.ok(!inFile("first 7 "));
    await eventually("it is in the file", () => inFile("first 7 "));
    await checkpointer.close();
  });

  it("finishes what it is at when it is closed", async () => {
    const checkpointer = prepareCheckpointer(db, file);
    write(checkpointer, "first");
    await checkpointer.close();
    assert.ok(inFile("first 7 "));
  });

  it("may be closed while it dies", async () => {
    const checkpointer = prepareCheckpointer(db, path.join(folder.path, "no such folder", "queue.db"));
    write(checkpointer, "first");
    await checkpointer.close();
    await checkpointer.close();
  });

  it("is started anew when it died: what kept it from working may be over", async () => {
    const later = path.join(folder.path, "later");
    const checkpointer = prepareCheckpointer(db, path.join(later, "queue.db"));
    write(checkpointer, "first");
    await checkpointer.close();
    assert.ok(!inFile("first 7 "));
    symlinkSync(folder.path, later, "junction");
    write(checkpointer, "more");
    await eventually("another one copies", () => inFile("first 7 "));
    await checkpointer.close();
  });
});
