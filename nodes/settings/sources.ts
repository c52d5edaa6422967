import { type Field, fields, type Kind, type When } from "./fields.ts";

export type SourceType = "msg" | "flow" | "global" | "jsonata" | "env";

/** Where a setting comes from, in place of its field in the dialog. */
export interface Source {
  field: string;
  type: SourceType;
  /** The property, the expression, or the variable's name. */
  value: string;
}

export interface SourceProblem {
  index: number;
  what: "field" | "repeated" | "type" | "value";
}

/** Before a message comes, only the environment can say something. */
export function typesFor(when: When): SourceType[] {
  return when === "message" ? ["msg", "flow", "global", "jsonata", "env"] : ["env"];
}

/** What is wrong with a node's list of sources, first things first; empty when nothing is. */
export function sourceProblems(type: string, sources: Source[]): SourceProblem[] {
  const seen = new Set<string>();
  return sources.flatMap(({ field, type: from, value }, index): SourceProblem[] => {
    const known = fields[type]?.[field];
    const repeated = seen.has(field);
    seen.add(field);
    if (!known) return [{ index, what: "field" }];
    if (repeated) return [{ index, what: "repeated" }];
    if (!typesFor(known.when).includes(from)) return [{ index, what: "type" }];
    return String(value ?? "").trim() === "" ? [{ index, what: "value" }] : [];
  });
}

/** What can be read of a node's sources; the rest is said in the editor. */
export function sourcesOf(type: string, written: unknown): (Source & Field)[] {
  if (!Array.isArray(written)) return [];
  const wrong = new Set(sourceProblems(type, written).map(({ index }) => index));
  return written
    .filter((_source, index) => !wrong.has(index))
    .map((source: Source) => ({ ...source, ...fields[type]![source.field]! }));
}

/** A value as a setting of this kind; `absent`: it says nothing, so the dialog does. */
export type Reading = { is: "value"; value: unknown } | { is: "absent" } | { is: "bad" };

export function readAs(kind: Kind, given: unknown): Reading {
  if (given === undefined || given === null) return { is: "absent" };
  if (kind === "text")
    return typeof given === "object" ? { is: "bad" } : { is: "value", value: String(given) };
  if (given === "") return { is: "absent" };
  if (kind === "table") return readTable(given);
  if (typeof given === "object") return { is: "bad" };
  const text = String(given).trim();
  if (kind === "number")
    return /^\d+(\.\d+)?$/.test(text) ? { is: "value", value: Number(text) } : { is: "bad" };
  if (kind === "flag") {
    if (/^(true|yes|on|1)$/i.test(text)) return { is: "value", value: true };
    return /^(false|no|off|0)$/i.test(text) ? { is: "value", value: false } : { is: "bad" };
  }
  return kind.includes(text) ? { is: "value", value: text } : { is: "bad" };
}

/** Rows, as they are or as JSON. */
function readTable(given: unknown): Reading {
  let rows = given;
  try {
    if (typeof given === "string") rows = JSON.parse(given);
  } catch {
    return { is: "bad" };
  }
  const isRow = (row: unknown): boolean => typeof row === "object" && row !== null && !Array.isArray(row);
  return Array.isArray(rows) && rows.every(isRow) ? { is: "value", value: rows } : { is: "bad" };
}

/** As somebody would write it: msg.settings.confirm, ${CONFIRM}. */
export function sourceName({ type, value }: Pick<Source, "type" | "value">): string {
  if (type === "env") return `\${${value}}`;
  return type === "jsonata" ? value : `${type}.${value}`;
}
