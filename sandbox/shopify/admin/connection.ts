/** Cursors and searching, as https://shopify.dev/docs/api/usage/pagination-graphql and .../usage/search-syntax say. */

export interface PageArguments {
  first?: number | null;
  after?: string | null;
}

/** Thrown for arguments that Shopify refuses with a top-level error. */
export class BadArgument extends Error {}

/** @param position where an element stands in the order of the list; a cursor survives changes of the others. */
export function connection<T, View>(
  all: readonly T[],
  { first, after }: PageArguments,
  view: (one: T) => View,
  position: (one: T) => string,
) {
  if (first === null || first === undefined) throw new BadArgument("you must provide one of first or last");
  if (first > 250) throw new BadArgument(`first cannot exceed 250`);
  const from = after ? Buffer.from(after, "base64url").toString() : undefined;
  const rest = from === undefined ? all : all.filter((one) => position(one) > from);
  const page = rest.slice(0, first);
  const cursor = (one: T | undefined) =>
    one === undefined ? null : Buffer.from(position(one)).toString("base64url");
  return {
    nodes: page.map(view),
    pageInfo: {
      hasNextPage: rest.length > page.length,
      hasPreviousPage: from !== undefined,
      startCursor: cursor(page[0]),
      endCursor: cursor(page.at(-1)),
    },
  };
}

/** Terms and connectives: `updated_at:>='2026-11-01T00:00:00Z' sku:TENT`, `sku:'A' OR sku:'B'`; AND binds closer. */
export function matches(query: string | null | undefined, fields: Record<string, string | null>): boolean {
  return (query ?? "").split(/\s+OR\s+/).some((terms) => allHold(terms, fields));
}

function allHold(query: string, fields: Record<string, string | null>): boolean {
  for (const [, name, operator, quoted, plain] of query.matchAll(
    /(\w+):(>=|<=|>|<|)(?:'((?:\\.|[^'\\])*)'|"[^"]*"|(\S+))/g,
  )) {
    const wanted = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
    if (!(name! in fields)) continue;
    if (!holds(fields[name!] ?? "", operator!, wanted)) return false;
  }
  return true;
}

function holds(value: string, operator: string, wanted: string): boolean {
  const moment = Date.parse(wanted);
  const [one, other] =
    operator === "" || Number.isNaN(moment) ? [value, wanted] : [Date.parse(value), moment];
  switch (operator) {
    case ">=":
      return one >= other;
    case "<=":
      return one <= other;
    case ">":
      return one > other;
    case "<":
      return one < other;
    default:
      return one === other;
  }
}
