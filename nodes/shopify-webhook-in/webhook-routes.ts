import { failureOf, type WebhookReport } from "../../src/index.ts";
import { addAdminRoute, type FlowNode, type Runtime } from "../runtime/index.ts";
import type { WebhooksInShopify } from "./webhooks-in-shopify.ts";

export interface ShopifyWebhookInNode extends FlowNode {
  /** Undefined while no shop is chosen. */
  webhooks?: WebhooksInShopify;
}

type Work = (webhooks: WebhooksInShopify) => Promise<WebhookReport>;

/**
 * `holdfast/shopify-webhook-in/ID/webhooks`: which exist; `…/register` makes them, `…/move` moves here those that are
 * sent elsewhere. By what is deployed: whoever may press a button must not be able to have events sent elsewhere.
 */
export function serveWebhookRoutes(RED: Runtime): void {
  const serve = (path: string, work: Work): void => {
    const address = `/holdfast/shopify-webhook-in/:id/${path}`;
    addAdminRoute(RED, "post", address, "holdfast.write", async ({ id }) => {
      const node = RED.nodes.getNode(id) as ShopifyWebhookInNode | null;
      if (node?.type !== "shopify-webhook-in" || !node.webhooks)
        return { status: 404, body: { ok: false, code: "not_deployed" } };
      try {
        return { status: 200, body: { ok: true, ...(await work(node.webhooks)) } };
      } catch (thrown) {
        const { code, message, hint } = failureOf(thrown, "shopify");
        return { status: 200, body: { ok: false, code, message, hint } };
      }
    });
  };
  serve("webhooks", (webhooks) => webhooks.check());
  serve("register", (webhooks) => webhooks.register({ move: false }));
  serve("move", (webhooks) => webhooks.register({ move: true }));
}
