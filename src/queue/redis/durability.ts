import type { Redis } from "ioredis";
import { type Connection, mastersOf } from "./connect.ts";

/**
 * - `each`: every answer of the server means "on disk".
 * - `wait`: an answer means it after WAITAOF.
 * - `none`: this server can't promise it.
 */
export interface Durability {
  how: "each" | "wait" | "none";
  warning: string | null;
}

/** Reads from the server whether "acknowledged means durable" can hold. Managed servers may refuse to tell. */
export async function readDurability(connection: Connection): Promise<Durability> {
  const masters = mastersOf(connection);
  const all = await Promise.all(masters.map(readServer));
  const worst = all.find(({ how }) => how === "none") ?? all.find(({ how }) => how === "wait") ?? all[0];
  const warning = all.map((one) => one.warning).find((text) => text !== null) ?? null;
  // WAITAOF asks the server of one connection; in a Cluster a key has no connection of its own.
  if (worst?.how === "wait" && masters !== undefined && "nodes" in connection)
    return {
      how: "none",
      warning: warning ?? "This Redis can lose acknowledged events: set appendfsync always",
    };
  return { how: worst?.how ?? "none", warning };
}

async function readServer(redis: Redis): Promise<Durability> {
  const [appendonly, appendfsync, policy, persistence] = await Promise.all([
    configured(redis, "appendonly"),
    configured(redis, "appendfsync"),
    configured(redis, "maxmemory-policy"),
    redis.info().catch(() => ""),
  ]);
  const aof = appendonly === undefined ? infoOf(persistence, "aof_enabled") === "1" : appendonly === "yes";
  const eviction = policy ?? infoOf(persistence, "maxmemory_policy");
  const evicts = eviction !== undefined && eviction !== "noeviction";
  const warnings = [];

  let how: Durability["how"] = "none";
  if (aof && appendfsync === "always") how = "each";
  else if (aof && appendfsync !== "no" && (await canWait(redis))) how = "wait";
  if (how === "none")
    warnings.push(
      aof && appendfsync === undefined
        ? "This Redis does not tell how it writes to disk, so it may lose acknowledged events: it needs appendonly yes and appendfsync always"
        : "This Redis can lose acknowledged events: set appendonly yes and appendfsync always",
    );
  if (evicts)
    warnings.push(
      `This Redis may throw events away when its memory is full: set maxmemory-policy noeviction`,
    );
  return { how, warning: warnings.length ? `${warnings.join(". ")}.` : null };
}

async function configured(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const answer = (await redis.config("GET", name)) as string[];
    return answer[1];
  } catch (error) {
    if (error instanceof Error && error.name === "ReplyError") return undefined;
    throw error;
  }
}

function infoOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
}

/** Redis 7.2 and later, with an append-only file. */
async function canWait(redis: Redis): Promise<boolean> {
  try {
    await redis.call("WAITAOF", "1", "0", "1");
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ReplyError") return false;
    throw error;
  }
}

/** What this server's clock shows more than ours, so that leases of several machines are counted by one clock. */
export async function clockSkew(connection: Connection): Promise<number> {
  const [redis] = mastersOf(connection);
  if (!redis) return 0;
  const before = Date.now();
  const [seconds, micros] = (await redis.time()) as unknown as [number | string, number | string];
  const skew = Number(seconds) * 1000 + Number(micros) / 1000 - (before + Date.now()) / 2;
  // Less is what the way there costs, and what every clock is off.
  return Math.abs(skew) < 2_000 ? 0 : Math.round(skew);
}
