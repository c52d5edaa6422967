import { createHash } from "node:crypto";
import type { NodeDef } from "node-red";
import {
  eventIdentity,
  HoldfastError,
  type LeasedEvent,
  packMessage,
  type StoredEvent,
  unpackMessage,
} from "../../src/index.ts";
import type { QueueStoreNode } from "../queue-store/queue-store.ts";
import {
  claimReceipt,
  createNode,
  type FlowNode,
  flag,
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
  tellActivity,
  verbatimText,
  whole,
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

type ValueSource = "auto" | "msg" | "flow" | "global" | "jsonata" | "env";

export default function register(RED: Runtime): void {
  serveAdminApi(RED);
  function DurableQueue(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
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
        deadHoldsKey: flag(config.deadHoldsKey, true),
        coalesce: flag(config.coalesce, false),
        dedupeMs: positive(config.dedupeHours, 72) * 3_600_000,
        keepDoneMs: positive(config.keepDoneDays, 14) * 86_400_000,
        keepDone: whole(config.keepDoneCount, 100_000),
        concurrency: whole(config.concurrency, 100),
        processingLimitMs: positive(config.processingMinutes, 5) * 60_000,
        maxStalls: whole(config.maxStalls, 5),
        leaseMs: Math.max(3, positive(config.leaseSeconds, 30)) * 1000,
        role: (setting(config.role) || "both") as QueueRole,
        openDatabase: () => store.openDatabase(),
        closeDatabase: (database) => store.closeDatabase(database),
        deliver: (event, lease, from) => {
          if (!this.wires?.[1]?.length) throw notWired(name);
          this.send([null, delivery(RED, event, lease, from)]);
        },
        // To Catch, like any other failure of the flow, and so on to its dead-letter node.
        onDead: (event) => this.error(event.lastFailure?.message ?? "", deadMessage(RED, event, name)),
        onEnd: (lease) => forgetLease(lease),
        onState: (state) => this.status(queueStatus(RED, state)),
      });
    } catch (thrown) {
      return refuse((thrown as Error).message);
    }

    onInput(this, "queue", async (message, send) => {
      const ended = claimReceipt(message);
      try {
        const identity = eventIdentity(message.topic ?? "", message.payload, message.shopify);
        const verbatim = verbatimText(message, this);
        const key = (await keyOf(message)) ?? identity.key;
        const dedupeId = (await dedupeOf(message)) ?? dedupeIdOf(identity.dedupeId, message, verbatim);
        const { id, outcome } = await session.append({
          key,
          dedupeId,
          topic: message.topic ?? "",
          // What did not come from Shopify may say itself what people call it.
          reference: identity.reference ?? (typeof message.reference === "string" ? message.reference : null),
          ...packMessage(message, verbatim ?? undefined),
        });
        ended("stored");
        message.stored = { id, outcome, queue: name, key };
        send([message, null]);
      } catch (thrown) {
        if (session.isOver() && ended("closed")) return;
        ended("failed");
        throw thrown;
      }
    });
    onClose(this, () => session.stop());
  }
  RED.nodes.registerType("durable-queue", DurableQueue);
}

/** Parts of one event, or what a flow made of it, are events of their own; sent again, they are the same again. */
function dedupeIdOf(
  dedupeId: string | null,
  message: Message,
  verbatim: string | null | undefined,
): string | null {
  if (dedupeId === null) return null;
  const index = (message.parts as { index?: number } | undefined)?.index;
  if (index !== undefined) return `${dedupeId}#${index}`;
  if (verbatim !== null) return dedupeId;
  const digest = createHash("sha256").update(JSON.stringify(message.payload) ?? "");
  return `${dedupeId}#${digest.digest("hex").slice(0, 12)}`;
}

function messageOf(RED: Runtime, event: StoredEvent, name: string, more: Message["queue"]): Message {
  const message = unpackMessage(event) as Message;
  message._msgid = RED.util.generateId();
  const { id, key, enqueuedAt } = event;
  message.queue = { id, name, key: key ?? "", enqueuedAt, ...more };
  return message;
}

/** Without a lease: the event has ended, and only has to be told of. */
function deadMessage(RED: Runtime, event: StoredEvent, name: string): Message {
  const message = messageOf(RED, event, name, { attempt: event.attempts, dead: true });
  message.failure = event.lastFailure;
  return message;
}

function delivery(RED: Runtime, event: LeasedEvent, lease: string, session: QueueSession): Message {
  const attempt = event.attempts + 1;
  const message = messageOf(RED, event, session.name, { lease, attempt });
  const worker = session.running()!.worker;
  registerLease(message._msgid, {
    lease,
    queue: session.name,
    attempt,
    reference: event.reference,
    settle: async (outcome) => {
      const settled = await worker.settle(lease, outcome);
      if (settled === "ok") {
        const { id, reference, topic, enqueuedAt } = event;
        const told = { queue: session.name, id, reference, topic, attempt, enqueuedAt, outcome };
        tellActivity({ what: "settled", at: Date.now(), ...told });
      }
      forgetLease(lease, settled === "ok" && outcome.to === "done");
      return settled;
    },
  });
  return message;
}

/** Nobody is there to work on it: events wait, as while a destination is away. */
function notWired(queue: string): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "not_wired",
    message: `Nothing is wired to the deliveries of queue "${queue}".`,
    hint: "Wire its second output to what works on the events, then deploy.",
    source: "queue",
  });
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
            message: `${source === "jsonata" ? expression : `${source}.${expression}`} gives no value for this message${error ? `: ${error.message}` : ""}.`,
            hint: "Correct the expression in the durable-queue node, or the flow before it.",
            source: "queue",
          }),
        );
      });
    });
}
