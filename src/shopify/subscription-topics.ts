/** GraphQL's name of a topic: "orders/create" is ORDERS_CREATE. */
export function topicEnum(topic: string): string {
  return topic
    .trim()
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_");
}

/** Made in the app's own configuration only: https://shopify.dev/docs/apps/build/privacy-law-compliance */
const privacyTopics = new Set(["customers/data_request", "customers/redact", "shop/redact"]);

export function isPrivacyTopic(topic: string): boolean {
  return privacyTopics.has(topic);
}

/** What an app must be allowed to be told: https://shopify.dev/docs/api/admin-graphql/2026-10/enums/WebhookSubscriptionTopic */
const scopes: Record<string, string> = {
  customers: "read_customers",
  fulfillment_orders: "read_merchant_managed_fulfillment_orders",
  fulfillments: "read_fulfillments",
  inventory_items: "read_inventory",
  inventory_levels: "read_inventory",
  locations: "read_locations",
  orders: "read_orders",
  products: "read_products",
  refunds: "read_orders",
  returns: "read_returns",
};

/** Null where none is needed, or where it is not known here. */
export function scopeOfTopic(topic: string): string | null {
  return scopes[topic.slice(0, topic.indexOf("/"))] ?? null;
}
