import type { Model } from "./fields.ts";
import { char, field, flag, link, model } from "./model-kit.ts";
import { directory } from "./models-directory.ts";
import { products } from "./models-products.ts";
import { saleOrder, saleOrderLine } from "./models-sale.ts";
import { stock } from "./models-stock.ts";

/** The part of Odoo that a sales integration sees. Names and labels as in 19.0; older names where `major` asks. */
export function modelsFor(major: number): Model[] {
  return [
    ...directory(),
    ...products(major),
    ...stock(major),
    saleOrder(major),
    saleOrderLine(major),
    model("crm.team", "Sales Team", { name: char("Sales Team") }),
    model("product.pricelist", "Pricelist", {
      name: char("Pricelist Name"),
      currency_id: link("Currency", "res.currency"),
    }),
    model("account.fiscal.position", "Fiscal Position", { name: char("Fiscal Position") }),
    model("account.payment.term", "Payment Terms", { name: char("Payment Terms") }),
    model("ir.model.data", "Model Data", {
      name: char("External Identifier"),
      module: char("Module"),
      model: char("Model Name"),
      res_id: field("integer", "Record ID"),
      noupdate: flag("Non Updatable"),
    }),
  ];
}
