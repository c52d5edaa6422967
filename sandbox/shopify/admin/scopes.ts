/** Which scope a field asks for; "write_x" includes "read_x" (https://shopify.dev/docs/api/usage/access-scopes). */
const required: Record<string, string> = {
  locations: "read_locations",
  location: "read_locations",
  inventoryItem: "read_inventory",
  inventoryItems: "read_inventory",
  productVariants: "read_products",
  order: "read_orders",
  orders: "read_orders",
  // Not at the root: of an order.
  customer: "read_customers",
  refund: "read_orders",
  fulfillment: "read_orders",
  inventorySetQuantities: "write_inventory",
  inventoryActivate: "write_inventory",
  fulfillmentCreate: "write_merchant_managed_fulfillment_orders",
  fulfillmentTrackingInfoUpdate: "write_merchant_managed_fulfillment_orders",
  fulfillmentCancel: "write_merchant_managed_fulfillment_orders",
};

export const allScopes: readonly string[] = [
  "read_customers",
  "read_fulfillments",
  "read_locations",
  "read_orders",
  "read_products",
  "read_returns",
  "write_inventory",
  "write_merchant_managed_fulfillment_orders",
];

/** The scope that is missing for this field; undefined when it may be asked. */
export function missingScope(field: string, granted: readonly string[]): string | undefined {
  const scope = required[field];
  if (scope === undefined || granted.includes(scope)) return undefined;
  return granted.includes(scope.replace(/^read_/, "write_")) ? undefined : scope;
}
