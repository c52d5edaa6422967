import type { NodeDef } from "node-red";
import { createOdooClient, type OdooClient } from "../../src/index.ts";
import {
  closeDestination,
  createNode,
  type FlowNode,
  onClose,
  openDestination,
  positive,
  type Runtime,
  setting,
} from "../runtime/index.ts";
import { serveConnectionTest } from "./connection-test.ts";

interface Config extends NodeDef {
  url: string;
  db: string;
  login: string;
  transport: "auto" | "json2" | "xmlrpc";
  timeoutSeconds: number | string;
  maxParallel: number | string;
  minIntervalMs: number | string;
}

/** One Odoo database and one user in it. Nothing is called before somebody writes. */
export interface OdooServerNode extends FlowNode {
  url: string;
  client: OdooClient;
  credentials: Record<string, unknown>;
}

export default function register(RED: Runtime): void {
  function OdooServer(this: OdooServerNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    this.url = setting(config.url).replace(/\/+$/, "");
    this.client = createOdooClient({
      url: this.url,
      db: setting(config.db),
      login: setting(config.login),
      apiKey: setting(this.credentials?.apiKey),
      transport: config.transport || "auto",
      timeoutMs: positive(config.timeoutSeconds, 60) * 1000,
      maxParallel: positive(config.maxParallel, 4),
      minIntervalMs: positive(config.minIntervalMs, 0),
    });
    openDestination(this.id, "odoo", this.name || this.url);
    onClose(this, (removed) => {
      if (removed) closeDestination(this.id);
      this.client.close();
    });
  }
  RED.nodes.registerType<OdooServerNode, Config, unknown, Record<string, unknown>>(
    "odoo-server",
    OdooServer,
    { credentials: { apiKey: { type: "password" } } },
  );
  serveConnectionTest(RED);
}
