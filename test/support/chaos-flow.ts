import { exampleFlow, type FlowNodeConfig } from "./flow.ts";

/** Where the webhooks of the second tab go. */
export const lanesPath = "/chaos/lanes";
export const lanesTopic = "orders/updated";

/**
 * The shipped example, and beside it a tab whose work tells the recorder what it does and in what order,
 * and fails when the recorder says so. All queues live in the example's store.
 */
export function chaosFlow(
  recorderUrl: string,
  { store, queue }: { store: Record<string, unknown>; queue: Record<string, unknown> },
): FlowNodeConfig[] {
  const z = "lanes-tab";
  const example = exampleFlow().map((node) => {
    if (node.type === "queue-store") return { ...node, ...store };
    return node.type === "durable-queue" ? { ...node, ...queue } : node;
  });
  return [
    ...example,
    { id: z, type: "tab", label: "Order per key", disabled: false, info: "", env: [] },
    {
      id: "lanes-in",
      type: "shopify-webhook-in",
      z,
      store: "hf-shop",
      path: lanesPath,
      topics: lanesTopic,
      limitMb: 5,
      wires: [["lanes-queue"]],
    },
    {
      id: "lanes-queue",
      type: "durable-queue",
      z,
      store: "hf-store",
      queue: "lanes",
      concurrency: 20,
      keyType: "auto",
      key: "",
      dedupeType: "auto",
      dedupe: "",
      processingMinutes: 5,
      deadHoldsKey: true,
      ...queue,
      wires: [[], ["lanes-tell"]],
    },
    functionNode("lanes-tell", z, "lanes-ask", [
      "msg.payload = { key: msg.queue.key, seq: msg.payload.seq, attempt: msg.queue.attempt,",
      '  process: env.get("CHAOS_PROCESS") };',
      "return msg;",
    ]),
    {
      id: "lanes-ask",
      type: "http request",
      z,
      method: "POST",
      ret: "obj",
      paytoqs: "ignore",
      url: recorderUrl,
      tls: "",
      persist: true,
      proxy: "",
      insecureHTTPParser: false,
      authType: "",
      senderr: true,
      headers: [],
      wires: [["lanes-heard"]],
    },
    functionNode("lanes-heard", z, "lanes-ack", [
      'if (!msg.payload || msg.payload.ok !== true) throw new Error("The recorder said no.");',
      "return msg;",
    ]),
    { id: "lanes-ack", type: "queue-ack", z, wires: [[]] },
    { id: "lanes-catch", type: "catch", z, scope: null, uncaught: false, wires: [["lanes-retry"]] },
    {
      id: "lanes-retry",
      type: "retry-backoff",
      z,
      maxAttempts: 8,
      baseSeconds: 0.05,
      capSeconds: 0.3,
      wires: [[], ["lanes-dead"]],
    },
    { id: "lanes-dead", type: "dead-letter", z, wires: [[]] },
  ];
}

function functionNode(id: string, z: string, next: string, lines: string[]): FlowNodeConfig {
  return {
    id,
    type: "function",
    z,
    func: lines.join("\n"),
    outputs: 1,
    timeout: 0,
    noerr: 0,
    initialize: "",
    finalize: "",
    libs: [],
    wires: [[next]],
  };
}
