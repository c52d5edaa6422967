import { companyId, now, taxesField, userId } from "./conventions.ts";
import type { Database, Row } from "./database.ts";
import type { Model, Value, Values } from "./fields.ts";
import { counted } from "./goods.ts";
import { char, choice, field, flag, float, link, list, many, model, money, text } from "./model-kit.ts";

export function saleOrder(major: number): Model {
  const partnerAddress = (type: string) => (db: Database, values: Values) =>
    addressOf(db, Number(values.partner_id), type);
  const states = {
    draft: "Quotation",
    sent: "Quotation Sent",
    sale: "Sales Order",
    ...(major <= 16 && { done: "Locked" }),
    cancel: "Cancelled",
  };
  return model(
    "sale.order",
    "Sales Order",
    {
      name: char("Order Reference", {
        initial: (db) => `S${String(db.nextNumber("sale.order")).padStart(5, "0")}`,
      }),
      partner_id: link("Customer", "res.partner", { required: true }),
      partner_invoice_id: link("Invoice Address", "res.partner", { initial: partnerAddress("invoice") }),
      partner_shipping_id: link("Delivery Address", "res.partner", { initial: partnerAddress("delivery") }),
      client_order_ref: char("Customer Reference"),
      origin: char("Source Document"),
      note: field("html", "Terms and conditions"),
      state: choice("Status", states, "draft"),
      date_order: field("datetime", "Order Date", { required: true, initial: () => now() }),
      commitment_date: field("datetime", "Delivery Date"),
      validity_date: field("date", "Expiration"),
      company_id: link("Company", "res.company", { initial: () => companyId }),
      currency_id: link("Currency", "res.currency", { initial: currencyOf }),
      pricelist_id: link("Pricelist", "product.pricelist"),
      fiscal_position_id: link("Fiscal Position", "account.fiscal.position"),
      payment_term_id: link("Payment Terms", "account.payment.term"),
      warehouse_id: link("Warehouse", "stock.warehouse", { initial: () => 1 }),
      user_id: link("Salesperson", "res.users", { initial: () => userId }),
      team_id: link("Sales Team", "crm.team", { initial: () => 1 }),
      order_line: list("Order Lines", "sale.order.line", "order_id"),
      amount_untaxed: money("Untaxed Amount"),
      amount_tax: money("Taxes"),
      amount_total: money("Total"),
      invoice_status: choice(
        "Invoice Status",
        { no: "Nothing to Invoice", "to invoice": "To Invoice" },
        "no",
      ),
      ...(major >= 17 && { locked: flag("Locked") }),
    },
    { order: "date_order desc, id desc", indexed: ["name", "client_order_ref", "state", "origin"] },
  );
}

function currencyOf(db: Database, values: Values): Value {
  const pricelist = db.row("product.pricelist", Number(values.pricelist_id));
  return pricelist?.currency_id || (db.row("res.company", companyId)?.currency_id ?? false);
}

function addressOf(db: Database, partner: number, type: string): Value {
  for (const id of db.indexedIds("res.partner", "parent_id", partner) ?? []) {
    if (db.row("res.partner", id)?.type === type) return id;
  }
  return partner || false;
}

export function saleOrderLine(major: number): Model {
  const ofOrder = (name: string) => (db: Database, row: Row) => {
    const order = db.row("sale.order", Number(row.order_id));
    return order ? db.value("sale.order", order, name) : false;
  };
  const ofProduct =
    (name: string, otherwise: Value) =>
    (db: Database, values: Values): Value =>
      db.row("product.product", Number(values.product_id))?.[name] ?? otherwise;
  return model(
    "sale.order.line",
    "Sales Order Line",
    {
      order_id: link("Order Reference", "sale.order", { required: true }),
      sequence: field("integer", "Sequence", { initial: () => 10 }),
      product_id: link("Product", "product.product"),
      name: field("text", "Description", {
        required: true,
        initial: (db, values) => db.displayName("product.product", Number(values.product_id)) || false,
      }),
      product_uom_qty: float("Quantity", { digits: 2, initial: () => 1 }),
      [major >= 19 ? "product_uom_id" : "product_uom"]: link("Unit", "uom.uom", {
        initial: ofProduct("uom_id", false),
      }),
      // 19 keeps every digit (min_display_digits), older versions the two of "Product Price".
      price_unit: float("Unit Price", {
        ...(major < 19 && { digits: 2 }),
        initial: ofProduct("list_price", 0),
      }),
      discount: float("Discount (%)", { digits: 2, initial: () => 0 }),
      [taxesField(major)]: many("Taxes", "account.tax", { initial: ofProduct("taxes_id", []) }),
      price_subtotal: money("Subtotal"),
      price_tax: float("Total Tax", { readonly: true }),
      price_total: money("Total"),
      display_type: choice("Display Type", { line_section: "Section", line_note: "Note" }),
      is_delivery: flag("Is a Delivery"),
      customer_lead: float("Lead Time", { initial: () => 0 }),
      qty_delivered: float("Delivery Quantity", { initial: () => 0 }),
      qty_delivered_method: char("Method to update delivered qty", {
        compute: (db, row) => (counted(db, Number(row.product_id)) ? "stock_move" : "manual"),
      }),
      qty_invoiced: float("Invoiced Quantity", { readonly: true, initial: () => 0 }),
      state: char("Order Status", { compute: ofOrder("state") }),
      order_partner_id: link("Customer", "res.partner", { compute: ofOrder("partner_id") }),
      currency_id: link("Currency", "res.currency", { compute: ofOrder("currency_id") }),
      company_id: link("Company", "res.company", { compute: ofOrder("company_id") }),
    },
    {
      order: "order_id, sequence, id",
      indexed: [],
      display: (db, row) => {
        const order = db.row("sale.order", Number(row.order_id));
        const what =
          db.displayName("product.product", Number(row.product_id)) || text(row.name).split("\n")[0];
        return `${text(order?.name)} - ${what} (${db.displayName("res.partner", Number(order?.partner_id))})`;
      },
    },
  );
}
