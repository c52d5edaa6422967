import type { NodeDef } from "node-red";
import { HoldfastError } from "../../src/index.ts";
import {
  createNode,
  type FlowNode,
  hadLease,
  leaseOf,
  onInput,
  positive,
  type Runtime,
  setting,
  settingsReader,
  settleDone,
} from "../runtime/index.ts";

interface Config extends NodeDef {
  /** How the event ends here. Before there was a choice, it was done. */
  outcome: "done" | "retry" | "dead";
  waitSeconds: number | string;
  reason: string;
}

/** Settles the event, for flows that end in something else than a writer of ours. */
export default function register(RED: Runtime): void {
  function QueueAck(this: FlowNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    const read = settingsReader(RED, this, config);
    onInput(this, "queue", async (message, send) => {
      const { outcome, waitSeconds, reason } = await read(message);
      const settle = async (): Promise<"ok" | "lost" | "none"> => {
        if (!outcome || outcome === "done") return settleDone(message);
        const live = leaseOf(message);
        if (!live) return hadLease(message) ? "lost" : "none";
        const { failure } = new HoldfastError({
          class: outcome === "dead" ? "rejected" : "dependency",
          code: outcome === "dead" ? "set_aside" : "not_yet",
          message: setting(reason) || RED._(`queue-ack.reason.${outcome}`),
          source: "flow",
        });
        if (outcome === "dead") return live.settle({ to: "dead", failure });
        return live.settle({ to: "retry", at: Date.now() + positive(waitSeconds, 60) * 1000, failure });
      };
      const settled = await settle();
      if (settled === "lost") this.warn(RED._("queue-ack.warn.lost"));
      if (settled === "none") this.warn(RED._("queue-ack.warn.none"));
      this.status(
        settled === "ok"
          ? {
              fill: !outcome || outcome === "done" ? "green" : "yellow",
              shape: "dot",
              text: RED._(`queue-ack.status.${outcome || "done"}`),
            }
          : { fill: "yellow", shape: "ring", text: RED._(`queue-ack.status.${settled}`) },
      );
      send(message);
    });
  }
  RED.nodes.registerType("queue-ack", QueueAck);
}
