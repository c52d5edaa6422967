import { randomUUID } from "node:crypto";
import type { Queue as BullQueue } from "bullmq";
import { HoldfastError } from "../../failure.ts";
import type { QueueDatabase } from "../database.ts";
import { placesOf, type RedisServer } from "./address.ts";
import { groupCommit } from "./commit.ts";
import { endConnection, letGo, makeConnection } from "./connect.ts";
import { clockSkew, type Durability, readDurability } from "./durability.ts";
import { openError } from "./errors.ts";
import { prepareScripts, type RunScript } from "./scripts.ts";
import { scrub } from "./scrub.ts";
import { redisStore } from "./store.ts";

export interface RedisDatabaseOptions extends RedisServer {
  /** What all keys begin with. Default `holdfast`. Written in braces, so that a Cluster keeps a queue in one place. */
  prefix?: string;
  /** Hears what the server can't promise, and null when it can again; at the start and whenever it came back. */
  onWarning?: (warning: string | null) => void;
  /** An unanswered command fails after so long. Default 10 s. */
  commandTimeoutMs?: number;
}

/** How long the server may take to bring what was written to its disk. */
const ON_DISK_MS = 5_000;
/** News of others' work may be lost with a connection: so often everyone looks for itself. */
const LOOK_MS = 5_000;

/**
 * Opens the Redis engine: any number of processes may share a queue. BullMQ's `Queue` and tools see each as theirs.
 * @throws HoldfastError `cannot_open`, `bad_redis_url`
 */
export async function openRedisDatabase(options: RedisDatabaseOptions): Promise<QueueDatabase> {
  const places = placesOf(options);
  // Nobody who keeps events in a file should pay for these.
  const [ioredis, bullmq] = await Promise.all([import("ioredis"), import("bullmq")]);
  let lastError: Error | undefined;
  const make = () => {
    const connection = makeConnection(ioredis, options, options.commandTimeoutMs);
    connection.setMaxListeners(0);
    // Each command says for itself that the server is away; only the first connection has no command to say it.
    connection.on("error", (error: Error) => {
      lastError = error;
    });
    return connection;
  };
  // Apart from the rest, so that a wait for the disk delays no claim.
  const writer = make();
  const connection = make();
  const subscriber = make();
  const all = [writer, connection, subscriber];
  const me = randomUUID();
  const prefix = `{${(options.prefix || "holdfast").replace(/[{}]/g, "")}}`;

  let durability: Durability = { how: "none", warning: null };
  let skew = 0;
  const inspect = async () => {
    const [found, difference] = await Promise.all([readDurability(writer), clockSkew(writer)]);
    const news = found.warning !== durability.warning;
    durability = found;
    skew = difference;
    if (news) options.onWarning?.(found.warning);
  };
  try {
    await Promise.all(all.map((one) => one.connect()));
    await inspect();
  } catch (error) {
    for (const one of all) letGo(one);
    throw openError(lastError ?? error, places);
  }
  // It may have come back as another server, with other settings.
  writer.on("ready", () => void inspect().catch(() => {}));

  const run = prepareScripts(connection);
  const write = prepareScripts(writer);
  const committed = groupCommit(async () => {
    const [disks] = (await (writer as import("ioredis").Redis).call(
      "WAITAOF",
      "1",
      "0",
      String(ON_DISK_MS),
    )) as [number, number];
    return disks;
  });
  const runDurably: RunScript = (name, key, args) =>
    durability.how === "wait" ? committed(() => write(name, key, args)) : write(name, key, args);

  const listeners = new Map<string, () => void>();
  subscriber.on("message", (channel: string, from: string) => {
    if (from !== me) listeners.get(channel)?.();
  });
  const tellAll = () => {
    for (const listener of listeners.values()) listener();
  };
  const subscribe = (channel: string) => {
    // While it is away this fails; it is made good when it is back.
    subscriber.subscribe(channel).catch(() => {});
  };
  subscriber.on("ready", () => {
    for (const channel of listeners.keys()) subscribe(channel);
    tellAll();
  });
  const looking = setInterval(tellAll, LOOK_MS);
  looking.unref();

  const open = new Set<string>();
  return {
    shared: true,
    warning: () => durability.warning,
    queue: (name, queueOptions = {}) => {
      if (open.has(name)) throw inUseError(name, places);
      open.add(name);
      const base = `${prefix}:${name}:`;
      const channel = `${base}hf:work`;
      const bull: BullQueue = new bullmq.Queue(name, {
        connection: connection as never,
        prefix,
        skipVersionCheck: true,
      });
      bull.on("error", () => {});
      return redisStore(
        {
          queue: name,
          base,
          me,
          places,
          connection,
          run,
          runDurably,
          bull,
          skew: () => skew,
          scrub: () => scrub(connection),
          onNews: (listener) => {
            listeners.set(channel, listener);
            subscribe(channel);
            return () => {
              listeners.delete(channel);
              subscriber.unsubscribe(channel).catch(() => {});
            };
          },
          onClose: () => open.delete(name),
        },
        queueOptions,
      );
    },
    close: async () => {
      clearInterval(looking);
      await Promise.all(all.map(endConnection));
    },
  };
}

function inUseError(name: string, places: string): HoldfastError {
  return new HoldfastError({
    class: "rejected",
    code: "queue_in_use",
    message: `The queue "${name}" on ${places} is already open.`,
    hint: "Give each queue a name of its own.",
    source: "queue",
  });
}
