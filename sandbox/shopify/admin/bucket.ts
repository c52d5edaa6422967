/** The leaky bucket of query costs: https://shopify.dev/docs/api/usage/limits#graphql-admin-api-rate-limits. */
export interface Bucket {
  /** False when there is not enough in it for this. */
  take(cost: number): boolean;
  give(cost: number): void;
  status(): ThrottleStatus;
}

export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

/** @param maximum points it holds (its size is unpublished; 20 s of restoring is assumed). @param restoreRate points a second. */
export function makeBucket(maximum: number, restoreRate: number, now: () => number): Bucket {
  let available = maximum;
  let at = now();
  const refill = (): void => {
    const passed = now() - at;
    at += passed;
    available = Math.min(maximum, available + (passed / 1000) * restoreRate);
  };
  return {
    take(cost) {
      refill();
      if (cost > available) return false;
      available -= cost;
      return true;
    },
    give(cost) {
      refill();
      available = Math.min(maximum, available + cost);
    },
    status() {
      refill();
      return { maximumAvailable: maximum, currentlyAvailable: Math.floor(available), restoreRate };
    },
  };
}
