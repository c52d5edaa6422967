import { lookUp, type OdooClient } from "../../src/index.ts";
import type { FlowNode, Runtime } from "../runtime/index.ts";

interface OdooServer extends FlowNode {
  url: string;
  client: OdooClient;
}

/** The record behind an event's key, in the first Odoo of this flow that has it. */
export async function recordOf(
  RED: Runtime,
  key: string | null,
): Promise<{ url: string; model: string; id: number } | null> {
  const order = /^order:(\d+)$/.exec(key ?? "")?.[1];
  if (!order) return null;
  const servers: OdooServer[] = [];
  RED.nodes.eachNode(({ id, type }) => {
    const node = type === "odoo-server" ? (RED.nodes.getNode(id) as OdooServer | null) : null;
    if (node?.client) servers.push(node);
  });
  for (const { client, url } of servers) {
    const found = await lookUp(client, `order_${order}`);
    if (found) return { ...found, url: `${url}/web#id=${found.id}&model=${found.model}&view_type=form` };
  }
  return null;
}
