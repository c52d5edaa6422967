import assert from "node:assert/strict";
import path from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { openEmbeddedDatabase } from "../../../src/queue/sqlite/database.ts";
import { startQueueChild } from "../../support/queue-child.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** What docs/going-live.md says of backups. */
describe("a copy that SQLite takes of a queue's file", function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  after(() => folder.remove());

  it("while another process writes it, opens and holds all that was acknowledged before", async () => {
    const file = path.join(folder.path, "queue.db");
    const copy = path.join(folder.path, "copy.db");
    const child = startQueueChild(file);
    await child.said(300);
    const acknowledged = child.lines().filter((line) => line.startsWith("acked "));
    const source = new DatabaseSync(file, { readOnly: true });
    await backup(source, copy);
    source.close();
    const meanwhile = child.lines().length;
    await child.said(meanwhile + 50);
    await child.kill();

    const database = await openEmbeddedDatabase({ file: copy });
    const { events } = await database.queue("orders").list({ limit: 100_000 });
    await database.close();
    const held = new Set(events.map(({ dedupeId }) => `acked ${dedupeId}`));
    assert.ok(acknowledged.length > 100);
    assert.deepEqual(
      acknowledged.filter((line) => !held.has(line)),
      [],
    );
  });
});
