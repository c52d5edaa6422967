import { failureOf, testOdooConnection } from "../../src/index.ts";
import { addAdminRoute, type Runtime } from "../runtime/index.ts";
import type { OdooServerNode } from "./odoo-server.ts";

/**
 * `POST holdfast/odoo-server/ID/test`: which Odoo answers, who the user is and what they may do, by what is deployed.
 * It takes nothing from the dialog: whoever may press a button must not be able to send the key elsewhere.
 */
export function serveConnectionTest(RED: Runtime): void {
  addAdminRoute(RED, "post", "/holdfast/odoo-server/:id/test", "holdfast.write", async ({ id }) => {
    const server = RED.nodes.getNode(id) as OdooServerNode | null;
    if (server?.type !== "odoo-server") return { status: 404, body: { ok: false, code: "not_deployed" } };
    try {
      return { status: 200, body: { ok: true, ...(await testOdooConnection(server.client)) } };
    } catch (thrown) {
      const { code, message, hint } = failureOf(thrown, "odoo");
      return { status: 200, body: { ok: false, code, message, hint } };
    }
  });
}
