import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Failure } from "../../src/failure.ts";
import type {
  FindReference,
  ImportPlan,
  ImportRecord,
  ImportValue,
  PlanStep,
} from "../../src/import-plan.ts";
import { createOdooClient, type OdooClient, type OdooConfig } from "../../src/odoo/client.ts";
import { applyPlans, type PlanResult } from "../../src/odoo/import.ts";
import { fieldName } from "../../src/odoo/versions.ts";

type Transport = "json2" | "xmlrpc";
type Who = "user" | "billing" | "admin";

/** Before Odoo 19 there is only one. */
export const transports: readonly Transport[] =
  Number(process.env.ODOO_VERSION ?? 19) >= 19 ? ["json2", "xmlrpc"] : ["xmlrpc"];

const logins: Record<Who, [login: string, key: string]> = {
  user: ["ODOO_LOGIN", "ODOO_API_KEY"],
  billing: ["ODOO_BILLING_LOGIN", "ODOO_BILLING_API_KEY"],
  admin: ["ODOO_ADMIN_LOGIN", "ODOO_ADMIN_API_KEY"],
};

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}, or run \`npm run test:odoo\`.`);
  return value;
}

/** A client of the real server for one of its users. */
export function realClient(who: Who, transport: Transport, more: Partial<OdooConfig> = {}): OdooClient {
  const [login, key] = logins[who];
  return createOdooClient({
    url: setting("ODOO_URL"),
    db: setting("ODOO_DB"),
    login: setting(login),
    apiKey: setting(key),
    transport,
    ...more,
  });
}

const run = `t${Date.now().toString(36)}${Math.random().toString(36).slice(2, 5)}`;
let count = 0;
/** A name that nobody else has. */
export const fresh = (what: string): string => `${run}_${what}_${++count}`;

export type Row = { id: number } & Record<string, unknown>;

/** Rows as a person with all rights sees them. */
export async function read(
  client: OdooClient,
  model: string,
  domain: unknown[],
  fields: string[],
): Promise<Row[]> {
  return (await client.call(model, "search_read", {
    args: { domain, fields, order: "id" },
    context: { active_test: false, lang: "en_US" },
  })) as Row[];
}

export interface Line {
  sku?: string;
  quantity?: string;
  price: string;
  /** Percent of a sales tax that is not included in the price. */
  tax?: number;
}

export interface OrderOptions {
  id?: string;
  lines?: Line[];
  date?: string;
  /** Shopify's updated_at. */
  at?: string;
  write?: "once" | "always";
  total?: string;
  tax?: string;
  upTo?: string;
  values?: Record<string, ImportValue>;
  steps?: PlanStep[];
}

export const product = (sku: string): FindReference => ({
  find: { model: "product.product", where: { default_code: sku } },
});

function lineOf(order: string, index: number, { sku, quantity, price, tax }: Line): ImportRecord {
  return {
    model: "sale.order.line",
    externalId: `${order}_l${index}`,
    values: {
      product_id: product(sku ?? "SHIPPING"),
      name: `Line ${index}`,
      product_uom_qty: quantity ?? "1",
      price_unit: price,
      tax_ids:
        tax === undefined
          ? []
          : [
              {
                find: {
                  model: "account.tax",
                  where: { type_tax_use: "sale", amount: tax, price_include: false },
                  several: "first",
                },
              },
            ],
    },
  };
}

/** A plan as the mapping makes it: a customer, an order with lines, what it must come to, what is to be done. */
export function orderPlan(options: OrderOptions = {}): ImportPlan {
  const id = options.id ?? fresh("order");
  const lines = options.lines ?? [{ price: "10.00" }];
  const at = options.at;
  const order: ImportRecord = {
    model: "sale.order",
    externalId: id,
    values: {
      partner_id: { externalId: `${id}_c` },
      client_order_ref: id,
      date_order: options.date ?? "2026-03-04 10:00:00",
      origin: at ? `Shopify #${id} (${at})` : `Shopify #${id}`,
      ...options.values,
    },
    children: { order_line: lines.map((line, index) => lineOf(id, index, line)) },
    ...(options.write && { write: options.write }),
  };
  return {
    kind: "import-plan",
    reference: `#${id}`,
    ...(at && { version: { externalId: id, at } }),
    records: [{ model: "res.partner", externalId: `${id}_c`, values: { name: `Customer ${id}` } }, order],
    ...(options.total && {
      totals: {
        model: "sale.order",
        externalId: id,
        currency: "USD",
        total: options.total,
        tax: options.tax ?? "0.00",
        ...(options.upTo && {
          adjustment: {
            upTo: options.upTo,
            field: "order_line",
            line: lineOf(id, 99, { sku: "DISCOUNT", price: "0" }),
          },
        }),
      },
    }),
    ...(options.steps && { steps: options.steps }),
  };
}

/** Only steps, for an order that stands. */
export function stepsPlan(order: string, ...steps: PlanStep[]): ImportPlan {
  return { kind: "import-plan", reference: `#${order}`, records: [], steps };
}

export type Applied = Extract<PlanResult, { ok: true }>;

export async function apply(client: OdooClient, plan: ImportPlan): Promise<Applied> {
  const [result] = await applyPlans(client, [plan]);
  assert.ok(result);
  if (!result.ok)
    assert.fail(`${result.failure.code}: ${result.failure.message} ${result.failure.hint ?? ""}`);
  return result;
}

export async function refused(client: OdooClient, plan: ImportPlan): Promise<Failure> {
  const [result] = await applyPlans(client, [plan]);
  assert.ok(result && !result.ok, "it should have failed");
  return result.failure;
}

/**
 * The ordinary user's twin who may do a bit more; made anew at each call.
 * @param group external id of the right added, as "stock.group_stock_manager".
 */
export async function userWith(group: string): Promise<OdooClient> {
  return realClient("user", "xmlrpc", await loginWith(group, "user"));
}

/** The ordinary user's twin in a company of its own, with a warehouse; made anew at each call. */
export async function userOfNewCompany(): Promise<{
  client: OdooClient;
  company: number;
  warehouse: number;
}> {
  const admin = realClient("admin", "xmlrpc");
  try {
    const made = await admin.call("res.company", "create", {
      args: { vals_list: [{ name: fresh("Company") }] },
    });
    const company = [made].flat()[0] as number;
    const warehouse = await warehouseOf(admin, company);
    const login = await loginWith("stock.group_stock_user", "user", {
      company_id: company,
      company_ids: [[6, 0, [company]]],
    });
    return { client: realClient("user", "xmlrpc", login), company, warehouse };
  } finally {
    admin.close();
  }
}

/** Older versions give a new company one, newer leave it to a person. */
async function warehouseOf(admin: OdooClient, company: number): Promise<number> {
  const [given] = await read(admin, "stock.warehouse", [["company_id", "=", company]], ["id"]);
  if (given) return given.id;
  const values = { name: fresh("warehouse"), code: fresh("w").slice(-5), company_id: company };
  const made = await admin.call("stock.warehouse", "create", { args: { vals_list: [values] } });
  return [made].flat()[0] as number;
}

/** Who may take every step of an order's life. Odoo 14 reads the stock's valuation with the rights of who validates a return. */
export async function lifeLogin(): Promise<Partial<OdooConfig>> {
  const major = Number(process.env.ODOO_VERSION ?? 19);
  return major === 14 ? loginWith("stock.group_stock_manager", "billing") : {};
}

async function loginWith(
  group: string,
  who: Who,
  more: Record<string, unknown> = {},
): Promise<{ login: string; apiKey: string }> {
  const admin = realClient("admin", "xmlrpc");
  try {
    const { major } = await admin.version();
    const groups = fieldName(major, "res.users", "group_ids")!;
    const [user] = await read(admin, "res.users", [["login", "=", setting(logins[who][0])]], [groups]);
    const [module, name] = group.split(".");
    const [right] = await read(
      admin,
      "ir.model.data",
      [
        ["module", "=", module],
        ["name", "=", name],
      ],
      ["res_id"],
    );
    const login = fresh("user");
    const password = randomUUID();
    await admin.call("res.users", "create", {
      args: {
        vals_list: [
          {
            name: login,
            login,
            email: `${login}@example.com`,
            password,
            [groups]: [[6, 0, [...(user![groups] as number[]), right!.res_id]]],
            ...more,
          },
        ],
      },
      context: { no_reset_password: true },
    });
    return { login, apiKey: password };
  } finally {
    admin.close();
  }
}

/** A warehouse that delivers in these steps: "ship_only", "pick_ship", "pick_pack_ship"; made anew at each call. */
export async function warehouseWith(delivery_steps: string): Promise<number> {
  const admin = realClient("admin", "xmlrpc");
  try {
    const name = fresh("warehouse");
    const code = `${count.toString(36)}${Math.random().toString(36).slice(2, 5)}`.toUpperCase();
    const made = await admin.call("stock.warehouse", "create", {
      args: { vals_list: [{ name, code, delivery_steps }] },
    });
    return [made].flat()[0] as number;
  } finally {
    admin.close();
  }
}
