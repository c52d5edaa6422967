import type { AdminClient, AdminOperation } from "./admin.ts";

export interface ShopifyLocation {
  /** Digits. */
  id: string;
  name: string;
  active: boolean;
}

export const listLocationsOperation: AdminOperation = {
  name: "ListLocations",
  text: `query ListLocations($after: String) {
  locations(first: 100, after: $after, includeInactive: true) {
    nodes { legacyResourceId name isActive }
    pageInfo { hasNextPage endCursor }
  }
}`,
  repeatable: true,
};

/** All locations of the shop, deactivated ones too. @throws HoldfastError */
export async function listLocations(client: AdminClient): Promise<ShopifyLocation[]> {
  const found: ShopifyLocation[] = [];
  for (let after: string | null = null; ; ) {
    const { locations }: Page = await client.run<Page>(listLocationsOperation, { after });
    for (const { legacyResourceId, name, isActive } of locations.nodes)
      found.push({ id: String(legacyResourceId), name, active: isActive });
    if (!locations.pageInfo.hasNextPage) return found;
    after = locations.pageInfo.endCursor;
  }
}

interface Page {
  locations: {
    nodes: { legacyResourceId: string; name: string; isActive: boolean }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}
