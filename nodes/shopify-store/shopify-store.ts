import type { NodeDef } from "node-red";
import { type FlowNode, type Runtime, setting } from "../runtime/index.ts";

interface Config extends NodeDef {
  shop: string;
  adminUrl: string;
  apiVersion: string;
}

/** One Shopify shop and what is secret about it. */
export interface ShopifyStoreNode extends FlowNode {
  shop: string;
  /** All that are valid now: during rotation two. */
  webhookSecrets: string[];
  credentials: Record<string, unknown>;
}

export default function register(RED: Runtime): void {
  function ShopifyStore(this: ShopifyStoreNode, config: Config): void {
    RED.nodes.createNode(this, config);
    this.shop = setting(config.shop).toLowerCase();
    this.webhookSecrets = [this.credentials?.webhookSecret, this.credentials?.previousWebhookSecret]
      .map(setting)
      .filter((secret) => secret !== "");
  }
  RED.nodes.registerType<ShopifyStoreNode, Config, unknown, Record<string, unknown>>(
    "shopify-store",
    ShopifyStore,
    {
      credentials: {
        webhookSecret: { type: "password" },
        previousWebhookSecret: { type: "password" },
        adminToken: { type: "password" },
      },
    },
  );
}
