import type { Database, Row } from "./database.ts";
import type { Model } from "./fields.ts";
import { char, choice, field, flag, float, link, list, model, text } from "./model-kit.ts";

export function directory(): Model[] {
  return [
    model("res.currency", "Currency", {
      name: char("Currency", { required: true }),
      symbol: char("Symbol"),
      rounding: float("Rounding Factor"),
      decimal_places: field("integer", "Decimal Places"),
      active: flag("Active", true),
    }),
    model(
      "res.country",
      "Country",
      {
        name: char("Country Name", { required: true }),
        code: char("Country Code"),
        currency_id: link("Currency", "res.currency"),
      },
      { order: "name", nameFields: ["code", "name"], indexed: ["name", "code"] },
    ),
    model(
      "res.country.state",
      "Country state",
      {
        name: char("State Name", { required: true }),
        code: char("State Code", { required: true }),
        country_id: link("Country", "res.country", { required: true }),
      },
      {
        order: "code",
        nameFields: ["code", "name"],
        indexed: ["name", "code"],
        display: (db, row) =>
          `${text(row.name)} (${text(db.row("res.country", Number(row.country_id))?.code)})`,
      },
    ),
    model("res.company", "Companies", {
      name: char("Company Name", { required: true }),
      currency_id: link("Currency", "res.currency"),
      country_id: link("Country", "res.country"),
      partner_id: link("Partner", "res.partner"),
      tax_calculation_rounding_method: choice("Tax Calculation Rounding Method", {
        round_per_line: "Round per Line",
        round_globally: "Round Globally",
      }),
      account_price_include: choice("Default Sales Price Include", {
        tax_included: "Tax Included",
        tax_excluded: "Tax Excluded",
      }),
    }),
    model(
      "res.users",
      "User",
      {
        name: char("Name"),
        login: char("Login"),
        email: char("Email"),
        tz: char("Timezone"),
        lang: char("Language"),
        active: flag("Active", true),
        partner_id: link("Related Partner", "res.partner"),
        company_id: link("Company", "res.company"),
      },
      { indexed: ["login"], nameFields: ["login", "name"] },
    ),
    partner(),
  ];
}

function partner(): Model {
  const completeName = (db: Database, row: Row): string => {
    const parent = db.row("res.partner", Number(row.parent_id));
    const own = text(row.name) || (row.type === "contact" ? "" : (addressTypes[text(row.type)] ?? ""));
    return parent && !row.is_company ? `${text(parent.name)}, ${own}` : own;
  };
  return model(
    "res.partner",
    "Contact",
    {
      name: char("Name"),
      complete_name: char("Complete Name", { compute: completeName }),
      parent_id: link("Related Company", "res.partner"),
      child_ids: list("Contact", "res.partner", "parent_id"),
      commercial_partner_id: link("Commercial Entity", "res.partner", {
        compute: (_db, row) => (row.parent_id && !row.is_company ? row.parent_id : row.id),
      }),
      type: choice("Address Type", addressTypes, "contact"),
      is_company: flag("Is a Company"),
      company_type: choice("Company Type", { person: "Person", company: "Company" }),
      company_name: char("Company Name"),
      email: char("Email"),
      phone: char("Phone"),
      mobile: char("Mobile"),
      street: char("Street"),
      street2: char("Street2"),
      city: char("City"),
      zip: char("Zip"),
      state_id: link("State", "res.country.state"),
      country_id: link("Country", "res.country"),
      vat: char("Tax ID"),
      ref: char("Reference"),
      lang: char("Language"),
      comment: field("html", "Notes"),
      color: field("integer", "Color Index", { initial: () => 0 }),
      customer_rank: field("integer", "Customer Rank", { initial: () => 0 }),
      company_id: link("Company", "res.company"),
      user_id: link("Salesperson", "res.users"),
      active: flag("Active", true),
    },
    {
      order: "complete_name, id desc",
      nameFields: ["complete_name", "email", "ref", "vat"],
      indexed: ["name", "email", "ref"],
      display: completeName,
    },
  );
}

const addressTypes: Record<string, string> = {
  contact: "Contact",
  invoice: "Invoice",
  delivery: "Delivery",
  other: "Other",
};
