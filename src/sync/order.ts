import type { MappedLocation } from "../event.ts";
import type { ImportPlan, ImportValue } from "../import-plan.ts";
import { decimalText, roundTo, zero } from "../money.ts";
import { orderPartners } from "./customer.ts";
import { odooDateTime } from "./dates.ts";
import { type MoneyView, moneyView } from "./money-view.ts";
import { orderLines } from "./order-lines.ts";
import { orderNote } from "./order-note.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { idOf, malformed, objectOf, textOf, unreadable } from "./read.ts";
import type { ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/**
 * The default mapping: a Shopify order (the body of any orders/* topic that carries one) as Odoo partners and a
 * quotation, with the totals that Odoo must arrive at.
 * Pure: the same order and options give the same plan.
 * @throws HoldfastError of class `rejected`, naming the order, for anything that is not an order as Shopify documents it.
 */
export function orderToPlan(
  payload: unknown,
  settings: OrderMappingSettings = {},
  location?: MappedLocation | null,
): ImportPlan {
  const options = withDefaults(settings);
  const order = readOrder(payload);
  const orderId = idOf(order);
  if (orderId === null)
    throw malformed(textOf(order.name) ? `Order ${textOf(order.name)}` : "An order", "it has no id.");
  const reference = textOf(order.name) ?? orderId;
  const who = `Order ${reference}`;
  const prefix = options.externalIdPrefix;
  const date = odooDateTime(order.created_at);
  if (date === null)
    throw malformed(who, `created_at is no time with an offset: ${JSON.stringify(order.created_at)}.`);

  const money = moneyView(order, options.money, who);
  const partners = orderPartners(order, orderId, prefix, who);
  const values: Record<string, ImportValue> = {
    partner_id: { externalId: partners.customer },
    partner_invoice_id: { externalId: partners.invoice },
    partner_shipping_id: { externalId: partners.delivery },
    client_order_ref: reference,
    origin: `Shopify ${reference}`,
    date_order: date,
  };
  if (money.foreign) values.pricelist_id = pricelistOf(money, who);
  if (location?.odoo?.warehouseId) values.warehouse_id = { id: location.odoo.warehouseId };
  const note = orderNote(order, who);
  if (note !== null) values.note = note;

  const externalId = `${prefix}order_${orderId}`;
  const lines = orderLines({ order, orderId, who, money, options });
  return {
    kind: "import-plan",
    reference,
    records: [
      ...partners.records,
      { model: "sale.order", externalId, values, children: { order_line: lines } },
    ],
    totals: {
      model: "sale.order",
      externalId,
      currency: money.currency,
      total: amountText(money, order, "total_price"),
      tax: amountText(money, order, "total_tax"),
    },
  };
}

function readOrder(payload: unknown): Unchecked<ShopifyOrder> {
  const order = objectOf<ShopifyOrder>(payload);
  if (order !== null && Array.isArray(order.line_items)) return order;
  throw unreadable(
    order && textOf(order.name) ? `Order ${textOf(order.name)}` : "The message",
    "not_an_order",
    "the payload is not a Shopify order: it has no line_items.",
    "Send orders/create events here, as shopify-webhook-in emits them; check what changed msg.payload on the way.",
  );
}

/** total_tax may be null, total_price never. Written with the currency's own digits: "103.25", "1200". */
function amountText(
  money: MoneyView,
  order: Unchecked<ShopifyOrder>,
  field: "total_price" | "total_tax",
): string {
  const amount =
    field === "total_tax" ? (money.amount(order, field) ?? zero) : money.required(order, field, "the order");
  const rounded = roundTo(amount, money.digits);
  return rounded.eq(amount) ? amount.toFixed(money.digits) : decimalText(amount);
}

/** An order in another currency needs a pricelist in it: Odoo takes an order's currency from there. */
function pricelistOf(money: MoneyView, who: string): ImportValue {
  return {
    find: {
      model: "product.pricelist",
      where: { "currency_id.name": money.currency },
      several: "first",
      missing: {
        class: "rejected",
        code: "pricelist_not_found",
        message: `${who}: Odoo has no pricelist in ${money.currency}, the currency the customer paid in.`,
        hint: `In Odoo under Sales, Products, Pricelists, create one in ${money.currency}, then retry.`,
      },
    },
  };
}
