import type { MappedLocation } from "../event.ts";
import type { ImportPlan, ImportValue } from "../import-plan.ts";
import { readAddress } from "./address.ts";
import { orderPartners } from "./customer.ts";
import { odooDateTime, versionTime } from "./dates.ts";
import { expectedAmounts, expectedTotals, roundingLine } from "./expected-totals.ts";
import { moneyView } from "./money-view.ts";
import { orderExtras } from "./order-extras.ts";
import { orderLines } from "./order-lines.ts";
import { orderNote } from "./order-note.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { isCancelled, orderSteps } from "./order-steps.ts";
import { orderPayments } from "./payments.ts";
import { idOf, malformed, objectOf, textOf, unreadable } from "./read.ts";
import type { ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/**
 * The default mapping: a Shopify order (the body of any orders/* topic that carries one) as Odoo partners and a
 * sale order in the state it has by now, with the totals that Odoo must arrive at and the steps that are due.
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

  if (order.test === true && options.testOrders === "skip")
    return nothingToDo(reference, "It is a test order, and the mapping leaves those out.");

  const money = moneyView(order, options.money, who);
  const partners = orderPartners(order, orderId, options, who);
  const at = versionTime(order.updated_at);
  const values: Record<string, ImportValue> = {
    partner_id: { externalId: partners.customer },
    partner_invoice_id: { externalId: partners.invoice },
    partner_shipping_id: { externalId: partners.delivery },
    client_order_ref: reference,
    // odoo-write reads the version from here.
    origin: `Shopify ${reference}${at === null ? "" : ` (${at})`}`,
    date_order: date,
    ...orderExtras(order, options, who),
  };
  if (money.foreign)
    values.pricelist_id = pricelistOf({ "currency_id.name": money.currency }, money.currency, who);
  else if (options.pricelist)
    values.pricelist_id = pricelistOf({ name: options.pricelist }, options.pricelist, who);
  if (location?.odoo?.warehouseId) values.warehouse_id = { id: location.odoo.warehouseId };
  const note = orderNote(order, who);
  if (note !== null) values.note = note;

  const externalId = `${prefix}order_${orderId}`;
  const taxRules = { included: order.taxes_included === true, country: countryOf(order), options };
  const { lines, products, total, states } = orderLines({ order, orderId, who, money, options, taxRules });
  const totals = expectedTotals(
    {
      model: "sale.order",
      externalId,
      field: "order_line",
      line: roundingLine("sale.order.line", `${prefix}rounding_${orderId}`, options, who),
    },
    expectedAmounts(order, money, states, total, who),
    money,
    options,
  );
  const steps = orderSteps({
    order,
    externalId,
    options,
    payments: () => orderPayments(order, orderId, totals.total, money, options, who),
  });
  return {
    kind: "import-plan",
    reference,
    ...(at !== null && { version: { externalId, at } }),
    records: [
      ...partners.records,
      ...products,
      { model: "sale.order", externalId, values, children: { order_line: lines }, write: "always" },
    ],
    // Nothing is owed for a cancelled order: no cent shall keep it from being cancelled.
    ...(!isCancelled(order) && { totals }),
    ...(steps.length > 0 && { steps }),
  };
}

export function nothingToDo(reference: string, why: string): ImportPlan {
  return { kind: "import-plan", reference, records: [], nothing: why };
}

/** Where an order goes, or who pays for it: an ISO code. */
function countryOf(order: Unchecked<ShopifyOrder>): string | null {
  return (
    readAddress(order.shipping_address)?.countryCode ??
    readAddress(order.billing_address)?.countryCode ??
    null
  );
}

function readOrder(payload: unknown): Unchecked<ShopifyOrder> {
  const order = objectOf<ShopifyOrder>(payload);
  if (order !== null && Array.isArray(order.line_items)) return order;
  throw unreadable(
    order && textOf(order.name) ? `Order ${textOf(order.name)}` : "The message",
    "not_an_order",
    "the payload is not a Shopify order: it has no line_items.",
    "Send orders/* events here, as shopify-webhook-in emits them; check what changed msg.payload on the way.",
  );
}

/** An order in another currency needs a pricelist in it: Odoo takes an order's currency from there. */
function pricelistOf(where: Record<string, string>, named: string, who: string): ImportValue {
  const byCurrency = "currency_id.name" in where;
  return {
    find: {
      model: "product.pricelist",
      where,
      several: "first",
      missing: {
        class: "rejected",
        code: "pricelist_not_found",
        message: byCurrency
          ? `${who}: Odoo has no pricelist in ${named}, the currency the customer paid in.`
          : `${who}: Odoo has no pricelist ${named}, which the mapping node names.`,
        hint: `In Odoo under Sales, Products, Pricelists, create one ${byCurrency ? `in ${named}` : `named ${named}`}, then retry.`,
      },
    },
  };
}
