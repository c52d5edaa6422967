import type { Failure } from "../failure.ts";

const LONGEST = 4_000;

/** A failure as it is stored: its own fields only, because it may come from a flow with anything attached to it. */
export function plainFailure(failure: Failure): Failure {
  const text = (value: unknown) => {
    const whole = String(value ?? "");
    return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
  };
  return {
    class: failure.class,
    code: text(failure.code),
    message: text(failure.message),
    ...(failure.hint === undefined ? {} : { hint: text(failure.hint) }),
    ...(typeof failure.retryAfterMs === "number" ? { retryAfterMs: failure.retryAfterMs } : {}),
    source: text(failure.source),
    at: Number(failure.at),
  };
}
