import type { Database, Row } from "./database.ts";
import type { Field, Model } from "./fields.ts";
import { quantityOf } from "./goods.ts";
import { char, choice, field, flag, float, link, list, many, model, text } from "./model-kit.ts";

export function products(major: number): Model[] {
  const type: Record<string, Field> =
    major >= 18
      ? {
          type: choice("Product Type", { consu: "Goods", service: "Service", combo: "Combo" }, "consu"),
          is_storable: flag("Track Inventory"),
        }
      : {
          [major >= 15 ? "detailed_type" : "type"]: choice(
            "Product Type",
            { consu: "Consumable", service: "Service", product: "Storable Product" },
            "consu",
          ),
        };
  const common = (): Record<string, Field> => ({
    name: char("Name", { required: true }),
    default_code: char("Internal Reference"),
    barcode: char("Barcode"),
    list_price: float("Sales Price", { digits: 2, initial: () => 1 }),
    standard_price: float("Cost"),
    weight: float("Weight", { digits: 2 }),
    taxes_id: many("Sales Taxes", "account.tax"),
    uom_id: link("Unit", "uom.uom", { initial: () => 1 }),
    sale_ok: flag("Sales", true),
    active: flag("Active", true),
    ...type,
  });
  return [
    model("uom.uom", "Product Unit of Measure", { name: char("Unit Name") }),
    model(
      "product.template",
      "Product",
      { ...common(), product_variant_ids: list("Products", "product.product", "product_tmpl_id") },
      { display: withCode },
    ),
    model(
      "product.product",
      "Product Variant",
      {
        ...common(),
        product_tmpl_id: link("Product Template", "product.template"),
        lst_price: float("Sales Price", { compute: (_db, row) => row.list_price ?? 0 }),
        qty_available: quantity("qty_available", "Quantity On Hand"),
        free_qty: quantity("free_qty", "Free To Use Quantity"),
        virtual_available: quantity("virtual_available", "Forecasted Quantity"),
      },
      {
        order: "default_code, name, id",
        nameFields: ["default_code", "barcode", "name"],
        indexed: ["name", "default_code", "barcode"],
        display: withCode,
      },
    ),
    model(
      "account.tax",
      "Tax",
      {
        name: char("Tax Name", { required: true }),
        amount: float("Amount"),
        amount_type: choice("Tax Computation", { percent: "Percentage", fixed: "Fixed" }, "percent"),
        type_tax_use: choice("Tax Type", { sale: "Sales", purchase: "Purchases", none: "None" }, "sale"),
        price_include_override: choice("Included in Price", {
          tax_included: "Tax Included",
          tax_excluded: "Tax Excluded",
        }),
        price_include: field("boolean", "Price Include", {
          compute: (_db, row) => row.price_include_override === "tax_included",
        }),
        sequence: field("integer", "Sequence", { initial: () => 1 }),
        company_id: link("Company", "res.company"),
        country_id: link("Country", "res.country"),
        active: flag("Active", true),
      },
      { order: "sequence, id" },
    ),
  ];
}

const quantity = (name: Parameters<typeof quantityOf>[2], title: string): Field =>
  float(title, {
    compute: (db, row) => quantityOf(db, row.id, name, {}),
    inContext: (db, row, context) => quantityOf(db, row.id, name, context),
  });

const withCode = (_db: Database, row: Row): string =>
  row.default_code ? `[${text(row.default_code)}] ${text(row.name)}` : text(row.name);
