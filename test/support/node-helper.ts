import { createRequire } from "node:module";
import path from "node:path";
import type { FlowNodeConfig } from "./flow.ts";

const require = createRequire(import.meta.url);
const root = path.resolve(import.meta.dirname, "..", "..");

/** A node in the helper's runtime. */
export interface TestNode {
  receive(message: Record<string, unknown>): void;
  on(event: string, listener: (...args: never[]) => void): void;
  status: { lastCall?: { args: [{ fill?: string; shape?: string; text?: string }] } };
  /** What it wrote to the log. */
  warn: { lastCall?: { args: [unknown] } };
}

interface Helper {
  load(nodes: unknown[], flow: object[], credentials?: object): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): TestNode;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  settings(settings: object): void;
}

const helper = require("node-red-node-test-helper") as Helper;
const core = (file: string): unknown => require(path.join("@node-red", "nodes", "core", file));
const ours = [
  "queue-store",
  "odoo-server",
  "shopify-store",
  "durable-queue",
  "location-mapper",
  "shopify-to-odoo",
  "odoo-write",
  "odoo-stock-in",
  "shopify-write",
  "shopify-backfill",
  "retry-backoff",
  "dead-letter",
  "queue-ack",
];

export type TestMessage = Record<string, unknown> & {
  topic?: string;
  payload?: unknown;
  queue?: { id: string; attempt: number; key: string; lease: string; name: string };
  failure?: { class: string; code: string; message: string };
};

export interface TestFlow {
  node(id: string): TestNode;
  /** What a node of type "helper" received so far. */
  received(id: string): TestMessage[];
}

/** Runs a flow of the built nodes in Node-RED's runtime, without its editor. */
export async function runFlow(
  userDir: string,
  flow: FlowNodeConfig[],
  credentials: Record<string, object> = {},
): Promise<TestFlow> {
  const received = new Map<string, TestMessage[]>();
  helper.settings({ userDir });
  const nodes = [
    ...ours.map((name) => require(path.join(root, "dist", `${name}.js`))),
    core("function/10-function.js"),
  ];
  await helper.load(nodes, flow, credentials);
  for (const { id, type } of flow) {
    if (type !== "helper") continue;
    const messages: TestMessage[] = [];
    received.set(id, messages);
    helper.getNode(id).on("input", (message: TestMessage) => messages.push(message));
  }
  return { node: (id) => helper.getNode(id), received: (id) => received.get(id) ?? [] };
}

export const startHelper = (): Promise<void> => helper.startServer();
export const stopHelper = (): Promise<void> => helper.stopServer();
export const stopFlow = (): Promise<void> => helper.unload();
