/** As https://shopify.dev/docs/api/usage/implementing-idempotency says of mutations with `@idempotent`. */

export type IdempotencyCode =
  | "IDEMPOTENCY_CONCURRENT_REQUEST"
  | "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
  | "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED";

// https://shopify.dev/docs/api/admin-graphql/2026-10/enums/InventorySetQuantitiesUserErrorCode
const messages: Record<IdempotencyCode, string> = {
  IDEMPOTENCY_CONCURRENT_REQUEST: "This request is currently in progress, please try again.",
  IDEMPOTENCY_KEY_PARAMETER_MISMATCH:
    "The same idempotency key cannot be used with different operation parameters.",
  IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED:
    "A previous request with this idempotency key failed. Retry with a new idempotency key.",
};

const keptMs = 24 * 3_600_000;

interface Attempt<T> {
  parameters: string;
  at: number;
  state: "running" | "failed" | { done: T };
}

export interface IdempotencyKeys {
  /**
   * Runs `work` at most once a key; a repetition gets the first result.
   * @param failed whether a result is a failure: its key can't be used again.
   *   Not documented; assumed: one with `userErrors` is.
   */
  once<T>(
    key: string,
    parameters: unknown,
    work: () => Promise<T> | T,
    failed: (result: T) => boolean,
  ): Promise<T | { refused: IdempotencyCode; message: string }>;
}

export function makeIdempotencyKeys(now: () => number): IdempotencyKeys {
  const attempts = new Map<string, Attempt<unknown>>();
  return {
    async once<T>(key: string, given: unknown, work: () => Promise<T> | T, failed: (result: T) => boolean) {
      const parameters = JSON.stringify(given);
      const known = attempts.get(key) as Attempt<T> | undefined;
      if (known && now() - known.at < keptMs) {
        const refuse = (refused: IdempotencyCode) => ({ refused, message: messages[refused] });
        if (known.parameters !== parameters) return refuse("IDEMPOTENCY_KEY_PARAMETER_MISMATCH");
        if (known.state === "running") return refuse("IDEMPOTENCY_CONCURRENT_REQUEST");
        if (known.state === "failed") return refuse("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED");
        return known.state.done;
      }
      const attempt: Attempt<T> = { parameters, at: now(), state: "running" };
      attempts.set(key, attempt as Attempt<unknown>);
      try {
        const result = await work();
        attempt.state = failed(result) ? "failed" : { done: result };
        return result;
      } catch (error) {
        attempt.state = "failed";
        throw error;
      }
    },
  };
}
