import path from "node:path";
import { after, before } from "mocha";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { describeEventStore } from "./event-store.ts";

let database: EmbeddedDatabase;
const folder = temporaryFolder();
let queues = 0;

before(async () => {
  database = await openEmbeddedDatabase({ file: path.join(folder.path, "queue.db") });
});
after(async () => {
  await database.close();
  folder.remove();
});

// One file for all of them: each test is a queue, so the suite also shows that queues keep apart.
describeEventStore("embedded", async (options) => database.queue(`queue ${++queues}`, options));
