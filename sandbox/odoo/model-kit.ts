// Short words for declaring models and their fields.
import type { Field, FieldType, Model, Value } from "./fields.ts";

export type FieldRest = Partial<Omit<Field, "type" | "string">>;
export const field = (type: FieldType, string: string, rest: FieldRest = {}): Field => ({
  type,
  string,
  ...rest,
});
export const char = (string: string, rest?: FieldRest) => field("char", string, rest);
export const flag = (string: string, initial = false) => field("boolean", string, { initial: () => initial });
export const float = (string: string, rest?: FieldRest) => field("float", string, rest);
export const money = (string: string) => field("monetary", string, { readonly: true });
export const link = (string: string, relation: string, rest?: FieldRest) =>
  field("many2one", string, { relation, ...rest });
export const list = (string: string, relation: string, inverse: string) =>
  field("one2many", string, { relation, inverse });
export const many = (string: string, relation: string, rest?: FieldRest) =>
  field("many2many", string, { relation, ...rest });
export const choice = (string: string, options: Record<string, string>, first?: string): Field =>
  field("selection", string, {
    selection: Object.entries(options),
    ...(first !== undefined && { initial: () => first }),
  });
export const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

export function model(
  name: string,
  title: string,
  fields: Record<string, Field>,
  rest: Partial<Model> = {},
): Model {
  return {
    name,
    title,
    fields: {
      ...fields,
      id: field("integer", "ID", { readonly: true }),
      display_name: char("Display Name", { compute: (db, row) => db.displayName(name, row.id) }),
      create_date: field("datetime", "Created on", { readonly: true }),
      write_date: field("datetime", "Last Updated on", { readonly: true }),
    },
    order: "id",
    nameFields: ["name"],
    display: (_db, row) => text(row.name),
    indexed: ["name"],
    ...rest,
  };
}
