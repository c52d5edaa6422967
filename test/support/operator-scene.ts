import { createRequire } from "node:module";
import { launchNodeRed, type NodeRedOptions, type NodeRedProcess } from "../../sandbox/node-red.ts";
import { type OdooStandIn, startOdooStandIn } from "../../sandbox/odoo/server.ts";
import { deliver, makeOrder, makeWebhook, type SandboxOrder } from "../../sandbox/shopify/index.ts";
import { eventually } from "./eventually.ts";
import { exampleFlow, type FlowNodeConfig } from "./flow.ts";
import { temporaryFolder } from "./temporary.ts";

const shop = "holdfast-test.myshopify.com";
const secret = "a webhook secret";

/** Who may sign in, where signing in is set up. */
export const accounts = {
  operator: { username: "operator", password: "may act", permissions: ["read", "holdfast.write"] },
  reader: { username: "reader", password: "may look", permissions: ["read"] },
  builder: { username: "builder", password: "may all", permissions: ["*"] },
} as const;

export interface Scene {
  odoo: OdooStandIn;
  nodeRed: NodeRedProcess;
  /** Asks the admin API; with an account when there is a login. */
  api(path: string, options?: { body?: object; as?: keyof typeof accounts }): Promise<Response>;
  token(account: keyof typeof accounts): Promise<string>;
  /** Sends an order as Shopify does, and waits for its 200. */
  send(order: SandboxOrder): Promise<void>;
  /** Creates what a sales user may not: a product with this Internal Reference. */
  makeProduct(sku: string): Promise<void>;
  /** Pulls Node-RED's plug and starts it again, at the same address. */
  crash(): Promise<void>;
  end(): Promise<void>;
}

export interface SceneOptions {
  version: 4 | 5;
  login?: boolean;
  /** Deploy the flow at once. */
  deploy?: boolean;
  /** Another one than the example. */
  flow?: FlowNodeConfig[];
  /** More environment variables. */
  env?: Record<string, string>;
  settings?: Record<string, unknown>;
}

/** The example flow on a real Node-RED, between the sandbox's Shopify and Odoo. */
export async function startScene({
  version,
  login = false,
  deploy = true,
  flow = exampleFlow(),
  env,
  settings,
}: SceneOptions): Promise<Scene> {
  const folder = temporaryFolder();
  const odoo = await startOdooStandIn({});
  const options: NodeRedOptions = {
    version,
    userDir: folder.path,
    env: {
      SHOPIFY_SHOP: shop,
      SHOPIFY_WEBHOOK_SECRET: secret,
      SHOPIFY_ADMIN_TOKEN: "",
      SHOPIFY_ADMIN_URL: "",
      ODOO_URL: odoo.url,
      ODOO_DB: odoo.db,
      ODOO_LOGIN: odoo.login,
      ODOO_API_KEY: odoo.apiKey,
      ...env,
    },
    settings: { ...(login ? { adminAuth: adminAuth() } : {}), ...settings },
  };
  const nodeRed = await launchNodeRed(options);
  const tokens = new Map<string, string>();
  const scene: Scene = {
    odoo,
    nodeRed,
    async token(account) {
      const known = tokens.get(account);
      if (known) return known;
      const { username, password } = accounts[account];
      const response = await fetch(`${nodeRed.url}/auth/token`, {
        method: "POST",
        body: new URLSearchParams({
          client_id: "node-red-admin",
          grant_type: "password",
          scope: "",
          username,
          password,
        }),
      });
      const { access_token } = (await response.json()) as { access_token: string };
      tokens.set(account, access_token);
      return access_token;
    },
    async api(path, { body, as } = {}) {
      return fetch(`${nodeRed.url}${path}`, {
        method: body ? "POST" : "GET",
        headers: {
          ...(as ? { Authorization: `Bearer ${await scene.token(as)}` } : {}),
          ...(body ? { "Content-Type": "application/json" } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    },
    async send(order) {
      const webhook = makeWebhook({ body: order.body, secret, shop });
      let { status } = await deliver(`${nodeRed.url}/shopify/webhooks`, webhook);
      // The connection was closed while a script of the rig blocked this process: sent again, as Shopify does.
      if (status === 0) ({ status } = await deliver(`${nodeRed.url}/shopify/webhooks`, webhook));
      if (status !== 200) throw new Error(`${order.name} was answered ${status}.`);
    },
    async makeProduct(sku) {
      const response = await fetch(`${odoo.url}/json/2/product.product/create`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Authorization: `bearer ${odoo.admin.apiKey}`,
          "X-Odoo-Database": odoo.db,
        },
        body: JSON.stringify({ vals_list: [{ name: sku, default_code: sku }] }),
      });
      if (!response.ok) throw new Error(`No product ${sku}: ${response.status} ${await response.text()}`);
    },
    async crash() {
      await scene.nodeRed.kill();
      scene.nodeRed = await launchNodeRed({ ...options, port: nodeRed.port });
    },
    async end() {
      await scene.nodeRed.stop();
      await odoo.close();
      folder.remove();
    },
  };
  if (deploy) {
    const response = await fetch(`${nodeRed.url}/flows`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(login ? { Authorization: `Bearer ${await scene.token("builder")}` } : {}),
      },
      body: JSON.stringify(flow),
    });
    if (!response.ok) throw new Error(`Deploying failed: ${response.status}`);
    await eventually("the queue is open", async () => {
      const { queues } = (await (
        await scene.api("/holdfast/overview", login ? { as: "builder" } : {})
      ).json()) as { queues: { state: string }[] };
      return queues[0]?.state === "running";
    });
  }
  return scene;
}

/** Order number N with a first line whose SKU Odoo does not know, and what else a text replaces. */
export function brokenOrder(number: number, sku: string, replace: [string, string][] = []): SandboxOrder {
  const order = makeOrder(11, number, []);
  let body = order.body.replace(/"sku":"[^"]+"/, `"sku":${JSON.stringify(sku)}`);
  for (const [from, to] of replace) body = body.replace(from, to);
  return { ...order, body };
}

export function goodOrder(number: number): SandboxOrder {
  return makeOrder(11, number, []);
}

function adminAuth(): object {
  const { hashSync } = createRequire(
    createRequire(import.meta.url).resolve("@node-red/editor-api/package.json"),
  )("bcryptjs") as { hashSync(text: string, rounds: number): string };
  return {
    type: "credentials",
    users: Object.values(accounts).map(({ username, password, permissions }) => ({
      username,
      password: hashSync(password, 4),
      permissions,
    })),
  };
}
