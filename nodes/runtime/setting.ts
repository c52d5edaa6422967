/** A setting as text; empty when it is missing or names an environment variable that is not set. */
export function setting(value: unknown): string {
  const text = value === undefined || value === null ? "" : String(value).trim();
  return /^\$\{[^}]+\}$/.test(text) ? "" : text;
}

/** A yes or no; an environment variable can only say it in words. */
export function flag(value: unknown, otherwise: boolean): boolean {
  if (typeof value === "boolean") return value;
  const text = setting(value).toLowerCase();
  if (/^(true|yes|on|1)$/.test(text)) return true;
  return /^(false|no|off|0)$/.test(text) ? false : otherwise;
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
