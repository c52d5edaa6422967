import type { Database, Row } from "./database.ts";
import { pythonError, pythonText, valueError } from "./errors.ts";
import type { Field, Value } from "./fields.ts";

type Test = (row: Row) => boolean;
type Leaf = [path: string, operator: string, value: unknown];

export interface Compiled {
  test: Test;
  /** Ids among which all matches are, when an index tells; undefined: any row may match. */
  candidates: ReadonlySet<number> | undefined;
}

const operators = ["=", "!=", "<", ">", "<=", ">=", "in", "not in", "like", "ilike", "not like", "not ilike"];
const patternOperators = ["=like", "=ilike"];

/** A prefix-notation domain (https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html#search-domains). */
export function compileDomain(db: Database, model: string, domain: unknown): Compiled {
  if (!Array.isArray(domain)) {
    throw pythonError("TypeError", `Domain() invalid argument type for domain: ${pythonText(domain)}`);
  }
  const terms: Compiled[] = [];
  const items = [...domain];
  while (items.length > 0) terms.push(parse(db, model, items, domain));
  return both(terms);
}

function parse(db: Database, model: string, items: unknown[], whole: unknown): Compiled {
  if (items.length === 0) throw valueError(`Domain() malformed domain ${pythonText(whole)}`);
  const item = items.shift();
  if (item === "!") {
    const { test } = parse(db, model, items, whole);
    return { test: (row) => !test(row), candidates: undefined };
  }
  if (item === "&" || item === "|") {
    const terms = [parse(db, model, items, whole), parse(db, model, items, whole)];
    return item === "&" ? both(terms) : either(terms);
  }
  if (!Array.isArray(item) || item.length !== 3) {
    throw valueError(`Domain() invalid item in domain: ${pythonText(item)}`);
  }
  return compileLeaf(db, model, item as Leaf);
}

function both(terms: Compiled[]): Compiled {
  const indexed = terms.flatMap((term) => term.candidates ?? []);
  const smallest = indexed.sort((one, other) => one.size - other.size)[0];
  return { test: (row) => terms.every((term) => term.test(row)), candidates: smallest };
}

function either(terms: Compiled[]): Compiled {
  const known = terms.every((term) => term.candidates !== undefined);
  return {
    test: (row) => terms.some((term) => term.test(row)),
    candidates: known ? new Set(terms.flatMap((term) => [...term.candidates!])) : undefined,
  };
}

function compileLeaf(db: Database, model: string, leaf: Leaf): Compiled {
  const [path, rawOperator, rawValue] = leaf;
  if (rawOperator === "=" && rawValue === 1 && (path as unknown) === 1)
    return { test: () => true, candidates: undefined };
  if (rawOperator === "=" && rawValue === 1 && (path as unknown) === 0)
    return { test: () => false, candidates: new Set() };
  if (rawOperator === "child_of") return childOf(db, model, String(path), rawValue, leaf);
  const operator = rawOperator === "==" ? "=" : rawOperator === "<>" ? "!=" : rawOperator;
  if (![...operators, ...patternOperators].includes(operator)) {
    throw valueError(`Invalid operator in condition ${asCondition(leaf)}`);
  }
  const [name = "", ...rest] = String(path).split(".");
  const field = db.field(model, name);
  if (!field) throw valueError(`Invalid field ${model}.${path} in condition ${asCondition(leaf)}`);
  if (rest.length > 0) {
    if (!field.relation) throw valueError(`Invalid field ${model}.${path} in condition ${asCondition(leaf)}`);
    const below = matching(db, field.relation, [[rest.join("."), operator, rawValue]]);
    return relationTest(db, model, name, field, below);
  }
  if (field.relation && typeof rawValue === "string") {
    const below = matching(db, field.relation, [
      [db.model(field.relation).nameFields[0]!, operator, rawValue],
    ]);
    return relationTest(db, model, name, field, below);
  }
  return plainTest(db, model, name, field, operator, rawValue);
}

/** Only of stock locations, the one tree that is here. */
function childOf(db: Database, model: string, path: string, value: unknown, leaf: Leaf): Compiled {
  const field = db.field(model, path);
  if (field?.relation !== "stock.location") throw valueError(`Invalid condition ${asCondition(leaf)}`);
  const below = new Set(asList(value).map(Number));
  for (const id of below)
    for (const child of db.indexedIds("stock.location", "location_id", id) ?? []) below.add(child);
  return relationTest(db, model, path, field, below);
}

/** Rows whose relation points into these ids. */
function relationTest(db: Database, model: string, name: string, field: Field, below: Set<number>): Compiled {
  const test: Test = (row) => {
    const value = db.value(model, row, name);
    return Array.isArray(value) ? value.some((id) => below.has(id)) : below.has(Number(value));
  };
  const candidates =
    field.type === "many2one" && below.size < 1000 ? union(db, model, name, [...below]) : undefined;
  return { test, candidates };
}

function plainTest(
  db: Database,
  model: string,
  name: string,
  field: Field,
  operator: string,
  raw: unknown,
): Compiled {
  const read = (row: Row): Value => db.value(model, row, name);
  if (operator === "in" || operator === "not in" || operator === "=" || operator === "!=") {
    const list = operator.endsWith("in")
      ? asList(raw)
      : Array.isArray(raw) && !raw.length
        ? [false]
        : asList(raw);
    const wanted = new Set(list.map((value) => comparable(field, value)));
    const test: Test = (row) => {
      const value = read(row);
      if (Array.isArray(value)) {
        return value.length === 0 ? wanted.has(false) : value.some((id) => wanted.has(id));
      }
      return wanted.has(comparable(field, value));
    };
    if (operator === "not in" || operator === "!=")
      return { test: (row) => !test(row), candidates: undefined };
    return { test, candidates: union(db, model, name, [...wanted]) };
  }
  if (["<", ">", "<=", ">="].includes(operator)) {
    const bound = comparable(field, raw);
    return { test: (row) => ordered(comparable(field, read(row)), operator, bound), candidates: undefined };
  }
  const negated = operator.startsWith("not ");
  const matches = textMatcher(negated ? operator.slice(4) : operator, String(raw ?? ""));
  const test: Test = (row) => matches(read(row) === false ? "" : String(read(row)));
  return { test: negated ? (row) => !test(row) : test, candidates: undefined };
}

/** SQL's patterns: % is anything, _ one character; like and ilike look for it anywhere. */
function textMatcher(operator: string, value: string): (text: string) => boolean {
  const anywhere = !operator.startsWith("=");
  const escaped = value
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("%", "[^]*")
    .replaceAll("_", "[^]");
  const pattern = new RegExp(anywhere ? escaped : `^${escaped}$`, operator.includes("ilike") ? "i" : "");
  return (text) => pattern.test(text);
}

function union(
  db: Database,
  model: string,
  name: string,
  values: unknown[],
): ReadonlySet<number> | undefined {
  if (name === "id") return new Set(values.map(Number));
  const sets = values.map((value) => db.indexedIds(model, name, value as Value));
  if (sets.some((set) => set === undefined)) return undefined;
  return sets.length === 1 ? sets[0] : new Set(sets.flatMap((set) => [...set!]));
}

function comparable(field: Field, value: unknown): string | number | boolean {
  if (value === null || value === undefined) return false;
  if (field.type === "boolean") return Boolean(value);
  if (field.type === "many2one") return value === false ? false : Number(value);
  if (["integer", "float", "monetary"].includes(field.type)) return value === false ? 0 : Number(value);
  if (field.type === "datetime" && typeof value === "string" && value.length === 10)
    return `${value} 00:00:00`;
  return value as string | number | boolean;
}

function ordered(
  value: string | number | boolean,
  operator: string,
  bound: string | number | boolean,
): boolean {
  // NULL compares with nothing.
  if (value === false || bound === false) return false;
  if (operator === "<") return value < bound;
  if (operator === ">") return value > bound;
  return operator === "<=" ? value <= bound : value >= bound;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function asCondition([path, operator, value]: Leaf): string {
  return `(${pythonText(path)}, ${pythonText(operator)}, ${pythonText(value)})`;
}

/** Ids that match, whatever their order; archived ones count, as they do behind a dotted path. */
export function matching(db: Database, model: string, domain: unknown): Set<number> {
  const { test, candidates } = compileDomain(db, model, domain);
  const ids = new Set<number>();
  for (const row of candidates ? rowsOf(db, model, candidates) : db.rows(model))
    if (test(row)) ids.add(row.id);
  return ids;
}

export function* rowsOf(db: Database, model: string, ids: Iterable<number>): Iterable<Row> {
  for (const id of ids) {
    const row = db.row(model, id);
    if (row) yield row;
  }
}
