// BaseModel.load and _load_records, odoo/orm/models.py, 19.0.
import type { Call } from "./call.ts";
import type { Database } from "./database.ts";
import {
  accessError,
  CheckFailed,
  MissingValue,
  OdooError,
  serializationFailure,
  validationError,
} from "./errors.ts";
import type { Values } from "./fields.ts";
import { extractRecords, fieldPath } from "./load-rows.ts";
import { convertRecord, type Problem } from "./load-values.ts";
import { createRecord, writeRecords } from "./records.ts";
import { isSalesperson, requireRight } from "./rights.ts";

export interface LoadMessage {
  rows?: { from: number; to: number };
  record?: number;
  type: "error" | "warning";
  field?: string;
  message: string;
  [more: string]: unknown;
}

export interface LoadResult {
  ids: number[] | false;
  messages: LoadMessage[];
  nextrow: number;
}

interface Pending {
  externalId: string | undefined;
  values: Values;
  info: { rows: { from: number; to: number }; record: number };
}

/** Creates or updates records by external id, all or none; what fails is told in `messages`, never thrown. */
export function load(outer: Call, model: string, fields: string[], data: unknown[][]): LoadResult {
  const { db } = outer;
  const { mode = "init", module = "__import__", noupdate = false } = outer.context;
  const call: Call = { ...outer, importModule: String(module) };
  const paths = fields.map(fieldPath);
  const start = db.mark();
  const ids: number[] = [];
  const messages: LoadMessage[] = [];
  const batch: Pending[] = [];
  const batchIds = new Set<string>();
  const options = { update: mode === "update", noupdate: noupdate === true };

  const flush = (): void => {
    const pending = batch.splice(0);
    batchIds.clear();
    if (pending.length > 0) writeBatch(call, model, pending, options, ids, messages, start);
  };
  const creatable = creatableModels(db, model, paths);
  const records = extractRecords(db, model, paths, data);
  for (const [position, { record, rows }] of records.entries()) {
    const info = { rows, record: position };
    if (record[".id"] && !db.row(model, Number(record[".id"]))) {
      messages.push({
        ...info,
        type: "error",
        field: ".id",
        message: `Unknown database identifier '${record[".id"]}'`,
      });
      record[".id"] = false;
    }
    const values = convertRecord(
      call,
      model,
      record,
      (problem) => messages.push(told(db, model, problem, info)),
      (about) => {
        if (about.externalId !== undefined && batchIds.has(about.externalId)) flush();
        else if (about.model !== undefined && creatable.has(about.model)) flush();
      },
    );
    const name = record.id ? String(record.id) : undefined;
    const externalId = name === undefined ? undefined : name.includes(".") ? name : `${module}.${name}`;
    if (externalId !== undefined) batchIds.add(externalId);
    else if (record[".id"]) values[".id"] = Number(record[".id"]);
    batch.push({ externalId, values, info });
  }
  flush();
  const failed = messages.some((message) => message.type === "error");
  if (failed) db.rollbackTo(start);
  return { ids: failed ? false : ids, messages, nextrow: 0 };
}

interface LoadOptions {
  update: boolean;
  noupdate: boolean;
}

/** All at once; when that fails, one by one to tell which records are to blame. */
function writeBatch(
  call: Call,
  model: string,
  pending: Pending[],
  options: LoadOptions,
  ids: number[],
  messages: LoadMessage[],
  start: number,
): void {
  let foreseen: LoadMessage | undefined;
  try {
    ids.push(...call.db.savepoint(() => loadRecords(call, model, pending, options)));
    return;
  } catch (error) {
    // A UserError of the whole batch is told of its first record, whoever was to blame: so does Odoo.
    if (error instanceof OdooError && error.foreseen) {
      foreseen = { ...pending[0]!.info, type: "error", message: error.message };
    }
  }
  let errors = 0;
  for (const [at, each] of pending.entries()) {
    try {
      ids.push(...loadRecords(call, model, [each], options));
    } catch (error) {
      call.db.rollbackTo(start);
      messages.push({ ...each.info, type: "error", ...blamed(call.db, model, error) });
      errors++;
    }
    if (errors >= 10 && errors >= (at + 1) / 10) {
      messages.push({
        type: "warning",
        message:
          "Found more than 10 errors and more than one error per 10 records, interrupted to avoid showing too many errors.",
      });
      break;
    }
  }
  const said = foreseen && messages.some((message) => JSON.stringify(message) === JSON.stringify(foreseen));
  if (errors > 0 && foreseen && !said) messages.unshift(foreseen);
}

function loadRecords(call: Call, model: string, pending: Pending[], options: LoadOptions): number[] {
  const { db } = call;
  const ids: (number | undefined)[] = pending.map(({ externalId, values }) => {
    if (externalId === undefined) {
      if (values[".id"]) return Number(values[".id"]);
      if (options.update) {
        throw validationError("Cannot update a record without specifying its id or xml_id");
      }
      return undefined;
    }
    const entry = db.externalId(externalId);
    if (!entry) return undefined;
    // Committed after this call began: PostgreSQL refuses to touch it (REPEATABLE READ).
    if (entry.at > call.snapshot && entry.at !== db.clock + 1) throw serializationFailure();
    if (entry.model !== model) {
      throw validationError(
        `For external id ${externalId} when trying to create/update a record of model ${model} found record of different model ${entry.model} (${entry.resId})`,
      );
    }
    return entry.resId;
  });
  pending.forEach(({ externalId, values }, at) => {
    const id = ids[at];
    if (id === undefined) return;
    const frozen = externalId !== undefined && options.update && db.externalId(externalId)!.noupdate;
    const { ".id": _, ...rest } = values;
    if (frozen) return;
    requireRight(call, model, "write");
    writeRecords(call, model, [id], rest);
  });
  return pending.map(({ externalId, values }, at) => {
    const existing = ids[at];
    if (existing !== undefined) return existing;
    if (externalId !== undefined && db.externalId(externalId)) return db.externalId(externalId)!.resId;
    requireRight(call, model, "create");
    refuseForRights(call, model, values);
    const { id } = createRecord(call, model, values);
    if (externalId !== undefined) nameRecord(call, model, id, externalId);
    return id;
  });
}

function nameRecord(call: Call, model: string, id: number, externalId: string): void {
  if (externalId.includes(" ")) {
    throw new CheckFailed(
      'new row for relation "ir_model_data" violates check constraint "ir_model_data_name_nospaces"\nDETAIL:  Failing row contains (…).\n',
    );
  }
  call.assignExternalId(externalId, model, id);
}

/**
 * A salesperson can't load a contact below another: res.partner._load_records_create reads the parent's
 * commercial fields without sudo, credit_limit among them (seen on a live 19.0). `create` does not.
 */
function refuseForRights(call: Call, model: string, values: Values): void {
  if (model !== "res.partner" || !values.parent_id || !isSalesperson(call)) return;
  throw accessError(
    `You do not have enough rights to access the field "credit_limit" on Contact (res.partner). Please contact your system administrator.\n\nOperation: read\nUser: ${call.uid}\nGroups: allowed for groups 'Show Accounting Features - Readonly', 'Accounting / Invoicing'`,
  );
}

function blamed(db: Database, model: string, error: unknown): { message: string; [more: string]: unknown } {
  if (error instanceof MissingValue) {
    // The column of another table is looked up in this model: so the text can name the wrong field.
    const own = error.model === model;
    const label = db.field(model, error.field)?.string;
    return {
      message: missingText(
        label === undefined ? "Unknown" : `'${label}' (${error.field})`,
        own ? `'${db.model(model).title}' (${model})` : "Unknown",
      ),
      ...(own && { field: error.field }),
    };
  }
  if (error instanceof OdooError && (error.foreseen || error.odooName.startsWith("psycopg2"))) {
    return { message: error.message };
  }
  if (error instanceof CheckFailed) return { message: error.message };
  const kind = error instanceof OdooError ? error.odooName.replace("builtins.", "") : "Exception";
  return {
    message: `Unknown error during import: <class '${kind}'>: ${error instanceof Error ? error.message : error}`,
    moreinfo: "Resolve other errors first",
  };
}

export function missingText(field: string, model: string): string {
  return `Missing required value for the field ${field}.\nModel: ${model}\n- create/update: a mandatory field is not set\n- delete: another model requires the record being deleted, you can archive it instead\n`;
}

function told(
  db: Database,
  model: string,
  { type, field, error }: Problem,
  info: Pending["info"],
): LoadMessage {
  const label = db.field(model, field)?.string ?? field;
  return {
    ...info,
    type,
    field,
    message: error.message.replaceAll("%(field)s", label),
    ...(error.more !== undefined && { moreinfo: error.more }),
    ...(!error.bare && { field_name: label }),
  };
}

function creatableModels(db: Database, model: string, paths: string[][]): Set<string> {
  const models = new Set([model]);
  for (const path of paths) {
    let at = model;
    for (const name of path) {
      const field = db.field(at, name);
      if (field?.type !== "one2many") break;
      at = field.relation!;
      models.add(at);
    }
  }
  return models;
}
