import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Random } from "../../sandbox/random.ts";
import type { Step } from "./chaos-trace.ts";

/**
 * What a power cut may leave of what was written and not synced. What was synced is always there.
 *
 * - `dropped`: nothing of it.
 * - `prefix`: its first part in the order it was written, the last write torn at a sector.
 * - `pages`: any of its 4 KB pages, without order.
 * - `garbage`: the same, and some of those pages hold noise.
 * - `all`: all of it, as after a killed process.
 */
export const cutKinds = ["dropped", "prefix", "pages", "garbage", "all"] as const;
export type CutKind = (typeof cutKinds)[number];

type Change = Extract<Step, { kind: "write" | "truncate" }>;
type NameChange = Extract<Step, { kind: "create" | "unlink" }> & { inode: Inode };

interface Inode {
  synced: Content;
  /** In the order they were made. */
  pending: Change[];
}

interface Content {
  bytes: Buffer;
  size: number;
}

const pageSize = 4096;
const sectorSize = 512;

/**
 * A disk that keeps only what it was told to: a file's content by fsync of the file, a name's making and removal by
 * fsync of its directory. Stricter than ext4 or XFS, which keep a new name with its file.
 */
export interface Disk {
  /** Steps in the order they ended. */
  apply(step: Step): void;
  /** What is on it after a cut, written into a folder. `running`: calls that had begun and not returned. */
  cut(kind: CutKind, random: Random, running: Step[], into: string): void;
}

/** @param ignored files whose content is never read after a restart. */
export function makeDisk(ignored: (file: string) => boolean): Disk {
  const live = new Map<string, Inode>();
  const syncedNames = new Map<string, Inode>();
  let pendingNames: NameChange[] = [];
  /** The folder itself was made, and its name is not on the disk yet. */
  let newFolder: Extract<Step, { kind: "mkdir" }> | null = null;

  const nameChange = (step: Step): NameChange | null => {
    if (step.kind === "create")
      return live.has(step.file) ? null : { ...step, inode: { synced: empty(), pending: [] } };
    if (step.kind === "unlink" && live.has(step.file)) return { ...step, inode: live.get(step.file)! };
    return null;
  };

  return {
    apply: (step) => {
      if (step.kind === "answer" || ignored(step.file)) return;
      if (step.kind === "mkdir") {
        newFolder = step;
        return;
      }
      if (step.kind === "create" || step.kind === "unlink") {
        const change = nameChange(step);
        if (!change) return;
        pendingNames.push(change);
        if (step.kind === "create") live.set(step.file, change.inode);
        else live.delete(step.file);
        return;
      }
      const inode = live.get(step.file);
      if (step.kind !== "sync") {
        if (!inode) throw new Error(`${step.file} was written before it was made.`);
        inode.pending.push(step);
        return;
      }
      if (inode) {
        // What was written while the sync ran may have missed it.
        for (const change of inode.pending) if (change.end <= step.line) make(inode.synced, change);
        inode.pending = inode.pending.filter((change) => change.end > step.line);
        return;
      }
      if (newFolder && path.dirname(newFolder.file) === step.file) newFolder = null;
      const kept = (change: NameChange) => path.dirname(change.file) === step.file && change.end <= step.line;
      for (const change of pendingNames.filter(kept)) rename(syncedNames, change);
      pendingNames = pendingNames.filter((change) => !kept(change));
    },
    cut: (kind, random, running, into) => {
      const begun = running.filter((step) => "file" in step && !ignored(step.file));
      const names = new Map(syncedNames);
      const waiting = [...pendingNames, ...begun.flatMap((step) => nameChange(step) ?? [])];
      // A journal of directories keeps their order.
      const kept = kind === "dropped" ? 0 : kind === "all" ? waiting.length : random.int(0, waiting.length);
      for (const change of waiting.slice(0, kept)) rename(names, change);
      mkdirSync(into, { recursive: true });
      // Whatever was synced in a folder is out of reach when the folder's name is gone.
      if (newFolder && (kind === "dropped" || (kind !== "all" && random.chance(0.5)))) return;
      for (const [name, inode] of names) {
        const unsynced = [...inode.pending];
        for (const step of begun)
          if ((step.kind === "write" || step.kind === "truncate") && live.get(step.file) === inode)
            unsynced.push(step);
        const content = { bytes: Buffer.from(inode.synced.bytes), size: inode.synced.size };
        for (const change of survivors(kind, unsynced, random)) make(content, change);
        writeFileSync(path.join(into, path.basename(name)), content.bytes.subarray(0, content.size));
      }
    },
  };
}

function survivors(kind: CutKind, unsynced: Change[], random: Random): Change[] {
  switch (kind) {
    case "dropped":
      return [];
    case "all":
      return unsynced;
    case "prefix": {
      const kept = random.int(0, unsynced.length);
      const torn = unsynced[kept];
      const first = unsynced.slice(0, kept);
      if (torn?.kind !== "write") return first;
      const sectors = random.int(0, Math.ceil(torn.data.length / sectorSize));
      return [...first, { ...torn, data: torn.data.subarray(0, sectors * sectorSize) }];
    }
    case "pages":
    case "garbage":
      return unsynced.flatMap(inPages).flatMap((change) => {
        const dice = random.next();
        if (dice < (kind === "pages" ? 0.5 : 0.34)) return [];
        if (kind === "pages" || dice < 0.67 || change.kind !== "write") return [change];
        const noise = Buffer.from(Array.from(change.data, () => random.int(0, 255)));
        return [{ ...change, data: noise }];
      });
  }
}

/** A write as the pages that a disk may take one by one. */
function inPages(change: Change): Change[] {
  if (change.kind !== "write") return [change];
  const parts: Change[] = [];
  for (let from = 0; from < change.data.length; ) {
    const offset = change.offset + from;
    const length = Math.min(pageSize - (offset % pageSize), change.data.length - from);
    parts.push({ ...change, offset, data: change.data.subarray(from, from + length) });
    from += length;
  }
  return parts;
}

function make(content: Content, change: Change): void {
  const size = change.kind === "write" ? change.offset + change.data.length : change.size;
  if (size > content.bytes.length) {
    const grown = Buffer.alloc(Math.max(size, content.bytes.length * 2));
    content.bytes.copy(grown, 0, 0, content.size);
    content.bytes = grown;
  }
  if (change.kind === "truncate") {
    if (size < content.size) content.bytes.fill(0, size, content.size);
    content.size = size;
    return;
  }
  change.data.copy(content.bytes, change.offset);
  content.size = Math.max(content.size, size);
}

function rename(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === "create") names.set(change.file, change.inode);
  else if (names.get(change.file) === change.inode) names.delete(change.file);
}

function empty(): Content {
  return { bytes: Buffer.alloc(0), size: 0 };
}
