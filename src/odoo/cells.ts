import type { ImportRecord, ImportValue, RecordReference } from "../import-plan.ts";

/**
 * How `load` reads a table: a record's first row holds its own cells and its first child's; the rows below
 * hold further children, with all other cells empty. An empty cell is not "leave it": it means False.
 */
export interface Table {
  /** Headers: "partner_id/.id", "order_line/name". */
  fields: string[];
  data: string[][];
  /** For every record, the index of its first row. */
  starts: number[];
}

/** The database id behind a reference that is no plain external id; undefined leaves the cell empty. */
export type ResolveId = (reference: RecordReference) => number | undefined;

/** A reference's way into a table: by external id, or by database id. */
type By = "id" | ".id";

/**
 * Makes one table of records that have the same shape.
 * @param resolve gives database ids; asked for finds, and for external ids in a column that has both kinds.
 */
export function makeTable(records: readonly ImportRecord[], resolve: ResolveId): Table {
  const by = new Map<string, By>();
  for (const record of records) chooseColumns(record, "", by);

  const columns = new Map<string, number>();
  const starts: number[] = [];
  const rows: Map<string, string>[] = [];
  for (const record of records) {
    starts.push(rows.length);
    rows.push(...rowsOf(record, "", by, resolve));
  }
  for (const row of rows)
    for (const column of row.keys()) if (!columns.has(column)) columns.set(column, columns.size);
  const fields = [...columns.keys()];
  const absent = absentIs[records[0]?.model ?? ""];
  // Of a whole record, that is; rows below its first have no cells of its own.
  if (absent) for (const start of starts) addAbsent(rows[start]!, absent, columns);
  return { fields, data: rows.map((row) => fields.map((field) => row.get(field) ?? "")), starts };
}

function addAbsent(
  row: Map<string, string>,
  absent: Record<string, string>,
  columns: ReadonlyMap<string, number>,
): void {
  for (const [field, cell] of Object.entries(absent))
    if (columns.has(field) && !row.has(field)) row.set(field, cell);
}

/** Fields without computation: on a new record, an empty cell, or that of `absentIs`, is the same as not given. */
const emptyIsAbsent: Record<string, ReadonlySet<string>> = {
  "res.partner": new Set(
    "email phone street street2 city zip state_id country_id vat ref website company_name function type".split(
      " ",
    ),
  ),
};

/** What Odoo gives a new record for one of those fields, where that is not nothing. */
const absentIs: Record<string, Record<string, string>> = { "res.partner": { type: "contact" } };

/**
 * Names of all columns, without how references are written: what may share a table where records are made. Customers
 * rarely fill in the same fields, and every table is a call.
 */
export function shapeOf(record: ImportRecord): string {
  return columnsOf(record, emptyIsAbsent[record.model]);
}

/** The same where records are changed: an empty cell would empty the field. */
export function changeShapeOf(record: ImportRecord): string {
  return columnsOf(record);
}

function columnsOf(record: ImportRecord, optional?: ReadonlySet<string>): string {
  const names = new Set<string>();
  collect(record, "", names);
  for (const name of optional ?? []) names.delete(name);
  return `${record.model}\n${[...names].sort().join("\n")}`;
}

function collect(record: ImportRecord, prefix: string, names: Set<string>): void {
  for (const field of Object.keys(record.values)) names.add(prefix + field);
  for (const [field, children] of Object.entries(record.children ?? {})) {
    for (const child of children) collect(child, `${prefix}${field}/`, names);
  }
}

/**
 * A field that only some children of one parent have would be emptied in the others, by accident.
 * @returns what is uneven, for people; undefined when nothing is.
 */
export function unevenChildren(record: ImportRecord): string | undefined {
  for (const [field, children] of Object.entries(record.children ?? {})) {
    const all = new Set(children.flatMap((child) => Object.keys(child.values)));
    for (const child of children) {
      const lacking = [...all].filter((name) => !(name in child.values));
      if (lacking.length > 0) return `${child.externalId} in ${field} lacks ${lacking.join(", ")}`;
      const deeper = unevenChildren(child);
      if (deeper) return deeper;
    }
  }
  return undefined;
}

/** One column can't hold external ids and database ids: where both are wanted, all become database ids. */
function chooseColumns(record: ImportRecord, prefix: string, by: Map<string, By>): void {
  for (const [field, value] of Object.entries(record.values)) {
    for (const reference of referencesIn(value)) {
      const path = prefix + field;
      // What says what its absence means is looked up first, and so has a database id.
      if ("externalId" in reference && !reference.missing) {
        if (!by.has(path)) by.set(path, "id");
      } else {
        by.set(path, ".id");
      }
    }
  }
  for (const [field, children] of Object.entries(record.children ?? {})) {
    for (const child of children) chooseColumns(child, `${prefix}${field}/`, by);
  }
}

function rowsOf(
  record: ImportRecord,
  prefix: string,
  by: ReadonlyMap<string, By>,
  resolve: ResolveId,
): Map<string, string>[] {
  const first = new Map([[`${prefix}id`, record.externalId]]);
  const rows = [first];
  for (const [field, value] of Object.entries(record.values)) {
    const path = prefix + field;
    const way = by.get(path);
    first.set(way ? `${path}/${way}` : path, way ? referenceCell(value, way, resolve) : plainCell(value));
  }
  for (const [field, children] of Object.entries(record.children ?? {})) {
    const below = children.flatMap((child) => rowsOf(child, `${prefix}${field}/`, by, resolve));
    const [start, ...others] = below;
    for (const [column, cell] of start ?? []) first.set(column, cell);
    rows.push(...others);
  }
  return rows;
}

function plainCell(value: ImportValue): string {
  if (value === null || Array.isArray(value) || typeof value === "object") return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  return String(value);
}

function referenceCell(value: ImportValue, way: By, resolve: ResolveId): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  return referencesIn(value)
    .map((reference) => {
      if (way === "id" && "externalId" in reference) return reference.externalId;
      const id = resolve(reference);
      return id === undefined ? "" : String(id);
    })
    .filter((cell) => cell !== "")
    .join(",");
}

/** The references of one value: none, one, or a list. */
export function referencesIn(value: ImportValue): RecordReference[] {
  if (Array.isArray(value)) return value;
  return typeof value === "object" && value !== null ? [value] : [];
}

/** All references of a record and of its children. */
export function allReferences(record: ImportRecord): RecordReference[] {
  const own = Object.values(record.values).flatMap(referencesIn);
  const below = Object.values(record.children ?? {}).flat();
  return [...own, ...below.flatMap(allReferences)];
}

/** The external ids that a record brings: its own and its children's. */
export function broughtBy(record: ImportRecord): string[] {
  const below = Object.values(record.children ?? {}).flat();
  return [record.externalId, ...below.flatMap(broughtBy)];
}

/** External ids that need a database id, because their column also holds finds or ids. */
export function mixedExternalIds(records: readonly ImportRecord[]): string[] {
  const by = new Map<string, By>();
  for (const record of records) chooseColumns(record, "", by);
  const found = new Set<string>();
  const visit = (record: ImportRecord, prefix: string): void => {
    for (const [field, value] of Object.entries(record.values)) {
      if (by.get(prefix + field) !== ".id") continue;
      for (const reference of referencesIn(value))
        if ("externalId" in reference) found.add(reference.externalId);
    }
    for (const [field, children] of Object.entries(record.children ?? {})) {
      for (const child of children) visit(child, `${prefix}${field}/`);
    }
  };
  for (const record of records) visit(record, "");
  return [...found];
}
