import { HoldfastError } from "../failure.ts";
import type { OdooClient } from "./client.ts";
import { type MissingRight, missingRights, type Purpose } from "./rights.ts";

/** What a person wants to know before anything is written. */
export interface OdooConnectionReport {
  /** "19.0" */
  version: string;
  transport: "json2" | "xmlrpc";
  db: string;
  login: string;
  /** The user's own name. */
  user: string;
  company: string;
  currency: string;
  /** Other companies the user may work in. */
  otherCompanies: number;
  /** How far Odoo's clock is ahead of this machine's, in whole seconds; null when it does not say. */
  clockAheadSeconds: number | null;
  /** What nothing is missing for. */
  may: Purpose[];
  missing: MissingRight[];
  /** "Inventory" */
  missingApps: string[];
  /** "round_globally" rounds taxes once an order, Shopify rounds each line; null: Odoo does not say. */
  taxRounding: string | null;
}

type Ref = [id: number, name: string] | false;
type Row = Record<string, unknown>;

/** Asks who the user is, where, and what they may do. @throws HoldfastError */
export async function testOdooConnection(client: OdooClient): Promise<OdooConnectionReport> {
  const { full, major } = await client.version();
  const { db, login } = client.asked;
  const users = (await client.call("res.users", "search_read", {
    args: { domain: [["login", "=", login]], fields: ["name", "company_id"] },
  })) as Row[];
  const user = users[0];
  // With JSON-2 the key alone says who it is.
  if (!user) throw loginUnknown(client);
  const [companyId, companyName] = (user.company_id as Ref | undefined) || [0, ""];
  const [rights, company, companies] = await Promise.all([
    missingRights(client, major),
    readCompany(client, companyId),
    // A user sees their own companies only.
    client.call("res.company", "search_count", { args: { domain: [] } }),
  ]);
  const { transport, clockAheadMs } = await client.reached();
  return {
    version: full,
    transport,
    db,
    login,
    user: String(user.name ?? ""),
    company: companyName,
    currency: ((company.currency_id as Ref | undefined) || [0, ""])[1],
    otherCompanies: Math.max(0, Number(companies) - 1),
    clockAheadSeconds: clockAheadMs === null ? null : Math.round(clockAheadMs / 1000),
    ...rights,
    taxRounding: typeof company[rounding] === "string" ? (company[rounding] as string) : null,
  };
}

const rounding = "tax_calculation_rounding_method";

/** Without Invoicing a company has no way of rounding taxes. */
async function readCompany(client: OdooClient, id: number): Promise<Row> {
  const fields = (await client.call("res.company", "fields_get", {
    args: { allfields: [rounding], attributes: ["type"] },
  })) as Row;
  const [row] = (await client.call("res.company", "search_read", {
    args: {
      domain: [["id", "=", id]],
      fields: ["currency_id", ...Object.keys(fields).filter((name) => name === rounding)],
    },
  })) as Row[];
  return row ?? {};
}

function loginUnknown({ asked: { login, db } }: OdooClient): HoldfastError {
  return new HoldfastError({
    class: "unavailable",
    code: "login_unknown",
    message: `Odoo accepts the API key, but its user sees no user ${login || "without a login"} in the database ${db}.`,
    hint: "Set the login of the user who made the API key in the odoo-server node.",
    source: "odoo",
  });
}
