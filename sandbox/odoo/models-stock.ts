import type { Database, Row } from "./database.ts";
import type { Model, Value } from "./fields.ts";
import { char, choice, field, flag, float, link, list, many, model, text } from "./model-kit.ts";

/** Places, and from 17 on what lies there and how it moves; names as in 19.0. */
export function stock(major: number): Model[] {
  return [
    model("stock.warehouse", "Warehouse", {
      name: char("Warehouse"),
      code: char("Short Name"),
      company_id: link("Company", "res.company"),
      lot_stock_id: link("Location Stock", "stock.location"),
      view_location_id: link("View Location", "stock.location"),
      out_type_id: link("Out Type", "stock.picking.type"),
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
          {
            view: "Virtual",
            internal: "Internal",
            customer: "Customer",
            inventory: "Inventory Loss",
          },
          "internal",
        ),
        company_id: link("Company", "res.company"),
        warehouse_id: link("Warehouse", "stock.warehouse"),
        location_id: link("Parent Location", "stock.location"),
        parent_path: char("Parent Path"),
        active: flag("Active", true),
      },
      {
        order: "complete_name, id",
        nameFields: ["complete_name"],
        display: (_db, row) => text(row.complete_name),
      },
    ),
    model("stock.picking.type", "Picking Type", {
      name: char("Operation Type"),
      code: choice("Type of Operation", { incoming: "Receipt", outgoing: "Delivery", internal: "Internal" }),
      warehouse_id: link("Warehouse", "stock.warehouse"),
    }),
    ...(major >= 17 ? moving() : []),
  ];
}

const moveStates = {
  draft: "New",
  waiting: "Waiting Another Move",
  confirmed: "Waiting Availability",
  partially_available: "Partially Available",
  assigned: "Available",
  done: "Done",
  cancel: "Cancelled",
};

function moving(): Model[] {
  const ofMove = (name: string) => (db: Database, row: Row) =>
    db.row("stock.move", Number(row.move_id))?.[name] ?? false;
  const ofType = (db: Database, row: Row): Value =>
    db.row("stock.picking.type", Number(row.picking_type_id))?.code ?? false;
  return [
    model(
      "stock.quant",
      "Quants",
      {
        product_id: link("Product", "product.product", { required: true }),
        location_id: link("Location", "stock.location", { required: true }),
        quantity: float("Quantity"),
        reserved_quantity: float("Reserved Quantity"),
        inventory_quantity: float("Counted Quantity"),
      },
      { nameFields: [], indexed: [] },
    ),
    model("stock.picking", "Transfer", {
      name: char("Reference", {
        initial: (db) => `WH/OUT/${String(db.nextNumber("stock.picking")).padStart(5, "0")}`,
      }),
      state: choice("Status", { ...moveStates }, "confirmed"),
      sale_id: link("Sales Order", "sale.order"),
      origin: char("Source Document"),
      partner_id: link("Contact", "res.partner"),
      picking_type_id: link("Operation Type", "stock.picking.type"),
      picking_type_code: char("Type of Operation", { compute: ofType }),
      location_id: link("Source Location", "stock.location"),
      location_dest_id: link("Destination Location", "stock.location"),
      date_done: field("datetime", "Date of Transfer"),
      carrier_id: link("Carrier", "delivery.carrier"),
      carrier_tracking_ref: char("Tracking Reference"),
      write_uid: link("Last Updated by", "res.users"),
      move_ids: list("Stock moves", "stock.move", "picking_id"),
    }),
    model(
      "stock.move",
      "Stock Move",
      {
        product_id: link("Product", "product.product", { required: true }),
        picking_id: link("Transfer", "stock.picking"),
        sale_line_id: link("Sale Line", "sale.order.line"),
        location_id: link("Source Location", "stock.location"),
        location_dest_id: link("Destination Location", "stock.location"),
        origin_returned_move_id: link("Origin return move", "stock.move"),
        move_dest_ids: many("Destination Moves", "stock.move"),
        product_uom: link("Unit", "uom.uom", { initial: () => 1 }),
        product_uom_qty: float("Demand"),
        product_qty: float("Real Quantity", { compute: (_db, row) => row.product_uom_qty ?? 0 }),
        quantity: float("Quantity"),
        picked: flag("Picked"),
        state: choice("Status", moveStates, "draft"),
      },
      {
        nameFields: [],
        indexed: [],
        display: (db, row) => db.displayName("product.product", Number(row.product_id)),
      },
    ),
    model(
      "stock.move.line",
      "Product Moves (Stock Move Line)",
      {
        move_id: link("Stock Operation", "stock.move"),
        picking_id: link("Transfer", "stock.picking"),
        product_id: link("Product", "product.product"),
        location_id: link("From", "stock.location"),
        quantity: float("Quantity"),
        quantity_product_uom: float("Quantity in Product UoM", {
          compute: (_db, row) => row.quantity ?? 0,
        }),
        state: char("Status", { compute: ofMove("state") }),
      },
      { nameFields: [], indexed: [] },
    ),
    model("delivery.carrier", "Shipping Methods", { name: char("Delivery Method") }),
    model("ir.attachment", "Attachment", {
      name: char("Name", { required: true }),
      description: field("text", "Description"),
      res_model: char("Resource Model"),
      res_id: field("integer", "Resource ID"),
      type: choice("Type", { url: "URL", binary: "File" }, "binary"),
      url: char("Url"),
    }),
  ];
}
