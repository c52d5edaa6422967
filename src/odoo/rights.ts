import { failureOf, HoldfastError } from "../failure.ts";
import type { OdooClient } from "./client.ts";

export type Operation = "read" | "create" | "write";

/** What a right is needed for. */
export type Purpose = "orders" | "deliveries" | "counts" | "invoices" | "products";

export interface MissingRight {
  purpose: Purpose;
  /** "account.move" */
  model: string;
  operations: Operation[];
}

export interface Rights {
  /** What nothing is missing for. */
  may: Purpose[];
  missing: MissingRight[];
  /** Apps that are not installed, as Odoo's Apps page calls them: "Sales". */
  missingApps: string[];
}

interface Need {
  purpose: Purpose;
  model: string;
  operations: readonly Operation[];
  /** The app that brings the model. */
  app: string;
}

const write = ["create", "write"] as const;

/** By what the flows do; https://www.odoo.com/documentation/19.0/developer/reference/backend/security.html */
export const needs: readonly Need[] = [
  { purpose: "orders", model: "sale.order", operations: write, app: "Sales" },
  { purpose: "orders", model: "sale.order.line", operations: write, app: "Sales" },
  { purpose: "orders", model: "res.partner", operations: write, app: "Contacts" },
  { purpose: "orders", model: "product.product", operations: ["read"], app: "Sales" },
  { purpose: "orders", model: "account.tax", operations: ["read"], app: "Invoicing" },
  { purpose: "deliveries", model: "stock.picking", operations: write, app: "Inventory" },
  { purpose: "deliveries", model: "stock.move", operations: write, app: "Inventory" },
  { purpose: "deliveries", model: "stock.quant", operations: ["read"], app: "Inventory" },
  { purpose: "counts", model: "stock.quant", operations: write, app: "Inventory" },
  { purpose: "invoices", model: "account.move", operations: write, app: "Invoicing" },
  { purpose: "invoices", model: "account.payment", operations: ["create"], app: "Invoicing" },
  { purpose: "products", model: "product.product", operations: write, app: "Sales" },
];

/** Before this version an adjustment asks for a group, whatever the access rights say. */
const anyoneCounts = 18;
const stockManager = "stock.group_stock_manager";

/**
 * What the client's user may not do of what the flows need. Rules on single records are not looked at.
 * @throws HoldfastError when Odoo is away, or does not know the user.
 */
export async function missingRights(client: OdooClient, major: number): Promise<Rights> {
  const absent = new Set<string>();
  const answers = await Promise.all(
    needs.flatMap((need) =>
      need.operations.map(async (operation) => {
        const may = await hasAccess(client, major, need.model, operation);
        if (may === undefined) absent.add(need.app);
        return { need, operation, may };
      }),
    ),
  );
  if (major < anyoneCounts && !absent.has("Inventory")) {
    const may =
      (await client.call("res.users", "has_group", { args: { group_ext_id: stockManager } })) === true;
    for (const answer of answers) if (answer.need.purpose === "counts") answer.may = may;
  }
  const missing = needs.flatMap((need) => {
    const refused = answers.filter((one) => one.need === need && one.may === false);
    const operations = refused.map(({ operation }) => operation);
    return operations.length === 0 ? [] : [{ purpose: need.purpose, model: need.model, operations }];
  });
  const lacking = new Set(answers.filter(({ may }) => may !== true).map(({ need }) => need.purpose));
  const may = [...new Set(needs.map(({ purpose }) => purpose))].filter((purpose) => !lacking.has(purpose));
  return { may, missing, missingApps: [...absent] };
}

/** @returns undefined where Odoo has no such model. */
async function hasAccess(
  client: OdooClient,
  major: number,
  model: string,
  operation: Operation,
): Promise<boolean | undefined> {
  try {
    const answer =
      major >= 18
        ? await client.call(model, "has_access", { ids: [], args: { operation } })
        : await client.call(model, "check_access_rights", { args: { operation, raise_exception: false } });
    return answer === true;
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { code } = failureOf(error, "odoo");
    if (code === "unknown_model") return undefined;
    if (code === "access_denied") return false;
    throw error;
  }
}
