import type { Connection } from "./connect.ts";
import { appendLua } from "./lua-append.ts";
import { laneLua } from "./lua-lane.ts";
import { claimLua, extendLua, settleLua } from "./lua-lease.ts";
import { countsLua, readLua, skimLua } from "./lua-look.ts";
import { confessLua, redactLua, restoreLua } from "./lua-move.ts";
import {
  discardLua,
  editLua,
  pruneLua,
  recoverLua,
  redriveLua,
  switchHoldLua,
  toldLua,
  untoldLua,
} from "./lua-upkeep.ts";

const scripts = {
  append: appendLua,
  claim: claimLua,
  extend: extendLua,
  settle: settleLua,
  recover: recoverLua,
  untold: untoldLua,
  told: toldLua,
  redrive: redriveLua,
  discard: discardLua,
  edit: editLua,
  prune: pruneLua,
  switchHold: switchHoldLua,
  read: readLua,
  skim: skimLua,
  counts: countsLua,
  restore: restoreLua,
  confess: confessLua,
  redact: redactLua,
} as const;

export type ScriptName = keyof typeof scripts;

/** Runs one of our scripts, as one step for Redis, on the server that holds the queue. */
export type RunScript = (name: ScriptName, key: string, args: (string | number)[]) => Promise<unknown>;

/** Sent once to a server as text, from then on by its hash. */
export function prepareScripts(connection: Connection): RunScript {
  for (const [name, lua] of Object.entries(scripts))
    connection.defineCommand(`holdfast:${name}`, { numberOfKeys: 1, lua: `${laneLua}${lua}` });
  const commands = connection as unknown as Record<
    string,
    (...args: (string | number)[]) => Promise<unknown>
  >;
  return (name, key, args) => commands[`holdfast:${name}`]!(key, ...args);
}
