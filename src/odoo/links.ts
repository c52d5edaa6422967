import { HoldfastError } from "../failure.ts";
import { groupBy } from "../group.ts";
import type { ImportRecord } from "../import-plan.ts";
import type { OdooClient } from "./client.ts";
import { type Outcome, writeEach } from "./isolate.ts";

/**
 * A link is what Odoo remembers about a record for us where the record has no field for it: an attachment of type
 * URL, made with an external id, so it exists once, whoever makes it. An ordinary user may make one wherever they
 * may write the record.
 */
export interface Link {
  /** Of the attachment itself: "fulfillment_77". */
  externalId: string;
  /** What it is bound to. */
  model: string;
  id: number;
  /** What people read in the record's attachments; begins with "Shopify ". */
  name: string;
  /** What is remembered. */
  text: string;
  /** Where a click leads; null: nowhere. */
  url: string | null;
}

/** A link as it is found on its record. */
export interface FoundLink {
  id: number;
  name: string;
  text: string;
}

export const linkModel = "ir.attachment";

/** What links of these ids remember. @throws HoldfastError */
export async function linkTexts(client: OdooClient, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = (await client.call(linkModel, "search_read", {
    args: { domain: [["id", "in", ids]], fields: ["description"] },
  })) as { id: number; description: string | false }[];
  return new Map(rows.map((row) => [row.id, row.description || ""]));
}

/** Changes what links that exist remember. @throws HoldfastError */
export async function setTexts(
  client: OdooClient,
  texts: readonly { externalId: string; text: string }[],
): Promise<void> {
  const records = texts.map(({ externalId, text }) => ({
    model: linkModel,
    externalId,
    values: { description: text },
  }));
  for (const outcome of await writeEach(client, records, () => undefined, "upsert"))
    if ("failure" in outcome) throw new HoldfastError(outcome.failure);
}

/** Links of records of one model, by the record's id. @throws HoldfastError */
export async function readLinks(
  client: OdooClient,
  model: string,
  ids: readonly number[],
): Promise<Map<number, FoundLink[]>> {
  if (ids.length === 0) return new Map();
  const rows = (await client.call(linkModel, "search_read", {
    args: {
      domain: [
        ["res_model", "=", model],
        ["res_id", "in", [...new Set(ids)]],
        ["type", "=", "url"],
        ["name", "=like", "Shopify %"],
      ],
      fields: ["name", "description", "res_id"],
      order: "id",
    },
  })) as { id: number; name: string; description: string | false; res_id: number }[];
  const links = groupBy(rows, (row) => row.res_id);
  return new Map(
    [...links].map(([id, found]) => [
      id,
      found.map((row) => ({ id: row.id, name: row.name, text: row.description || "" })),
    ]),
  );
}

/** Makes links that are not there; those that are stay as they are, wherever they are bound. */
export function claimLinks(client: OdooClient, links: readonly Link[]): Promise<Outcome[]> {
  return writeEach(client, links.map(attachment), () => undefined, "create-once");
}

/** Makes links, or changes those that are there. */
export function writeLinks(client: OdooClient, links: readonly Link[]): Promise<Outcome[]> {
  return writeEach(client, links.map(attachment), () => undefined, "upsert");
}

function attachment({ externalId, model, id, name, text, url }: Link): ImportRecord {
  return {
    model: linkModel,
    externalId,
    values: { name, type: "url", url, res_model: model, res_id: id, description: text },
  };
}
