import {
  failureOf,
  listLocations,
  listPlaces,
  type MergedTable,
  type TableRow,
  withOdoo,
  withShopify,
} from "../../src/index.ts";
import type { OdooServerNode } from "../odoo-server/odoo-server.ts";
import { addAdminRoute, type Runtime } from "../runtime/index.ts";
import type { ShopifyStoreNode } from "../shopify-store/shopify-store.ts";

/**
 * `POST holdfast/location-mapper/fetch/shopify/ID` and `…/odoo/ID { rows }`, ID a deployed shopify-store or
 * odoo-server: the dialog's rows with what that side has, and what there is to say about them.
 */
export function serveFetch(RED: Runtime): void {
  const serve = (
    side: "shopify" | "odoo",
    type: string,
    fetched: (node: unknown, rows: TableRow[]) => Promise<MergedTable & { places?: unknown }>,
  ): void =>
    addAdminRoute(
      RED,
      "post",
      `/holdfast/location-mapper/fetch/${side}/:id`,
      "holdfast.write",
      async ({ id }, sent) => {
        const node = RED.nodes.getNode(id);
        if (node?.type !== type) return { status: 404, body: { ok: false, code: "not_deployed" } };
        const { rows } = (sent ?? {}) as { rows?: unknown };
        try {
          return {
            status: 200,
            body: { ok: true, ...(await fetched(node, Array.isArray(rows) ? rows : [])) },
          };
        } catch (thrown) {
          const { code, message, hint } = failureOf(thrown, side);
          return { status: 200, body: { ok: false, code, message, hint } };
        }
      },
    );
  serve("shopify", "shopify-store", async (node, rows) =>
    withShopify(rows, await listLocations((node as ShopifyStoreNode).client)),
  );
  serve("odoo", "odoo-server", async (node, rows) => {
    const places = await listPlaces((node as OdooServerNode).client);
    return { ...withOdoo(rows, places), places };
  });
}
