import { inChunks } from "../group.ts";
import type { OdooClient } from "./client.ts";
import { externalIdsOf, shopifyModule } from "./external-ids.ts";

/** Records that carry one of Shopify's ids: which is which never changes, so it is asked once. */
export interface ShopifyIds {
  /** Shopify's ids, as digits, of those of these records that came from there. @throws HoldfastError */
  of(ids: Iterable<number>): Promise<Map<number, string>>;
}

const mostAtOnce = 500;
const remembered = 50_000;

/**
 * Reads Shopify's ids from external ids such as `__shopify__.order_5678`.
 * @param kind "order", "line": what stands between the prefix and the id.
 * @param prefix the mapping's prefix of external ids, where several shops share an Odoo.
 */
export function shopifyIds(client: OdooClient, model: string, kind: string, prefix = ""): ShopifyIds {
  const known = new Map<number, string | null>();
  const pattern = new RegExp(`^${shopifyModule}\\.${prefix}${kind}_(\\d+)$`);
  return {
    async of(ids) {
      const wanted = [...new Set(ids)];
      const unknown = wanted.filter((id) => !known.get(id));
      for (const chunk of inChunks(unknown, mostAtOnce)) {
        const found = await externalIdsOf(client, model, chunk);
        if (known.size > remembered) known.clear();
        for (const [id, names] of found) {
          const match = names.map((name) => pattern.exec(name)).find((one) => one !== null);
          known.set(id, match?.[1] ?? null);
        }
      }
      return new Map(
        wanted.flatMap((id) => {
          const shopifyId = known.get(id);
          return shopifyId ? [[id, shopifyId] as const] : [];
        }),
      );
    },
  };
}
