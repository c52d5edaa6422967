import path from "node:path";
import type { NodeDef } from "node-red";
import {
  openEmbeddedDatabase,
  openRedisDatabase,
  type QueueDatabase,
  type RedisServer,
} from "../../src/index.ts";
import {
  acquireDatabase,
  createNode,
  type DatabasePlace,
  type FlowNode,
  type Runtime,
  releaseDatabase,
  setting,
} from "../runtime/index.ts";

interface Config extends NodeDef {
  engine: "embedded" | "redis";
  file: string;
  mode: "single" | "sentinel" | "cluster";
  url: string;
  servers: string;
  masterName: string;
  username: string;
  prefix: string;
}

/** Where queues live. A queue opens it and closes it; it stays open while anyone uses it. */
export interface QueueStoreNode extends FlowNode {
  credentials: Record<string, unknown>;
  openDatabase(): Promise<QueueDatabase>;
  closeDatabase(database: QueueDatabase): Promise<void>;
}

export default function register(RED: Runtime): void {
  function QueueStore(this: QueueStoreNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const place = config.engine === "redis" ? redisPlace(this, config) : filePlace(RED, config);
    this.openDatabase = () => acquireDatabase(place);
    this.closeDatabase = releaseDatabase;
  }
  RED.nodes.registerType<QueueStoreNode, Config, unknown, Record<string, unknown>>(
    "queue-store",
    QueueStore,
    { credentials: { password: { type: "password" } } },
  );
}

function filePlace(RED: Runtime, config: Config): DatabasePlace {
  const home = RED.settings.userDir ?? process.cwd();
  const file = path.resolve(home, setting(config.file) || path.join("holdfast", "queue.db"));
  return { id: `file ${file}`, open: (onLost) => openEmbeddedDatabase({ file, onError: onLost }) };
}

function redisPlace(node: QueueStoreNode, config: Config): DatabasePlace {
  const mode = config.mode || "single";
  const password = setting(node.credentials?.password);
  const username = setting(config.username);
  const server: RedisServer & { prefix?: string } = {
    mode,
    url: setting(mode === "single" ? config.url : config.servers),
    ...(mode === "sentinel" && { masterName: setting(config.masterName) }),
    ...(username && { username }),
    ...(password && { password }),
    prefix: setting(config.prefix) || "holdfast",
  };
  return {
    id: `redis ${JSON.stringify(server)}`,
    open: () => openRedisDatabase({ ...server, onWarning: (warning) => warning && node.warn(warning) }),
  };
}
