import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";

/**
 * Makes a folder that a power cut can't take away again, with everything in it: SQLite brings a file's name to the
 * disk, but not its folder's.
 */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  const above = path.dirname(first);
  for (let parent = path.dirname(folder); ; parent = path.dirname(parent)) {
    syncFolder(parent);
    if (parent === above || parent === path.dirname(parent)) return;
  }
}

/** Windows has no such thing, and some network drives refuse; there it is as durable as the system makes it. */
function syncFolder(folder: string): void {
  let opened: number | undefined;
  try {
    opened = openSync(folder, "r");
    fsyncSync(opened);
  } catch {
  } finally {
    if (opened !== undefined) closeSync(opened);
  }
}
