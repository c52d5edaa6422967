import type { HoldfastError } from "../failure.ts";
import type { HttpAnswer, HttpFault } from "../http.ts";
import { type Asked, fail } from "./errors.ts";

/** No complete answer: refused, cut, too late. What was sent may have been done. */
export function networkFailure(fault: HttpFault, asked: Asked): HoldfastError {
  const at = `Odoo at ${asked.origin}`;
  const known = networkFaults[fault.code] ?? (isTls(fault) ? tlsFault : undefined);
  const [code, text, hint] = known ?? ["network_error", `can't be reached (${fault.code})`, undefined];
  const ambiguous = fault.sent && code !== "tls_error" ? " It may have done the work all the same." : "";
  return fail(
    asked,
    { class: "unavailable", code, message: `${at} ${text}.${ambiguous}`, ...(hint && { hint }) },
    fault,
  );
}

const networkFaults: Record<string, [code: string, text: string, hint?: string]> = {
  ECONNREFUSED: ["connect_refused", "refuses connections", "Check that Odoo runs, and its address and port."],
  ECONNRESET: ["connection_reset", "closed the connection before it answered"],
  EPIPE: ["connection_reset", "closed the connection before it answered"],
  ANSWER_CUT: ["connection_reset", "broke off in the middle of its answer"],
  ANSWER_TIMEOUT: ["answer_timeout", "did not answer in time"],
  ANSWER_TOO_LARGE: ["answer_too_large", "sent an answer of more than 64 MB"],
  CONNECT_TIMEOUT: [
    "connect_timeout",
    "can't be reached: no connection in time",
    "Check its address, port and firewall.",
  ],
  ETIMEDOUT: [
    "connect_timeout",
    "can't be reached: no connection in time",
    "Check its address, port and firewall.",
  ],
  EHOSTUNREACH: ["host_unreachable", "can't be reached from here", "Check the network and the firewall."],
  ENETUNREACH: ["host_unreachable", "can't be reached from here", "Check the network and the firewall."],
  ENOTFOUND: [
    "name_not_found",
    "can't be found: its name does not resolve",
    "Check the address in the odoo-server node.",
  ],
  EAI_AGAIN: [
    "name_not_found",
    "can't be found: name resolution does not answer",
    "Check the network's DNS.",
  ],
};

const tlsFault: [string, string, string] = [
  "tls_error",
  "can't be trusted: its certificate or encryption is wrong",
  "Check https against http in the odoo-server node, and the server's certificate.",
];

function isTls(fault: HttpFault): boolean {
  return /^ERR_(TLS|SSL)|^EPROTO|CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(fault.code);
}

/** A status or a body that no Odoo method sends: proxies, maintenance pages, wrong addresses. */
export function httpFailure(answer: HttpAnswer, asked: Asked): HoldfastError {
  const { status } = answer;
  const at = `Odoo at ${asked.origin}`;
  if (status === 429) {
    const retryAfterMs = retryAfter(answer);
    return fail(asked, {
      class: "throttled",
      code: "too_many_requests",
      message: `${at} asks for fewer requests (HTTP 429).`,
      hint: "Raise the pause between calls in the odoo-server node; Odoo Online allows one call a second.",
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  if (status >= 300 && status < 400) {
    const target = origin(answer.headers.location, asked.origin);
    return fail(asked, {
      class: "unavailable",
      code: "redirected",
      message: `${at} sends us on${target ? ` to ${target}` : ""} (HTTP ${status}), so its address is wrong.`,
      hint: `Set the address ${target ? `${target} ` : ""}in the odoo-server node.`,
    });
  }
  if (status === 401 || status === 403) {
    return fail(asked, {
      class: "unavailable",
      code: status === 401 ? "bad_credentials" : "forbidden_by_proxy",
      message: `${at} lets nobody in (HTTP ${status}).`,
      hint: "Check the API key in the odoo-server node, and any proxy or firewall before Odoo.",
    });
  }
  if (status === 404) {
    return fail(asked, {
      class: "unavailable",
      code: "database_or_address_wrong",
      message: `${at} does not know the database "${asked.db}", or is no Odoo (HTTP 404).`,
      hint: "Check address and database in the odoo-server node.",
    });
  }
  if (status === 413) {
    return fail(asked, {
      class: "rejected",
      code: "request_too_large",
      message: `${at} refuses a request of this size (HTTP 413).`,
      hint: "Raise the size limit of the proxy before Odoo, or lower the batch size in odoo-write.",
    });
  }
  const why =
    status >= 500
      ? (gateway[status] ?? "has an internal trouble")
      : "sent something that is no answer of Odoo";
  return fail(asked, {
    class: "unavailable",
    code: status >= 500 ? `http_${status}` : "not_odoo",
    message: `${at} ${why} (HTTP ${status}).`,
    ...(status < 500 && { hint: "Check the address in the odoo-server node, and any proxy before Odoo." }),
  });
}

const gateway: Record<number, string> = {
  502: "is away: the proxy before it gets no answer",
  503: "is away or under maintenance",
  504: "is too slow for the proxy before it; it may have done the work all the same",
};

function origin(location: string | undefined, base: string): string | undefined {
  if (!location) return undefined;
  try {
    return new URL(location, base).origin;
  } catch {
    return undefined;
  }
}

/** Milliseconds; the header is seconds or a date. */
function retryAfter(answer: HttpAnswer): number | undefined {
  const value = answer.headers["retry-after"];
  if (value === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? Math.ceil(ms) : undefined;
}
