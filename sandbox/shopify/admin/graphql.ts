/** Executes one request of the Admin API: validation, cost, throttling, scopes. */
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
  parse,
  validate,
  visit,
} from "graphql";
import type { Bucket } from "./bucket.ts";
import { BadArgument } from "./connection.ts";
import { queryCost } from "./cost.ts";
import { missingScope } from "./scopes.ts";

export const adminSchema = buildSchema(
  readFileSync(path.join(import.meta.dirname, "schema.graphql"), "utf8"),
);

/** https://shopify.dev/docs/api/usage/limits: a single query may cost this much, however full the bucket is. */
const maxQueryCost = 1000;

export interface Asked {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
}

export interface Prepared {
  document: DocumentNode;
  mutation: boolean;
  /** Of the operation: "SetQuantities"; null for an anonymous one. */
  name: string | null;
  /** The fields at its root. */
  fields: string[];
  /** The names of all fields, wherever they stand. */
  touched: string[];
  cost: number;
}

/** @returns what is wrong with a request, as Shopify's `errors`, or what to run. */
export function prepare(asked: Asked): Prepared | { errors: readonly object[] } {
  let document: DocumentNode;
  try {
    document = parse(asked.query);
  } catch (error) {
    return { errors: [(error as GraphQLError).toJSON()] };
  }
  const errors = validate(adminSchema, document);
  if (errors.length > 0) return { errors: errors.map((error) => error.toJSON()) };
  const operation = getOperationAST(document, asked.operationName);
  if (!operation) return { errors: [{ message: "No operation with this name." }] };
  return {
    document,
    mutation: operation.operation === "mutation",
    name: operation.name?.value ?? null,
    fields: operation.selectionSet.selections.flatMap((one) =>
      one.kind === "Field" ? [one.name.value] : [],
    ),
    touched: fieldNames(document),
    cost: queryCost(priced(asked, document)),
  };
}

function fieldNames(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, { Field: ({ name }) => void names.add(name.value) });
  return [...names];
}

export interface Answer {
  data?: unknown;
  errors?: readonly object[];
  extensions?: object;
}

export async function answerTo(
  asked: Asked,
  prepared: Prepared,
  options: { rootValue: object; bucket: Bucket; scopes: readonly string[]; throttled: boolean },
): Promise<Answer> {
  const { bucket } = options;
  const { cost } = prepared;
  const extensions = (actual: number | null) => ({
    cost: { requestedQueryCost: cost, actualQueryCost: actual, throttleStatus: bucket.status() },
  });
  if (cost > maxQueryCost)
    return {
      errors: [
        {
          message: `Query cost is ${cost}, which exceeds the single query max cost limit (${maxQueryCost}).`,
          extensions: {
            code: "MAX_COST_EXCEEDED",
            cost,
            maxCost: maxQueryCost,
            documentation: "https://shopify.dev/api/usage/rate-limits",
          },
        },
      ],
    };
  // 200, not 429: https://shopify.dev/docs/api/admin-graphql/2026-10#status_and_error_codes
  if (options.throttled || !bucket.take(cost))
    return {
      errors: [
        {
          message: "Throttled",
          extensions: { code: "THROTTLED", documentation: "https://shopify.dev/api/usage/rate-limits" },
        },
      ],
      extensions: extensions(null),
    };
  const denied = prepared.touched.flatMap((field) => {
    const scope = missingScope(field, options.scopes);
    return scope === undefined ? [] : [accessDenied(field, scope)];
  });
  const result: ExecutionResult | { errors: readonly object[]; data: null } =
    denied.length > 0
      ? { errors: denied, data: null }
      : await execute({
          schema: adminSchema,
          document: prepared.document,
          rootValue: options.rootValue,
          variableValues: asked.variables,
          ...(asked.operationName !== undefined && { operationName: asked.operationName }),
        });
  const actual = Math.min(cost, queryCost(priced(asked, prepared.document), result.data ?? {}));
  bucket.give(cost - actual);
  const errors = result.errors?.map((error) => (error instanceof GraphQLError ? topLevel(error) : error));
  return {
    ...(result.data !== undefined && { data: result.data }),
    ...(errors && errors.length > 0 && { errors }),
    extensions: extensions(actual),
  };
}

function priced({ variables, operationName }: Asked, document: DocumentNode) {
  return { schema: adminSchema, document, variables, operationName };
}

function topLevel(error: GraphQLError): object {
  const bad = error.originalError instanceof BadArgument;
  if (!bad && error.originalError && !(error.originalError instanceof GraphQLError))
    throw error.originalError;
  return { ...error.toJSON(), extensions: { code: "BAD_REQUEST" } };
}

function accessDenied(field: string, scope: string): object {
  return {
    message: `Access denied for ${field} field. Required access: \`${scope}\` access scope.`,
    path: [field],
    extensions: {
      code: "ACCESS_DENIED",
      documentation: "https://shopify.dev/api/usage/access-scopes",
      requiredAccess: `\`${scope}\` access scope.`,
    },
  };
}
