import { type Field, isRelational, type Model, type Value } from "./fields.ts";

export type Row = { id: number } & Record<string, Value>;

export interface ExternalId {
  model: string;
  resId: number;
  noupdate: boolean;
  /** When it was committed; a call that began before does not see it. */
  at: number;
}

interface Table {
  rows: Map<number, Row>;
  nextId: number;
  /** Field → value → ids, in the order they came. */
  indexes: Map<string, Map<Value, Set<number>>>;
}

/** Everything in memory; changes are journalled, so any call can be undone as a whole. */
export class Database {
  readonly models: ReadonlyMap<string, Model>;
  readonly settings: DatabaseSettings;
  /** Grows with every commit. */
  clock = 1;
  private tables = new Map<string, Table>();
  private externalIds = new Map<string, ExternalId>();
  private externalIdsOf = new Map<string, Set<string>>();
  private journal: (() => void)[] = [];
  private sequences = new Map<string, number>();

  constructor(models: Iterable<Model>, settings: DatabaseSettings) {
    this.models = new Map([...models].map((model) => [model.name, model]));
    this.settings = settings;
    for (const model of this.models.values()) {
      const links = Object.entries(model.fields).filter(
        ([, field]) => field.type === "many2one" && !field.compute,
      );
      const indexes = new Map(
        [...model.indexed, ...links.map(([name]) => name)].map((name) => [name, new Map()]),
      );
      this.tables.set(model.name, { rows: new Map(), nextId: 1, indexes });
    }
  }

  model(name: string): Model {
    return this.models.get(name)!;
  }

  field(model: string, name: string): Field | undefined {
    return this.models.get(model)?.fields[name];
  }

  // Rows

  row(model: string, id: number): Row | undefined {
    return this.tables.get(model)?.rows.get(id);
  }

  rows(model: string): Iterable<Row> {
    return this.tables.get(model)!.rows.values();
  }

  count(model: string): number {
    return this.tables.get(model)!.rows.size;
  }

  /** Ids whose stored field has this value; undefined when the field has no index. */
  indexedIds(model: string, field: string, value: Value): ReadonlySet<number> | undefined {
    const index = this.tables.get(model)!.indexes.get(field);
    return index && (index.get(value) ?? nothing);
  }

  insert(model: string, values: Record<string, Value>, id?: number): Row {
    const table = this.tables.get(model)!;
    const row: Row = { ...values, id: id ?? table.nextId };
    // Like a PostgreSQL sequence, ids are not given back when the call is undone.
    table.nextId = Math.max(table.nextId, row.id + 1);
    table.rows.set(row.id, row);
    for (const field of table.indexes.keys()) this.reindex(table, field, row.id, undefined, row[field]);
    this.journal.push(() => this.erase(table, row));
    return row;
  }

  set(model: string, id: number, field: string, value: Value): void {
    const table = this.tables.get(model)!;
    const row = table.rows.get(id)!;
    const before = row[field]!;
    if (before === value) return;
    row[field] = value;
    if (table.indexes.has(field)) this.reindex(table, field, id, before, value);
    this.journal.push(() => {
      row[field] = before;
      if (table.indexes.has(field)) this.reindex(table, field, id, value, before);
    });
  }

  remove(model: string, id: number): void {
    const table = this.tables.get(model)!;
    const row = table.rows.get(id);
    if (!row) return;
    this.erase(table, row);
    this.journal.push(() => {
      table.rows.set(row.id, row);
      for (const field of table.indexes.keys()) this.reindex(table, field, row.id, undefined, row[field]);
    });
    for (const key of this.externalIdsOf.get(`${model},${id}`) ?? []) this.forgetExternalId(key);
  }

  private erase(table: Table, row: Row): void {
    table.rows.delete(row.id);
    for (const field of table.indexes.keys()) this.reindex(table, field, row.id, row[field], undefined);
  }

  private reindex(
    table: Table,
    field: string,
    id: number,
    from: Value | undefined,
    to: Value | undefined,
  ): void {
    const index = table.indexes.get(field)!;
    if (from !== undefined) {
      const ids = index.get(from);
      ids?.delete(id);
      if (ids?.size === 0) index.delete(from);
    }
    if (to === undefined) return;
    const ids = index.get(to);
    if (ids) ids.add(id);
    else index.set(to, new Set([id]));
  }

  // External ids: ir.model.data, unique on (module, name)

  externalId(key: string): ExternalId | undefined {
    return this.externalIds.get(key);
  }

  externalIdFor(model: string, id: number): string | undefined {
    const [first] = this.externalIdsOf.get(`${model},${id}`) ?? [];
    return first;
  }

  setExternalId(key: string, entry: ExternalId): void {
    const before = this.externalIds.get(key);
    this.placeExternalId(key, entry, before);
    this.journal.push(() => this.placeExternalId(key, before, entry));
  }

  forgetExternalId(key: string): void {
    const before = this.externalIds.get(key);
    this.placeExternalId(key, undefined, before);
    this.journal.push(() => this.placeExternalId(key, before, undefined));
  }

  private placeExternalId(key: string, to: ExternalId | undefined, from: ExternalId | undefined): void {
    if (from) this.externalIdsOf.get(`${from.model},${from.resId}`)?.delete(key);
    if (!to) {
      this.externalIds.delete(key);
      return;
    }
    this.externalIds.set(key, to);
    const owner = `${to.model},${to.resId}`;
    this.externalIdsOf.set(owner, (this.externalIdsOf.get(owner) ?? new Set()).add(key));
  }

  // Transactions

  /** Runs the work; when it throws, nothing of it remains. */
  savepoint<T>(work: () => T): T {
    const mark = this.journal.length;
    try {
      return work();
    } catch (error) {
      this.rollbackTo(mark);
      throw error;
    }
  }

  mark(): number {
    return this.journal.length;
  }

  rollbackTo(mark: number): void {
    while (this.journal.length > mark) this.journal.pop()!();
  }

  commit(): void {
    this.journal.length = 0;
    this.clock++;
  }

  nextNumber(sequence: string): number {
    const number = (this.sequences.get(sequence) ?? 0) + 1;
    this.sequences.set(sequence, number);
    return number;
  }

  // Reading through fields

  /** The value of a field as stored or worked out; ids for relations, false for nothing. */
  value(model: string, row: Row, name: string): Value {
    const field = this.field(model, name);
    if (!field) return row[name] ?? false;
    if (field.compute) return field.compute(this, row);
    if (field.type === "one2many") return this.children(field, row.id);
    return row[name] ?? (isRelational(field) && field.type !== "many2one" ? [] : false);
  }

  children(field: Field, id: number): number[] {
    return [...(this.indexedIds(field.relation!, field.inverse!, id) ?? nothing)];
  }

  displayName(model: string, id: number): string {
    const row = this.row(model, id);
    return row ? this.model(model).display(this, row) : "";
  }
}

const nothing: ReadonlySet<number> = new Set();

export interface DatabaseSettings {
  major: number;
  taxRounding: "round_per_line" | "round_globally";
  /** `sales`: a plain sales-and-stock user; `all`: may do anything. */
  rights: "sales" | "all";
}
