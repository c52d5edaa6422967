/**
 * The digits of a Shopify id, whether it comes as a number, as digits or as a GID ("gid://shopify/Order/42?x=y").
 * Null when there is none, or when a number has already lost digits.
 */
export function idDigits(value: unknown): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : null;
  if (typeof value !== "string") return null;
  return /^(?:gid:\/\/shopify\/\w+\/)?(\d+)(?:\?.*)?$/.exec(value.trim())?.[1] ?? null;
}
