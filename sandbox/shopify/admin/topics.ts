/**
 * GraphQL's names of topics and those in headers: ORDERS_CREATE is "orders/create".
 * https://shopify.dev/docs/api/admin-graphql/2026-10/enums/WebhookSubscriptionTopic, https://shopify.dev/docs/api/webhooks/2026-10
 */
const resources = [
  "app",
  "customers",
  "fulfillments",
  "inventory_items",
  "inventory_levels",
  "locations",
  "orders",
  "products",
  "refunds",
  "returns",
];

export function topicOf(enumName: string): string {
  const name = enumName.toLowerCase();
  const resource = resources.find((one) => name.startsWith(`${one}_`));
  return resource === undefined ? name : `${resource}/${name.slice(resource.length + 1)}`;
}

export function enumOf(topic: string): string {
  return topic.toUpperCase().replace("/", "_");
}
