import { setTimeout as sleep } from "node:timers/promises";
import { HoldfastError } from "../../failure.ts";
import { type Connection, mastersOf } from "./connect.ts";

const PATIENCE_MS = 60_000;

/** Has every server write its append-only file, and its snapshot if it keeps one, anew: without what was rewritten. */
export async function scrub(connection: Connection): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  try {
    for (const redis of mastersOf(connection)) {
      const info = async (name: string) =>
        new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(await redis.info("persistence"))?.[1];
      const ended = async (name: string) => {
        while ((await info(name)) !== "0") {
          if (Date.now() > deadline) throw new Error("It takes too long.");
          await sleep(50);
        }
      };
      if ((await info("aof_enabled")) === "1") {
        await ended("aof_rewrite_in_progress");
        await ended("aof_rewrite_scheduled");
        await redis.bgrewriteaof();
        await ended("aof_rewrite_scheduled");
        await ended("aof_rewrite_in_progress");
        if ((await info("aof_last_bgrewrite_status")) !== "ok") throw new Error("It failed.");
      }
      if ((await info("rdb_last_save_time")) !== undefined && (await keepsSnapshots(redis))) {
        await ended("rdb_bgsave_in_progress");
        await redis.bgsave();
        await ended("rdb_bgsave_in_progress");
        if ((await info("rdb_last_bgsave_status")) !== "ok") throw new Error("It failed.");
      }
    }
  } catch (cause) {
    throw new HoldfastError(
      {
        class: "unavailable",
        code: "not_scrubbed",
        message: `The texts were rewritten, but the old ones may still stand in Redis's files on disk (${(cause as Error).message}).`,
        hint: "Have the server run BGREWRITEAOF and BGSAVE, or redact again.",
        source: "queue",
      },
      { cause },
    );
  }
}

async function keepsSnapshots(redis: ReturnType<typeof mastersOf>[0]): Promise<boolean> {
  const [, rules] = (await redis.config("GET", "save")) as string[];
  return rules !== "";
}
