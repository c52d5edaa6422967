import { type FailureClass, HoldfastError } from "../failure.ts";

/** What was asked of which server: names for the message. */
export interface Asked {
  /** "https://example.odoo.com" */
  origin: string;
  db: string;
  login: string;
  model?: string;
  method?: string;
  /** Takes the secrets out of a text; they stay in its closure, so this object may be logged. */
  clean: (text: string) => string;
}

/** A failure before it knows who says so and when. */
export interface Said {
  class: FailureClass;
  code: string;
  message: string;
  hint?: string;
  retryAfterMs?: number;
}

/** The error of what was said; secrets taken out. */
export function fail(asked: Asked, said: Said, cause?: unknown): HoldfastError {
  return new HoldfastError(
    { ...said, message: asked.clean(said.message), source: "odoo" },
    // The cause may quote what was sent: only its name travels on.
    cause instanceof Error ? { cause: cause.name } : undefined,
  );
}

/** The address of the server is no address. */
export function badUrl(asked: Asked): HoldfastError {
  return fail(asked, {
    class: "unavailable",
    code: "bad_url",
    message: `The address of Odoo, "${asked.origin}", is not a web address.`,
    hint: "Set it in the odoo-server node, like https://example.odoo.com, without a path.",
  });
}

/** The answer has the right form but is not what this method sends. */
export function oddAnswer(asked: Asked, what: string): HoldfastError {
  return fail(asked, {
    class: "unknown",
    code: "odd_answer",
    message: `Odoo's answer to ${asked.model}.${asked.method} makes no sense: ${what}.`,
  });
}

/** The login or the API key is not (or no longer) good: concerns every event, so the queue holds. */
export function badCredentials(asked: Asked): HoldfastError {
  return fail(asked, {
    class: "unavailable",
    code: "bad_credentials",
    message: `Odoo at ${asked.origin} does not accept the API key of ${asked.login || "this user"}.`,
    hint: "It may have expired: make a new one in Odoo (My Preferences, Security, Add API Key; before Odoo 19: My Profile, Account Security, New API Key) and set it in the odoo-server node.",
  });
}
