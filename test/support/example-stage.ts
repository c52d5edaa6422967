import { launchNodeRed, type NodeRedOptions, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, type OdooStandInOptions, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { deliver, makeWebhook, type WebhookParts } from "../../sandbox/shopify/index.ts";
import { eventually } from "./eventually.ts";
import { exampleFlow, type FlowNodeConfig } from "./flow.ts";
import { temporaryFolder } from "./temporary.ts";

export type Row = Record<string, unknown>;

/** A real Node-RED and a stand-in of Odoo, for one example after the other. */
export interface ExampleStage {
  nodeRed: NodeRedProcess;
  odoo: OdooStandIn;
  shop: string;
  /** Imports an example as the editor does, with a retry that a test can wait for, and deploys it. */
  deploy(name: string, edit?: (flow: FlowNodeConfig[]) => FlowNodeConfig[]): Promise<void>;
  /** Sends a signed webhook; resolves with the HTTP status. */
  send(parts: Partial<WebhookParts> & { body: string; path?: string }): Promise<number>;
  /** Presses an inject node's button. */
  press(id: string): Promise<void>;
  counts(queue: string): Promise<Record<string, number>>;
  /** Resolves when so many events of a queue are done and nothing else is in it but so many dead letters. */
  settled(queue: string, done: number, dead?: number): Promise<void>;
  deadLetters(queue: string): Promise<{ id: string; reference: string | null; failure: Row }[]>;
  /** Reads as the administrator, over Odoo's own API. */
  read(model: string, fields: string[], domain?: unknown[]): Promise<Row[]>;
  /** Calls a method as the administrator. */
  call(model: string, method: string, args: Row): Promise<unknown>;
  close(): Promise<void>;
}

export const webhookSecret = "a webhook secret";

/** @param options.env what the flow's `${NAME}` read, besides the shop and Odoo. */
export async function setStage(
  options: Pick<
    Partial<NodeRedOptions>,
    "env" | "ownSettings" | "packageRoot" | "settings" | "userDir" | "version"
  > & {
    odoo?: OdooStandInOptions;
  } = {},
): Promise<ExampleStage> {
  const folder = temporaryFolder();
  const shop = "holdfast-test.myshopify.com";
  const odoo = await startOdooStandIn(options.odoo ?? {});
  const { odoo: _, env, ...launch } = options;
  const nodeRed = await launchNodeRed({
    userDir: folder.path,
    ...launch,
    env: {
      SHOPIFY_SHOP: shop,
      SHOPIFY_WEBHOOK_SECRET: webhookSecret,
      ODOO_URL: odoo.url,
      ODOO_DB: odoo.db,
      ODOO_LOGIN: odoo.login,
      ODOO_API_KEY: odoo.apiKey,
      ...env,
    },
  });
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${nodeRed.url}/holdfast/${path}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const call = async (model: string, method: string, args: Row): Promise<unknown> => {
    const response = await fetch(`${odoo.url}/json/2/${model}/${method}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `bearer ${odoo.admin.apiKey}` },
      body: JSON.stringify(args),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const counts = async (queue: string): Promise<Record<string, number>> => {
    const queues = (await ask("queues")) as { name: string; counts: Record<string, number> | null }[];
    return queues.find(({ name }) => name === queue)?.counts ?? {};
  };
  return {
    nodeRed,
    odoo,
    shop,
    deploy: async (name, edit = (flow) => flow) => {
      const quick = exampleFlow(name).map((node) =>
        node.type === "retry-backoff" ? { ...node, baseSeconds: 0.1, capSeconds: 1 } : node,
      );
      await nodeRed.deploy(edit(quick));
    },
    send: async ({ path = "/shopify/webhooks", ...parts }) =>
      (await deliver(nodeRed.url + path, makeWebhook({ secret: webhookSecret, shop, ...parts }))).status,
    press: async (id) => {
      const { status } = await fetch(`${nodeRed.url}/inject/${id}`, { method: "POST" });
      if (status !== 200) throw new Error(`The flow has no button ${id}.`);
    },
    counts,
    settled: async (queue, done, dead = 0) => {
      await eventually(
        `queue ${queue} has ${done} done, ${dead} dead`,
        async () => {
          const now = await counts(queue);
          const open = now.ready! + now.leased! + now.blocked!;
          if (now.done === done && now.dead === dead && open === 0) return true;
          throw new Error(`${JSON.stringify(now)}\n${nodeRed.log.slice(-5).join("\n")}`);
        },
        60_000,
      );
    },
    deadLetters: async (queue) => {
      const { events } = (await ask(`events?queue=${queue}&state=dead`)) as { events: Row[] };
      return events as { id: string; reference: string | null; failure: Row }[];
    },
    read: async (model, fields, domain = []) =>
      (await call(model, "search_read", { domain, fields })) as Row[],
    call,
    close: async () => {
      await nodeRed.stop();
      await odoo.close();
      folder.remove();
    },
  };
}
