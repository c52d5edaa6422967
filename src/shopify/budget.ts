import { HoldfastError } from "../failure.ts";

/** As in `extensions.cost.throttleStatus` of every answer. */
export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  /** Points a second. */
  restoreRate: number;
}

/** As in `extensions.cost`. */
export interface QueryCost {
  requestedQueryCost: number;
  throttleStatus: ThrottleStatus;
}

/** A reservation of points; settled once, when the answer is there or given up on. */
export interface Spending {
  settle(answer: { cost?: QueryCost | undefined; throttled?: boolean }): void;
}

/**
 * The points that one app may spend in one shop. Shopify takes a query's requested cost out of a bucket, gives back
 * what it did not use, and refuses what the bucket can't pay; so each query waits here until it can be paid.
 */
export interface CostBudget {
  /**
   * First come, first served.
   * @param size how many rows the operation carries; its cost is learned by name and size.
   * @throws HoldfastError `throttled`, when the wait would be longer than the budget's limit.
   */
  enter(operation: string, size: number): Promise<Spending>;
  /** How long an operation of this size would wait now, in milliseconds. */
  waitMs(operation: string, size: number): number;
  /** What could be spent now, in points; null until Shopify first told. */
  left(): BudgetLeft | null;
}

export interface BudgetLeft {
  available: number;
  maximum: number;
}

export interface BudgetClock {
  now(): number;
  after(ms: number, run: () => void): void;
}

const realClock: BudgetClock = {
  now: () => performance.now(),
  after: (ms, run) => void setTimeout(run, ms),
};

/** Until the first answer tells; the smallest plan regains this much. */
const presumed: ThrottleStatus = { maximumAvailable: 1000, currentlyAvailable: 1000, restoreRate: 100 };
/** No single query may cost more. */
const dearest = 1000;
const pauseAfterThrottleMs = 1_000;

/** @param limits longestWaitMs: what would wait longer is refused as throttled; 20 s by default. */
export function createBudget(
  limits: { longestWaitMs?: number } = {},
  clock: BudgetClock = realClock,
): CostBudget {
  const longestWaitMs = limits.longestWaitMs ?? 20_000;
  const learned = new Map<string, Map<number, number>>();
  const waiting: { cost: number; go: () => void }[] = [];
  let status = presumed;
  let isTold = false;
  let statusAt = clock.now();
  let reserved = 0;
  let notBefore = 0;
  let timerAt = Number.POSITIVE_INFINITY;

  function estimate(operation: string, size: number): number {
    const costs = learned.get(operation);
    if (!costs) return Math.min(dearest, 10 + 2 * size);
    const exact = costs.get(size);
    if (exact !== undefined) return exact;
    let best: number | undefined;
    for (const [known, cost] of costs) {
      // A smaller call costs no more; a larger one grows in proportion.
      const guess = known >= size ? cost : (cost * size) / Math.max(1, known);
      best = best === undefined ? guess : Math.min(best, guess);
    }
    return Math.min(dearest, Math.ceil(best ?? dearest));
  }

  function available(): number {
    const restored = ((clock.now() - statusAt) / 1000) * status.restoreRate;
    return Math.min(status.maximumAvailable, status.currentlyAvailable + restored) - reserved;
  }

  /** Milliseconds until `cost` more than all that wait before it can be paid. */
  function pause(cost: number): number {
    const missing = Math.min(cost, status.maximumAvailable) - available();
    const restoring = missing <= 0 ? 0 : (missing / Math.max(1, status.restoreRate)) * 1000;
    return Math.max(restoring, notBefore - clock.now(), 0);
  }

  function pump(): void {
    for (let next = waiting[0]; next; next = waiting[0]) {
      const ms = pause(next.cost);
      // What is in flight may be more than the bucket holds: its answers bring the next look.
      if (ms > 0) return wakeIn(ms);
      waiting.shift();
      next.go();
    }
  }

  function wakeIn(ms: number): void {
    const at = clock.now() + ms;
    if (at >= timerAt) return;
    timerAt = at;
    clock.after(Math.ceil(ms), () => {
      timerAt = Number.POSITIVE_INFINITY;
      pump();
    });
  }

  function waitMs(operation: string, size: number): number {
    const before = waiting.reduce((sum, { cost }) => sum + cost, 0);
    return pause(before + estimate(operation, size));
  }

  function spend(operation: string, size: number, cost: number): Spending {
    reserved += cost;
    let open = true;
    return {
      settle({ cost: told, throttled }) {
        if (!open) return;
        open = false;
        reserved -= cost;
        if (told) {
          status = told.throttleStatus;
          isTold = true;
          statusAt = clock.now();
          const costs = learned.get(operation) ?? new Map<number, number>();
          learned.set(operation, costs.set(size, Math.min(dearest, told.requestedQueryCost)));
        }
        if (throttled) {
          const missing = (told?.requestedQueryCost ?? cost) - status.currentlyAvailable;
          const restoring = (missing / Math.max(1, status.restoreRate)) * 1000;
          notBefore = clock.now() + Math.max(pauseAfterThrottleMs, restoring);
        }
        pump();
      },
    };
  }

  return {
    waitMs,
    left: () =>
      isTold ? { available: Math.max(0, Math.floor(available())), maximum: status.maximumAvailable } : null,
    enter(operation, size) {
      const cost = estimate(operation, size);
      const ms = waitMs(operation, size);
      if (ms > longestWaitMs) return Promise.reject(budgetSpent(ms));
      return new Promise((resolve) => {
        waiting.push({ cost, go: () => resolve(spend(operation, size, cost)) });
        pump();
      });
    },
  };
}

function budgetSpent(ms: number): HoldfastError {
  return new HoldfastError({
    class: "throttled",
    code: "budget_spent",
    message: `Shopify's rate limit of this app in this shop is used up for another ${Math.ceil(ms / 1000)} s.`,
    retryAfterMs: Math.ceil(ms),
    source: "shopify",
  });
}

const shared = new Map<string, CostBudget>();

/** The one budget of an app in a shop, whoever in this process calls it. @param owner who the app is: no secret. */
export function sharedBudget(owner: string): CostBudget {
  const known = shared.get(owner);
  if (known) return known;
  const made = createBudget();
  shared.set(owner, made);
  return made;
}
