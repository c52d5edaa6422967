import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";

/** Node-RED's own API, under the name its users know. */
export type Runtime = NodeAPI;

/** A message in a flow, with the properties of ours that it may carry (design: what travels in a message). */
export type Message = NodeMessageInFlow & {
  queue?: {
    lease?: unknown;
    attempt?: unknown;
    name?: unknown;
    id?: unknown;
    key?: unknown;
    enqueuedAt?: unknown;
    /** The event is a dead letter already, and nobody was told of it. */
    dead?: unknown;
  };
  shopify?: unknown;
  /** What people call the event: "WH/OUT/00012". */
  reference?: unknown;
  location?: unknown;
  failure?: unknown;
  error?: { message?: string; source?: { name?: string; type?: string } };
};

export type Send = (message: Message | (Message | Message[] | null)[] | null) => void;

/** A node of ours: what Node-RED makes, plus what our shells add. */
export type FlowNode = Node & { wires?: string[][] };
