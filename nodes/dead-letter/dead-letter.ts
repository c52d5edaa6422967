import type { NodeDef } from "node-red";
import {
  type DeadLetterCommand,
  type Failure,
  failureOf,
  HoldfastError,
  readDeadLetterCommand,
  readRedactCommand,
  readRedactRequest,
  redactCustomer,
  redactEvents,
} from "../../src/index.ts";
import {
  type FlowNode,
  findQueue,
  hadLease,
  isDead,
  leaseOf,
  onInput,
  openQueues,
  type Runtime,
  statusText,
  wasDone,
} from "../runtime/index.ts";

/** Ends failed events as dead letters and emits each once, for alerts; redrives and discards on command. */
export default function register(RED: Runtime): void {
  function DeadLetter(this: FlowNode, config: NodeDef): void {
    RED.nodes.createNode(this, config);

    onInput(this, "queue", async (message, send) => {
      const redaction = message.failure ? null : readRedactCommand(message.topic, message.payload);
      if (redaction) {
        // As a delivery of Shopify's customers/redact it is settled when it is carried out, and retried if not.
        message.payload = await removePerson(RED, redaction.queue, redaction.body);
        if ((await leaseOf(message)?.settle({ to: "done" })) === "lost")
          this.warn(RED._("dead-letter.warn.lost"));
        return send(message);
      }
      // A command that failed comes back here through Catch: as a failure, or it would run for ever.
      const command =
        message.failure || leaseOf(message) ? null : readDeadLetterCommand(message.topic, message.payload);
      if (command) {
        const result = await carryOut(RED, command);
        message.payload = result;
        this.status({ fill: "green", shape: "ring", text: `${result.command}: ${result.count}` });
        return send(message);
      }
      const failure =
        (message.failure as Failure | undefined) ?? failureOf(message.error?.message ?? "", "flow");
      const live = leaseOf(message);
      if (!live && !wasDone(message) && !isDead(message)) {
        this.warn(RED._(hadLease(message) ? "dead-letter.warn.lost" : "dead-letter.warn.no-queue"));
        if (hadLease(message)) return;
      }
      const settled = await live?.settle({ to: "dead", failure, told: true });
      if (settled === "lost") return this.warn(RED._("dead-letter.warn.lost"));
      delete message.error;
      message.failure = failure;
      this.status({ fill: "red", shape: "dot", text: statusText(failure.message) });
      send(message);
      if (isDead(message))
        await findQueue(String(message.queue?.name))?.running()?.store.told(String(message.queue?.id));
    });
  }
  RED.nodes.registerType("dead-letter", DeadLetter);
}

async function carryOut(
  RED: Runtime,
  command: DeadLetterCommand,
): Promise<{ command: string; queue: string; count: number }> {
  const session = findQueue(command.queue);
  const running = session?.running();
  if (!session || !running) throw noQueue(RED, command.queue);
  const now = Date.now();
  const count =
    command.act === "redrive"
      ? await running.store.redrive(command.query, { limit: command.limit, by: command.by, now })
      : await running.store.discard(command.query, { by: command.by, reason: command.reason, now });
  running.worker.wake();
  return { command: command.act, queue: session.name, count };
}

/** Removes a person's data from every open queue, or from the one that is named. */
async function removePerson(
  RED: Runtime,
  queue: string | undefined,
  body: unknown,
): Promise<{ command: string; queue: string; count: number }> {
  const request = readRedactRequest(body);
  if (!request)
    throw new HoldfastError({
      class: "rejected",
      code: "bad_command",
      message: 'The command "redact" does not say whose data to remove.',
      hint: "Give the body of Shopify's customers/redact or shop/redact: payload.customer.id, email or phone, payload.orders_to_redact, or payload.shop_domain alone for a whole shop.",
      source: "queue",
    });
  const sessions = openQueues().filter(({ name }) => queue === undefined || name === queue);
  if (sessions.length === 0) throw noQueue(RED, queue);
  let count = 0;
  for (const session of sessions) {
    const running = session.running();
    // One that can't be looked into now may hold the person's data: try again later.
    if (!running) throw noQueue(RED, session.name, "unavailable");
    count += await redactEvents(running.store, (texts) => redactCustomer(texts, request));
  }
  return { command: "redact", queue: sessions.map(({ name }) => name).join(", "), count };
}

function noQueue(RED: Runtime, queue: string | undefined, how: Failure["class"] = "rejected"): HoldfastError {
  const known = openQueues().map(({ name }) => name);
  return new HoldfastError({
    class: how,
    code: "no_queue",
    message: RED._("dead-letter.error.queue", { queue: queue ?? "", known: known.join(", ") || "-" }),
    source: "queue",
  });
}
