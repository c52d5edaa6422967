import type { OdooUnderTest } from "./odoo-contract.ts";

const { ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY, ODOO_ADMIN_LOGIN, ODOO_ADMIN_API_KEY } = process.env;

/** The server that the environment names. */
export async function realOdoo(): Promise<OdooUnderTest> {
  if (!ODOO_URL || !ODOO_DB || !ODOO_LOGIN || !ODOO_API_KEY) {
    throw new Error("Set ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_API_KEY, or run `npm run test:odoo`.");
  }
  return {
    url: ODOO_URL,
    db: ODOO_DB,
    login: ODOO_LOGIN,
    apiKey: ODOO_API_KEY,
    ...(ODOO_ADMIN_LOGIN &&
      ODOO_ADMIN_API_KEY && { admin: { login: ODOO_ADMIN_LOGIN, apiKey: ODOO_ADMIN_API_KEY } }),
  };
}
