import { HoldfastError } from "../failure.ts";
import type { OdooOperation } from "./operations.ts";

type Values = Record<string, unknown>;

/** The operations a message may ask for, by the names of the odoo-write dialog. */
export type OperationName = "create" | "write" | "upsert" | "unlink" | "search_read" | "call";

/**
 * Reads an operation from a message's payload; what the dialog leaves empty the payload must give.
 * - create: the values, or a list of them
 * - write: `{ ids, values }`
 * - upsert: `{ externalId, values, children? }`
 * - unlink: the ids, or `{ ids }`
 * - search_read: the domain, or `{ domain, fields?, limit?, offset?, order? }`
 * - call: `{ ids?, args?, context? }`, with `method` where the dialog names none
 * @throws HoldfastError `rejected` that says what is missing.
 */
export function readOperation(
  name: OperationName,
  input: { model: string; method: string; payload: unknown },
): OdooOperation {
  const asked = isObject(input.payload) ? input.payload : {};
  const model = input.model || text(asked.model) || missing("the model", "in the node or in payload.model");
  const context = isObject(asked.context) ? { context: asked.context } : {};
  switch (name) {
    case "create": {
      const values = Array.isArray(input.payload) ? (input.payload as Values[]) : asked;
      if (Object.keys(values).length === 0) missing("the new record's values", "as payload");
      return { kind: "create", model, values };
    }
    case "write":
      return { kind: "write", model, ids: idList(asked.ids), values: valuesOf(asked), ...context };
    case "upsert": {
      const externalId = text(asked.externalId) || missing("the external id", "in payload.externalId");
      const children = isObject(asked.children) ? { children: asked.children } : {};
      return { kind: "upsert", model, externalId, values: valuesOf(asked), ...children } as OdooOperation;
    }
    case "unlink":
      return { kind: "unlink", model, ids: idList(asked.ids ?? input.payload), ...context };
    case "search_read": {
      const { fields, limit, offset, order } = asked;
      const domain = Array.isArray(input.payload) ? input.payload : asked.domain;
      if (!Array.isArray(domain)) missing("the search domain, a list", "as payload or in payload.domain");
      return {
        kind: "search_read",
        model,
        domain: domain as unknown[],
        ...(Array.isArray(fields) && { fields: fields.map(String) }),
        ...(typeof limit === "number" && { limit }),
        ...(typeof offset === "number" && { offset }),
        ...(typeof order === "string" && { order }),
        ...context,
      };
    }
    case "call": {
      const method =
        input.method || text(asked.method) || missing("the method", "in the node or in payload.method");
      return {
        kind: "method",
        model,
        method,
        ...(asked.ids !== undefined && { ids: idList(asked.ids) }),
        ...(isObject(asked.args) && { args: asked.args }),
        ...context,
      };
    }
  }
}

function valuesOf(asked: Values): Values {
  return isObject(asked.values) ? asked.values : missing("the values", "in payload.values");
}

function idList(value: unknown): number[] {
  const ids = (Array.isArray(value) ? value : [value]).map(Number);
  if (ids.length === 0 || !ids.every((id) => Number.isSafeInteger(id) && id > 0))
    missing("the records' ids, whole numbers", "in payload.ids");
  return ids;
}

function missing(what: string, where: string): never {
  throw new HoldfastError({
    class: "rejected",
    code: "bad_operation",
    message: `The message does not say ${what}.`,
    hint: `Give it ${where}.`,
    source: "flow",
  });
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
