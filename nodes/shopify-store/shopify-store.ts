import type { NodeDef } from "node-red";
import { type AdminClient, createAdminClient } from "../../src/index.ts";
import {
  closeDestination,
  createNode,
  type FlowNode,
  onClose,
  openDestination,
  type Runtime,
  setting,
  watching,
} from "../runtime/index.ts";
import { serveConnectionTest } from "./connection-test.ts";

interface Config extends NodeDef {
  shop: string;
  adminUrl: string;
  publicUrl: string;
  apiVersion: string;
  clientId: string;
}

/** One Shopify shop and what is secret about it. Nothing is called before somebody asks. */
export interface ShopifyStoreNode extends FlowNode {
  shop: string;
  /** How the internet reaches this Node-RED; empty where each webhook node says it itself. */
  publicUrl: string;
  /** All that are valid now: during rotation two. */
  webhookSecrets: string[];
  client: AdminClient;
  credentials: Record<string, unknown>;
}

export default function register(RED: Runtime): void {
  function ShopifyStore(this: ShopifyStoreNode, stored: Config): void {
    const config = createNode(RED, this, stored);
    this.shop = setting(config.shop).toLowerCase();
    this.publicUrl = setting(config.publicUrl);
    this.webhookSecrets = [this.credentials?.webhookSecret, this.credentials?.previousWebhookSecret]
      .map(setting)
      .filter((secret) => secret !== "");
    const client = createAdminClient({
      shop: this.shop,
      adminUrl: setting(config.adminUrl),
      apiVersion: setting(config.apiVersion),
      token: setting(this.credentials?.adminToken),
      clientId: setting(config.clientId),
      clientSecret: setting(this.credentials?.clientSecret),
    });
    // Whoever asks, the operator sees how the shop answers.
    this.client = { ...client, run: (...asked) => watching(this.id, () => client.run(...asked)) };
    openDestination(this.id, "shopify", this.name || this.shop, client.budgetLeft);
    onClose(this, (removed) => {
      if (removed) closeDestination(this.id);
      client.close();
    });
  }
  RED.nodes.registerType<ShopifyStoreNode, Config, unknown, Record<string, unknown>>(
    "shopify-store",
    ShopifyStore,
    {
      credentials: {
        webhookSecret: { type: "password" },
        previousWebhookSecret: { type: "password" },
        adminToken: { type: "password" },
        clientSecret: { type: "password" },
      },
    },
  );
  serveConnectionTest(RED);
}
