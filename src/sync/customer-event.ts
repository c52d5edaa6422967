import type { ImportPlan } from "../import-plan.ts";
import { registeredCustomer } from "./customer.ts";
import { versionTime } from "./dates.ts";
import { type OrderMappingSettings, withDefaults } from "./order-options.ts";
import { idOf, malformed, objectOf, unreadable } from "./read.ts";
import type { ShopifyCustomer } from "./shopify-shapes.ts";

/**
 * customers/create and customers/update: the customer as Shopify has them now. Addresses of earlier orders are contacts of
 * their own and stay as they were written.
 * @throws HoldfastError of class `rejected` for a body that is no customer.
 */
export function customerToPlan(payload: unknown, settings: OrderMappingSettings = {}): ImportPlan {
  const { externalIdPrefix } = withDefaults(settings);
  const customer = objectOf<ShopifyCustomer>(payload);
  if (customer === null || "line_items" in customer)
    throw unreadable(
      "The message",
      "not_a_customer",
      "the payload is not a Shopify customer.",
      "Send customers/* events here, as shopify-webhook-in emits them; check what changed msg.payload on the way.",
    );
  const id = idOf(customer);
  if (id === null) throw malformed("A customer", "it has no id.");
  const record = registeredCustomer(customer, {}, null, `Customer ${id}`);
  const externalId = externalIdPrefix + record.externalId;
  const at = versionTime(customer.updated_at);
  return {
    kind: "import-plan",
    reference: `customer ${id}`,
    ...(at !== null && { version: { externalId, at } }),
    records: [{ ...record, externalId, write: "always" }],
  };
}
