import { failureOf, testConnection } from "../../src/index.ts";
import { addAdminRoute, type Runtime } from "../runtime/index.ts";
import type { ShopifyStoreNode } from "./shopify-store.ts";

/**
 * `POST holdfast/shopify-store/ID/test`: who the shop is and what the app may do, by what is deployed.
 * It takes nothing from the dialog: whoever may press a button must not be able to send the token elsewhere.
 */
export function serveConnectionTest(RED: Runtime): void {
  addAdminRoute(RED, "post", "/holdfast/shopify-store/:id/test", "holdfast.write", async ({ id }) => {
    const store = RED.nodes.getNode(id) as ShopifyStoreNode | null;
    if (store?.type !== "shopify-store") return { status: 404, body: { ok: false, code: "not_deployed" } };
    try {
      return { status: 200, body: { ok: true, ...(await testConnection(store.client)) } };
    } catch (thrown) {
      const { code, message, hint } = failureOf(thrown, "shopify");
      return { status: 200, body: { ok: false, code, message, hint } };
    }
  });
}
