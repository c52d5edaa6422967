import { type FlowGraph, type FlowNode, flowGraph } from "./flow-graph.ts";

/** A place where a flow could lose events, or let them stand. */
export interface Trouble {
  /** The node's id. */
  node: string;
  what: "unsettled" | "uncaught" | "noDeadLetter" | "sameName" | "notStored";
  /** What its text names. */
  values: Record<string, string>;
}

const settlers = ["odoo-write", "shopify-write", "queue-ack"];
/** Nodes on an event's way that fail when something is wrong with it. */
const mayFail = ["location-mapper", "shopify-to-odoo", "odoo-write", "shopify-write", "function"];

/** What is wrong with a flow as a whole, which no dialog of a single node can see. @param flow as exported. */
export function troublesOf(flow: FlowNode[]): Trouble[] {
  const graph = flowGraph(flow);
  const ofType = (type: string): FlowNode[] => graph.active.filter((node) => node.type === type);
  const queues = ofType("durable-queue");
  return [
    ...ofType("shopify-webhook-in").flatMap((node) => notStored(graph, node)),
    ...queues.flatMap((queue) => sameName(queue, queues)),
    ...queues.filter(({ role }) => role !== "receive").flatMap((queue) => deliveries(graph, queue)),
    ...ofType("retry-backoff").flatMap((node) => noDeadLetter(graph, node)),
  ];
}

function notStored(graph: FlowGraph, node: FlowNode): Trouble[] {
  const { nodes, open } = graph.from(node);
  const stores = [...nodes].some(({ type, role }) => type === "durable-queue" && role !== "work");
  return stores || open ? [] : [{ node: node.id, what: "notStored", values: {} }];
}

function sameName(queue: FlowNode, queues: FlowNode[]): Trouble[] {
  const name = queue.queue?.trim() ?? "";
  const others = queues.filter((other) => other !== queue && other.queue?.trim() === name);
  return others.length === 0 ? [] : [{ node: queue.id, what: "sameName", values: { name } }];
}

function deliveries(graph: FlowGraph, queue: FlowNode): Trouble[] {
  // What fails behind the end of an event is no longer the event's trouble.
  const reach = graph.from(queue, { ports: [1], until: settles });
  const way = [...reach.nodes];
  const settled = way.some(settles);
  const uncaught = way.filter((node) => mayFail.includes(node.type) && !isCaught(graph, node));
  const places = new Set(uncaught.map(({ z }) => z));
  return [
    ...(settled || reach.open ? [] : [{ node: queue.id, what: "unsettled" as const, values: {} }]),
    ...[...places].map((z) => ({
      node: queue.id,
      what: "uncaught" as const,
      values: { tab: placeName(graph.byId(z)) },
    })),
  ];
}

function settles({ type, settles: does }: FlowNode): boolean {
  return settlers.includes(type) && does !== false;
}

function placeName(place: FlowNode | undefined): string {
  return place?.label || place?.name || place?.id || "";
}

/** Whether what this node throws gets to a retry-backoff; out of a subflow, by its surroundings at the latest. */
function isCaught(graph: FlowGraph, node: FlowNode): boolean {
  const retried = (one: FlowNode): boolean => {
    const { nodes, open } = graph.from(one);
    return open || [...nodes].some(({ type }) => type === "retry-backoff");
  };
  const caught = graph.active.some(
    (one) => one.type === "catch" && one.z === node.z && sees(graph, one, node) && retried(one),
  );
  if (caught || graph.byId(node.z)?.type !== "subflow") return caught;
  return graph.instancesOf(node.z!).every((instance) => isCaught(graph, instance));
}

function sees(graph: FlowGraph, { scope, g }: FlowNode, node: FlowNode): boolean {
  if (Array.isArray(scope)) return scope.includes(node.id);
  if (scope !== "group") return true;
  for (let group = node.g; group !== undefined; group = graph.byId(group)?.g) if (group === g) return true;
  return false;
}

function noDeadLetter(graph: FlowGraph, node: FlowNode): Trouble[] {
  const { nodes, open } = graph.from(node, { ports: [1] });
  const ends = open || [...nodes].some(({ type }) => type === "dead-letter");
  return ends ? [] : [{ node: node.id, what: "noDeadLetter", values: {} }];
}
