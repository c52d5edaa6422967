// Cells that name other records (db_id_for): odoo/addons/base/models/ir_fields.py, 19.0.
import type { Call } from "./call.ts";
import type { Field } from "./fields.ts";
import type { Extracted } from "./load-rows.ts";
import { named } from "./search.ts";

export class CellError extends Error {
  readonly more: Record<string, unknown> | string[] | string | undefined;
  /** Told without `field_name`. */
  readonly bare: boolean;
  /** `message` holds "%(field)s" where the field's label goes. */
  constructor(message: string, more?: CellError["more"], bare = false) {
    super(message);
    this.more = more;
    this.bare = bare;
  }
}

/** Creates what was read so far, so that a reference to it can be found. */
export type Flush = (about: { externalId?: string; model?: string }) => void;

export type Warn = (error: CellError) => void;

export const references = new Set(["", "id", ".id"]);

/** The one way in which a cell names a record: "" its name, "id" its external id, ".id" its database id. */
export function reference(record: Extracted): [subfield: string, cell: unknown] {
  const names = Object.keys(record);
  if (names.some((name) => !references.has(name))) {
    throw new CellError(
      "Can not create Many-To-One records indirectly, import the field separately",
      undefined,
      true,
    );
  }
  if (names.length > 1) {
    throw new CellError(
      "Ambiguous specification for field '%(field)s', only provide one of name, external id or database id",
      undefined,
      true,
    );
  }
  return [names[0]!, record[names[0]!]];
}

export function findRecord(
  call: Call,
  field: Field,
  subfield: string,
  cell: unknown,
  warn: Warn,
  flush: Flush,
): number | false {
  const { db } = call;
  const comodel = field.relation!;
  const value = String(cell);
  const help = possibleValues(comodel, subfield);
  const none = (kind: string) =>
    new CellError(`No matching record found for ${kind} '${value}' in field '%(field)s'`, help);
  if (subfield === ".id") {
    if (typeof cell === "string" && ["", "0", "false", "no"].includes(cell.toLowerCase())) return false;
    if (!/^\s*[+-]?\d+\s*$/.test(value)) {
      throw new CellError(`Invalid database id '${value}' for the field '%(field)s'`, help);
    }
    if (db.row(comodel, Number(value))) return Number(value);
    throw none("database id");
  }
  if (subfield === "id") {
    if (["", "0", "false", "no"].includes(value.toLowerCase())) return false;
    const key = value.includes(".") ? value : `${call.importModule}.${value}`;
    flush({ externalId: key });
    const entry = db.externalId(key);
    // What was committed after this call began is not seen (REPEATABLE READ).
    const seen = entry && (entry.at <= call.snapshot || entry.at === db.clock + 1);
    if (!seen || !db.row(entry.model, entry.resId)) throw none("external id");
    if (entry.model !== comodel) {
      throw new CellError(`Invalid external ID ${key}: expected model '${comodel}', found '${entry.model}'`);
    }
    return entry.resId;
  }
  if (value === "") return false;
  flush({ model: comodel });
  const ids = named(db, comodel, value);
  if (ids.length > 1) {
    warn(
      new CellError(
        `Found multiple matches for value "${value}" in field "%(field)s" (${ids.length} matches)`,
      ),
    );
  }
  if (ids.length === 0) throw none("name");
  return ids[0]!;
}

function possibleValues(comodel: string, subfield: string): Record<string, unknown> {
  const target =
    subfield === ""
      ? { res_model: comodel }
      : { res_model: "ir.model.data", domain: [["model", "=", comodel]] };
  return {
    name: "Possible Values",
    type: "ir.actions.act_window",
    target: "new",
    view_mode: "list,form",
    views: [
      [false, "list"],
      [false, "form"],
    ],
    context: { create: false },
    help: "See all possible values",
    ...target,
  };
}
