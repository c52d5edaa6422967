import Big from "big.js";

/**
 * Parses JSON without losing digits: a number that a JS number can't hold exactly arrives as its text.
 * Shopify's ids pass 2^53, so every whole number beyond it is text, even one that happens to print right.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  // Fewer than 16 digits are always exact.
  if (!longNumber.test(text)) return JSON.parse(text);
  const quoted = text.replace(longMember, (member, beforeQuote: string, number: string) =>
    isExact(Number(number), number) ? member : `${beforeQuote}":"${number}"`,
  );
  // What is left is rare: long numbers in arrays, exponents, strings that look like them.
  return longNumber.test(quoted) ? JSON.parse(text, keepDigits) : JSON.parse(quoted);
}

/** A number of 16 digits or with an exponent, or the same inside a string. */
const longNumber = /(?:^|[:,[])\s*-?(?:[\d.]{16}|\d[\d.]*[eE])/;

/**
 * A long number as the value of a member. A reviver makes parsing several times slower, so these are put in quotes
 * beforehand; that needs certainty that they stand outside of any string. A quote opens a string only behind `{`, `[`,
 * `,`, `:` or white space, and is part of one only behind a backslash: behind anything else it closes one, here a name.
 */
const longMember = /([^\\"{[,:\s])"\s*:\s*(-?(?=[\d.]{16})(?:0|[1-9]\d*)(?:\.\d+)?)(?=\s*[,}])/g;

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
