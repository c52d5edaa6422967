import type { Database, Row } from "./database.ts";

export interface Snapshot {
  orders: SnapshotOrder[];
  partners: number;
  /** Orders beyond the first that carry the same customer reference. */
  duplicates: number;
  /** The references that several orders carry, with how many. */
  duplicated: Record<string, number>;
}

/** Named as in Odoo's API; what the API has not is external_id. */
export interface SnapshotOrder {
  id: number;
  name: string;
  client_order_ref: string | null;
  /** With its module: "__shopify__.order_5678". */
  external_id: string | null;
  state: string;
  date_order: string;
  currency: string;
  /** Decimal text: "103.25". */
  amount_total: string;
  amount_tax: string;
  amount_untaxed: string;
  partner_id: number;
  lines: number;
}

/** What stands in the stand-in, for a test's assertions. */
export function takeSnapshot(db: Database): Snapshot {
  const orders = [...db.rows("sale.order")].map((row) => shown(db, row));
  const references = new Map<string, number>();
  for (const { client_order_ref } of orders) {
    if (client_order_ref !== null)
      references.set(client_order_ref, (references.get(client_order_ref) ?? 0) + 1);
  }
  const duplicated = Object.fromEntries([...references].filter(([, times]) => times > 1));
  const duplicates = Object.values(duplicated).reduce((sum, times) => sum + times - 1, 0);
  return { orders, partners: db.count("res.partner"), duplicates, duplicated };
}

function shown(db: Database, row: Row): SnapshotOrder {
  const currency = db.row("res.currency", Number(row.currency_id));
  const amount = (name: string): string => Number(row[name]).toFixed(Number(currency?.decimal_places ?? 2));
  return {
    id: row.id,
    name: String(row.name),
    client_order_ref: row.client_order_ref === false ? null : String(row.client_order_ref),
    external_id: db.externalIdFor("sale.order", row.id) ?? null,
    state: String(row.state),
    date_order: String(row.date_order),
    currency: String(currency?.name ?? ""),
    amount_total: amount("amount_total"),
    amount_tax: amount("amount_tax"),
    amount_untaxed: amount("amount_untaxed"),
    partner_id: Number(row.partner_id),
    lines: db.children(db.field("sale.order", "order_line")!, row.id).length,
  };
}
