import type { Call } from "./call.ts";
import type { Database, Row } from "./database.ts";
import { compileDomain, rowsOf } from "./domain.ts";
import { userError, valueError } from "./errors.ts";
import type { Value } from "./fields.ts";

export interface Page {
  offset?: number | null | false;
  limit?: number | null | false;
  order?: string | null | false;
}

export function searchRows(call: Call, model: string, domain: unknown, page: Page = {}): Row[] {
  const { db } = call;
  const { test, candidates } = compileDomain(db, model, domain ?? []);
  const askedForActive = JSON.stringify(domain ?? []).includes('"active"');
  const activeOnly =
    db.field(model, "active") !== undefined && call.context.active_test !== false && !askedForActive;
  const found: Row[] = [];
  for (const row of candidates ? rowsOf(db, model, candidates) : db.rows(model)) {
    if (activeOnly && row.active === false) continue;
    if (test(row)) found.push(row);
  }
  sortRows(db, model, found, page.order || db.model(model).order);
  const offset = Number(page.offset || 0);
  return page.limit ? found.slice(offset, offset + Number(page.limit)) : found.slice(offset);
}

function sortRows(db: Database, model: string, rows: Row[], order: string): void {
  const parts = order.split(",").map((part) => {
    const match = /^\s*([a-z0-9_.]+)(?:\s+(asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*$/i.exec(part);
    if (!match) {
      throw userError(
        `Invalid "order" specified (${order}). A valid "order" specification is a comma-separated list of valid field names (optionally followed by asc/desc for the direction)`,
      );
    }
    const [, name = "", direction] = match;
    if (!db.field(model, name)) throw valueError(`Invalid field '${name}' on model '${model}'`);
    return { name, sign: direction?.toLowerCase() === "desc" ? -1 : 1 };
  });
  if (rows.length < 2) return;
  const keys = new Map(rows.map((row) => [row, parts.map(({ name }) => sortKey(db, model, row, name))]));
  rows.sort((one, other) => {
    const [left, right] = [keys.get(one)!, keys.get(other)!];
    for (const [at, { sign }] of parts.entries()) {
      const difference = compare(left[at]!, right[at]!);
      if (difference !== 0) return difference * sign;
    }
    return 0;
  });
}

function sortKey(db: Database, model: string, row: Row, name: string): string | number | boolean {
  const value = name === "id" ? row.id : db.value(model, row, name);
  return Array.isArray(value) ? value.length : (value as string | number | boolean);
}

/** Nothing comes last, as NULL does in PostgreSQL. */
function compare(one: string | number | boolean, other: string | number | boolean): number {
  if (one === other) return 0;
  if (one === false && typeof other !== "boolean") return 1;
  if (other === false && typeof one !== "boolean") return -1;
  return one < other ? -1 : 1;
}

/** Records as `read` gives them: relations as [id, name], nothing as false. */
export function readRows(call: Call, model: string, rows: Row[], fields?: unknown, classic = true): object[] {
  const { db } = call;
  const known = db.model(model).fields;
  const names =
    Array.isArray(fields) && fields.length > 0 ? [...new Set(fields.map(String))] : Object.keys(known);
  for (const name of names) if (!known[name]) throw valueError(`Invalid field '${name}' on '${model}'`);
  return rows.map((row) => {
    const shown: Record<string, unknown> = { id: row.id };
    for (const name of names) if (name !== "id") shown[name] = shownValue(call, model, row, name, classic);
    return shown;
  });
}

function shownValue({ db, context }: Call, model: string, row: Row, name: string, classic: boolean): unknown {
  const field = db.field(model, name)!;
  const value: Value = field.inContext?.(db, row, context) ?? db.value(model, row, name);
  if (field.type === "many2one" && value !== false && classic) {
    return [value, db.displayName(field.relation!, Number(value))];
  }
  return value;
}

/** Records that a name stands for, best field first (name_search with "="). */
export function named(db: Database, model: string, name: string): number[] {
  const found = new Set<number>();
  for (const field of db.model(model).nameFields) {
    const ids = db.indexedIds(model, field, name);
    if (ids) for (const id of ids) found.add(id);
    else for (const row of db.rows(model)) if (db.value(model, row, field) === name) found.add(row.id);
  }
  const bracketed = /^\[(.+?)\] /.exec(name);
  if (found.size === 0 && bracketed && db.field(model, "default_code")) {
    for (const id of db.indexedIds(model, "default_code", bracketed[1]!) ?? []) {
      if (db.displayName(model, id) === name) found.add(id);
    }
  }
  return [...found].filter((id) => db.row(model, id)?.active !== false);
}
