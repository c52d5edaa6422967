import type { Model } from "./fields.ts";
import { char, choice, flag, link, model, text } from "./model-kit.ts";

export function stock(): Model[] {
  return [
    model("stock.warehouse", "Warehouse", {
      name: char("Warehouse"),
      code: char("Short Name"),
      company_id: link("Company", "res.company"),
      lot_stock_id: link("Location Stock", "stock.location"),
      active: flag("Active", true),
    }),
    model(
      "stock.location",
      "Inventory Locations",
      {
        name: char("Location Name"),
        complete_name: char("Full Location Name"),
        usage: choice(
          "Location Type",
          { view: "Virtual", internal: "Internal", customer: "Customer" },
          "internal",
        ),
        company_id: link("Company", "res.company"),
        warehouse_id: link("Warehouse", "stock.warehouse"),
        location_id: link("Parent Location", "stock.location"),
        active: flag("Active", true),
      },
      {
        order: "complete_name, id",
        nameFields: ["complete_name"],
        display: (_db, row) => text(row.complete_name),
      },
    ),
  ];
}
