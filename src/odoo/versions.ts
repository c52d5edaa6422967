import type { ImportRecord, ImportValue } from "../import-plan.ts";

/**
 * What changed its name from one Odoo to the next. Plans speak the newest; this says what older ones call it.
 * `until` is the last major version with the older form; null: that version has nothing of the kind.
 */
interface Rename {
  model: string;
  newest: string;
  until: number;
  older: string | null;
}

/** For one model and field the rows stand from old to new: the first whose `until` is not passed counts. */
export const renames: readonly Rename[] = [
  { model: "sale.order.line", newest: "tax_ids", until: 18, older: "tax_id" },
  { model: "sale.order.line", newest: "product_uom_id", until: 18, older: "product_uom" },
  { model: "res.users", newest: "group_ids", until: 18, older: "groups_id" },
  { model: "res.groups", newest: "user_ids", until: 18, older: "users" },
  { model: "stock.move", newest: "quantity", until: 16, older: "quantity_done" },
  { model: "stock.move", newest: "picked", until: 16, older: null },
  { model: "stock.move.line", newest: "quantity", until: 16, older: "qty_done" },
  { model: "stock.move.line", newest: "picked", until: 16, older: null },
  { model: "stock.move.line", newest: "quantity_product_uom", until: 15, older: "product_qty" },
  { model: "stock.move.line", newest: "quantity_product_uom", until: 16, older: "reserved_qty" },
  { model: "sale.order", newest: "locked", until: 16, older: null },
  { model: "stock.move", newest: "location_final_id", until: 17, older: null },
  { model: "stock.move", newest: "reference_ids", until: 18, older: null },
  { model: "stock.picking", newest: "move_ids", until: 15, older: "move_lines" },
  { model: "stock.picking", newest: "return_id", until: 16, older: null },
  { model: "account.payment", newest: "memo", until: 17, older: "ref" },
  { model: "account.payment", newest: "invoice_ids", until: 17, older: null },
  { model: "account.move.line", newest: "account_type", until: 15, older: "account_internal_type" },
  { model: "product.template", newest: "is_storable", until: 17, older: null },
  { model: "product.product", newest: "is_storable", until: 17, older: null },
];

/** Fields that older versions need and the newest has no more: `until` is the last version that has them. */
const gone: readonly { model: string; field: string; until: number }[] = [
  { model: "stock.picking", field: "group_id", until: 18 },
  { model: "stock.move", field: "group_id", until: 18 },
];

/** What older versions do otherwise where no name tells it, each with the last version that does. */
const habits = {
  /** The places written into a new picking become those of all its moves. */
  "picking places its moves": 15,
  /** A counted quantity takes effect as it is written. */
  "counts at once": 14,
  /** It tries once more without the accounts it had worked out, and tells only what that met. */
  "hides why an invoice fails": 15,
  /** What was done of a move that takes from several lots or shelves is told of each. */
  "counts each lot alone": 16,
  "sets aside in a line's own quantity": 15,
  /** What is set aside for a move has a field of its own, beside what was moved. */
  "reserves in a field of its own": 16,
} as const;

/** Whether this Odoo still does what the newest does not. */
export function still(major: number, habit: keyof typeof habits): boolean {
  return major <= habits[habit];
}

/** The name of the newest Odoo's field on this one; null when it has none. A dotted path keeps its tail. */
export function fieldName(major: number, model: string, field: string): string | null {
  const [head = field, ...tail] = field.split(".");
  const lost = gone.find((row) => row.model === model && row.field === head);
  if (lost && major > lost.until) return null;
  const rename = renames.find((row) => row.model === model && row.newest === head && major <= row.until);
  if (!rename) return field;
  return rename.older === null ? null : [rename.older, ...tail].join(".");
}

/** Values under the names of this Odoo; what it does not have is left out. */
export function translateValues<V>(
  major: number,
  model: string,
  values: Record<string, V>,
): Record<string, V> {
  const translated: Record<string, V> = {};
  for (const [field, value] of Object.entries(values)) {
    const name = fieldName(major, model, field);
    if (name !== null) translated[name] = value;
  }
  return translated;
}

/** A plan's record in the words of this Odoo, its children and what it looks for included. */
export function translateRecord(major: number, record: ImportRecord): ImportRecord {
  const values = extras(
    major,
    record.model,
    translateValues(major, record.model, record.values),
    record.values,
  );
  const translated: ImportRecord = {
    ...record,
    values: mapValues(values, (value) => translateFind(major, value)),
  };
  if (record.children) {
    translated.children = {};
    for (const [field, children] of Object.entries(record.children)) {
      const name = fieldName(major, record.model, field);
      if (name !== null) translated.children[name] = children.map((child) => translateRecord(major, child));
    }
  }
  return translated;
}

/** Differences that are more than a name. */
function extras(
  major: number,
  model: string,
  values: Record<string, ImportValue>,
  newest: Record<string, ImportValue>,
): Record<string, ImportValue> {
  if (/^product\.(template|product)$/.test(model) && "is_storable" in newest && major <= 17) {
    const { type: _type, ...others } = values;
    const type = newest.is_storable ? "product" : (newest.type ?? "consu");
    return major >= 15 ? { ...others, detailed_type: type } : { ...others, type };
  }
  // Until 17 a tax itself says whether it is part of the price; since then it can leave that to its company.
  if (model === "account.tax" && "price_include_override" in values && major <= 17) {
    const { price_include_override: choice, ...others } = values;
    return { ...others, price_include: choice === "tax_included" };
  }
  // Until 18 a stock move must have a description.
  if (model === "stock.move" && major <= 18 && !("name" in values)) return { ...values, name: "/" };
  return values;
}

function translateFind(major: number, value: ImportValue): ImportValue {
  if (Array.isArray(value)) return value.map((one) => translateFind(major, one) as typeof one);
  if (typeof value !== "object" || value === null || !("find" in value)) return value;
  const { find } = value;
  const { missing } = find;
  return {
    find: {
      ...find,
      where: translateValues(major, find.model, find.where),
      ...(typeof missing === "object" &&
        "create" in missing && { missing: { create: translateRecord(major, missing.create) } }),
    },
  };
}

function mapValues<A, B>(values: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

/** Products whose stock Odoo counts, as a domain. */
export function countedProducts(major: number): unknown[] {
  if (major >= 18) return [["is_storable", "=", true]];
  return [[major >= 15 ? "detailed_type" : "type", "=", "product"]];
}

/** Context that makes a product's quantities those of one place; ids are Odoo's. */
export function quantityContext(
  major: number,
  place: { locationId?: number; warehouseId?: number },
): Record<string, number> {
  return {
    ...(place.locationId !== undefined && { location: place.locationId }),
    ...(place.warehouseId !== undefined && {
      [major <= 17 ? "warehouse" : "warehouse_id"]: place.warehouseId,
    }),
  };
}
