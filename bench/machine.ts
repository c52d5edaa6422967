import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { scratch } from "./flow-server.ts";
import { inTurns, median } from "./measure.ts";
import { count, type Limit } from "./row.ts";

/** One write and one fdatasync after the other for `ms`; how many a second. Blocks its thread, as the disk does. */
export function syncsPerSecond(how: "overwrite" | "append", bytes: number, ms: number): number {
  const file = path.join(scratch, `sync-${how}`);
  const page = Buffer.alloc(bytes, 7);
  const fd = openSync(file, "w");
  try {
    writeSync(fd, page, 0, bytes, 0);
    fdatasyncSync(fd);
    const began = performance.now();
    let done = 0;
    while (performance.now() - began < ms) {
      writeSync(fd, page, 0, bytes, how === "append" ? (done + 1) * bytes : 0);
      fdatasyncSync(fd);
      done++;
    }
    return (done * 1000) / (performance.now() - began);
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}

/** The disk alone. */
export async function machineLimits(): Promise<Limit[]> {
  const taken = await inTurns(
    {
      overwrite: async () => syncsPerSecond("overwrite", 4_096, 400),
      append: async () => syncsPerSecond("append", 4_096, 400),
    },
    5,
  );
  return [
    { what: "fdatasync/s, 4 KB written over", value: count(median(taken.overwrite)) },
    { what: "fdatasync/s, 4 KB appended", value: count(median(taken.append)) },
  ];
}
