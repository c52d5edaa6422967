import type { NodeStatus } from "node-red";
import { type QueueState, type Runtime, statusText } from "../runtime/index.ts";

/** What stands under a durable queue: the worst thing first. */
export function queueStatus(RED: Runtime, state: QueueState): NodeStatus {
  const say = (key: string, values: Record<string, unknown> = {}): string =>
    statusText(RED._(`durable-queue.status.${key}`, values as Record<string, string>));
  if (state.kind === "closed")
    return state.failure
      ? { fill: "red", shape: "dot", text: statusText(state.failure.message) }
      : { fill: "grey", shape: "ring", text: say("opening") };

  const { counts, worker } = state;
  const trouble = state.notStored ?? worker.trouble;
  if (trouble) return { fill: "red", shape: "dot", text: statusText(trouble.message) };
  const waiting = counts.ready + counts.blocked;
  if (worker.paused) return { fill: "yellow", shape: "ring", text: say("paused", { waiting }) };
  if (worker.held)
    return {
      fill: "yellow",
      shape: "ring",
      text: say("held", { waiting, why: worker.held.failure.message }),
    };
  if (state.warning) return { fill: "yellow", shape: "dot", text: say("not-durable", { waiting }) };
  const text = say("counts", { waiting, leased: counts.leased, dead: counts.dead });
  if (counts.dead > 0) return { fill: "yellow", shape: "dot", text };
  return { fill: "green", shape: waiting + counts.leased > 0 ? "dot" : "ring", text };
}
