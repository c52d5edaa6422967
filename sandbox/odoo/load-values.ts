// Cells to values, with Odoo's own error texts: odoo/addons/base/models/ir_fields.py, 19.0.
import type { Call } from "./call.ts";
import { pythonError } from "./errors.ts";
import type { Field, Values } from "./fields.ts";
import { CellError, type Flush, findRecord, reference, references, type Warn } from "./load-references.ts";
import { type Extracted, truthy } from "./load-rows.ts";
import { toUtc } from "./timezone.ts";

export interface Problem {
  type: "error" | "warning";
  field: string;
  error: CellError;
}

/** A record ready to be written; problems are reported and their fields left out. */
export function convertRecord(
  call: Call,
  model: string,
  record: Extracted,
  report: (problem: Problem) => void,
  flush: Flush,
): Values {
  const converted: Values = {};
  for (const [name, cell] of Object.entries(record)) {
    if (references.has(name)) continue;
    const field = call.db.field(model, name)!;
    if (!truthy(cell) || (Array.isArray(cell) && cell.length === 0)) {
      converted[name] = false;
      continue;
    }
    const warn = (error: CellError) => report({ type: "warning", field: name, error });
    try {
      converted[name] = convertCell(call, field, cell, warn, flush);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      report({ type: "error", field: name, error });
    }
  }
  return converted;
}

function convertCell(call: Call, field: Field, cell: unknown, warn: Warn, flush: Flush): unknown {
  switch (field.type) {
    case "boolean":
      return toBoolean(cell);
    case "integer":
      return toNumber(cell, /^\s*[+-]?\d+\s*$/, "an integer");
    case "float":
    case "monetary":
      return toNumber(cell, /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i, "a number");
    case "date":
      if (/^\d{4}-\d\d-\d\d$/.test(String(cell).slice(0, 10))) return String(cell).slice(0, 10);
      throw new CellError(
        `'${cell}' does not seem to be a valid date for field '%(field)s'`,
        "Use the format '2012-12-31'",
      );
    case "datetime":
      return toDatetime(call, String(cell));
    case "selection":
      return toSelection(field, String(cell));
    case "many2one":
      return toMany2one(call, field, cell as Extracted[], warn, flush);
    case "many2many":
      return toMany2many(call, field, cell as Extracted[], warn, flush);
    case "one2many":
      return toOne2many(call, field, cell as Extracted[], warn, flush);
    default:
      return cell;
  }
}

function toBoolean(cell: unknown): boolean {
  if (typeof cell !== "string") throw pythonError("AttributeError", "'int' object has no attribute 'lower'");
  if (["1", "true", "yes"].includes(cell.toLowerCase())) return true;
  if (["", "0", "false", "no"].includes(cell.toLowerCase())) return false;
  throw new CellError(
    `Unknown value '${cell}' for boolean field '%(field)s'`,
    "Use '1' for yes and '0' for no",
  );
}

function toNumber(cell: unknown, pattern: RegExp, kind: string): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "string" && pattern.test(cell)) return Number(cell);
  throw new CellError(`'${cell}' does not seem to be ${kind} for field '%(field)s'`);
}

function toDatetime(call: Call, cell: string): string {
  const match = /^(\d{4}-\d\d-\d\d)(?: (\d\d)(?::(\d\d)(?::(\d\d))?)?)?$/.exec(cell);
  const local = match && `${match[1]} ${match[2] ?? "00"}:${match[3] ?? "00"}:${match[4] ?? "00"}`;
  if (!local || Number.isNaN(Date.parse(`${local.replace(" ", "T")}Z`))) {
    throw new CellError(
      `'${cell}' does not seem to be a valid datetime for field '%(field)s'`,
      "Use the format '2012-12-31 23:59:59'",
    );
  }
  const zone = call.context.tz ?? call.db.row("res.users", call.uid)?.tz;
  return toUtc(local, typeof zone === "string" && zone ? zone : "UTC");
}

function toSelection(field: Field, cell: string): string {
  const wanted = cell.toLowerCase();
  const option = field.selection!.find(
    ([value, label]) => value.toLowerCase() === wanted || label.toLowerCase() === wanted,
  );
  if (option) return option[0];
  throw new CellError(
    `Value '${cell}' not found in selection field '%(field)s'`,
    field.selection!.map(([, label]) => label),
  );
}

function toMany2one(
  call: Call,
  field: Field,
  records: Extracted[],
  warn: Warn,
  flush: Flush,
): number | false {
  const [subfield, cell] = reference(records[0]!);
  return findRecord(call, field, subfield, cell, warn, flush);
}

function toMany2many(call: Call, field: Field, records: Extracted[], warn: Warn, flush: Flush): unknown {
  const [subfield, cell] = reference(records[0]!);
  if (typeof cell !== "string") throw pythonError("AttributeError", "'int' object has no attribute 'split'");
  const ids = cell.split(",").map((each) => findRecord(call, field, subfield, each, warn, flush));
  return call.context.update_many2many ? ids.map((id) => [4, id, 0]) : [[6, 0, ids]];
}

function toOne2many(call: Call, field: Field, records: Extracted[], warn: Warn, flush: Flush): unknown[] {
  const comodel = field.relation!;
  let subrecords = records;
  const [only] = records;
  if (records.length === 1 && only && Object.keys(only).every((name) => references.has(name))) {
    const [subfield, cell] = reference(only);
    subrecords = String(cell)
      .split(",")
      .map((item) => ({ [subfield]: item }));
  }
  const report = ({ type, field: name, error }: Problem): void => {
    const label = call.db.field(comodel, name)?.string ?? name;
    const nested = new CellError(
      error.message.replace("%(field)s", `%(field)s/${label}`),
      error.more,
      error.bare,
    );
    if (type === "error") throw nested;
    warn(nested);
  };
  return subrecords.flatMap((record) => {
    const refs = Object.fromEntries(Object.entries(record).filter(([name]) => references.has(name)));
    const writable = convertRecord(call, comodel, record, report, flush);
    let id: number | false = false;
    if (Object.keys(refs).length > 0) {
      const [subfield, cell] = reference(refs);
      try {
        id = findRecord(call, { ...field, relation: comodel }, subfield, cell, warn, flush);
      } catch (error) {
        if (!(error instanceof CellError) || subfield !== "id") throw error;
        writable.id = record.id;
      }
    }
    return id
      ? [
          [4, id, 0],
          [1, id, writable],
        ]
      : [[0, 0, writable]];
  });
}
