import { lookUp, type OdooClient } from "../../src/index.ts";
import { type FlowNode, type Runtime, setting } from "../runtime/index.ts";

interface OdooServer extends FlowNode {
  url: string;
  client: OdooClient;
}

/** Keys whose event makes one record, under an external id of the same name and number. */
const recorded = /^(order|customer):(\d+)$/;

export function mayHaveRecord(key: string | null): boolean {
  return recorded.test(key ?? "");
}

/** The record behind an event's key, in the first Odoo of this flow that has it. */
export async function recordOf(
  RED: Runtime,
  key: string | null,
): Promise<{ url: string; model: string; id: number } | null> {
  const [, kind, number] = recorded.exec(key ?? "") ?? [];
  if (!kind) return null;
  const servers: OdooServer[] = [];
  const prefixes = new Set<string>();
  RED.nodes.eachNode((config) => {
    const node = RED.nodes.getNode(config.id) as FlowNode | null;
    if (config.type === "odoo-server" && node && "client" in node) servers.push(node as OdooServer);
    if (config.type === "shopify-to-odoo" && node) prefixes.add(prefixOf(RED, node, config));
  });
  for (const { client, url } of servers)
    for (const prefix of [...prefixes, ...(prefixes.has("") ? [] : [""])]) {
      const found = await lookUp(client, `${prefix}${kind}_${number}`);
      if (found) return { ...found, url: `${url}/web#id=${found.id}&model=${found.model}&view_type=form` };
    }
  return null;
}

/** The mapping's prefix of external ids; Node-RED lists nodes as they were written, `${NAME}` and all. */
function prefixOf(RED: Runtime, node: FlowNode, config: object): string {
  const written = String((config as { externalIdPrefix?: unknown }).externalIdPrefix ?? "");
  const variable = /^\$\{([^}]+)\}$/.exec(written.trim())?.[1];
  return setting(variable ? RED.util.evaluateNodeProperty(variable, "env", node, {}) : written);
}
