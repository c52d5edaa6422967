import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { launchNodeRed, type NodeRedProcess } from "../../sandbox/node-red.ts";
import type { OdooStandIn } from "../../sandbox/odoo/server.ts";

export const shop = "holdfast-chaos.myshopify.com";
export const secret = "a webhook secret";

export interface QueueCounts {
  ready: number;
  leased: number;
  blocked: number;
  dead: number;
}

/** One Node-RED, however often it is started. */
export interface Member {
  url: string;
  userDir: string;
  /** Of this start. */
  id: string;
  nodeRed: NodeRedProcess | null;
  launch(): Promise<void>;
  ensureUp(): Promise<void>;
  kill(): Promise<void>;
  counts(): Promise<QueueCounts[]>;
}

export async function member(userDir: string, at: number, odoo: OdooStandIn): Promise<Member> {
  const port = await portBelowEphemeral();
  let child: ChildProcess | null = null;
  let starts = 0;
  const self: Member = {
    url: `http://127.0.0.1:${port}`,
    userDir,
    id: "",
    nodeRed: null,
    launch: async () => {
      self.id = `node-red-${at + 1}, start ${++starts}`;
      self.nodeRed = await launchNodeRed({
        userDir,
        port,
        settings: { disableEditor: true, credentialSecret: "chaos", flowFilePretty: false },
        env: {
          CHAOS_PROCESS: self.id,
          SHOPIFY_SHOP: shop,
          SHOPIFY_WEBHOOK_SECRET: secret,
          SHOPIFY_ADMIN_TOKEN: "",
          SHOPIFY_ADMIN_URL: "",
          ODOO_URL: odoo.url,
          ODOO_DB: odoo.db,
          ODOO_LOGIN: odoo.login,
          ODOO_API_KEY: odoo.apiKey,
        },
        onSpawn: (spawned) => {
          child = spawned;
        },
      });
    },
    ensureUp: async () => {
      if (child && child.exitCode === null && child.signalCode === null) return;
      await self.launch();
    },
    kill: async () => {
      const doomed = child;
      self.nodeRed = null;
      if (!doomed || doomed.exitCode !== null || doomed.signalCode !== null) return;
      const ended = new Promise((resolve) => doomed.once("exit", resolve));
      doomed.kill("SIGKILL");
      await ended;
    },
    counts: async () => {
      const response = await fetch(`${self.url}/holdfast/queues`);
      const queues = (await response.json()) as { counts: QueueCounts | null }[];
      return queues.flatMap(({ counts }) => (counts ? [counts] : []));
    },
  };
  return self;
}

/**
 * While the process is dead the sender knocks at its port. In the kernel's own range it could meet itself there,
 * or another program could take the port.
 */
async function portBelowEphemeral(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (free) return port;
  }
}
