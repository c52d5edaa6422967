/**
 * An ISO 8601 time as Odoo imports it: "YYYY-MM-DD HH:MM:SS" in UTC.
 * Null when it is no time, or names no offset: then nobody knows which moment it means.
 */
export function odooDateTime(iso: unknown): string | null {
  if (typeof iso !== "string") return null;
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(iso.trim())) return null;
  const time = new Date(iso.trim().replace(" ", "T"));
  return Number.isNaN(time.getTime()) ? null : time.toISOString().slice(0, 19).replace("T", " ");
}

/** A Shopify time as a plan's version: "2026-11-24T10:00:00Z", to the second; null when it is no time. */
export function versionTime(iso: unknown): string | null {
  const time = odooDateTime(iso);
  return time === null ? null : `${time.replace(" ", "T")}Z`;
}
