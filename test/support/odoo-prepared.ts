import type { FindReference, ImportPlan, ImportRecord, ImportValue } from "../../src/import-plan.ts";
import type { OdooClient } from "../../src/odoo/client.ts";
import { translateRecord } from "../../src/odoo/versions.ts";
import { read } from "./odoo-real.ts";

/** What a shop has prepared in Odoo: every product, tax, currency and pricelist that the plans look for. */
export async function prepareOdoo(admin: OdooClient, plans: readonly ImportPlan[]): Promise<void> {
  const { major } = await admin.version();
  const finds = new Map<string, FindReference["find"]>();
  for (const plan of plans)
    for (const record of plan.records)
      for (const { find } of findsIn(record)) finds.set(`${find.model} ${JSON.stringify(find.where)}`, find);
  for (const currency of new Set(plans.flatMap(({ totals }) => totals?.currency ?? [])))
    await prepareCurrency(admin, currency);
  for (const { model, where } of finds.values()) {
    const values = wanted(model, where);
    if (values === null) continue;
    const domain = Object.entries(where).map(([field, value]) => [field, "=", value]);
    if ((await read(admin, model, domain, ["id"])).length === 0)
      await admin.call(model, "create", {
        args: { vals_list: [translateRecord(major, { model, externalId: "", values }).values] },
      });
  }
}

export async function roundTaxes(
  admin: OdooClient,
  method: "round_per_line" | "round_globally",
): Promise<void> {
  await admin.call("res.company", "write", {
    ids: [1],
    args: { vals: { tax_calculation_rounding_method: method } },
  });
}

async function prepareCurrency(admin: OdooClient, name: string): Promise<void> {
  const [currency] = await read(admin, "res.currency", [["name", "=", name]], ["active"]);
  if (!currency) throw new Error(`Odoo knows no currency ${name}`);
  if (!currency.active)
    await admin.call("res.currency", "write", { ids: [currency.id], args: { vals: { active: true } } });
  const rates = await read(admin, "res.currency.rate", [["currency_id", "=", currency.id]], ["id"]);
  if (rates.length === 0 && name !== "USD")
    await admin.call("res.currency.rate", "create", {
      args: { vals_list: [{ currency_id: currency.id, name: "2020-01-01", rate: 0.8 }] },
    });
  const lists = await read(admin, "product.pricelist", [["currency_id", "=", currency.id]], ["id"]);
  if (lists.length === 0)
    await admin.call("product.pricelist", "create", {
      args: { vals_list: [{ name: `Shop ${name}`, currency_id: currency.id, sequence: 100 }] },
    });
}

function wanted(model: string, where: FindReference["find"]["where"]): Record<string, ImportValue> | null {
  if (model === "product.product") {
    const [[field, value] = []] = Object.entries(where);
    return field === undefined || value === undefined
      ? null
      : { name: `Product ${value}`, [field]: value, type: "consu", taxes_id: [] };
  }
  if (model === "account.tax" && typeof where.amount === "number")
    return {
      name: `Test ${where.amount} %${where.price_include ? " included" : ""}`,
      amount: where.amount,
      amount_type: "percent",
      type_tax_use: "sale",
      price_include_override: where.price_include ? "tax_included" : "tax_excluded",
    };
  return null;
}

function findsIn(record: ImportRecord): FindReference[] {
  return [
    ...Object.values(record.values).flatMap(findsOf),
    ...Object.values(record.children ?? {}).flatMap((children) => children.flatMap(findsIn)),
  ];
}

function findsOf(value: ImportValue): FindReference[] {
  return (Array.isArray(value) ? value : [value]).filter(
    (each): each is FindReference => typeof each === "object" && each !== null && "find" in each,
  );
}
