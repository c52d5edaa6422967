import type { AdminClient, AdminOperation } from "./admin.ts";

/** What a person wants to know before anything is synchronised. */
export interface ConnectionReport {
  /** "Holdfast Outdoor" */
  shop: string;
  /** "example.myshopify.com": the permanent address, whichever was asked. */
  domain: string;
  plan: string;
  currency: string;
  /** What the app may do: "read_orders". */
  granted: string[];
  /** What the nodes of this package need besides, to use all of them. */
  missing: string[];
  apiVersion: string;
  /** The version that Shopify really answered with. */
  servedVersion: string;
}

/** What all nodes together ask for. */
export const neededScopes: readonly string[] = [
  "read_customers",
  "read_fulfillments",
  "read_locations",
  "read_orders",
  "read_products",
  "read_returns",
  "write_inventory",
  "write_merchant_managed_fulfillment_orders",
];

export const testConnectionOperation: AdminOperation = {
  name: "TestConnection",
  text: `query TestConnection {
  shop { name myshopifyDomain currencyCode plan { publicDisplayName } }
  currentAppInstallation { accessScopes { handle } }
}`,
  repeatable: true,
};

/** Asks who the shop is and what the app may do. @throws HoldfastError */
export async function testConnection(client: AdminClient): Promise<ConnectionReport> {
  const { shop, currentAppInstallation } = await client.run<{
    shop: {
      name: string;
      myshopifyDomain: string;
      currencyCode: string;
      plan: { publicDisplayName: string };
    };
    currentAppInstallation: { accessScopes: { handle: string }[] };
  }>(testConnectionOperation);
  const granted = currentAppInstallation.accessScopes.map(({ handle }) => handle).sort();
  return {
    shop: shop.name,
    domain: shop.myshopifyDomain,
    plan: shop.plan.publicDisplayName,
    currency: shop.currencyCode,
    granted,
    missing: missingScopes(granted),
    apiVersion: client.apiVersion,
    servedVersion: client.servedVersion() ?? client.apiVersion,
  };
}

/** "write_x" includes "read_x". */
export function missingScopes(granted: readonly string[], needed = neededScopes): string[] {
  const has = (scope: string): boolean =>
    granted.includes(scope) ||
    (scope.startsWith("read_") && granted.includes(scope.replace(/^read_/, "write_")));
  return needed.filter((scope) => !has(scope));
}
