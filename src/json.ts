import Big from "big.js";

/**
 * Parses JSON without losing digits: a number that a JS number can't hold exactly arrives as its text.
 * Shopify's ids pass 2^53, so every whole number beyond it is text, even one that happens to print right.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  // The reviver makes parsing several times slower, and only a run of 16 digits, or a huge exponent, can need it.
  return /\d{16}|[eE]\+?\d\d/.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return isExact(value, context.source) ? value : context.source;
}

function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  return new Big(source).eq(value);
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
