import type { NodeDef } from "node-red";
import { type DeadLetterCommand, type Failure, failureOf, readDeadLetterCommand } from "../../src/index.ts";
import {
  type FlowNode,
  findQueue,
  hadLease,
  leaseOf,
  onInput,
  openQueues,
  type Runtime,
  statusText,
} from "../runtime/index.ts";

/** Ends failed events as dead letters and emits each once, for alerts; redrives and discards on command. */
export default function register(RED: Runtime): void {
  function DeadLetter(this: FlowNode, config: NodeDef): void {
    RED.nodes.createNode(this, config);

    onInput(this, "queue", async (message, send) => {
      const command = leaseOf(message) ? null : readDeadLetterCommand(message.topic, message.payload);
      if (command) {
        message.payload = await carryOut(RED, command);
        return send(message);
      }
      const failure =
        (message.failure as Failure | undefined) ?? failureOf(message.error?.message ?? "", "flow");
      const live = leaseOf(message);
      if (!live) {
        this.warn(RED._(hadLease(message) ? "dead-letter.warn.lost" : "dead-letter.warn.no-queue"));
        if (hadLease(message)) return;
      }
      const settled = await live?.settle({ to: "dead", failure });
      if (settled === "lost") return this.warn(RED._("dead-letter.warn.lost"));
      delete message.error;
      message.failure = failure;
      this.status({ fill: "red", shape: "dot", text: statusText(failure.message) });
      send(message);
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
  if (!session || !running)
    throw new Error(
      RED._("dead-letter.error.queue", {
        queue: command.queue ?? "",
        known:
          openQueues()
            .map(({ name }) => name)
            .join(", ") || "-",
      }),
    );
  const now = Date.now();
  const count =
    command.act === "redrive"
      ? await running.store.redrive(command.query, { limit: command.limit, by: command.by, now })
      : await running.store.discard(command.query, { by: command.by, reason: command.reason, now });
  running.worker.wake();
  return { command: command.act, queue: session.name, count };
}
