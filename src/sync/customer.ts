import type { ImportRecord, ImportValue } from "../import-plan.ts";
import {
  type Address,
  addressFingerprint,
  addressValues,
  fingerprint,
  fullName,
  readAddress,
} from "./address.ts";
import type { OrderMappingOptions } from "./order-options.ts";
import { idOf, listOf, malformed, objectOf, textOf } from "./read.ts";
import type { ShopifyCustomer, ShopifyOrder, Unchecked } from "./shopify-shapes.ts";

/** The partners of an order: external ids, and the records that create them where they are missing. */
export interface OrderPartners {
  customer: string;
  invoice: string;
  delivery: string;
  records: ImportRecord[];
}

/**
 * Who bought, who pays, where it goes.
 *
 * A partner is created once and never overwritten, so an address in Odoo may be older than this order. The order's
 * own addresses are therefore always contacts below the customer, found again by their content: the same address
 * is one contact for all orders, a changed one is a new contact, and no parcel goes to where a customer used to live.
 * An address used for both is one contact, of type delivery.
 */
export function orderPartners(
  order: Unchecked<ShopifyOrder>,
  orderId: string,
  options: Pick<OrderMappingOptions, "externalIdPrefix" | "vatAttribute">,
  who: string,
): OrderPartners {
  const prefix = options.externalIdPrefix;
  const vat = vatOf(order, options.vatAttribute, who);
  const billing = readAddress(order.billing_address);
  const shipping = readAddress(order.shipping_address);
  const customer = customerRecord(order, orderId, billing ?? shipping, who);
  customer.externalId = prefix + customer.externalId;

  const records = [customer];
  const contact = (address: Address | null, type: "invoice" | "delivery", taxId: string | null): string => {
    if (address === null) return customer.externalId;
    const mark = addressFingerprint(address, taxId);
    const externalId = `${customer.externalId}_address_${mark}`;
    if (!records.some((record) => record.externalId === externalId))
      records.push(addressRecord(externalId, type, address, customer, taxId));
    return externalId;
  };
  const delivery = contact(shipping, "delivery", null);
  const invoice = contact(billing, "invoice", vat);
  if (vat !== null && billing === null) customer.values.vat = vat;
  return { customer: customer.externalId, invoice, delivery, records };
}

/** The VAT number that a buyer typed into the cart, in the note attribute that the shop uses for it. */
function vatOf(order: Unchecked<ShopifyOrder>, attribute: string, who: string): string | null {
  const wanted = attribute.trim().toLowerCase();
  if (wanted === "" || !Array.isArray(order.note_attributes)) return null;
  const found = listOf<{ name: string; value: string }>(order.note_attributes, who, "note_attributes").find(
    ({ name }) => textOf(name)?.toLowerCase() === wanted,
  );
  return (
    textOf(found?.value)
      ?.replace(/[\s.-]/g, "")
      .toUpperCase() || null
  );
}

function customerRecord(
  order: Unchecked<ShopifyOrder>,
  orderId: string,
  address: Address | null,
  who: string,
): ImportRecord {
  const customer = objectOf<ShopifyCustomer>(order.customer);
  return customer === null
    ? guestRecord(order, orderId, address)
    : registeredCustomer(customer, order, address, who);
}

/** A customer of the shop as a partner; what the customer leaves out, the order may tell. */
export function registeredCustomer(
  customer: Unchecked<ShopifyCustomer>,
  order: Unchecked<ShopifyOrder>,
  orderAddress: Address | null,
  who: string,
): ImportRecord {
  const id = idOf(customer);
  if (id === null) throw malformed(who, "its customer has no id.");
  const address = readAddress(customer.default_address) ?? orderAddress;
  const email = textOf(customer.email) ?? textOf(order.email);
  const phone = textOf(customer.phone) ?? textOf(order.phone) ?? address?.phone ?? null;
  const name = fullName(customer) ?? address?.name ?? address?.company ?? email ?? phone ?? `Customer ${id}`;
  return partner(`customer_${id}`, name, email, phone, address);
}

/** A guest is known by email, else by phone; one with neither is a new partner per order, or, without a name, nobody. */
function guestRecord(order: Unchecked<ShopifyOrder>, orderId: string, address: Address | null): ImportRecord {
  const email = textOf(order.email) ?? textOf(order.contact_email);
  const phone = textOf(order.phone) ?? address?.phone ?? null;
  const digits = phone?.replace(/\D/g, "") ?? "";
  if (email === null && phone === null && address === null)
    return partner("walk_in_customer", "Walk-in customer", null, null, null);
  const key =
    email !== null
      ? fingerprint(`email ${email.toLowerCase()}`)
      : digits !== ""
        ? fingerprint(`phone ${digits}`)
        : `order_${orderId}`;
  const name = address?.name ?? address?.company ?? email ?? phone ?? "Guest";
  return partner(`guest_${key}`, name, email, phone, address);
}

function partner(
  externalId: string,
  name: string,
  email: string | null,
  phone: string | null,
  address: Address | null,
): ImportRecord {
  const values: Record<string, ImportValue> = { name };
  if (email !== null) values.email = email;
  if (phone !== null) values.phone = phone;
  if (address?.company) values.company_name = address.company;
  if (address !== null) Object.assign(values, addressValues(address));
  return { model: "res.partner", externalId, values };
}

/** Odoo empties the company name of a contact below another, so a company goes before the name, as Odoo itself shows it. */
function labelOf({ company, name }: Address): string | null {
  return company && name && company !== name ? `${company}, ${name}` : (company ?? name);
}

function addressRecord(
  externalId: string,
  type: "invoice" | "delivery",
  address: Address,
  customer: ImportRecord,
  vat: string | null,
): ImportRecord {
  const values: Record<string, ImportValue> = {
    parent_id: { externalId: customer.externalId },
    type,
    name: labelOf(address) ?? customer.values.name ?? "",
    ...addressValues(address),
  };
  if (address.phone !== null) values.phone = address.phone;
  // A VAT number belongs to a company: only as one does an address keep a number of its own.
  if (vat !== null) Object.assign(values, { vat, is_company: true, name: address.company ?? values.name });
  return { model: "res.partner", externalId, values };
}
