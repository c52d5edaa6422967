import { HoldfastError } from "../../failure.ts";

export interface RedisServer {
  /** Default `single`. */
  mode?: "single" | "sentinel" | "cluster";
  /**
   * `redis://host:6379`, or `rediss://` for TLS. Of Sentinels and of a Cluster several, with commas between; the scheme
   * may be left out.
   */
  url: string;
  /** What the Sentinels call the master. */
  masterName?: string;
  username?: string;
  password?: string;
}

export interface RedisAddress {
  host: string;
  port: number;
  tls: boolean;
  username?: string;
  password?: string;
  db?: number;
}

/** @throws HoldfastError `bad_redis_url`; it never quotes the URL, which may hold a password. */
export function addressesOf(server: RedisServer): RedisAddress[] {
  const parts = server.url
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const addresses = parts.map((part) => addressOf(part, server.mode === "sentinel" ? 26_379 : 6_379));
  if (addresses.length === 0) throw badUrl("There is no address of a Redis server.");
  if (addresses.length > 1 && (server.mode ?? "single") === "single")
    throw badUrl("There are several addresses, but only Sentinel and Cluster have more than one.");
  if (server.mode === "sentinel" && !server.masterName)
    throw badUrl("The name of the Sentinel master is missing.");
  return addresses;
}

/** The addresses for messages: hosts and ports, nothing that is secret. */
export function placesOf(server: RedisServer): string {
  return addressesOf(server)
    .map(({ host, port }) => `${host}:${port}`)
    .join(", ");
}

function addressOf(text: string, defaultPort: number): RedisAddress {
  let url: URL;
  try {
    url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `redis://${text}`);
  } catch {
    throw badUrl("The address of the Redis server can't be read.");
  }
  if (!/^rediss?:$/.test(url.protocol) || !url.hostname)
    throw badUrl("The address of the Redis server does not begin with redis:// or rediss://.");
  const db = Number(url.pathname.slice(1) || 0);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || defaultPort),
    tls: url.protocol === "rediss:",
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(Number.isInteger(db) && db > 0 && { db }),
  };
}

function badUrl(message: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "bad_redis_url",
    message,
    hint: "Write it as redis://host:6379, or rediss://host:6379 with TLS.",
    source: "queue",
  });
}
