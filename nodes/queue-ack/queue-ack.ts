import type { NodeDef } from "node-red";
import { createNode, type FlowNode, onInput, type Runtime, settleDone } from "../runtime/index.ts";

/** Settles done, for flows that end in something else than a writer of ours. */
export default function register(RED: Runtime): void {
  function QueueAck(this: FlowNode, stored: NodeDef): void {
    createNode(RED, this, stored);
    onInput(this, "queue", async (message, send) => {
      const settled = await settleDone(message);
      if (settled === "lost") this.warn(RED._("queue-ack.warn.lost"));
      if (settled === "none") this.warn(RED._("queue-ack.warn.none"));
      this.status(
        settled === "ok"
          ? { fill: "green", shape: "dot", text: RED._("queue-ack.status.settled") }
          : { fill: "yellow", shape: "ring", text: RED._(`queue-ack.status.${settled}`) },
      );
      send(message);
    });
  }
  RED.nodes.registerType("queue-ack", QueueAck);
}
