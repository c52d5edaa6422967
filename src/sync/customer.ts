import type { ImportRecord, ImportValue } from "../import-plan.ts";
import {
  type Address,
  addressFingerprint,
  addressValues,
  fingerprint,
  fullName,
  readAddress,
} from "./address.ts";
import { idOf, malformed, objectOf, textOf } from "./read.ts";
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
  prefix: string,
  who: string,
): OrderPartners {
  const billing = readAddress(order.billing_address);
  const shipping = readAddress(order.shipping_address);
  const customer = customerRecord(order, orderId, billing ?? shipping, who);
  customer.externalId = prefix + customer.externalId;

  const records = [customer];
  const contact = (address: Address | null, type: "invoice" | "delivery"): string => {
    if (address === null) return customer.externalId;
    const externalId = `${customer.externalId}_address_${addressFingerprint(address)}`;
    if (!records.some((record) => record.externalId === externalId))
      records.push(addressRecord(externalId, type, address, customer));
    return externalId;
  };
  const delivery = contact(shipping, "delivery");
  const invoice = contact(billing, "invoice");
  return { customer: customer.externalId, invoice, delivery, records };
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
    : registeredRecord(customer, order, address, who);
}

function registeredRecord(
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

function addressRecord(
  externalId: string,
  type: "invoice" | "delivery",
  address: Address,
  customer: ImportRecord,
): ImportRecord {
  const values: Record<string, ImportValue> = {
    parent_id: { externalId: customer.externalId },
    type,
    name: address.name ?? customer.values.name ?? "",
    ...addressValues(address),
  };
  if (address.phone !== null) values.phone = address.phone;
  if (address.company !== null) values.company_name = address.company;
  return { model: "res.partner", externalId, values };
}
