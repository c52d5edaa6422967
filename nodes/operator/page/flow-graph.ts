/** Where messages of a flow go, as far as the exported flow tells: through links, junctions, link calls and subflows. */

export interface FlowNode {
  id: string;
  type: string;
  name?: string;
  label?: string;
  /** The tab or subflow that it is in. */
  z?: string;
  /** The group that it is in. */
  g?: string;
  /** Disabled. */
  d?: boolean;
  disabled?: boolean;
  wires?: string[][];
  links?: string[];
  mode?: string;
  linkType?: string;
  scope?: null | "group" | string[];
  in?: { wires: { id: string }[] }[];
  out?: { wires: { id: string; port: number }[] }[];
  queue?: string;
  role?: string;
  settles?: boolean;
}

export interface Reach {
  nodes: Set<FlowNode>;
  /** Some of it goes where only the running flow knows: a link call by name. */
  open: boolean;
}

export interface FlowGraph {
  /** The nodes that run once this is deployed. */
  active: FlowNode[];
  byId(id: string | undefined): FlowNode | undefined;
  /** The nodes that stand for this subflow in the flows. */
  instancesOf(subflow: string): FlowNode[];
  /**
   * All that messages come to that leave a node.
   * @param ports by these outputs; all by default. @param until where nobody cares any more what comes behind.
   */
  from(node: FlowNode, options?: { ports?: number[]; until?: (node: FlowNode) => boolean }): Reach;
}

interface Inside extends Reach {
  /** Outputs of the subflow that are reached from its input. */
  outs: Set<number>;
}

interface Walk {
  /** Subflows that were walked through already. */
  known: Map<string, Inside>;
  until(node: FlowNode): boolean;
  /** A subflow is left by this output. */
  left(subflow: string, out: number): void;
}

export function flowGraph(flow: FlowNode[]): FlowGraph {
  const all = new Map(flow.map((node) => [node.id, node]));
  const instances = (subflow: string): FlowNode[] =>
    flow.filter(({ type, d }) => type === `subflow:${subflow}` && !d);
  const isActive = ({ z, d }: FlowNode): boolean => {
    if (d) return false;
    if (z === undefined || z === "") return true;
    const place = all.get(z);
    if (place?.type === "subflow") return instances(z).length > 0;
    return place === undefined || !place.disabled;
  };
  const active = flow.filter(isActive);
  const runs = new Set(active.map(({ id }) => id));
  const outsAt = (node: FlowNode, port: number): number[] => {
    const outs = all.get(node.z ?? "")?.out ?? [];
    return outs.flatMap(({ wires }, k) =>
      wires.some((wire) => wire.id === node.id && wire.port === port) ? [k] : [],
    );
  };

  /** What a subflow does with what comes in. */
  const inside = (subflow: string, { known, until }: Walk): Inside => {
    const before = known.get(subflow);
    if (before) return before;
    const found: Inside = { nodes: new Set(), open: false, outs: new Set() };
    known.set(subflow, found);
    const definition = all.get(subflow);
    for (const [k, { wires }] of (definition?.out ?? []).entries())
      if (wires.some(({ id }) => id === subflow)) found.outs.add(k);
    const first = (definition?.in ?? []).flatMap(({ wires }) => wires.map(({ id }) => id));
    const left: Walk["left"] = (place, out) => {
      if (place === subflow) found.outs.add(out);
    };
    walk(first, found, { known, until, left });
    return found;
  };

  /** Adds to `found` all that is reached from these nodes. */
  function walk(first: string[], found: Reach, how: Walk): void {
    const waiting = [...first];
    const leave = (node: FlowNode, port: number): void => {
      waiting.push(...(node.wires?.[port] ?? []));
      for (const out of outsAt(node, port)) how.left(node.z!, out);
    };
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const node = all.get(id);
      if (!node || !runs.has(id) || found.nodes.has(node)) continue;
      found.nodes.add(node);
      if (how.until(node)) continue;
      const subflow = /^subflow:(.*)$/.exec(node.type)?.[1];
      if (subflow !== undefined) {
        const within = inside(subflow, how);
        for (const one of within.nodes) found.nodes.add(one);
        found.open ||= within.open;
        for (const out of within.outs) leave(node, out);
        continue;
      }
      if (node.type === "link out" || node.type === "link call") waiting.push(...(node.links ?? []));
      // What a link call asks for comes back, as far as anybody can tell.
      if (node.type === "link call" && node.linkType === "dynamic") found.open = true;
      const ports = Math.max(node.wires?.length ?? 0, 1);
      for (let port = 0; port < ports; port++) leave(node, port);
    }
  }

  return {
    active,
    byId: (id) => all.get(id ?? ""),
    instancesOf: (subflow) => instances(subflow).filter(isActive),
    from(node, { ports = [...(node.wires ?? [[]]).keys()], until = () => false } = {}) {
      const found: Reach = { nodes: new Set(), open: false };
      const gone = new Set<string>();
      const left: Walk["left"] = (subflow, out) => {
        if (gone.has(`${subflow} ${out}`)) return;
        gone.add(`${subflow} ${out}`);
        for (const instance of instances(subflow)) {
          walk(instance.wires?.[out] ?? [], found, how);
          for (const next of outsAt(instance, out)) left(instance.z!, next);
        }
      };
      const how: Walk = { known: new Map(), until, left };
      for (const port of ports) {
        walk(node.wires?.[port] ?? [], found, how);
        for (const out of outsAt(node, port)) left(node.z!, out);
      }
      return found;
    },
  };
}
