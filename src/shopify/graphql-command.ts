import { HoldfastError } from "../failure.ts";
import { isJsonObject } from "../json.ts";
import type { AdminClient } from "./admin.ts";

/**
 * Runs a query or mutation of the flow's own: `{ query, variables }`, or its text alone.
 * @returns `data`.
 * @throws HoldfastError; `userErrors` of a mutation are the class `rejected`.
 */
export async function runGraphql(client: AdminClient, payload: unknown): Promise<unknown> {
  const { query, variables } = isJsonObject(payload) ? payload : { query: payload, variables: {} };
  if (
    typeof query !== "string" ||
    query.trim() === "" ||
    (variables !== undefined && !isJsonObject(variables))
  )
    throw new HoldfastError({
      class: "rejected",
      code: "bad_query",
      message: "The message holds no GraphQL.",
      hint: "msg.payload is { query, variables }, or the text of a query.",
      source: "shopify",
    });
  const [, kind, name] = /^\s*(?:#.*\n\s*)*(query|mutation)\s+(\w+)/.exec(query) ?? [];
  const repeatable = kind === "query" || query.trimStart().startsWith("{") || query.includes("@idempotent");
  const data = await client.run<Record<string, unknown>>(
    { name: name ?? "Unnamed", text: query, repeatable },
    variables ?? {},
  );
  const errors = Object.entries(data).flatMap(([field, value]) =>
    isJsonObject(value) && Array.isArray(value.userErrors)
      ? value.userErrors.filter(isJsonObject).map((error) => ({ field, error }))
      : [],
  );
  const [first] = errors;
  if (first)
    throw new HoldfastError({
      class: "rejected",
      code: typeof first.error.code === "string" ? first.error.code.toLowerCase() : "user_error",
      message: `Shopify refuses ${first.field}: ${client.asked.clean(String(first.error.message ?? "no reason given"))}`,
      source: "shopify",
    });
  return data;
}
