/** A setting as text; empty when it is missing or names an environment variable that is not set. */
export function setting(value: unknown): string {
  const text = value === undefined || value === null ? "" : String(value).trim();
  return /^\$\{[^}]+\}$/.test(text) ? "" : text;
}

/** A count: a whole number of at least one. */
export function whole(value: unknown, otherwise: number): number {
  return Math.max(1, Math.floor(positive(value, otherwise)));
}

/** A number setting, or its default when empty or not a number above zero. */
export function positive(value: unknown, otherwise: number): number {
  const number = Number(setting(value));
  return Number.isFinite(number) && number > 0 ? number : otherwise;
}
