import type { CatalogueItem } from "../catalogue.ts";
import { companyId, now, userId } from "./conventions.ts";
import { Database, type DatabaseSettings } from "./database.ts";
import type { Value } from "./fields.ts";
import { customers, lost } from "./goods.ts";
import { modelsFor } from "./models.ts";

export interface World extends DatabaseSettings {
  login: string;
  catalogue: readonly CatalogueItem[];
}

/** A fresh database as the test rig seeds a real one: company in US dollars, taxes, products, two warehouses. */
export function makeWorld(world: World): Database {
  const db = new Database(modelsFor(world.major), world);
  const add = (model: string, values: Record<string, Value>, id?: number, externalId?: string): number => {
    const row = db.insert(model, { create_date: now(), write_date: now(), ...values }, id);
    if (externalId) db.setExternalId(externalId, { model, resId: row.id, noupdate: true, at: 0 });
    return row.id;
  };
  const usd = addCurrencies(add);
  const us = addCountries(add);
  const partner = (name: string, id: number) =>
    add("res.partner", { name, type: "contact", is_company: id === 1, active: true, parent_id: false }, id);
  partner("Holdfast Sandbox Company", 1);
  partner("Administrator", 3);
  partner("Holdfast", 7);
  const company = {
    name: "Holdfast Sandbox Company",
    currency_id: usd,
    country_id: us,
    partner_id: 1,
    tax_calculation_rounding_method: world.taxRounding,
    account_price_include: "tax_excluded",
  };
  add("res.company", company, companyId, "base.main_company");
  const user = { email: "holdfast@example.com", lang: "en_US", active: true, company_id: companyId };
  add(
    "res.users",
    { ...user, name: "Administrator", login: "admin", tz: "UTC", partner_id: 3 },
    2,
    "base.user_admin",
  );
  // Not UTC on purpose, as on the test rig: whoever forgets the tz context key writes a wrong date.
  add(
    "res.users",
    { ...user, name: "Holdfast", login: world.login, tz: "America/New_York", partner_id: 7 },
    userId,
  );
  add("uom.uom", { name: "Units" }, 1, "uom.product_uom_unit");
  add("crm.team", { name: "Sales" }, 1);
  addTaxes(add, us);
  addWarehouses(add);
  for (const item of world.catalogue) addProduct(add, world.major, item);
  db.commit();
  return db;
}

type Add = (model: string, values: Record<string, Value>, id?: number, externalId?: string) => number;

function addCurrencies(add: Add): number {
  const currencies: [name: string, symbol: string, digits: number, active: boolean][] = [
    ["USD", "$", 2, true],
    ["EUR", "€", 2, false],
    ["GBP", "£", 2, false],
    ["JPY", "¥", 0, false],
    ["KWD", "د.ك", 3, false],
    ["CAD", "$", 2, false],
  ];
  const [usd] = currencies.map(([name, symbol, digits, active]) =>
    add(
      "res.currency",
      { name, symbol, rounding: 10 ** -digits, decimal_places: digits, active },
      undefined,
      `base.${name}`,
    ),
  );
  return usd!;
}

// ISO 3166 codes; Odoo's external ids are the codes in lower case, but base.uk for GB (odoo/addons/base/data/res_country_data.xml).
const countryCodes =
  "AD AE AF AG AL AM AR AT AU AZ BA BB BD BE BG BH BO BR CA CH CI CL CM CN CO CR CY CZ DE DK DO DZ EC EE EG ES ET FI FR GB GE GH GR GT HK HN HR HU ID IE IL IN IQ IS IT JM JO JP KE KR KW KZ LA LB LI LK LT LU LV MA MC MD ME MG MK MT MU MV MX MY NG NI NL NO NP NZ OM PA PE PG PH PK PL PR PT PY QA RO RS RU RW SA SE SG SI SK SN SR TH TN TR TT TW TZ UA UG US UY UZ VE VN XK YE ZA ZM ZW".split(
    " ",
  );
const states: Record<string, string> = {
  US: "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming",
  CA: "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NT Northwest Territories|NS Nova Scotia|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon",
  JP: "JP-13 東京都",
};

function addCountries(add: Add): number {
  const names = new Intl.DisplayNames("en", { type: "region" });
  const ids = new Map<string, number>();
  for (const code of countryCodes) {
    const externalId = `base.${code === "GB" ? "uk" : code.toLowerCase()}`;
    ids.set(code, add("res.country", { name: names.of(code)!, code }, undefined, externalId));
  }
  for (const [country, list] of Object.entries(states)) {
    for (const state of list.split("|")) {
      const code = state.split(" ")[0]!;
      const values = { code, name: state.slice(code.length + 1), country_id: ids.get(country)! };
      add("res.country.state", values, undefined, `base.state_${country}_${code}`.toLowerCase());
    }
  }
  return ids.get("US")!;
}

// As scripts/odoo-seed.py seeds the real server.
const taxes: [name: string, amount: number, included: boolean][] = [
  ["Sales 0%", 0, false],
  ["Sales 5%", 5, false],
  ["Sales 8.25%", 8.25, false],
  ["Sales 10%", 10, false],
  ["VAT 7% included", 7, true],
  ["VAT 19% included", 19, true],
  ["VAT 20% included", 20, true],
];

function addTaxes(add: Add, country: number): void {
  const common = {
    amount_type: "percent",
    active: true,
    sequence: 1,
    company_id: companyId,
    country_id: country,
  };
  const standard = { ...common, name: "15%", amount: 15, price_include_override: false };
  add("account.tax", { ...standard, type_tax_use: "sale" }, 1);
  add("account.tax", { ...standard, type_tax_use: "purchase" }, 2);
  add(
    "account.tax",
    { ...common, name: "0% Exports", amount: 0, price_include_override: false, type_tax_use: "sale" },
    3,
  );
  for (const [at, [name, amount, included]] of taxes.entries()) {
    const override = included ? "tax_included" : "tax_excluded";
    add(
      "account.tax",
      { ...common, name, amount, type_tax_use: "sale", price_include_override: override },
      at + 5,
    );
  }
}

function addWarehouses(add: Add): void {
  const warehouses: [id: number, name: string, code: string, location: number][] = [
    [1, "My Company", "WH", 5],
    [2, "Outlet", "OUT", 14],
  ];
  const outside = (name: string, usage: string, id: number) =>
    add("stock.location", { name, complete_name: name, usage, active: true }, id);
  outside("Partners/Customers", "customer", customers);
  outside("Virtual Locations/Inventory adjustment", "inventory", lost);
  for (const [id, name, code, location] of warehouses) {
    const common = { company_id: companyId, warehouse_id: id, active: true };
    const view = location - 1;
    const around = { name: code, complete_name: code, usage: "view", parent_path: `${view}/` };
    add("stock.location", { ...common, ...around }, view);
    const place = { name: "Stock", complete_name: `${code}/Stock`, usage: "internal", location_id: view };
    add("stock.location", { ...common, ...place, parent_path: `${view}/${location}/` }, location);
    const type = add("stock.picking.type", { name: "Delivery Orders", code: "outgoing", warehouse_id: id });
    const values = {
      name,
      code,
      company_id: companyId,
      lot_stock_id: location,
      view_location_id: view,
      out_type_id: type,
    };
    add("stock.warehouse", { ...values, active: true }, id);
  }
}

function addProduct(add: Add, major: number, item: CatalogueItem): void {
  const goods = item.type === "goods";
  const kind: Record<string, Value> =
    major >= 18
      ? { type: goods ? "consu" : "service", is_storable: goods }
      : { [major >= 15 ? "detailed_type" : "type"]: goods ? "product" : "service" };
  const values: Record<string, Value> = {
    name: item.title,
    default_code: item.sku,
    barcode: item.barcode ?? false,
    list_price: Number(item.price),
    standard_price: 0,
    weight: item.weight ?? 0,
    taxes_id: [],
    uom_id: 1,
    sale_ok: true,
    active: true,
    ...kind,
  };
  const template = add("product.template", values);
  add("product.product", { ...values, product_tmpl_id: template });
}
