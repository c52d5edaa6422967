import { isJsonObject } from "../json.ts";
import { idDigits } from "../shopify-id.ts";

/** Whose data has to go, as Shopify's customers/redact and shop/redact say it. */
export interface RedactRequest {
  /** Only events of this shop; null: of any. */
  shop: string | null;
  /** Null: everybody's, the whole shop's (shop/redact). */
  customer: { id: string | null; email: string | null; phone: string | null } | null;
  orderIds: string[];
}

/** The parts of a stored event that may say something about a person. */
export interface RedactableEvent {
  /** Verbatim. */
  payload: string;
  /** What else the message carried, as plain objects. */
  properties: Record<string, unknown>;
  reference: string | null;
}

export interface Redacted extends RedactableEvent {
  /** What was taken out and may stand in a failure's words too. */
  words: string[];
}

/**
 * Reads the body of customers/redact or shop/redact.
 * Null when it names neither a customer nor a shop: nothing may be removed by accident.
 */
export function readRedactRequest(body: unknown): RedactRequest | null {
  if (!isJsonObject(body)) return null;
  const shop = text(body.shop_domain)?.toLowerCase() ?? null;
  const orders = Array.isArray(body.orders_to_redact) ? body.orders_to_redact : [];
  const orderIds = orders.map(idDigits).filter((id) => id !== null);
  if (body.customer === undefined)
    return shop === null || body.orders_to_redact !== undefined
      ? null
      : { shop, customer: null, orderIds: [] };
  if (!isJsonObject(body.customer)) return null;
  const { id, email, phone } = body.customer;
  const customer = { id: idDigits(id), email: text(email)?.toLowerCase() ?? null, phone: text(phone) };
  if (customer.id === null && customer.email === null && customer.phone === null && orderIds.length === 0)
    return null;
  return { shop, customer, orderIds };
}

/**
 * An event without the person: null when it is about somebody else.
 *
 * Names, addresses, e-mail, phone, notes and traces of the browser become null or disappear; ids, numbers, money, lines,
 * and an address's country and province stay, so an event that still waits can be applied with the right taxes.
 */
export function redactCustomer(event: RedactableEvent, request: RedactRequest): Redacted | null {
  const shopify = event.properties.shopify;
  const shop = isJsonObject(shopify) ? text(shopify.shop)?.toLowerCase() : undefined;
  if (request.shop !== null && shop !== undefined && shop !== request.shop) return null;
  if (request.customer === null && shop === undefined) return null;

  const body = parseKeepingNumbers(event.payload);
  const topic = isJsonObject(shopify) ? text(shopify.topic) : text(event.properties.topic);
  if (request.customer !== null && !isAbout(body, event, topic ?? "", request)) return null;

  const words = new Set<string>(known(request));
  const payload = body === undefined ? event.payload : JSON.stringify(blank(body, words));
  const { shopify: kept, topic: keptTopic, ...others } = event.properties;
  const properties = blank(others, words) as Record<string, unknown>;
  const said = [...words].filter((word) => word.length > 2);
  const clean = (value: string) => withoutKnown(value, known(request));
  return {
    payload: body === undefined || typeof body === "string" ? clean(payload) : payload,
    properties: {
      ...(JSON.parse(clean(JSON.stringify(properties))) as Record<string, unknown>),
      ...(kept === undefined ? {} : { shopify: kept }),
      ...(keptTopic === undefined ? {} : { topic: keptTopic }),
    },
    reference: event.reference === null ? null : clean(event.reference),
    words: said,
  };
}

function isAbout(body: unknown, event: RedactableEvent, topic: string, request: RedactRequest): boolean {
  const customer = request.customer;
  const orders = new Set(request.orderIds);
  const isCustomer = (id: unknown) => customer?.id != null && idDigits(numeral(id)) === customer.id;
  const isOrder = (id: unknown) => {
    const digits = idDigits(numeral(id));
    return digits !== null && orders.has(digits);
  };
  const own = isJsonObject(body) ? body : {};
  if (topic.startsWith("customers/") && isCustomer(own.id)) return true;
  if (topic.startsWith("orders/") && isOrder(own.id)) return true;
  const names = known(request).map((name) => name.toLowerCase());
  const found = (value: unknown): boolean => {
    if (typeof value === "string") return names.some((name) => value.toLowerCase().includes(name));
    if (Array.isArray(value)) return value.some(found);
    if (!isJsonObject(value) || isNumeral(value)) return false;
    return Object.entries(value).some(
      ([name, part]) =>
        (name === "customer" && isJsonObject(part) && isCustomer(part.id)) ||
        (name === "customer_id" && isCustomer(part)) ||
        (name === "order_id" && isOrder(part)) ||
        found(part),
    );
  };
  const { shopify: _, ...others } = event.properties;
  return found(body ?? event.payload) || found(others) || found(event.reference);
}

/** What identifies a person by itself, wherever it stands. */
function known({ customer }: RedactRequest): string[] {
  return [customer?.email, customer?.phone].filter((name): name is string => typeof name === "string");
}

/** Personal wherever they stand. */
const personal = new Set([
  "email",
  "contact_email",
  "phone",
  "first_name",
  "last_name",
  "company_name",
  "address1",
  "address2",
  "city",
  "zip",
  "latitude",
  "longitude",
  "note",
  "customer_note",
  "browser_ip",
  "client_details",
  "landing_site",
  "landing_site_ref",
  "referring_site",
  "order_status_url",
  "cart_token",
  "checkout_token",
  "payment_details",
  "receipt",
  "receipt_email",
  "vat_number",
  "tax_number",
  "tracking_url",
  "tracking_urls",
  "metafield",
  "metafields",
]);
/** In these, name and company are a person's; elsewhere they are an order's number and an object of ids. */
const people = new Set([
  "customer",
  "default_address",
  "billing_address",
  "shipping_address",
  "destination",
  "destination_location",
  "addresses",
  "address",
]);
const ofPeople = new Set(["name", "company", "tags"]);
/** Lists of names with values that a buyer typed in. */
const typedIn = new Set(["note_attributes", "properties"]);

/** A copy with the personal fields emptied; what stood there goes into `words`. */
function blank(value: unknown, words: Set<string>, ofPerson = false): unknown {
  if (Array.isArray(value)) return value.map((part) => blank(part, words, ofPerson));
  if (!isJsonObject(value) || isNumeral(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const isPersonal = personal.has(name) || (ofPerson && ofPeople.has(name));
      if (isPersonal) {
        if (name !== "tags") collect(part, words);
        return [name, empty(part)];
      }
      if (typedIn.has(name) && (Array.isArray(part) || isJsonObject(part))) {
        collect(part, words);
        return [name, Array.isArray(part) ? [] : {}];
      }
      return [name, blank(part, words, ofPerson || people.has(name))];
    }),
  );
}

function empty(value: unknown): unknown {
  return Array.isArray(value) ? [] : null;
}

function collect(value: unknown, words: Set<string>): void {
  if (typeof value === "string" && value.trim() !== "") words.add(value.trim());
  else if (Array.isArray(value)) for (const part of value) collect(part, words);
  // Of a typed-in pair the value is the buyer's, the name is the shop's.
  else if (isJsonObject(value) && !isNumeral(value)) collect(value.value, words);
}

function withoutKnown(value: string, names: string[]): string {
  let rest = value;
  for (const name of names) {
    const inJson = JSON.stringify(name).slice(1, -1);
    rest = rest.replace(new RegExp(inJson.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu"), "[removed]");
  }
  return rest;
}

// Numbers travel as the digits they are: an id beyond 2^53 must come out as it went in.
const json = JSON as unknown as {
  rawJSON(text: string): { rawJSON: string };
  isRawJSON(value: unknown): boolean;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
};

function parseKeepingNumbers(payload: string): unknown {
  try {
    return json.parse(payload, (_key, value, { source }) =>
      typeof value === "number" && source !== undefined ? json.rawJSON(source) : value,
    );
  } catch {
    return undefined;
  }
}

function isNumeral(value: unknown): value is { rawJSON: string } {
  return json.isRawJSON(value);
}

function numeral(value: unknown): unknown {
  return isNumeral(value) ? value.rawJSON : value;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}
