import type { NodeDef } from "node-red";
import { type Change, CONFIG_VERSION, migrate, type Settings } from "../settings/index.ts";
import type { FlowNode, Runtime } from "./node-red.ts";
import { fromEnvironment } from "./settings-from.ts";
import { statusText } from "./status-text.ts";

const shared = "@holdfast/node-red-shopify-odoo";
/** Nodes whose older settings were told of: at the next deploy nobody has to hear it again. */
const told = new Set<string>();

/** Makes a node of Node-RED out of `node`; returns its settings as this version means them, whatever the flow holds. */
export function createNode<Config extends NodeDef>(RED: Runtime, node: FlowNode, stored: Config): Config {
  RED.nodes.createNode(node, stored);
  const { from, settings, changes, newer } = migrate(stored.type, stored as unknown as Settings);
  if ((newer || changes.length > 0) && !told.has(stored.id)) {
    told.add(stored.id);
    const say = (key: string, values: Record<string, unknown>): string =>
      RED._(`${shared}/operator:${key}`, values as Record<string, string>);
    if (newer) node.warn(say("operator.older.newer", { from, to: CONFIG_VERSION }));
    else {
      const list = changes.map((change) => changeText(RED, stored.type, change)).join("; ");
      const text = say("operator.older.log", { from, to: CONFIG_VERSION, list });
      // A setting that the node had no say in before is worth a line, not a warning.
      if (changes.some(({ from: was }) => was !== undefined && !Array.isArray(was))) node.warn(text);
      else node.log(text);
    }
  }
  const { config, failure } = fromEnvironment(RED, node, settings as unknown as Config);
  if (failure) {
    node.error(failure.message);
    node.status({ fill: "red", shape: "dot", text: statusText(failure.failure.message) });
  }
  return config;
}

function changeText(RED: Runtime, type: string, { field, from, to }: Change): string {
  const key = `${type}.label.${field}`;
  const label = RED._(`${shared}/${type}:${key}`);
  const shown = (value: unknown): string =>
    Array.isArray(value) ? `[${value.length}]` : JSON.stringify(value);
  const name = label.endsWith(key) ? field : label;
  return from === undefined ? `${name}: ${shown(to)}` : `${name}: ${shown(from)} → ${shown(to)}`;
}
