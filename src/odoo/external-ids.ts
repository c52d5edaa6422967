import { HoldfastError } from "../failure.ts";
import type { OdooClient } from "./client.ts";

/** The module under which everything from Shopify is known in Odoo; no Odoo module may have this name. */
export const shopifyModule = "__shopify__";

/** "order_5678" → "__shopify__.order_5678"; "base.us" stays. */
export function qualified(externalId: string): string {
  return externalId.includes(".") ? externalId : `${shopifyModule}.${externalId}`;
}

/**
 * The record behind an external id; undefined when there is none that this user can read.
 * Needs no right on ir.model.data, which a sales user has not.
 * @throws HoldfastError when Odoo is away.
 */
export async function lookUp(
  client: OdooClient,
  externalId: string,
): Promise<{ model: string; id: number } | undefined> {
  const full = qualified(externalId);
  const dot = full.indexOf(".");
  try {
    const answer = await client.call("ir.model.data", "check_object_reference", {
      args: { module: full.slice(0, dot), xml_id: full.slice(dot + 1) },
      // It searches for the record: archived ones count too.
      context: { active_test: false },
    });
    const [model, id] = answer as [string, number | false];
    return typeof id === "number" ? { model, id } : undefined;
  } catch (error) {
    if (error instanceof HoldfastError && error.failure.code === "external_id_not_found") return undefined;
    throw error;
  }
}

/**
 * The external ids of records, with their modules. Needs no right on ir.model.data either: whoever may read a record may
 * ask for its metadata.
 * @throws HoldfastError
 */
export async function externalIdsOf(
  client: OdooClient,
  model: string,
  ids: readonly number[],
): Promise<Map<number, string[]>> {
  if (ids.length === 0) return new Map();
  const rows = (await client.call(model, "get_metadata", { ids: [...ids] })) as {
    id: number;
    xmlid: string | false;
    xmlids?: { xmlid: string }[];
  }[];
  // Odoo 14 tells the id of one record only, whomever it is asked for; there every user may read ir.model.data.
  if (rows.length > 1 && rows.every(({ xmlids }) => xmlids === undefined)) return readIds(client, model, ids);
  return new Map(rows.map(({ id, xmlid, xmlids }) => [id, xmlids?.map((one) => one.xmlid) ?? [xmlid || ""]]));
}

async function readIds(
  client: OdooClient,
  model: string,
  ids: readonly number[],
): Promise<Map<number, string[]>> {
  const rows = (await client.call("ir.model.data", "search_read", {
    args: {
      domain: [
        ["model", "=", model],
        ["res_id", "in", [...ids]],
      ],
      fields: ["res_id", "module", "name"],
    },
  })) as { res_id: number; module: string; name: string }[];
  const found = new Map<number, string[]>(ids.map((id) => [id, []]));
  for (const { res_id, module, name } of rows) found.get(res_id)?.push(`${module}.${name}`);
  return found;
}
