import type { NodeDef } from "node-red";
import {
  createDigester,
  type DeadLetterCommand,
  type Digest,
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
  createNode,
  type FlowNode,
  findQueue,
  hadLease,
  isDead,
  leaseOf,
  type Message,
  onClose,
  onInput,
  openQueues,
  positive,
  type Runtime,
  setting,
  settingsReader,
  statusText,
  wasDone,
} from "../runtime/index.ts";

interface Config extends NodeDef {
  /** 0: each dead letter is told of by itself. */
  digestMinutes: number | string;
  /** What failed, where the message does not say it. */
  reason: string;
}

/** Ends failed events as dead letters and emits each once, for alerts; redrives and discards on command. */
export default function register(RED: Runtime): void {
  function DeadLetter(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const digestMs = positive(config.digestMinutes, 0) * 60_000;
    const digester =
      digestMs > 0
        ? createDigester(digestMs, (digest) => this.send(digestMessage(RED, digest) as Message))
        : null;
    onClose(this, () => digester?.stop());

    const read = settingsReader(RED, this, config);
    /** An event is to become a dead letter whether or not it can be said why. */
    const failureWithout = async (message: Message): Promise<Failure> => {
      const { reason } = await read(message).catch((thrown: Error) => ({ reason: thrown.message }));
      return failureOf(message.error?.message ?? setting(reason), "flow");
    };

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
      const failure = (message.failure as Failure | undefined) ?? (await failureWithout(message));
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
      const store = findQueue(String(message.queue?.name))?.running()?.store;
      const id = String(message.queue?.id);
      if (digester) {
        const reference = live?.reference ?? (await store?.get(id))?.reference ?? null;
        digester.add({ queue: live?.queue ?? String(message.queue?.name ?? ""), reference, failure });
      } else send(message);
      if (isDead(message)) await store?.told(id);
    });
  }
  RED.nodes.registerType("dead-letter", DeadLetter);
}

/** Ready for mail and chat: `topic` is a subject, `payload` a text; `digest` is for those who write their own. */
function digestMessage(RED: Runtime, digest: Digest): object {
  const say = (key: string, values: Record<string, unknown>): string =>
    RED._(key, values as Record<string, string>);
  const queues = Object.keys(digest.queues).join(", ");
  const topic = say("dead-letter.digest.subject", { count: digest.count, queues });
  const lines = digest.reasons.map(({ count, message, hint, references }) =>
    say("dead-letter.digest.reason", {
      count,
      message,
      hint: hint ?? "",
      orders: references.join(", "),
    })
      .replace(/\n+/g, "\n")
      .trim(),
  );
  return { topic, payload: [topic, ...lines].join("\n\n"), digest };
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
