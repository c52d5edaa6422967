type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;
const json = JSON as unknown as { parse(text: string, reviver: Reviver): unknown };

/** Parses JSON so that a whole number beyond 2^53 becomes a BigInt: with exactJson, no digit is lost on the way. */
export function parseBigJson<T>(text: string): T {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && /^-?\d{16,}$/.test(source) ? BigInt(source) : value,
  ) as T;
}
