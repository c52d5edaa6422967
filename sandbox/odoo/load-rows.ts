import type { Database } from "./database.ts";
import { valueError } from "./errors.ts";
import { isRelational } from "./fields.ts";

/** A record of an import: cells by field, sub-records below relations. The key "" is a record's name. */
export type Extracted = { [field: string]: unknown };

export interface ExtractedRow {
  record: Extracted;
  rows: { from: number; to: number };
}

export type FieldPath = string[];

/** "order_line/product_id/.id", or with dots and colons as older imports write it (fix_import_export_id_paths). */
export function fieldPath(field: string): FieldPath {
  return field
    .replace(/([^/])\.id/g, "$1/.id")
    .replace(/([^/]):id/g, "$1/id")
    .split("/");
}

/** Rows to records: a row that fills one2many cells only continues the record above (_extract_records, 19.0). */
export function extractRecords(
  db: Database,
  model: string,
  paths: FieldPath[],
  data: unknown[][],
): ExtractedRow[] {
  for (const [name = ""] of paths) {
    if (name !== "" && !name.includes(".") && !db.field(model, name)) {
      throw valueError(`Invalid field name '${name}'`);
    }
  }
  const isMany = (path: FieldPath) => db.field(model, path[0]!)?.type === "one2many";
  const filled = (row: unknown[], many: boolean) =>
    paths.some((path, column) => isMany(path) === many && truthy(row[column]));
  const continues = (row: unknown[]) => filled(row, true) && !filled(row, false);
  const relational = (name: string) => {
    const field = db.field(model, name);
    return field !== undefined && isRelational(field);
  };
  const relations = [...new Set(paths.map(([name]) => name!).filter(relational))];

  const records: ExtractedRow[] = [];
  for (let index = 0; index < data.length; ) {
    const row = data[index]!;
    const record: Extracted = {};
    paths.forEach(([name], column) => {
      if (!relational(name!) && column < row.length) record[name!] = row[column];
    });
    let end = index + 1;
    while (end < data.length && continues(data[end]!)) end++;
    const span = data.slice(index, end);
    for (const relation of relations) {
      const columns = paths.flatMap(([name], column) => (name === relation ? [column] : []));
      const below = columns.map((column) => {
        const rest = paths[column]!.slice(1);
        return rest.length > 0 ? rest : [""];
      });
      const cells = span
        .map((each) => columns.map((column) => each[column]))
        .filter((each) => each.some(truthy));
      const comodel = db.field(model, relation)!.relation!;
      record[relation] = extractRecords(db, comodel, below, cells).map((sub) => sub.record);
    }
    records.push({ record, rows: { from: index, to: end - 1 } });
    index = end;
  }
  return records;
}

/** Python's truth: the cells that count as filled. */
export function truthy(cell: unknown): boolean {
  return !(cell === undefined || cell === null || cell === "" || cell === false || cell === 0);
}
