import { type FailureClass, HoldfastError } from "../failure.ts";
import type { HttpAnswer, HttpFault } from "../http.ts";
import { isJsonObject } from "../json.ts";

/** Which shop was asked what: names for the message. */
export interface AskedShop {
  /** "example.myshopify.com" */
  shop: string;
  /** Takes the secrets out of a text. */
  clean: (text: string) => string;
}

interface Said {
  class: FailureClass;
  code: string;
  message: string;
  hint?: string;
  retryAfterMs?: number;
}

export function fail(asked: AskedShop, said: Said, cause?: unknown): HoldfastError {
  return new HoldfastError(
    { ...said, message: asked.clean(said.message), source: "shopify" },
    // The cause may quote what was sent: only its name travels on.
    cause instanceof Error ? { cause: cause.name } : undefined,
  );
}

const tokenHint =
  "Set a valid Admin API token, or client id and client secret, in the shopify-store node; the app must be installed in this shop.";

export function badAddress(asked: AskedShop, address: string): HoldfastError {
  return fail(asked, {
    class: "unavailable",
    code: "bad_url",
    message: `The address of Shopify's API, "${address}", is not a web address.`,
    hint: "In the shopify-store node, leave Other API address empty or set it like https://example.myshopify.com.",
  });
}

export function noToken(asked: AskedShop): HoldfastError {
  return fail(asked, {
    class: "unavailable",
    code: "no_token",
    message: `There is no Admin API token for ${asked.shop}.`,
    hint: tokenHint,
  });
}

/** The token, or what one is asked for with, is not good: concerns every event, so the queue holds. */
export function badToken(asked: AskedShop, why: string): HoldfastError {
  return fail(asked, {
    class: "unavailable",
    code: "bad_token",
    message: `Shopify lets this app not into ${asked.shop}: ${why}.`,
    hint: tokenHint,
  });
}

/** No complete answer: refused, cut, too late. What was sent may have been done. */
export function networkFailure(fault: HttpFault, asked: AskedShop): HoldfastError {
  const [code, text] = networkFaults[fault.code] ?? ["network_error", `can't be reached (${fault.code})`];
  const ambiguous = fault.sent ? " It may have done the work all the same." : "";
  return fail(
    asked,
    { class: "unavailable", code, message: `Shopify's API of ${asked.shop} ${text}.${ambiguous}` },
    fault,
  );
}

const networkFaults: Record<string, [code: string, text: string]> = {
  ECONNREFUSED: ["connect_refused", "refuses connections"],
  ECONNRESET: ["connection_reset", "closed the connection before it answered"],
  EPIPE: ["connection_reset", "closed the connection before it answered"],
  ANSWER_CUT: ["connection_reset", "broke off in the middle of its answer"],
  ANSWER_TIMEOUT: ["answer_timeout", "did not answer in time"],
  ANSWER_TOO_LARGE: ["answer_too_large", "sent an answer of more than 64 MB"],
  CONNECT_TIMEOUT: ["connect_timeout", "can't be reached: no connection in time"],
  ETIMEDOUT: ["connect_timeout", "can't be reached: no connection in time"],
  ENOTFOUND: ["name_not_found", "can't be found: the shop's address does not resolve"],
  EAI_AGAIN: ["name_not_found", "can't be found: name resolution does not answer"],
};

/** Statuses as https://shopify.dev/docs/api/usage/response-codes says. */
export function httpFailure(answer: HttpAnswer, asked: AskedShop): HoldfastError {
  const { status } = answer;
  const api = `Shopify's API of ${asked.shop}`;
  if (status === 429) {
    const wait = Number(answer.headers["retry-after"]);
    return fail(asked, {
      class: "throttled",
      code: "too_many_requests",
      message: `${api} asks for fewer requests (HTTP 429).`,
      // The header counts seconds.
      retryAfterMs: Number.isFinite(wait) && wait > 0 ? Math.ceil(wait * 1000) : 2_000,
    });
  }
  if (status === 401) return badToken(asked, "the token is unknown, revoked or expired (HTTP 401)");
  if (status === 403) return badToken(asked, "access is forbidden (HTTP 403)");
  if (status === 413)
    return fail(asked, {
      class: "rejected",
      code: "request_too_large",
      message: `${api} refuses a request of this size (HTTP 413).`,
    });
  const [code, why, hint] = statuses[status] ?? [
    status >= 500 ? `http_${status}` : "not_shopify",
    status >= 500 ? "has an internal trouble" : "sent something that is no answer of the Admin API",
    status < 500 ? "Check the shop's address and Other API address in the shopify-store node." : undefined,
  ];
  return fail(asked, {
    class: "unavailable",
    code,
    message: `${api} ${why} (HTTP ${status}).`,
    ...(hint && { hint }),
  });
}

const statuses: Record<number, [code: string, why: string, hint?: string]> = {
  402: [
    "shop_frozen",
    "is closed because the shop is frozen",
    "The shop's owner has to settle its plan in Shopify.",
  ],
  404: [
    "shop_not_found",
    "does not know this shop or API version",
    "Check the shop's address and the API version in the shopify-store node.",
  ],
  423: [
    "shop_locked",
    "is closed because the shop is locked",
    "The shop's owner has to contact Shopify Support.",
  ],
  430: [
    "security_rejection",
    "takes the requests for an attack",
    "Contact Shopify Support with this machine's address.",
  ],
  502: ["http_502", "is away"],
  503: ["http_503", "is away or under maintenance"],
  504: ["http_504", "is too slow; it may have done the work all the same"],
};

/** `errors` of an answer, by the code of the first that has one. */
export function graphqlFailure(
  errors: readonly unknown[],
  operation: string,
  asked: AskedShop,
): HoldfastError {
  const all = errors.filter(isJsonObject);
  const extensionsOf = (error: Record<string, unknown>) =>
    isJsonObject(error.extensions) ? error.extensions : {};
  const error = all.find((one) => extensionsOf(one).code !== undefined) ?? all[0] ?? {};
  const { code, requiredAccess, requestId } = extensionsOf(error);
  const message = typeof error.message === "string" ? error.message.split("\n")[0]! : "no reason given";
  switch (code) {
    case "ACCESS_DENIED": {
      const scope = /`(\w+)`/.exec(String(requiredAccess ?? message))?.[1];
      return fail(asked, {
        class: "rejected",
        code: "access_denied",
        message: `Shopify refuses ${operation} in ${asked.shop}: ${message}`,
        hint: `Give the app the scope ${scope ?? "it names"} and install it again, then retry.`,
      });
    }
    case "SHOP_INACTIVE":
      return fail(asked, {
        class: "unavailable",
        code: "shop_inactive",
        message: `The shop ${asked.shop} is inactive.`,
        hint: "The shop's owner has to choose a plan in Shopify.",
      });
    case "MAX_COST_EXCEEDED":
      return fail(asked, {
        class: "rejected",
        code: "query_too_expensive",
        message: `${operation} asks for too much at once: ${message}`,
      });
    case "INTERNAL_SERVER_ERROR":
      // One operation failed, not the shop: holding the queue for it could hold for ever.
      return fail(asked, {
        class: "unknown",
        code: "shopify_internal_error",
        message: `Shopify failed at ${operation} in ${asked.shop}${requestId ? ` (request ${requestId})` : ""}: ${message}`,
      });
    default:
      return fail(asked, {
        class: "rejected",
        code: "query_refused",
        message: `Shopify does not accept ${operation}: ${message}`,
      });
  }
}

/** Told THROTTLED again and again, though the budget was waited for. */
export function stillThrottled(asked: AskedShop, retryAfterMs: number): HoldfastError {
  return fail(asked, {
    class: "throttled",
    code: "throttled",
    message: `Shopify's rate limit of this app in ${asked.shop} is used up.`,
    retryAfterMs,
  });
}

export function notJson(asked: AskedShop, answer: HttpAnswer): HoldfastError {
  const html = /^\s*</.test(answer.text);
  return fail(asked, {
    class: "unavailable",
    code: html ? "html_answer" : "odd_answer",
    message: `Shopify's API of ${asked.shop} answered with ${html ? "a web page" : "something"} that is no JSON (HTTP ${answer.status}).`,
    hint: "If this lasts, check the shop's address and Other API address in the shopify-store node.",
  });
}
