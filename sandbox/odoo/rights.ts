import type { Call } from "./call.ts";
import { adminId } from "./conventions.ts";
import { accessError } from "./errors.ts";

export type Operation = "access" | "create" | "write" | "unlink";

/** What a plain sales-and-stock user may not do, and which group may (seen on a live 19.0). */
const forbidden: Record<string, Partial<Record<Operation, string>>> = {
  "ir.model.data": all("Access Rights"),
  "account.move": changes("Invoicing/Billing"),
  "account.payment": changes("Invoicing/Billing"),
  "sale.order": { unlink: "Sales/Administrator" },
  "product.product": changes("Products/Create"),
  "product.template": changes("Products/Create"),
  "account.tax": changes("Accounting/Administrator"),
  "res.company": changes("Access Rights"),
  "res.users": changes("Access Rights"),
  "res.currency": changes("Accounting/Administrator\n\t- Role / Administrator"),
  "res.country": changes("Role / Administrator"),
  "stock.warehouse": changes("Inventory/Administrator"),
  "stock.location": changes("Inventory/Administrator"),
};

function changes(group: string): Partial<Record<Operation, string>> {
  return { create: group, write: group, unlink: group };
}

function all(group: string): Partial<Record<Operation, string>> {
  return { access: group, ...changes(group) };
}

/** Whether the caller is held to a salesperson's rights. */
export function isSalesperson({ db, uid }: Call): boolean {
  return db.settings.rights === "sales" && uid !== adminId;
}

/** As a model's has_access answers. */
export function hasRight(call: Call, model: string, operation: string): boolean {
  const wanted = operation === "read" ? "access" : (operation as Operation);
  return forbidden[model]?.[wanted] === undefined || !isSalesperson(call);
}

export function requireRight(call: Call, model: string, operation: Operation): void {
  const group = forbidden[model]?.[operation];
  if (group === undefined || !isSalesperson(call)) return;
  const verb = operation === "write" ? "modify" : operation === "unlink" ? "delete" : operation;
  throw accessError(
    `You are not allowed to ${verb} '${call.db.model(model).title}' (${model}) records.\n\nThis operation is allowed for the following groups:\n\t- ${group}\n\nContact your administrator to request access if necessary.`,
  );
}
