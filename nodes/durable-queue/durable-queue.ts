import type { NodeDef } from "node-red";
import {
  eventIdentity,
  HoldfastError,
  type LeasedEvent,
  packMessage,
  unpackMessage,
} from "../../src/index.ts";
import type { QueueStoreNode } from "../queue-store/queue-store.ts";
import {
  answerReceipt,
  type FlowNode,
  forgetLease,
  type Message,
  onClose,
  onInput,
  positive,
  type QueueRole,
  type QueueSession,
  type Runtime,
  registerLease,
  serveAdminApi,
  setting,
  startQueueSession,
  verbatimText,
} from "../runtime/index.ts";
import { queueStatus } from "./queue-status.ts";

interface Config extends NodeDef {
  store: string;
  queue: string;
  concurrency: number | string;
  keyType: ValueSource;
  key: string;
  dedupeType: ValueSource;
  dedupe: string;
  processingMinutes: number | string;
  maxStalls: number | string;
  leaseSeconds: number | string;
  role: QueueRole;
  deadHoldsKey: boolean;
  coalesce: boolean;
  dedupeHours: number | string;
  keepDoneDays: number | string;
  keepDoneCount: number | string;
}

type ValueSource = "auto" | "msg" | "jsonata";

export default function register(RED: Runtime): void {
  serveAdminApi(RED);
  function DurableQueue(this: FlowNode, config: Config): void {
    RED.nodes.createNode(this, config);
    const store = RED.nodes.getNode(config.store) as QueueStoreNode | null;
    const name = setting(config.queue) || "orders";
    const refuse = (text: string): void => {
      this.error(text);
      this.status({ fill: "red", shape: "dot", text });
    };
    if (!store) return refuse(RED._("durable-queue.error.no-store"));

    const keyOf = valueReader(RED, this, config.keyType, config.key);
    const dedupeOf = valueReader(RED, this, config.dedupeType, config.dedupe);
    let session: QueueSession;
    try {
      session = startQueueSession({
        name,
        deadHoldsKey: config.deadHoldsKey !== false,
        coalesce: config.coalesce === true,
        dedupeMs: positive(config.dedupeHours, 72) * 3_600_000,
        keepDoneMs: positive(config.keepDoneDays, 14) * 86_400_000,
        keepDone: positive(config.keepDoneCount, 100_000),
        concurrency: positive(config.concurrency, 40),
        processingLimitMs: positive(config.processingMinutes, 5) * 60_000,
        maxStalls: positive(config.maxStalls, 5),
        leaseMs: Math.max(3, positive(config.leaseSeconds, 30)) * 1000,
        role: config.role || "both",
        openDatabase: () => store.openDatabase(),
        closeDatabase: () => store.closeDatabase(),
        deliver: (event, lease, from) => this.send([null, delivery(RED, event, lease, from)]),
        onState: (state) => this.status(queueStatus(RED, state)),
      });
    } catch (thrown) {
      return refuse((thrown as Error).message);
    }

    onInput(this, "queue", async (message, send) => {
      try {
        const identity = eventIdentity(message.topic ?? "", message.payload, message.shopify);
        const key = (await keyOf(message)) ?? identity.key;
        const dedupeId = (await dedupeOf(message)) ?? partOf(identity.dedupeId, message);
        const { id, outcome } = await session.append({
          key,
          dedupeId,
          topic: message.topic ?? "",
          reference: identity.reference,
          ...packMessage(message, verbatimText(message, this)),
        });
        answerReceipt(message._msgid, 200);
        message.stored = { id, outcome, queue: name, key };
        send([message, null]);
      } catch (thrown) {
        answerReceipt(message._msgid, 503);
        throw thrown;
      }
    });
    onClose(this, () => session.stop());
  }
  RED.nodes.registerType("durable-queue", DurableQueue);
}

/** Parts of one split event are events of their own. */
function partOf(dedupeId: string | null, message: Message): string | null {
  const index = (message.parts as { index?: number } | undefined)?.index;
  return dedupeId !== null && index !== undefined ? `${dedupeId}#${index}` : dedupeId;
}

function delivery(RED: Runtime, event: LeasedEvent, lease: string, session: QueueSession): Message {
  const message = unpackMessage(event) as Message;
  message._msgid = RED.util.generateId();
  const attempt = event.attempts + 1;
  message.queue = {
    id: event.id,
    name: session.name,
    key: event.key ?? "",
    lease,
    attempt,
    enqueuedAt: event.enqueuedAt,
  } as NonNullable<Message["queue"]>;
  const worker = session.running()!.worker;
  registerLease(message._msgid, {
    lease,
    queue: session.name,
    attempt,
    reference: event.reference,
    settle: async (outcome) => {
      const settled = await worker.settle(lease, outcome);
      forgetLease(lease);
      return settled;
    },
  });
  return message;
}

/** Reads key or dedupe id as the dialog says; undefined when the Shopify event decides. */
function valueReader(
  RED: Runtime,
  node: FlowNode,
  source: ValueSource | undefined,
  expression: string,
): (message: Message) => Promise<string | undefined> {
  if (!source || source === "auto" || !expression) return async () => undefined;
  return (message) =>
    new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(expression, source, node, message, (error, value) => {
        if (!error && value !== undefined && value !== null && value !== "") return resolve(String(value));
        reject(
          new HoldfastError({
            class: "rejected",
            code: "no_key",
            message: `${source === "msg" ? `msg.${expression}` : expression} gives no value for this message${error ? `: ${error.message}` : ""}.`,
            hint: "Correct the expression in the durable-queue node, or the flow before it.",
            source: "queue",
          }),
        );
      });
    });
}
