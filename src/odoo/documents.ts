import type { Run } from "./run.ts";

/** An order or an invoice as it stands in Odoo; fields beyond these by model, see `fields`. */
export interface Document {
  id: number;
  display_name: string;
  amount_total: number;
  amount_tax: number;
  currency_id: [id: number, name: string] | false;
  company_id: [id: number, name: string] | false;
  /** sale.order: draft, sent, sale, cancel, until 16 done; account.move: draft, posted, cancel. */
  state: string;
  /** sale.order only, as those below. */
  origin?: string | false;
  /** What Shopify calls it. */
  client_order_ref?: string | false;
  /** "2026-11-24 10:00:00", UTC */
  date_order?: string;
  /** When it is promised for; usually nothing. */
  commitment_date?: string | false;
  /** From 17 on; before, the state `done` says it. */
  locked?: boolean;
}

const common = ["display_name", "amount_total", "amount_tax", "currency_id", "state", "company_id"];

function fields(model: string, major: number): string[] {
  if (model !== "sale.order") return common;
  return [
    ...common,
    "origin",
    "client_order_ref",
    "date_order",
    "commitment_date",
    ...(major >= 17 ? ["locked"] : []),
  ];
}

const key = (model: string, id: number): string => `${model},${id}`;

/**
 * Reads documents that this run has not read since they were changed, in one call.
 * @returns those that exist, by id. @throws HoldfastError
 */
export async function readDocuments(
  run: Run,
  model: string,
  ids: readonly number[],
): Promise<Map<number, Document>> {
  const unread = [...new Set(ids)].filter((id) => !run.documents.has(key(model, id)));
  if (unread.length > 0) await findDocuments(run, model, [["id", "in", unread]]);
  return new Map(
    ids.flatMap((id) => {
      const row = run.documents.get(key(model, id));
      return row ? [[id, row] as const] : [];
    }),
  );
}

/** Reads the documents that a domain finds, in one call. @throws HoldfastError */
export async function findDocuments(
  run: Run,
  model: string,
  domain: readonly unknown[],
): Promise<Document[]> {
  const rows = (await run.client.call(model, "search_read", {
    args: { domain, fields: fields(model, run.major) },
    context: { active_test: false },
  })) as Document[];
  for (const row of rows) run.documents.set(key(model, row.id), row);
  return rows;
}

/** It was changed: whoever wants it next reads it again. */
export function changed(run: Run, model: string, ids: Iterable<number>): void {
  for (const id of ids) run.documents.delete(key(model, id));
}

/** A quotation, sent or not, or an invoice that is not posted. */
export function isDraft(document: Document | undefined): boolean {
  return document?.state === "draft" || document?.state === "sent";
}

/**
 * To be written together with smaller quantities of a confirmed order. Writing the promised date, even none, moves the
 * deadlines of its deliveries to the order date; where they lag behind it, as after confirming, Odoo answers a
 * smaller quantity with a receipt instead of less to deliver.
 */
export function promiseAgain({ commitment_date }: Document): { commitment_date: string | false } {
  return { commitment_date: commitment_date || false };
}

/** Confirmed and closed to changes, by a person or by Odoo's setting. */
export function isLocked(order: Document): boolean {
  return order.locked === true || order.state === "done";
}
