/**
 * An import plan: what shall stand in Odoo after this event, as data.
 * Mappings make it, an integrator's function node may change it, odoo-write applies it — as often as it likes,
 * because every record has an external id and is created once.
 * Field names are those of the newest Odoo; older ones are translated when it is written.
 */
export interface ImportPlan {
  kind: "import-plan";
  /** What people call it: "#1001". */
  reference: string;
  /** In order: a record may point to those before it. */
  records: ImportRecord[];
  /** What Odoo must say after writing; anything else is a failure that names both numbers. */
  totals?: ExpectedTotals;
}

export interface ImportRecord {
  /** "sale.order" */
  model: string;
  /** Name in the module `__shopify__`: "order_5678". No dots, no spaces. */
  externalId: string;
  values: Record<string, ImportValue>;
  /** One2many field → its records, created with their parent: `{ order_line: [...] }`. */
  children?: Record<string, ImportRecord[]>;
}

/** Text and decimals are strings, dates "YYYY-MM-DD HH:MM:SS" in UTC; null leaves the field empty on purpose. */
export type ImportValue = string | number | boolean | null | RecordReference | RecordReference[];

export type RecordReference =
  /** Another record of a plan ("customer_7"), or with its module: "base.us". */
  { externalId: string } | { id: number } | FindReference;

/** A record that must exist already. */
export interface FindReference {
  find: {
    model: string;
    /** All must hold, compared with "="; dotted paths are allowed: `{ code: "CA", "country_id.code": "US" }`. */
    where: Record<string, string | number | boolean>;
    /** When several match: refuse (default) or take the first by Odoo's own order. */
    several?: "reject" | "first";
    /** When none matches: refuse with this hint (default), or leave the field empty. */
    missing?: { class: "rejected" | "dependency"; code: string; message: string; hint: string } | "empty";
  };
}

export interface ExpectedTotals {
  model: string;
  externalId: string;
  /** ISO 4217 */
  currency: string;
  /** Decimal text: "103.25". */
  total: string;
  tax: string;
}
