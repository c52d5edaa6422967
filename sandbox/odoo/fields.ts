import type { Database, Row } from "./database.ts";

export type FieldType =
  | "char"
  | "text"
  | "html"
  | "boolean"
  | "integer"
  | "float"
  | "monetary"
  | "date"
  | "datetime"
  | "selection"
  | "many2one"
  | "one2many"
  | "many2many";

export interface Field {
  type: FieldType;
  string: string;
  required?: boolean;
  /** The other model of a relation. */
  relation?: string;
  /** one2many: the many2one on the other side. */
  inverse?: string;
  selection?: [value: string, label: string][];
  /** Digits kept when written. */
  digits?: number;
  initial?: (db: Database, values: Values) => Value;
  /** Worked out when read; nothing is stored. */
  compute?: (db: Database, row: Row) => Value;
  /** The same, where the caller's context has a say; `compute` stands for a caller without one. */
  inContext?: (db: Database, row: Row, context: Record<string, unknown>) => Value;
  /** Written values are ignored. */
  readonly?: boolean;
}

export type Value = string | number | boolean | readonly number[];
export type Values = Record<string, unknown>;

export interface Model {
  name: string;
  /** As people call it: "Sales Order". */
  title: string;
  fields: Record<string, Field>;
  order: string;
  /** Searched when a record is named in an import cell. */
  nameFields: string[];
  display: (db: Database, row: Row) => string;
  /** Fields looked up by value often enough for an index; every many2one has one anyway. */
  indexed: string[];
}

export const isRelational = (field: Field): boolean => field.relation !== undefined;
