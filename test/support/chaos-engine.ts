import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { EventStore, StoredEvent } from "../../src/queue/event-store.ts";
import { type EmbeddedDatabase, openEmbeddedDatabase } from "../../src/queue/sqlite/database.ts";

/** What a campaign must know about the engine behind the flow. */
export interface ChaosEngine {
  name: string;
  /** Settings of the flow's queue-store node. */
  store: Record<string, unknown>;
  /** Settings of its durable-queue nodes. */
  queue: Record<string, unknown>;
  /** How many Node-RED processes share it. */
  instances: number;
  /** How long a killed process's leases last, at most: nothing is drained sooner. */
  leaseMs: number;
  /** The server behind it, killed and started again; only where there is one. */
  server?: { kill(): Promise<void>; start(): Promise<void> };
  /** When every Node-RED has ended: what is damaged, in words. */
  damage(userDir: string): Promise<string[]>;
  /** When every Node-RED has ended: a queue's store. */
  open(userDir: string, queue: string): Promise<{ store: EventStore; close(): Promise<void> }>;
  close(): Promise<void>;
}

export function embeddedEngine(): ChaosEngine {
  const fileIn = (userDir: string) => path.join(userDir, "holdfast", "queue.db");
  return {
    name: "embedded",
    store: {},
    queue: {},
    instances: 1,
    leaseMs: 0,
    damage: async (userDir) => fileDamage(fileIn(userDir)),
    open: async (userDir, queue) => {
      const database: EmbeddedDatabase = await openEmbeddedDatabase({ file: fileIn(userDir) });
      return { store: database.queue(queue), close: () => database.close() };
    },
    close: async () => {},
  };
}

/** What SQLite itself finds wrong in a file. */
export function fileDamage(file: string): string[] {
  const db = new DatabaseSync(file);
  try {
    const rows = db.prepare("PRAGMA integrity_check").all() as { integrity_check: string }[];
    const said = rows.map((row) => row.integrity_check);
    return said.length === 1 && said[0] === "ok" ? [] : said;
  } finally {
    db.close();
  }
}

/** Every event of a store, page by page. */
export async function allEvents(store: EventStore): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let after = 0;
  for (;;) {
    const page = await store.list({ after, limit: 1_000 });
    events.push(...page.events);
    if (page.next === null) return events;
    after = page.next;
  }
}
