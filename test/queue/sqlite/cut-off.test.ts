import assert from "node:assert/strict";
import { copyFileSync, existsSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "mocha";
import { openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("a file that was cut off while SQLite changed it", () => {
  // SQLite turns a new file into one with a write-ahead log under a rollback journal, as any change before that.
  it("is rolled back and opened, with what was in it", async () => {
    const folder = temporaryFolder();
    const whole = path.join(folder.path, "whole.db");
    const made = await openEmbeddedDatabase({ file: whole });
    const event = { key: null, dedupeId: "1", topic: "t", reference: null, envelope: "{}", payload: "kept" };
    await made.queue("orders").append([event], Date.now());
    await made.close();

    const cut = path.join(folder.path, "cut.db");
    const writer = new DatabaseSync(whole);
    writer.exec(
      "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE; CREATE TABLE more (text)",
    );
    // More than the cache holds, so that it spills into the file before the commit.
    for (let n = 0; n < 50; n++) writer.prepare("INSERT INTO more VALUES (?)").run("x".repeat(3_000));
    copyFileSync(whole, cut);
    copyFileSync(`${whole}-journal`, `${cut}-journal`);
    writer.close();

    const opened = await openEmbeddedDatabase({ file: cut });
    const { events } = await opened.queue("orders").list({});
    assert.deepEqual(
      events.map(({ payload }) => payload),
      ["kept"],
    );
    await opened.close();
    assert.equal(existsSync(`${cut}-journal`), false);
    folder.remove();
  });
});
