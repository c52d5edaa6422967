export const companyId = 1;
/** As on the test server: the integration's own user is number five. */
export const userId = 5;
export const adminId = 2;

/** Renamed in 19. */
export const taxesField = (major: number): string => (major >= 19 ? "tax_ids" : "tax_id");

/** "2026-11-20 10:00:00", in UTC, as Odoo stores it. */
export function now(): string {
  return new Date().toISOString().slice(0, 19).replace("T", " ");
}
