import type { DatabaseSync } from "node:sqlite";
import { type Dedupe, prepareDedupe } from "./dedupe.ts";
import { createMemory, type Memory } from "./memory.ts";
import { prepareTally, type Tally } from "./tally.ts";

/** What is kept about all events besides their rows, and written down less often than they change. */
export interface Books {
  memory: Memory;
  tally: Tally;
  dedupe: Dedupe;
  /** Closes them for a transaction, as a part of it. */
  finish(): void;
}

export function prepareBooks(db: DatabaseSync): Books {
  const memory = createMemory();
  const tally = prepareTally(db, memory);
  const dedupe = prepareDedupe(db, memory);
  return {
    memory,
    tally,
    dedupe,
    finish: () => {
      dedupe.move();
      tally.write();
    },
  };
}
