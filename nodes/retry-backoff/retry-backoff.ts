import type { NodeDef } from "node-red";
import { decide, type Failure, failureOf, outcomeOf } from "../../src/index.ts";
import {
  createNode,
  type FlowNode,
  hadLease,
  isDead,
  leaseOf,
  type Message,
  onClose,
  onInput,
  positive,
  type Runtime,
  type Send,
  settingsReader,
  wasDone,
} from "../runtime/index.ts";

interface Config extends NodeDef {
  maxAttempts: number | string;
  baseSeconds: number | string;
  capSeconds: number | string;
}

/** The policy: which failure is retried, deferred, held, or given up. */
export default function register(RED: Runtime): void {
  function RetryBackoff(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const read = settingsReader(RED, this, config);
    const policyFor = async (message: Message) => {
      const { maxAttempts, baseSeconds, capSeconds } = await read(message).catch((thrown: Error) => {
        // A failure must not get lost because of how it is to be retried.
        this.warn(thrown.message);
        return config;
      });
      return {
        maxAttempts: positive(maxAttempts, 8),
        baseMs: positive(baseSeconds, 2) * 1000,
        capMs: positive(capSeconds, 600) * 1000,
      };
    };
    const waiting = new Set<NodeJS.Timeout>();
    const show = (
      fill: "green" | "yellow" | "red",
      key: string,
      values: Record<string, string | number>,
    ): void => {
      this.status({
        fill,
        shape: "dot",
        text: RED._(`retry-backoff.status.${key}`, values as Record<string, string>),
      });
    };

    onInput(this, "flow", async (message, send) => {
      const failure = failureIn(message);
      // Catch counts the rounds of a message in msg.error and drops it at the tenth.
      delete message.error;
      delete message._error;
      message.failure = failure;

      if (isDead(message)) return giveUp(message, send);
      const live = leaseOf(message);
      if (!live && wasDone(message)) {
        this.warn(RED._("retry-backoff.warn.done"));
        return giveUp(message, send);
      }
      if (!live && hadLease(message)) return this.warn(RED._("retry-backoff.warn.lost"));
      const attempt = live?.attempt ?? attemptOutsideQueue(message);
      const policy = await policyFor(message);
      const decision = decide(failure, attempt, policy, Math.random);

      if (decision.do === "dead") {
        show("red", "given-up", { attempt });
        return giveUp(message, send);
      }
      if (decision.do === "hold") show("yellow", "held", { queue: live?.queue ?? "-" });
      else show("yellow", decision.do, { attempt, seconds: Math.ceil(decision.delayMs / 1000) });
      if (live) await live.settle(outcomeOf(decision, failure, Date.now()));
      else if (decision.do === "hold") again(message, policy.capMs, attempt, send);
      else again(message, decision.delayMs, attempt + 1, send);
    });

    const giveUp = async (message: Message, send: Send): Promise<void> => {
      const wired = (this.wires?.[1]?.length ?? 0) > 0;
      if (wired) return send([null, message]);
      const live = leaseOf(message);
      await live?.settle({ to: "dead", failure: message.failure as Failure, told: true });
      this.warn(RED._("retry-backoff.warn.no-dead-letter"));
    };
    const again = (message: Message, delayMs: number, nextAttempt: number, send: Send): void => {
      const timer = setTimeout(() => {
        waiting.delete(timer);
        // A node that fails next says so itself; an old failure must not speak for it.
        delete message.failure;
        message.retry = { attempt: nextAttempt };
        send([message, null]);
      }, delayMs);
      waiting.add(timer);
    };
    onClose(this, () => {
      for (const timer of waiting) clearTimeout(timer);
    });
  }
  RED.nodes.registerType("retry-backoff", RetryBackoff);
}

function attemptOutsideQueue(message: Message): number {
  return (message.retry as { attempt?: number } | undefined)?.attempt ?? 1;
}

/** Our nodes say what went wrong in msg.failure; of others we know what Catch tells. */
function failureIn(message: Message): Failure {
  const said = message.failure as Failure | undefined;
  if (said && typeof said.class === "string") return said;
  const source = message.error?.source;
  const where = source?.name || source?.type || "flow";
  return failureOf(new Error(message.error?.message ?? "Failed without a message."), where);
}
