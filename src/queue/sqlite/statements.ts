import type { DatabaseSync } from "node:sqlite";
import { prepareAct, prepareActs } from "./acts.ts";
import { prepareAppend } from "./append.ts";
import type { Books } from "./books.ts";
import { prepareClaim } from "./claim.ts";
import { prepareCounts } from "./counts.ts";
import { prepareDiscard, prepareRedrive } from "./dead-letters.ts";
import { prepareDelayed } from "./delayed.ts";
import { prepareEdit } from "./edit.ts";
import { prepareExtend } from "./extend.ts";
import { prepareGet, prepareList, prepareListIds } from "./find.ts";
import { prepareHistory } from "./history.ts";
import { preparePause, preparePaused, prepareResume } from "./pause.ts";
import { preparePrune } from "./prune.ts";
import { prepareRecover } from "./recover.ts";
import { prepareRedact, prepareScrub } from "./redact.ts";
import { prepareRestore } from "./restore.ts";
import { prepareSettle } from "./settle.ts";
import { prepareTold, prepareUntold } from "./untold.ts";

/** What changes something: done inside a transaction, answered after its commit. */
export function prepareWrites(db: DatabaseSync, books: Books) {
  return {
    append: prepareAppend(db, books),
    claim: prepareClaim(db, books),
    extend: prepareExtend(db),
    settle: prepareSettle(db, books),
    recover: prepareRecover(db, books),
    redrive: prepareRedrive(db, books),
    discard: prepareDiscard(db, books),
    untold: prepareUntold(db),
    told: prepareTold(db),
    prune: preparePrune(db, books),
    restore: prepareRestore(db, books),
    edit: prepareEdit(db),
    act: prepareAct(db),
    redact: prepareRedact(db),
    pause: preparePause(db),
    resume: prepareResume(db),
  };
}

/** What only looks, and what can't be done inside a transaction. */
export function prepareReads(db: DatabaseSync) {
  return {
    counts: prepareCounts(db),
    get: prepareGet(db),
    list: prepareList(db),
    listIds: prepareListIds(db),
    delayed: prepareDelayed(db),
    acts: prepareActs(db),
    history: prepareHistory(db),
    paused: preparePaused(db),
    scrub: prepareScrub(db),
  };
}

export type Operations = ReturnType<typeof prepareWrites> & ReturnType<typeof prepareReads>;
export type OperationName = keyof Operations;
export type OperationArgs<K extends OperationName> =
  Parameters<Operations[K]> extends [unknown, ...infer Rest] ? Rest : never;
export type OperationResult<K extends OperationName> = ReturnType<Operations[K]>;
