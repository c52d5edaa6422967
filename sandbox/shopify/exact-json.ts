declare global {
  interface JSON {
    /** In V8 since Node 22: https://github.com/tc39/proposal-json-parse-with-source */
    rawJSON(text: string): unknown;
  }
}

/** JSON text in which a BigInt stands as a bare numeral, every digit of it. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    typeof part === "bigint" ? JSON.rawJSON(String(part)) : part,
  );
}
