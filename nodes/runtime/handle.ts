import { failureOf, HoldfastError } from "../../src/index.ts";
import type { FlowNode, Message, Send } from "./node-red.ts";
import { statusText } from "./status-text.ts";

/**
 * Registers the input handler of a node. Whatever it throws becomes `msg.failure` and goes to Catch;
 * nothing may reject, because a rejected handler ends the whole Node-RED process.
 */
export function onInput(
  node: FlowNode,
  source: string,
  handler: (message: Message, send: Send) => Promise<void> | void,
): void {
  node.on("input", async (incoming, send, done) => {
    const message = incoming as Message;
    try {
      await handler(message, send as Send);
      done();
    } catch (thrown) {
      fail(node, message, thrown, source, done);
    }
  });
}

/** Ends a message's way through this node as failed: status, `msg.failure`, then Catch. */
export function fail(
  node: FlowNode,
  message: Message,
  thrown: unknown,
  source: string,
  done: (error?: Error) => void,
): void {
  const failure = failureOf(thrown, source);
  message.failure = failure;
  node.status({ fill: "red", shape: "dot", text: statusText(failure.message) });
  done(thrown instanceof Error ? thrown : new HoldfastError(failure));
}

/** Registers the close handler of a node; Node-RED waits for it, whether it succeeds or not. */
export function onClose(node: FlowNode, handler: (removed: boolean) => Promise<void> | void): void {
  node.on("close", async (removed: boolean, done: () => void) => {
    try {
      await handler(removed);
    } catch (thrown) {
      node.warn(thrown instanceof Error ? thrown.message : String(thrown));
    }
    done();
  });
}
