/** What went wrong, said once, in one shape, for the flow, the queue and the operator (docs: failure classes). */

/**
 * - `unavailable`: the other side is away; the queue holds, nobody's attempts are used.
 * - `throttled`: the other side asked us to slow down; deferred, no attempt used.
 * - `conflict`: a lock or a stale read; soon again.
 * - `dependency`: something this event needs is not there yet.
 * - `rejected`: will fail again until a person changes something.
 * - `unknown`: everything else, user code included.
 */
export type FailureClass = "unavailable" | "throttled" | "conflict" | "dependency" | "rejected" | "unknown";

export interface Failure {
  class: FailureClass;
  /** Stable and short, for filters: `sku_not_found`, `total_mismatch`, `connect_refused`. */
  code: string;
  /** One sentence: what is wrong, with which order. */
  message: string;
  /** One sentence: what to do about it, and where. */
  hint?: string;
  /** Only with `throttled`: how long the other side asked us to wait, in milliseconds. */
  retryAfterMs?: number;
  /** Who says so: `odoo`, `shopify`, `flow`, `queue`. */
  source: string;
  /** When, in milliseconds since 1970. */
  at: number;
}

/** An error that carries its failure; every room throws this and nothing else for what it foresaw. */
export class HoldfastError extends Error {
  readonly failure: Failure;
  constructor(failure: Omit<Failure, "at"> & { at?: number }, options?: { cause?: unknown }) {
    super(failure.hint ? `${failure.message} ${failure.hint}` : failure.message, options);
    this.name = "HoldfastError";
    this.failure = { ...failure, at: failure.at ?? Date.now() };
  }
}

/** The failure behind anything thrown; what carries none is `unknown`. */
export function failureOf(thrown: unknown, source: string): Failure {
  if (thrown instanceof HoldfastError) return thrown.failure;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { class: "unknown", code: "unexpected", message, source, at: Date.now() };
}
