import { failureOf, setUpPush, setUpPushAs } from "../../src/index.ts";
import { addAdminRoute, type Runtime, setting } from "../runtime/index.ts";
import type { OdooStockInNode } from "./odoo-stock-in.ts";

/** Below httpNodeRoot; who does not know the token finds nothing. */
export function pushPath(token: string): string {
  return `/odoo/stock/${token}`;
}

/**
 * `POST holdfast/odoo-stock-in/ID/push { address, login, password }`: makes the rules in Odoo, with what is deployed.
 * Login and password are an administrator's, used this once; without them it is tried with the server's own user.
 */
export function servePushSetup(RED: Runtime): void {
  addAdminRoute(RED, "post", "/holdfast/odoo-stock-in/:id/push", "holdfast.write", async ({ id }, sent) => {
    const node = RED.nodes.getNode(id) as OdooStockInNode | null;
    const token = setting(node?.credentials?.pushToken);
    if (node?.type !== "odoo-stock-in" || !node.server || token === "")
      return { status: 404, body: { ok: false, code: "not_deployed" } };
    const { address, login, password } = (sent ?? {}) as Record<string, unknown>;
    const target = {
      url: `${setting(address).replace(/\/+$/, "")}${pushPath(token)}`,
      listener: id,
    };
    try {
      const { client, url } = node.server;
      const { db } = client.asked;
      const { rules } = setting(login)
        ? await setUpPushAs({ url, db, login: setting(login), password: String(password ?? "") }, target)
        : await setUpPush(client, target);
      return { status: 200, body: { ok: true, rules } };
    } catch (thrown) {
      const { code, message, hint } = failureOf(thrown, "odoo");
      return { status: 200, body: { ok: false, code, message, hint } };
    }
  });
}
