import type { Cluster, Redis, RedisOptions } from "ioredis";
import { addressesOf, type RedisServer } from "./address.ts";

export type Connection = Redis | Cluster;

/** How long a command may go unanswered before its connection counts as half open. */
const COMMAND_MS = 10_000;
const CONNECT_MS = 5_000;
const LONGEST_PAUSE_MS = 2_000;

/**
 * A connection that fails at once while the server is away, instead of keeping commands in memory, and that never sends
 * a command twice: whoever asked decides what a lost answer means.
 */
export function makeConnection(
  ioredis: Pick<typeof import("ioredis"), "Redis" | "Cluster">,
  server: RedisServer,
  commandTimeoutMs = COMMAND_MS,
): Connection {
  const addresses = addressesOf(server);
  const [first] = addresses as [(typeof addresses)[0]];
  const username = server.username || first.username;
  const password = server.password || first.password;
  const retryStrategy = (times: number) => Math.min(LONGEST_PAUSE_MS, 100 * 2 ** Math.min(times, 10));
  const common = {
    ...(username && { username }),
    ...(password && { password }),
    ...(first.tls && { tls: {} }),
    connectTimeout: CONNECT_MS,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectionName: "holdfast",
    // After a failover the old master still answers, but takes no writes.
    reconnectOnError: (error: Error) => /^(READONLY|MASTERDOWN|UNBLOCKED)/.test(error.message),
  } satisfies RedisOptions;
  const single = {
    ...common,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy,
  } satisfies RedisOptions;

  if (server.mode === "cluster")
    return new ioredis.Cluster(
      addresses.map(({ host, port }) => ({ host, port })),
      {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: CONNECT_MS,
        redisOptions: common,
      },
    );
  if (server.mode === "sentinel") {
    // The password is the master's; Sentinels take one only in their own URL.
    return new ioredis.Redis({
      ...single,
      sentinels: addresses.map(({ host, port }) => ({ host, port })),
      name: server.masterName!,
      ...(first.password && { sentinelPassword: first.password }),
      ...(first.tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
    });
  }
  return new ioredis.Redis({
    ...single,
    host: first.host,
    port: first.port,
    ...(first.db && { db: first.db }),
  });
}

/** Ends a connection after what was asked of it; one that is away is just let go. */
export async function endConnection(connection: Connection): Promise<void> {
  try {
    if (connection.status === "ready") await connection.quit();
  } catch {
    // It is gone: that was the wish.
  } finally {
    letGo(connection);
  }
}

/**
 * Drops a connection. A TLS socket that is ended in the middle of its handshake may fail twice, and ioredis hears only
 * the first: the second would end the process.
 */
export function letGo(connection: Connection): void {
  const servers = "nodes" in connection ? connection.nodes() : [connection as Redis];
  for (const { stream } of servers) stream?.on("error", () => {});
  connection.disconnect();
}

/** Every server that takes writes. */
export function mastersOf(connection: Connection): Redis[] {
  return "nodes" in connection && typeof connection.nodes === "function"
    ? connection.nodes("master")
    : [connection as Redis];
}
