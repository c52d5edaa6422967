import { HoldfastError } from "../failure.ts";
import type { ImportPlan } from "../import-plan.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { idOf, malformed, objectOf, textOf } from "./read.ts";

interface PrivacyRequest {
  shop_domain: string;
  customer: { id: unknown };
  orders_to_redact: unknown[];
}

/**
 * customers/redact: the customer's partner without the person. Queued events are redacted by the durable queue itself.
 * Address contacts of single orders are known by their content only, so a note says that they remain.
 */
export function redactToPlan(payload: unknown, settings: OrderMappingSettings = {}): ImportPlan {
  const { externalIdPrefix } = withDefaults(settings);
  const request = objectOf<PrivacyRequest>(payload);
  const customerId = idOf({ id: objectOf<{ id: unknown }>(request?.customer)?.id });
  if (request === null || customerId === null)
    throw malformed("A redaction request", "it names no customer.");
  const externalId = `${externalIdPrefix}customer_${customerId}`;
  const orders = Array.isArray(request.orders_to_redact)
    ? request.orders_to_redact.map((id) => idOf({ id })).filter((id) => id !== null)
    : [];
  return {
    kind: "import-plan",
    reference: `redaction of customer ${customerId}`,
    records: [
      {
        model: "res.partner",
        externalId,
        values: {
          name: `Redacted customer ${customerId}`,
          ...Object.fromEntries(personal.map((field) => [field, null])),
        },
        write: "always",
      },
    ],
    steps: [
      {
        kind: "note",
        record: externalId,
        externalId: `${externalId}_redacted`,
        text: `Shopify asked to erase this customer${orders.length > 0 ? ` and the orders ${orders.join(", ")}` : ""}. Contacts below this one may still hold addresses: erase them with Odoo's Privacy Lookup.`,
      },
    ],
  };
}

const personal = ["email", "phone", "company_name", "street", "street2", "city", "zip", "vat", "comment"];

/** customers/data_request: only a person can answer it. */
export function dataRequest(payload: unknown): never {
  const request = objectOf<PrivacyRequest>(payload);
  const customerId = idOf({ id: objectOf<{ id: unknown }>(request?.customer)?.id });
  throw new HoldfastError({
    class: "rejected",
    code: "data_request",
    message: `Customer ${customerId ?? "(unknown)"} asks which data you hold about them.`,
    hint: "Answer the shop within 30 days with what Odoo and this queue hold about them, then discard this.",
    source: "shopify",
  });
}

/** shop/redact: what becomes of a shop's records is for the one who keeps the books to decide. */
export function shopRedact(payload: unknown): never {
  const shop = textOf(objectOf<PrivacyRequest>(payload)?.shop_domain) ?? "The shop";
  throw new HoldfastError({
    class: "rejected",
    code: "shop_redact",
    message: `${shop} has left: Shopify asks to erase its data.`,
    hint: "Send this event to the durable queue's redaction, decide what the law lets you erase in Odoo, then discard this.",
    source: "shopify",
  });
}
