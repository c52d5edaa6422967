import { readFileSync } from "node:fs";
import path from "node:path";

export type FlowNodeConfig = Record<string, unknown> & { id: string; type: string };

const examples = path.resolve(import.meta.dirname, "..", "..", "examples");

/** The shipped example as an import would give it. */
export function exampleFlow(name = "order-and-inventory-sync"): FlowNodeConfig[] {
  return JSON.parse(readFileSync(path.join(examples, `${name}.json`), "utf8")) as FlowNodeConfig[];
}

/** A copy of a flow with some properties of one node changed. */
export function withNode(
  flow: FlowNodeConfig[],
  id: string,
  changes: Record<string, unknown>,
): FlowNodeConfig[] {
  if (!flow.some((node) => node.id === id)) throw new Error(`The flow has no node ${id}.`);
  return flow.map((node) => (node.id === id ? { ...node, ...changes } : node));
}

/** A function node with code that sees `msg`. */
export function functionNode(id: string, func: string, wires: string[][]): FlowNodeConfig {
  return {
    id,
    type: "function",
    z: "tab",
    func,
    outputs: wires.length,
    initialize: "",
    finalize: "",
    libs: [],
    wires,
  };
}
